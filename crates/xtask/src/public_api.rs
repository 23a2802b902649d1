//! What others can name of the crates that they depend on, one line an item, beside the tests: whoever changes it sees it.
//!
//! The list is that of `cargo public-api`, whose library this is. It reads what rustdoc says in JSON, which the stable
//! rustdoc says as well once it is let to; no other toolchain is needed.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::step::{Step, cargo_output, root, target};

/// Compares with the lists in `tests/public-api`, or writes them anew.
pub(crate) fn check(crates: &[&str], write: bool) -> anyhow::Result<()> {
    let root = root().context("interfaces: started without cargo")?;
    let mut changed = Vec::new();
    for name in crates {
        let present = listed(name)?;
        let file = root
            .join("tests/public-api")
            .join(name)
            .with_extension("txt");
        if write {
            fs::write(&file, present).with_context(|| file.display().to_string())?;
            continue;
        }
        let before = fs::read_to_string(&file).unwrap_or_default();
        let lines = differing(&before, &present);
        if !lines.is_empty() {
            eprintln!("xtask: interfaces: {name} has another interface:");
            for line in lines {
                eprintln!("  {line}");
            }
            changed.push(*name);
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    bail!(
        "interfaces: {} changed; where that is meant, `cargo xtask interfaces --write` lists it, and CHANGELOG.md tells embedders",
        changed.join(", ")
    )
}

fn listed(name: &str) -> anyhow::Result<String> {
    let json = documented(name)?;
    let lister = root().context("interfaces: started without cargo")?;
    let lister = lister.join("tests/public-api/Cargo.toml");
    let lister = lister.to_string_lossy();
    let built = target()?.join("public-api/lister");
    cargo_output(&[
        "run",
        "--quiet",
        "--locked",
        "--manifest-path",
        &lister,
        "--target-dir",
        &built.to_string_lossy(),
        "--",
        &json.to_string_lossy(),
    ])
}

/// Has rustdoc describe a crate. In a folder of its own, since letting it do so has some of what it builds on built anew.
fn documented(name: &str) -> anyhow::Result<PathBuf> {
    let folder = target()?.join("public-api");
    Step::cargo(
        "interfaces",
        "rustdoc --quiet --locked --lib --all-features",
        "a crate could not be described",
    )
    .argument("--package")
    .argument(name)
    .argument("--target-dir")
    .argument(&folder)
    .argument("--")
    .argument("-Zunstable-options")
    .argument("--output-format=json")
    .environment("RUSTC_BOOTSTRAP", "1")
    .run()?;
    Ok(folder
        .join("doc")
        .join(name.replace('-', "_"))
        .with_extension("json"))
}

/// The lines that only one of two lists has.
fn differing(before: &str, present: &str) -> Vec<String> {
    let (old, new): (BTreeSet<_>, BTreeSet<_>) =
        (before.lines().collect(), present.lines().collect());
    let gone = old.difference(&new).map(|line| format!("- {line}"));
    gone.chain(new.difference(&old).map(|line| format!("+ {line}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_what_went_is_named() {
        assert_eq!(differing("a\nb\n", "b\nc\n"), ["- a", "+ c"]);
        assert!(differing("a\nb\n", "b\na\n").is_empty());
    }
}
