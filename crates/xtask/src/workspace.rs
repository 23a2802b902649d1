//! The workspace's files, elsewhere: to be changed there and not here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::step;

/// Brings a folder up to the working tree. A file that is the same is left alone: a new time would have all that depends on
/// it built again.
pub(crate) fn copy_to(folder: &Path) -> anyhow::Result<()> {
    let root = step::root().context("started without cargo")?;
    let listed = listed(&root)?;
    for file in &listed {
        copy(&root.join(file), &folder.join(file))?;
    }
    remove_others(folder, folder, &listed)
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
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let mut found = BTreeSet::new();
        walk(&root, &root, &mut found).unwrap();
        fs::remove_dir_all(&root).unwrap();
        let found: Vec<_> = found.iter().map(|file| file.to_str().unwrap()).collect();
        assert_eq!(found, ["a.rs", "crates/b/c.rs"]);
    }
}
