//! The documents as they stand in the repository, put together for the site: paths stay, so links do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, ensure};

/// The table of contents, whose links are those of its own folder.
const SUMMARY: &str = "docs/SUMMARY.md";

pub(super) struct Pages {
    root: PathBuf,
    /// Texts by their paths from the root.
    texts: BTreeMap<PathBuf, String>,
    /// Pictures, likewise.
    pictures: BTreeSet<PathBuf>,
}

impl Pages {
    /// Those of the root and of `docs`.
    pub(super) fn of(root: &Path) -> anyhow::Result<Self> {
        let mut pages = Self {
            root: root.to_owned(),
            texts: BTreeMap::new(),
            pictures: BTreeSet::new(),
        };
        for entry in fs::read_dir(root)? {
            let file = entry?.path();
            if is(&file, "md") {
                pages.take(&file)?;
            }
        }
        pages.take_all(&root.join("docs"))?;
        Ok(pages)
    }

    fn take_all(&mut self, folder: &Path) -> anyhow::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.take_all(&path)?;
            } else {
                self.take(&path)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, file: &Path) -> anyhow::Result<()> {
        let path = file.strip_prefix(&self.root)?.to_owned();
        if is(file, "md") {
            self.texts.insert(path, fs::read_to_string(file)?);
        } else {
            self.pictures.insert(path);
        }
        Ok(())
    }

    /// Adds a page that is made.
    pub(super) fn add(&mut self, path: &str, text: String) {
        self.texts.insert(path.into(), text);
    }

    /// Writes them all. Each page has a place in the table of contents.
    pub(super) fn write(mut self, to: &Path) -> anyhow::Result<()> {
        let summary = self.texts.remove(Path::new(SUMMARY));
        let summary = summary.with_context(|| format!("{SUMMARY} is missing"))?;
        let (summary, listed) = self.summary(&summary)?;
        for path in self.texts.keys() {
            ensure!(
                listed.contains(path),
                "{SUMMARY} leads to no {}",
                path.display()
            );
        }
        put(&to.join("SUMMARY.md"), summary.as_bytes())?;
        for (path, text) in &self.texts {
            put(&to.join(path), self.linked(path, text)?.as_bytes())?;
        }
        for path in &self.pictures {
            put(&to.join(path), &fs::read(self.root.join(path))?)?;
        }
        Ok(())
    }

    /// The table of contents as it is at the top, and the pages that it leads to.
    fn summary(&self, text: &str) -> anyhow::Result<(String, BTreeSet<PathBuf>)> {
        let mut listed = BTreeSet::new();
        let summary = each_link(text, |link| {
            let path = resolve(Path::new(SUMMARY), link);
            ensure!(
                self.texts.contains_key(&path),
                "{SUMMARY}: {link} is no page"
            );
            let written = path.display().to_string();
            listed.insert(path);
            Ok(written)
        })?;
        Ok((summary, listed))
    }

    /// A page whose links lead to pages: a folder's is its own, an example's is a section of the one with all of them. A
    /// folder's page is called `index` on the site, which its links have to say by themselves.
    fn linked(&self, page: &Path, text: &str) -> anyhow::Result<String> {
        each_link(text, |link| {
            let (path, section) = link.split_once('#').unwrap_or((link, ""));
            let outside = link.contains("://") || path.is_empty() || path.starts_with("reference/");
            if outside || link.starts_with("mailto:") {
                return Ok(link.to_owned());
            }
            let there = resolve(page, path);
            if self.texts.contains_key(&there) || self.pictures.contains(&there) {
                return Ok(link.replace("README.md", "index.md"));
            }
            let up = "../".repeat(page.components().count() - 1);
            if let Ok(example) = there.strip_prefix("examples") {
                let example = example.components().next().map(Component::as_os_str);
                let section = example.map_or(String::new(), |name| format!("#{}", name.display()));
                return Ok(format!("{up}examples/index.md{section}"));
            }
            ensure!(
                section.is_empty() && self.texts.contains_key(&there.join("README.md")),
                "{}: {link} leads to no page",
                page.display()
            );
            Ok(format!("{up}{}/index.md", there.display()))
        })
    }
}

/// Changes the target of each link outside of code.
fn each_link(
    text: &str,
    mut change: impl FnMut(&str) -> anyhow::Result<String>,
) -> anyhow::Result<String> {
    let mut changed = String::new();
    let mut code = false;
    for line in text.lines() {
        code ^= line.trim_start().starts_with("```");
        let mut rest = line;
        while !code && let Some((before, behind)) = rest.split_once("](") {
            let Some((link, after)) = behind.split_once(')') else {
                break;
            };
            write!(changed, "{before}]({})", change(link)?)?;
            rest = after;
        }
        changed += rest;
        changed.push('\n');
    }
    Ok(changed)
}

/// A path that stands in a file, from the root.
pub(super) fn resolve(file: &Path, path: &str) -> PathBuf {
    let mut there = file.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                there.pop();
            }
            Component::CurDir => {}
            other => there.push(other),
        }
    }
    there
}

fn is(file: &Path, kind: &str) -> bool {
    file.extension().is_some_and(|other| other == kind)
}

fn put(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, bytes).with_context(|| file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_changed_outside_of_code_alone() {
        let text = "[a](b) and [c](d)\n```\n[e](f)\n```\n";
        let changed = each_link(text, |link| Ok(format!("{link}{link}"))).unwrap();
        assert_eq!(changed, "[a](bb) and [c](dd)\n```\n[e](f)\n```\n");
    }

    #[test]
    fn a_path_is_read_from_where_it_stands() {
        let from = |path| resolve(Path::new("docs/how-to/rent.md"), path);
        assert_eq!(from("../embedding.md"), Path::new("docs/embedding.md"));
        assert_eq!(from("../../README.md"), Path::new("README.md"));
        assert_eq!(from("upgrade.md"), Path::new("docs/how-to/upgrade.md"));
    }
}
