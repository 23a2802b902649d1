//! `cargo xtask examples`: what an embedder writes, built and run, and how much it is.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::step::{self, Step};
use crate::tutorial;

/// What of each example is somebody's integration with us, files or folders, and how many lines that may be.
const BUDGETS: [(&str, &[&str], usize); 9] = [
    ("direct", &["src/lib.rs"], 60),
    ("lender", &["src/lib.rs"], 250),
    ("mocked", &["tests/way_to_pay.rs"], 20),
    ("region", &["src/lib.rs", "tests/conformance.rs"], 60),
    ("rental", &["src/lib.rs"], 40),
    ("shop", &["src/lib.rs"], 40),
    // What any shop has without us is `examples/pages`.
    (
        "storefront",
        &[
            "src/book.rs",
            "src/catalogue.rs",
            "src/checkout.rs",
            "src/lib.rs",
            "src/office.rs",
            "src/order.rs",
            "src/page.rs",
            "src/product.rs",
        ],
        400,
    ),
    // What an application in the shop's own form takes besides.
    ("storefront", &["src/direct.rs"], 80),
    // And nothing else.
    ("storefront", &["src"], 480),
];

/// Counts them, runs every example's tests, and follows the tutorial.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = step::root().context("examples: started without cargo")?;
    let examples = root.join("examples");
    for (name, files, budget) in BUDGETS {
        let folder = examples.join(name);
        let counts = files.iter().map(|file| count(&folder.join(file)));
        let lines: usize = counts.sum::<anyhow::Result<_>>()?;
        eprintln!("xtask: examples/{name}: {lines} of {budget} lines");
        ensure!(
            lines <= budget,
            "examples/{name}: {lines} lines without imports, blanks and comments, where {budget} are promised: make the API better, not the lines longer"
        );
    }
    // One target folder for both workspaces: what they share is built once.
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| root.join("target").into());
    let manifest = "--manifest-path examples/Cargo.toml --workspace --all-targets --locked";
    for (name, command, failure) in [
        (
            "examples' lints",
            "clippy",
            "clippy has something to say of an example",
        ),
        ("examples", "test", "an example does not do what it shows"),
    ] {
        let mut step = Step::cargo(name, command, failure);
        for argument in manifest.split(' ') {
            step = step.argument(argument);
        }
        if command == "clippy" {
            step = step.argument("--").argument("-D").argument("warnings");
        }
        step.environment("CARGO_TARGET_DIR", &target).run()?;
    }
    tutorial::run()
}

fn count(file: &Path) -> anyhow::Result<usize> {
    if file.is_dir() {
        let entries = fs::read_dir(file).with_context(|| file.display().to_string())?;
        return entries.map(|entry| count(&entry?.path())).sum();
    }
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(lines(&text))
}

/// Lines that are neither blank nor a comment nor part of an import.
fn lines(text: &str) -> usize {
    let mut importing = false;
    let mut count = 0;
    for line in text.lines().map(str::trim) {
        if line.starts_with("use ") || line.starts_with("pub use ") {
            importing = true;
        }
        if importing {
            importing = !line.ends_with(';');
        } else if !line.is_empty() && !line.starts_with("//") {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_blanks_and_comments_do_not_count() {
        let text = "//! Docs.\n\nuse a::b;\nuse c::{\n    d,\n    e,\n};\n\n/// More.\nfn f() {\n    // Why.\n    g();\n}\n";
        assert_eq!(lines(text), 3);
    }
}
