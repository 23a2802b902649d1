//! A mutation as it is written down: a head of plain lines, then a unified diff.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A fault that is put back by a patch.
#[derive(Debug)]
pub(super) struct Mutation {
    name: String,
    path: PathBuf,
    invariant: String,
    sequences: u64,
}

impl Mutation {
    /// Reads a patch's head.
    fn read(path: PathBuf) -> anyhow::Result<Self> {
        let name = path.file_stem().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let (invariant, sequences) = head(&text).with_context(|| path.display().to_string())?;
        Ok(Self {
            name,
            path,
            invariant,
            sequences,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The promise that must be seen to be broken, by the simulation's name for it.
    pub(super) fn invariant(&self) -> &str {
        &self.invariant
    }

    /// In how many sequences, from seed 1, it must be found; none where its kept plan is to find it.
    pub(super) const fn sequences(&self) -> u64 {
        self.sequences
    }

    /// Whether only the plan that is kept for it has to find it, since it takes millions of others to.
    pub(super) const fn is_left_to_its_plan(&self) -> bool {
        self.sequences == 0
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        let number = self.name.split('-').next();
        self.name == name || number == Some(name)
    }
}

/// Every patch of a folder, by their names.
pub(super) fn all(folder: &Path) -> anyhow::Result<Vec<Mutation>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "patch")
        {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(Mutation::read).collect()
}

/// The invariant and the budget; all four lines have to be there, the others for people.
fn head(text: &str) -> anyhow::Result<(String, u64)> {
    let head = text.split("\n--- ").next().unwrap_or_default();
    let line = |name: &str| {
        let mut lines = head.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let value = value.map(str::trim).filter(|value| !value.is_empty());
        value.with_context(|| format!("the head has no line \"{name}: …\""))
    };
    line("Promise")?;
    line("Found by")?;
    let sequences = line("Sequences")?.parse();
    let sequences = sequences.context("the budget is no number of sequences")?;
    Ok((line("Invariant")?.to_owned(), sequences))
}

/// So many, called by their numbers.
#[cfg(test)]
pub(super) fn numbered(count: usize) -> Vec<Mutation> {
    let mutation = |number| Mutation {
        sequences: 1,
        ..left_to_its_plan(&format!("{number:02}-name"))
    };
    (1..=count).map(mutation).collect()
}

#[cfg(test)]
pub(super) fn left_to_its_plan(name: &str) -> Mutation {
    Mutation {
        name: name.to_owned(),
        path: PathBuf::new(),
        invariant: "stuck".to_owned(),
        sequences: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Promise: no.\nInvariant: stuck\nSequences: 100\nFound by: me\n\n--- a/x\n";

    #[test]
    fn the_head_says_what_must_be_found_within_what() {
        assert_eq!(head(HEAD).unwrap(), ("stuck".to_owned(), 100));
    }

    #[test]
    fn a_line_that_is_missing_is_named() {
        for name in ["Promise", "Invariant", "Sequences", "Found by"] {
            let without: Vec<_> = HEAD.lines().filter(|l| !l.starts_with(name)).collect();
            let error = head(&without.join("\n")).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn a_line_of_the_diff_is_none_of_the_head() {
        let text = HEAD.replace("Found by: me\n", "") + "Found by: the diff\n";
        assert!(head(&text).is_err());
    }
}
