//! The examples as a page.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::description;

/// What is shown of an example for another language: its folder, the kind of its files, and what they are written in.
const OTHERS: [(&str, &str, &str); 2] = [("src", "ts", "ts"), ("inbank_payments", "py", "python")];

/// Each with its sources, as they are built and run.
pub(super) fn page(root: &Path) -> anyhow::Result<String> {
    let mut page = "# Examples\n\nWhole packages, of a workspace of their own, which see what an embedder sees. \
        `cargo xtask examples` builds and runs them.\n"
        .to_owned();
    let mut folders = Vec::new();
    for entry in fs::read_dir(root.join("examples"))? {
        folders.push(entry?.path());
    }
    folders.sort();
    let (rust, others): (Vec<_>, Vec<_>) = folders
        .into_iter()
        .filter(|folder| folder.is_dir())
        .partition(|folder| folder.join("Cargo.toml").exists());
    for folder in rust {
        let name = folder.file_name().unwrap_or_default().display();
        write!(page, "\n## {name}\n\n{}.\n", description(&folder)?)?;
        for part in ["src", "tests"] {
            page += &sources(root, &folder.join(part), "rs", "rust,ignore")?;
        }
    }
    page += "\n# For other languages\n\nShops around `inbank serve`. `cargo xtask test-examples` runs them.\n";
    for folder in others {
        let Ok(text) = fs::read_to_string(folder.join("README.md")) else {
            continue;
        };
        let name = folder.file_name().unwrap_or_default().display();
        let says = text.split("\n\n").nth(1).unwrap_or_default();
        write!(page, "\n## {name}\n\n{says}\n")?;
        for (part, kind, language) in OTHERS {
            page += &sources(root, &folder.join(part), kind, language)?;
        }
    }
    Ok(page)
}

/// The files of a folder, in blocks.
fn sources(root: &Path, folder: &Path, kind: &str, language: &str) -> anyhow::Result<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|other| other == kind));
    files.sort();
    let mut blocks = String::new();
    for file in files {
        let short = file.strip_prefix(root).unwrap_or(&file).display();
        let text = fs::read_to_string(&file)?;
        write!(blocks, "\n`{short}`\n\n```{language}\n{text}```\n")?;
    }
    Ok(blocks)
}
