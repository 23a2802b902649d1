//! `cargo xtask docs`: the documents as a site, with search, and the reference beside them.

mod examples;
mod links;
mod pages;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::step::{Step, root, target};
use crate::tool::MDBOOK;
use crate::tree;
use pages::Pages;

/// What stands in the reference: what others build on, and what they test with.
const REFERENCE: [&str; 9] = [
    "inbank",
    "inbank-domain",
    "inbank-ports",
    "inbank-app",
    "inbank-adapters-http",
    "inbank-adapters-sql",
    "inbank-console",
    "inbank-testkit",
    "inbank-sandbox",
];

const SETTINGS: &str = r#"[book]
title = "Inbank for commerce platforms"
language = "en"
src = "src"

[build]
create-missing = false

[output.html]
default-theme = "light"
preferred-dark-theme = "navy"
no-section-label = true
additional-css = ["site.css"]
playground.runnable = false
playground.copyable = true
fold = { enable = true, level = 1 }
print = { enable = false }
search = { limit-results = 20, boost-title = 3, boost-hierarchy = 2 }
"#;

/// Tables as wide as the page, and pictures that leave room.
const STYLE: &str = ".content main { max-width: 900px; }
.content table { width: 100%; margin: 1em 0; }
.content td, .content th { vertical-align: top; text-align: left; }
.content td:first-child code { white-space: normal; }
.content img { display: block; max-width: 100%; margin: 1em auto; }
";

/// Builds the site in `target/site`, and checks that every link of it leads somewhere.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = root().context("docs: started without cargo")?;
    let target = target()?;
    let (book, site) = (target.join("book"), target.join("site"));
    for folder in [&book, &site] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    let source = book.join("src");
    let mut pages = Pages::of(&root)?;
    pages.add("examples/README.md", examples::page(&root)?);
    pages.add("reference.md", reference(&root)?);
    pages.write(&source)?;
    fs::write(book.join("book.toml"), SETTINGS)?;
    fs::write(book.join("site.css"), STYLE)?;
    MDBOOK
        .step("site", "build", "the documents can't be made a site")?
        .argument(&book)
        .argument("--dest-dir")
        .argument(&site)
        .run()?;
    write_reference(&target, &site)?;
    links::check(&site)?;
    eprintln!("xtask: docs: {}", site.join("index.html").display());
    Ok(())
}

fn write_reference(target: &Path, site: &Path) -> anyhow::Result<()> {
    // With what is private, should the checks have left that there.
    let made = target.join("doc");
    if made.exists() {
        fs::remove_dir_all(&made)?;
    }
    let mut step = Step::cargo(
        "reference",
        "doc --no-deps --all-features --locked",
        "the reference has a broken link, or another fault",
    )
    .environment("RUSTDOCFLAGS", "-D warnings");
    for package in REFERENCE {
        step = step.argument("--package").argument(package);
    }
    step.run()?;
    tree::copy(&made, &site.join("reference"))
}

/// The page that leads to the reference.
fn reference(root: &Path) -> anyhow::Result<String> {
    let mut page = "# Reference\n\nEvery type and method of the crates, made from their sources. \
        Most need the first alone, which has all of the others' that an embedder meets.\n\n| crate | is |\n|---|---|\n"
        .to_owned();
    for package in REFERENCE {
        let folder = package.strip_prefix("inbank-").unwrap_or(package);
        let is = description(&root.join("crates").join(folder))?;
        let name = package.replace('-', "_");
        writeln!(page, "| [`{name}`](reference/{name}/index.html) | {is} |")?;
    }
    Ok(page)
}

/// What a package's manifest says of it.
fn description(folder: &Path) -> anyhow::Result<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml"))
        .with_context(|| folder.display().to_string())?;
    let mut lines = manifest.lines();
    let line = lines.find_map(|line| line.strip_prefix("description = \""));
    let text = line.and_then(|line| line.strip_suffix('"'));
    Ok(text.context("a manifest without a description")?.to_owned())
}
