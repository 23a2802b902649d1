//! Programs of the machine that some steps need. Root gets them installed where they are missing.

use std::env;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::step::Step;

/// Where a program is, by one of its names; with a package that has it, where it is missing.
pub(crate) fn find(names: &[&str], package: &'static str) -> anyhow::Result<PathBuf> {
    if let Some(program) = installed(names) {
        return Ok(program);
    }
    install(package)?;
    installed(names)
        .with_context(|| format!("none of {names:?} is in PATH, with {package} installed"))
}

/// Installs a package.
pub(crate) fn install(package: &'static str) -> anyhow::Result<()> {
    let failure = "a program that these tests need is not there: install it, and run them again";
    for arguments in ["update -q", "install -q -y"] {
        let mut step = Step::program("programs", "apt-get", arguments, failure)
            .environment("DEBIAN_FRONTEND", "noninteractive");
        if arguments.starts_with("install") {
            step = step.argument(package);
        }
        step.run()?;
    }
    Ok(())
}

fn installed(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let mut places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.find(|place| place.is_file())
}
