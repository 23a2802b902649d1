//! `cargo xtask package`: whether each crate that somebody else may depend on makes a package that builds by itself.
//!
//! Nothing is uploaded. Cargo packages them in the order in which they depend on each other, and lets each find the
//! others, which are in no registry, in a registry of that moment. It does that only for what may be published, so the
//! packages are made of a copy that says so.

mod paths;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;
use serde_json::Value;

use crate::step::{Step, cargo_output, root, target};
use crate::workspace;

/// How thorough it is.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Makes the packages and does not build from them, which takes minutes
    #[arg(long)]
    no_verify: bool,
}

impl Arguments {
    /// Without building from them.
    pub(crate) const fn quick() -> Self {
        Self { no_verify: true }
    }
}

/// What is ours alone: developer commands, and the tests that cross crates.
const KEPT: [&str; 2] = ["inbank-tests", "xtask"];

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let root = root().context("package: started without cargo")?;
    let metadata = cargo_output(&["metadata", "--no-deps", "--format-version", "1", "--locked"])?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array();
    for package in packages.context("package: cargo names no packages")? {
        let name = text(package, "name").unwrap_or_default();
        if !KEPT.contains(&name) {
            described(package).with_context(|| format!("package: {name}"))?;
            contained(&root, package, name)?;
        }
    }
    let folder = target()?.join("packages");
    let copy = publishable(&folder)?;
    let step = Step::cargo(
        "package",
        "package --workspace --locked --quiet --allow-dirty",
        "a crate does not make a package, or does not build from it",
    )
    .argument("--manifest-path")
    .argument(copy)
    .argument("--target-dir")
    .argument(&folder);
    let step = KEPT.iter().fold(step, |step, name| {
        step.argument("--exclude").argument(*name)
    });
    let step = if arguments.no_verify {
        step.argument("--no-verify")
    } else {
        step
    };
    step.run()?;
    eprintln!(
        "xtask: package: no crate has a licence, which is the owner's to choose; until then `publish = false` keeps them here"
    );
    Ok(())
}

/// A copy of the workspace without the one line that keeps it from being published; its manifest.
fn publishable(folder: &Path) -> anyhow::Result<PathBuf> {
    const KEPT: &str = "\npublish = false\n";
    let copy = folder.join("tree");
    workspace::copy_to(&copy)?;
    let manifest = copy.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    ensure!(
        text.contains(KEPT),
        "package: the workspace may be published: see to its licence first"
    );
    fs::write(&manifest, text.replace(KEPT, "\npublish = true\n"))?;
    Ok(manifest)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value[name].as_str().filter(|text| !text.is_empty())
}

/// What a reader of a registry finds it by.
fn described(package: &Value) -> anyhow::Result<()> {
    for name in ["description", "documentation", "readme"] {
        ensure!(text(package, name).is_some(), "Cargo.toml has no `{name}`");
    }
    for (name, most) in [("keywords", 5), ("categories", 5)] {
        let count = package[name].as_array().map_or(0, Vec::len);
        ensure!(
            (1..=most).contains(&count),
            "Cargo.toml has {count} {name}, where a registry takes 1 to {most}"
        );
    }
    let docs = &package["metadata"]["docs"]["rs"]["all-features"];
    ensure!(
        docs == &Value::Bool(true),
        "Cargo.toml lacks `all-features = true` under [package.metadata.docs.rs]"
    );
    Ok(())
}

/// Whether what it takes from files while it is built is inside of it.
fn contained(root: &Path, package: &Value, name: &str) -> anyhow::Result<()> {
    let manifest = text(package, "manifest_path").context("package: no manifest")?;
    let folder = Path::new(manifest).parent().unwrap_or(root);
    let list = cargo_output(&["package", "--list", "--allow-dirty", "-p", name])?;
    let files: Vec<&str> = list.lines().collect();
    for needed in ["README.md", "Cargo.toml"] {
        ensure!(
            files.contains(&needed),
            "package: {name} leaves out {needed}"
        );
    }
    let missing = paths::leaving(folder, &files)?;
    ensure!(
        missing.is_empty(),
        "package: {name} takes what is not in its package: {}",
        missing.join(", ")
    );
    Ok(())
}
