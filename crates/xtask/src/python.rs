//! Python and packages for it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::program;
use crate::step::{Step, output};

/// An environment with the packages of some lists.
pub(crate) struct Python {
    folder: PathBuf,
}

impl Python {
    /// Makes the environment in a folder, anew where the lists are others.
    pub(crate) fn with(folder: PathBuf, lists: &[PathBuf]) -> anyhow::Result<Self> {
        let mut wanted = String::new();
        for list in lists {
            wanted += &fs::read_to_string(list).with_context(|| list.display().to_string())?;
        }
        let mark = folder.join("installed");
        if fs::read_to_string(&mark).is_ok_and(|present| present == wanted) {
            return Ok(Self { folder });
        }
        let python = program::find(&["python3"], "python3")?;
        // Debian has it apart.
        let has = output(
            &python.to_string_lossy(),
            &["-c", "import ensurepip, venv; print(1)"],
        )?;
        if has.is_none() {
            program::install("python3-venv")?;
        }
        let failure = "an environment for Python can't be made";
        Step::program("Python", python, "-m venv --clear", failure)
            .argument(&folder)
            .run()?;
        let made = Self { folder };
        let failure = "packages for Python can't be installed";
        let arguments = "install --quiet --disable-pip-version-check";
        let mut step = made.step("packages", "pip", arguments, failure);
        for list in lists {
            step = step.argument("--requirement").argument(list);
        }
        step.run()?;
        fs::write(mark, wanted)?;
        Ok(made)
    }

    /// A step that runs one of its programs. They find each other, and leave nothing beside the sources.
    pub(crate) fn step(
        &self,
        name: &'static str,
        program: &str,
        arguments: &'static str,
        failure: &'static str,
    ) -> Step {
        let folder = self.folder.join("bin");
        let program = folder.join(program);
        Step::program(name, program, arguments, failure)
            .environment("PATH", first(&folder))
            .environment("PYTHONDONTWRITEBYTECODE", "1")
    }
}

/// The path of the environment, with one folder before all others.
fn first(folder: &Path) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let others = env::split_paths(&path);
    let all = std::iter::once(folder.to_owned()).chain(others);
    env::join_paths(all).unwrap_or(path)
}
