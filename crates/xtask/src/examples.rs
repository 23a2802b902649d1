//! `cargo xtask examples`: builds and runs the programs in `examples/`, and counts them.

use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::step::Step;

/// The file with the integration, and how many lines it may have, without imports, comments and blanks.
const BUDGETS: [(&str, usize); 4] = [
    ("direct/src/lib.rs", 60),
    ("mocked/tests/quote.rs", 20),
    ("rental/src/lib.rs", 40),
    ("shop/src/lib.rs", 40),
];

/// Counts the examples, then runs them.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for (file, budget) in BUDGETS {
        let text = std::fs::read_to_string(root.join(file));
        let lines = count(&text.with_context(|| format!("the example {file} can't be read"))?);
        eprintln!("xtask: examples/{file}: {lines} lines of {budget}");
        ensure!(
            lines <= budget,
            "examples/{file} has more lines than {budget}: improve the API"
        );
    }
    Step::cargo(
        "examples",
        "test --manifest-path examples/Cargo.toml --target-dir target",
        "an example does not build or run",
    )
    .run()
}

/// Lines of code: no imports, no comments, no blanks, no lone brackets.
fn count(text: &str) -> usize {
    let mut in_import = false;
    let mut lines = 0;
    for line in text.lines().map(str::trim) {
        let import = in_import || line.starts_with("use ");
        in_import = import && !line.ends_with(';');
        let comment = line.starts_with("//");
        let bare = line.chars().all(|c| "(){}[];,".contains(c));
        if !import && !comment && !bare {
            lines += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_code_is_not_counted() {
        let text = "//! Doc\nuse a::{\n    B,\n};\n\nfn f() {\n    // why\n    g();\n}\n";
        assert_eq!(count(text), 2);
    }
}
