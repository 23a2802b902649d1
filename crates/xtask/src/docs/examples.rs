//! The examples as a page.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::description;

/// Each with its sources, as they are built and run.
pub(super) fn page(root: &Path) -> anyhow::Result<String> {
    let mut page = "# Examples\n\nWhole packages, of a workspace of their own, which see what an embedder sees. \
        `cargo xtask examples` builds and runs them.\n"
        .to_owned();
    let mut folders = Vec::new();
    for entry in fs::read_dir(root.join("examples"))? {
        let folder = entry?.path();
        if folder.join("Cargo.toml").exists() {
            folders.push(folder);
        }
    }
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().display();
        write!(page, "\n## {name}\n\n{}.\n", description(&folder)?)?;
        for part in ["src", "tests"] {
            let mut files = Vec::new();
            for entry in fs::read_dir(folder.join(part)).into_iter().flatten() {
                files.push(entry?.path());
            }
            files.retain(|file| file.extension().is_some_and(|kind| kind == "rs"));
            files.sort();
            for file in files {
                let short = file.strip_prefix(root).unwrap_or(&file).display();
                let text = fs::read_to_string(&file)?;
                write!(page, "\n`{short}`\n\n```rust,ignore\n{text}```\n")?;
            }
        }
    }
    Ok(page)
}
