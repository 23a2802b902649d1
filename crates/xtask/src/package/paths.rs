//! Files that a source takes while it is built, by the paths in it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;

/// What takes another file by a path that begins its argument.
const TAKING: [&str; 4] = ["include_str!(", "include_bytes!(", "include!(", "#[path = "];

/// The paths in a package's sources that name no file of the package, each with its source.
pub(super) fn leaving(folder: &Path, files: &[&str]) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for file in files {
        let source = Path::new(file);
        if source.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let path = folder.join(source);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        for taken in taken(&text) {
            let target = resolved(source.parent().unwrap_or(Path::new("")), taken);
            let inside =
                target.is_some_and(|target| files.iter().any(|file| Path::new(file) == target));
            if !inside {
                found.push(format!("{taken} in {file}"));
            }
        }
    }
    Ok(found)
}

/// The first text behind each of those that take a file; a `concat!` begins with the folder, which is enough to tell.
fn taken(text: &str) -> impl Iterator<Item = &str> {
    let behind = TAKING.iter().flat_map(|taking| {
        text.match_indices(taking)
            .map(|(at, _)| &text[at + taking.len()..])
    });
    behind.filter_map(|rest| {
        let rest = rest.trim_start();
        let rest = rest.strip_prefix("concat!(").unwrap_or(rest).trim_start();
        rest.strip_prefix('"')?.split('"').next()
    })
}

/// A path from a folder of the package, without its `..`; none where it leads out.
fn resolved(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut target = PathBuf::new();
    for component in folder.join(path).components() {
        match component {
            Component::ParentDir => {
                if !target.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            Component::Normal(name) => target.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_are_found_whatever_takes_them() {
        let text = r#"
            const A: &str = include_str!("../a.sql");
            const B: &[u8] = include_bytes!(
                "b.bin"
            );
            const C: &str = include_str!(concat!("../../c/", "d"));
            #[path = "e.rs"]
            mod e;
            include!(concat!(env!("OUT_DIR"), "/made.rs"));
        "#;
        let mut found: Vec<_> = taken(text).collect();
        found.sort_unstable();
        assert_eq!(found, ["../../c/", "../a.sql", "b.bin", "e.rs"]);
    }

    #[test]
    fn a_path_that_leads_out_of_the_package_is_told() {
        let folder = Path::new("src/wire");
        assert_eq!(resolved(folder, "../a.sql"), Some("src/a.sql".into()));
        assert_eq!(
            resolved(folder, "../../README.md"),
            Some("README.md".into())
        );
        assert_eq!(resolved(folder, "../../../README.md"), None);
        assert_eq!(resolved(folder, "/etc/hosts"), None);
    }
}
