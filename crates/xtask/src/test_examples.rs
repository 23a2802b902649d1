//! `cargo xtask test-examples`: the examples for platforms in other languages, against `inbank serve` and its sandbox.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::clients::{self, NODE, place};
use crate::step::{self, Step};
use crate::{node, tree};

/// Installs what is missing, builds the command line, checks the clients, and runs the tests of the shops that use them.
pub(crate) fn run() -> anyhow::Result<()> {
    clients::run(&clients::Arguments::default())?;
    let failure = "the command line does not build";
    Step::cargo(
        "examples' service",
        "build --locked -p inbank-cli --bin inbank",
        failure,
    )
    .run()?;
    let program = step::target()?
        .join("debug/inbank")
        .with_extension(env::consts::EXE_EXTENSION);
    let examples = step::root()
        .context("test-examples: started without cargo")?
        .join("examples");
    let failure = "a published library does not verify a webhook";
    Step::program("webhooks", "bash", "tests/webhooks/run", failure)
        .argument(&program)
        .run()?;
    vendure(&examples, &program)?;
    django(&examples, &program)
}

fn vendure(examples: &Path, program: &Path) -> anyhow::Result<()> {
    let sources = examples.join("vendure");
    let work = place()?.join("vendure");
    let node = node::node_since(NODE)?;
    node::modules(&sources, &work)?;
    // Beside its modules, as they would stand in a shop of one's own.
    for folder in ["src", "test"] {
        tree::replace(&sources.join(folder), &work.join(folder))?;
    }
    fs::copy(sources.join("tsconfig.json"), work.join("tsconfig.json"))?;
    let client = "clients/typescript/src";
    tree::replace(&examples.join(client), &place()?.join(client))?;
    let built = work.join("dist");
    if built.exists() {
        fs::remove_dir_all(&built)?;
    }
    let failure = "the example for Vendure does not compile";
    Step::program("Vendure", &node, "", failure)
        .argument(work.join("node_modules/typescript/bin/tsc"))
        .argument("--project")
        .argument(&work)
        .run()?;
    let tests = built.join("vendure/test");
    let mut files: Vec<PathBuf> = fs::read_dir(&tests)?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<_>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.js"));
    files.sort();
    ensure!(
        !files.is_empty(),
        "test-examples: there are no tests in {}",
        tests.display()
    );
    let failure = "an order in Vendure does not end as it should";
    files
        .into_iter()
        .fold(
            Step::program("Vendure", node, "--test", failure),
            Step::argument,
        )
        .folder(&work)
        .environment("INBANK_PROGRAM", program)
        .run()
}

fn django(examples: &Path, program: &Path) -> anyhow::Result<()> {
    let sources = examples.join("django");
    let python = clients::packages()?;
    for (program, arguments) in [
        ("ruff", "format --check --no-cache ."),
        ("ruff", "check --no-cache ."),
        ("mypy", "--no-incremental"),
    ] {
        let failure = "the example for Django is not as ruff or mypy would have it";
        python
            .step("Django", program, arguments, failure)
            .folder(&sources)
            .run()?;
    }
    let work = place()?.join("django");
    fs::create_dir_all(&work)?;
    let arguments = "-q -p no:cacheprovider";
    let failure = "an order in Django does not end as it should";
    python
        .step("Django", "pytest", arguments, failure)
        .folder(&sources)
        .environment("INBANK_PROGRAM", program)
        .environment("INBANK_TEST_FOLDER", work)
        .run()
}
