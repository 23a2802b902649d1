//! Whether the links of a site lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

/// Checks every link of the pages: the file is there, and the place in it. The reference checks its own.
pub(super) fn check(site: &Path) -> anyhow::Result<()> {
    let mut pages = BTreeMap::new();
    collect(site, site, &mut pages)?;
    let dead = dead(site, &pages);
    ensure!(
        dead.is_empty(),
        "docs: links that lead nowhere:\n{}",
        dead.join("\n")
    );
    eprintln!(
        "xtask: docs: the links of {} pages lead somewhere",
        pages.len()
    );
    Ok(())
}

/// The pages by their paths from the site, but for the reference's.
fn collect(
    site: &Path,
    folder: &Path,
    pages: &mut BTreeMap<PathBuf, String>,
) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let short = path.strip_prefix(site)?.to_owned();
        if path.is_dir() {
            if short != Path::new("reference") {
                collect(site, &path, pages)?;
            }
        } else if path.extension().is_some_and(|kind| kind == "html")
            // Its links are from the root of whatever server shows it.
            && short != Path::new("404.html")
        {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            pages.insert(short, text);
        }
    }
    Ok(())
}

fn dead(site: &Path, pages: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let places: BTreeMap<&PathBuf, BTreeSet<&str>> = pages
        .iter()
        .map(|(path, text)| (path, values(text, " id=\"").collect()))
        .collect();
    let mut dead = Vec::new();
    for (page, text) in pages {
        for link in values(text, " href=\"").chain(values(text, " src=\"")) {
            if link.contains(':') || link.starts_with("//") {
                continue;
            }
            let (path, place) = link.split_once('#').unwrap_or((link, ""));
            let there = if path.is_empty() {
                page.clone()
            } else {
                super::pages::resolve(page, path)
            };
            let place_is_there = match places.get(&there) {
                Some(places) => place.is_empty() || places.contains(place),
                None => site.join(&there).is_file(),
            };
            if !place_is_there {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    dead.sort();
    dead.dedup();
    dead
}

/// What stands in an attribute, each time.
fn values<'a>(html: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    let parts = html.split(attribute).skip(1);
    parts.filter_map(|part| Some(part.split_once('"')?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_place_that_is_not_there_is_dead() {
        let page = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
        let pages = BTreeMap::from([
            page(
                "a.html",
                r##"<a href="b/c.html#here"></a> <a href="#own"></a> <h1 id="own"> <a href="https://x"></a>"##,
            ),
            page(
                "b/c.html",
                r#"<h1 id="here"> <a href="../a.html#there"></a> <img src="d.svg">"#,
            ),
        ]);
        let dead = dead(Path::new("nowhere"), &pages);
        assert_eq!(dead, ["b/c.html: ../a.html#there", "b/c.html: d.svg"]);
    }
}
