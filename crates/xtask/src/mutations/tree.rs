//! A copy of the workspace, into which mutations are put, and its build.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::{step, workspace};

/// The copy. It is built where the workspace is, since the two share all that they build on; what is built is kept from run to run, so that
/// a mutation builds only what depends on it.
pub(super) struct Tree {
    folder: PathBuf,
    target: PathBuf,
}

impl Tree {
    /// Brings the copy up to the working tree.
    pub(super) fn copied() -> anyhow::Result<Self> {
        let target = step::target()?;
        let folder = target.join("mutations/tree");
        fs::create_dir_all(&folder)?;
        let folder = folder.canonicalize()?;
        workspace::copy_to(&folder)?;
        Ok(Self { folder, target })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The simulation, once it is built.
    pub(super) fn program(&self) -> PathBuf {
        let name = format!("simulate{}", std::env::consts::EXE_SUFFIX);
        self.target.join("simulate").join(name)
    }

    /// Builds the simulation; whether it builds. What the compiler says is shown.
    pub(super) fn build(&self) -> anyhow::Result<bool> {
        let arguments =
            "build -q --profile simulate --locked -p inbank-tests --bin simulate --target-dir";
        let status = Command::new(step::cargo_program())
            .args(arguments.split(' '))
            .arg(&self.target)
            .current_dir(&self.folder)
            .status();
        let status = status.context("mutations: cargo could not be started")?;
        Ok(status.success())
    }

    /// Puts a patch in. False where it doesn't fit, and then nothing is changed.
    pub(super) fn applies(&self, patch: &Path) -> anyhow::Result<bool> {
        Ok(self.apply(&["--check"], patch)? && self.apply(&[], patch)?)
    }

    /// Takes a patch out again.
    pub(super) fn reverse(&self, patch: &Path) -> anyhow::Result<()> {
        let reversed = self.apply(&["--reverse"], patch)?;
        ensure!(reversed, "mutations: {} stays in", patch.display());
        Ok(())
    }

    fn apply(&self, how: &[&str], patch: &Path) -> anyhow::Result<bool> {
        let status = Command::new("git")
            .arg("apply")
            .args(how)
            .arg(patch)
            .current_dir(&self.folder)
            // The copy may be inside of a repository, whose paths the patch's are not.
            .env("GIT_CEILING_DIRECTORIES", parent(&self.folder))
            .status();
        let status = status.context("mutations: git could not be started")?;
        Ok(status.success())
    }
}

/// What was built last, where the workspace's own program is to be looked for, is none of its own: cargo puts that there again.
impl Drop for Tree {
    fn drop(&mut self) {
        drop(fs::remove_file(self.program()));
    }
}

fn parent(folder: &Path) -> &OsStr {
    folder.parent().unwrap_or(folder).as_os_str()
}
