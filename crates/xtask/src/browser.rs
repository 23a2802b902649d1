//! `cargo xtask browser`: the example shop and the sandbox's pages, driven in a browser.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::step::{self, Step};
use crate::{node, program};

#[derive(Args, Default)]
pub(crate) struct Arguments {
    /// Takes the pictures of this run for those of the documents, in place of comparing them
    #[arg(long)]
    update: bool,
    /// Runs the tests whose name matches this pattern alone
    pattern: Option<String>,
}

/// Installs what is missing, builds the command line, and runs `tests/browser`.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let tests = step::root()
        .context("browser: started without cargo")?
        .join("tests/browser");
    let chromium = program::find(
        &["chromium", "chromium-browser", "google-chrome"],
        "chromium",
    )?;
    let node = node::node()?;
    let modules = modules(&tests)?;
    let failure = "the command line does not build";
    Step::cargo(
        "browser's shop",
        "build --locked -p inbank-cli --bin inbank",
        failure,
    )
    .run()?;
    let mut files: Vec<PathBuf> = fs::read_dir(&tests)?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<_>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    ensure!(
        !files.is_empty(),
        "browser: there are no tests in {}",
        tests.display()
    );
    let failure = "a page does not do what it should, in a browser";
    let mut step = Step::program("browser", node, "--test --test-concurrency=2", failure);
    if let Some(pattern) = &arguments.pattern {
        step = step.argument(format!("--test-name-pattern={pattern}"));
    }
    let program = step::target()?
        .join("debug/inbank")
        .with_extension(env::consts::EXE_EXTENSION);
    files
        .into_iter()
        .fold(step, Step::argument)
        .environment("INBANK_BROWSER_MODULES", modules)
        .environment("INBANK_CHROMIUM", chromium)
        .environment("INBANK_PROGRAM", program)
        .environment(
            "INBANK_PICTURES",
            if arguments.update {
                "update"
            } else {
                "compare"
            },
        )
        .run()
}

/// The folder with what the tests import.
fn modules(tests: &Path) -> anyhow::Result<PathBuf> {
    let folder = step::target()?.join("browser");
    node::modules(tests, &folder)?;
    Ok(folder)
}
