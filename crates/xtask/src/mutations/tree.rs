//! A copy of the workspace, into which mutations are put, and its build.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::step;

/// The copy. What is built of it is kept from run to run, so that a mutation builds only what depends on it.
pub(super) struct Tree {
    folder: PathBuf,
    target: PathBuf,
}

impl Tree {
    /// Brings the copy up to the working tree. A file that is the same is left alone: a new time would have all that
    /// depends on it built again.
    pub(super) fn copied(root: &Path) -> anyhow::Result<Self> {
        let base = step::target()?.join("mutations");
        let (folder, target) = (base.join("tree"), base.join("target"));
        fs::create_dir_all(&folder)?;
        let folder = folder.canonicalize()?;
        let listed = listed(root)?;
        for file in &listed {
            copy(&root.join(file), &folder.join(file))?;
        }
        remove_others(&folder, &folder, &listed)?;
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

/// The files of the workspace: what git knows, or everything that isn't built where the sources came without it.
fn listed(root: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let known = step::output("git", &["ls-files", "-z"])?.filter(|known| !known.is_empty());
    let mut listed = BTreeSet::new();
    match known {
        // Some may be removed, and not yet for git.
        Some(known) => listed.extend(
            known
                .split('\0')
                .map(PathBuf::from)
                .filter(|file| root.join(file).is_file()),
        ),
        None => walk(root, root, &mut listed)?,
    }
    Ok(listed)
}

fn walk(root: &Path, folder: &Path, listed: &mut BTreeSet<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_built = path.ends_with("target") || path.ends_with(".git");
        if path.is_dir() && !is_built {
            walk(root, &path, listed)?;
        } else if path.is_file() {
            listed.insert(path.strip_prefix(root)?.to_owned());
        }
    }
    Ok(())
}

fn parent(folder: &Path) -> &OsStr {
    folder.parent().unwrap_or(folder).as_os_str()
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let text = fs::read(from).with_context(|| from.display().to_string())?;
    if fs::read(to).is_ok_and(|present| present == text) {
        return Ok(());
    }
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    fs::write(to, text).with_context(|| to.display().to_string())
}

/// Removes what the working tree doesn't have.
fn remove_others(tree: &Path, folder: &Path, listed: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(tree, &path, listed)?;
        } else if !listed.contains(path.strip_prefix(tree)?) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_without_git_are_all_but_what_is_built() {
        let root = std::env::temp_dir().join(format!("inbank-tree-{}", std::process::id()));
        for file in [
            "a.rs",
            "crates/b/c.rs",
            "target/d",
            "crates/target/e",
            ".git/f",
        ] {
            let file = root.join(file);
            fs::create_dir_all(parent(&file)).unwrap();
            fs::write(file, "").unwrap();
        }
        let mut found = BTreeSet::new();
        walk(&root, &root, &mut found).unwrap();
        fs::remove_dir_all(&root).unwrap();
        let found: Vec<_> = found.iter().map(|file| file.to_str().unwrap()).collect();
        assert_eq!(found, ["a.rs", "crates/b/c.rs"]);
    }
}
