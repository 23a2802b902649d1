//! Node's programs and modules, for what is written in JavaScript or TypeScript.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::program;
use crate::step::{Step, output};

/// What stands in these files decides what is installed.
const INSTALLED_BY: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Where Node is.
pub(crate) fn node() -> anyhow::Result<PathBuf> {
    program::find(&["node"], "nodejs")
}

/// The same, where it is this old or younger.
pub(crate) fn node_since(major: u32) -> anyhow::Result<PathBuf> {
    let node = node()?;
    let says = output(&node.to_string_lossy(), &["--version"])?.unwrap_or_default();
    let version = says.trim_start_matches('v').split('.').next();
    let found = version.and_then(|major| major.parse::<u32>().ok());
    ensure!(
        found.is_some_and(|found| found >= major),
        "{} is {says}, and these need Node {major} or a later one",
        node.display()
    );
    Ok(node)
}

/// Installs what the package of one folder lists into another, anew where the list is another.
pub(crate) fn modules(package: &Path, folder: &Path) -> anyhow::Result<()> {
    let same = |file: &&str| {
        let there = fs::read(folder.join(file)).ok();
        there.is_some() && there == fs::read(package.join(file)).ok()
    };
    if INSTALLED_BY.iter().all(same) && folder.join("installed").exists() {
        return Ok(());
    }
    let npm = program::find(&["npm"], "npm")?;
    fs::create_dir_all(folder)?;
    for file in INSTALLED_BY {
        let from = package.join(file);
        fs::copy(&from, folder.join(file)).with_context(|| from.display().to_string())?;
    }
    let failure = "the modules of a package.json can't be installed";
    Step::program("modules", npm, "ci --no-audit --no-fund --prefix", failure)
        .argument(folder)
        .run()?;
    fs::write(folder.join("installed"), "")?;
    Ok(())
}
