//! Folders with all that is in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Every file, by its path from the folder.
pub(crate) fn files(folder: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).with_context(|| inner.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder)?.to_owned());
            }
        }
    }
    Ok(found)
}

/// Puts what is in one folder into another.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    for file in files(from)? {
        let place = to.join(&file);
        fs::create_dir_all(place.parent().unwrap_or(to))?;
        fs::copy(from.join(&file), &place).with_context(|| place.display().to_string())?;
    }
    Ok(())
}

/// Has a folder hold what is in another, and nothing else.
pub(crate) fn replace(from: &Path, to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    copy(from, to)
}

/// The files that only one of two folders has, or that differ.
pub(crate) fn differing(one: &Path, other: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let all = &files(one)? | &files(other)?;
    let same = |file: &PathBuf| {
        let text = fs::read(one.join(file)).ok();
        text.is_some() && text == fs::read(other.join(file)).ok()
    };
    Ok(all.into_iter().filter(|file| !same(file)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_or_another_differs() {
        let root = std::env::temp_dir().join(format!("inbank-trees-{}", std::process::id()));
        let (one, other) = (root.join("one"), root.join("other"));
        for (file, text) in [("a", "1"), ("in/b", "1"), ("in/c", "1")] {
            let file = one.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        copy(&one, &other).unwrap();
        assert!(differing(&one, &other).unwrap().is_empty());
        fs::remove_file(one.join("a")).unwrap();
        fs::write(other.join("in/c"), "2").unwrap();
        let found = differing(&one, &other).unwrap();
        assert_eq!(found, [Path::new("a"), Path::new("in/c")]);
        replace(&one, &other).unwrap();
        assert!(differing(&one, &other).unwrap().is_empty());
        fs::remove_dir_all(&root).unwrap();
    }
}
