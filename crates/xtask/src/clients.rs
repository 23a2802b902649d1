//! `cargo xtask clients`: the clients of `inbank serve` that are generated from its `OpenAPI` document.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::python::Python;
use crate::step::{Step, root, target};
use crate::{node, tree};

#[derive(Args, Default)]
pub(crate) struct Arguments {
    /// Writes the clients in `examples/clients` anew instead of comparing
    #[arg(long)]
    write: bool,
}

/// What the service's code makes, and its tests compare.
const DOCUMENT: &str = "crates/service/openapi.json";

/// The youngest Node that nothing here runs on is the one before.
pub(crate) const NODE: u32 = 20;

/// Generates them in the target folder, and compares with what is here, or puts it here.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let clients = root()
        .context("clients: started without cargo")?
        .join("examples/clients");
    let mut changed = Vec::new();
    for (made, here) in [
        (typescript()?, clients.join("typescript/src")),
        (python()?, clients.join("python/inbank_service_client")),
    ] {
        let differing = tree::differing(&made, &here)?;
        if arguments.write {
            tree::replace(&made, &here)?;
        }
        changed.extend(differing.into_iter().map(|file| here.join(file)));
    }
    for file in &changed {
        eprintln!("xtask: clients: {}", file.display());
    }
    ensure!(
        changed.is_empty() || arguments.write,
        "clients: a client is not the one that the document makes; `cargo xtask clients --write` makes it"
    );
    Ok(())
}

fn typescript() -> anyhow::Result<PathBuf> {
    let package = folder("typescript")?;
    let work = place()?.join("clients/typescript");
    let node = node::node_since(NODE)?;
    node::modules(&package, &work)?;
    let made = emptied("generated/typescript")?;
    // Beside its modules, since it is one of theirs that reads it.
    let settings = work.join("openapi-ts.config.mjs");
    fs::copy(package.join("openapi-ts.config.mjs"), &settings)?;
    let failure = "the TypeScript client can't be generated";
    Step::program("TypeScript client", node, "", failure)
        .argument(work.join("node_modules/@hey-api/openapi-ts/bin/run.js"))
        .argument("--no-log-file")
        .argument("--silent")
        .argument("--file")
        .argument(settings)
        .environment("INBANK_OPENAPI", document()?)
        .environment("INBANK_CLIENT", &made)
        .run()?;
    Ok(made)
}

fn python() -> anyhow::Result<PathBuf> {
    let made = emptied("generated/python")?.join("inbank_service_client");
    packages()?
        .step(
            "Python client",
            "openapi-python-client",
            "generate --meta none --overwrite",
            "the Python client can't be generated",
        )
        .argument("--path")
        .argument(document()?)
        .argument("--config")
        .argument(folder("python")?.join("config.yml"))
        .argument("--output-path")
        .argument(&made)
        // Its formatter leaves a cache where it ran.
        .environment("RUFF_NO_CACHE", "true")
        .run()?;
    Ok(made)
}

/// One environment for the generator and the example that uses what it makes.
pub(crate) fn packages() -> anyhow::Result<Python> {
    let django = root()
        .context("clients: started without cargo")?
        .join("examples/django");
    let lists = [
        folder("python")?.join("requirements.txt"),
        django.join("requirements.txt"),
    ];
    Python::with(place()?.join("python"), &lists)
}

/// Where all that these examples need is installed.
pub(crate) fn place() -> anyhow::Result<PathBuf> {
    Ok(target()?.join("test-examples"))
}

fn folder(language: &str) -> anyhow::Result<PathBuf> {
    let root = root().context("clients: started without cargo")?;
    Ok(root.join("examples/clients").join(language))
}

fn document() -> anyhow::Result<PathBuf> {
    let root = root().context("clients: started without cargo")?;
    Ok(root.join(DOCUMENT))
}

fn emptied(name: impl AsRef<Path>) -> anyhow::Result<PathBuf> {
    let folder = place()?.join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
