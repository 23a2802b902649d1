//! `cargo xtask browser`: the example shop and the sandbox's pages, driven in a browser.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::step::{self, Step};

#[derive(Args, Default)]
pub(crate) struct Arguments {
    /// Takes the pictures of this run for those of the documents, in place of comparing them
    #[arg(long)]
    update: bool,
    /// Runs the tests whose name matches this pattern alone
    pattern: Option<String>,
}

/// What stands in these files decides what is installed.
const INSTALLED_BY: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Installs what is missing, builds the command line, and runs `tests/browser`.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let tests = step::root()
        .context("browser: started without cargo")?
        .join("tests/browser");
    let chromium = program(
        &["chromium", "chromium-browser", "google-chrome"],
        "chromium",
    )?;
    let node = program(&["node"], "nodejs")?;
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

/// Where a program is; root gets it installed where it is missing.
fn program(names: &[&str], package: &'static str) -> anyhow::Result<PathBuf> {
    if let Some(program) = installed(names) {
        return Ok(program);
    }
    let failure = "a program that these tests need is not there: install it, and run them again";
    for arguments in ["update -q", "install -q -y"] {
        let mut step = Step::program("browser's programs", "apt-get", arguments, failure)
            .environment("DEBIAN_FRONTEND", "noninteractive");
        if arguments.starts_with("install") {
            step = step.argument(package);
        }
        step.run()?;
    }
    installed(names)
        .with_context(|| format!("none of {names:?} is in PATH, with {package} installed"))
}

fn installed(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let mut places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.find(|place| place.is_file())
}

/// The folder with what the tests import, installed anew where the list of it is another.
fn modules(tests: &Path) -> anyhow::Result<PathBuf> {
    let folder = step::target()?.join("browser");
    let same = |file: &&str| {
        let there = fs::read(folder.join(file)).ok();
        there.is_some() && there == fs::read(tests.join(file)).ok()
    };
    if INSTALLED_BY.iter().all(same) && folder.join("installed").exists() {
        return Ok(folder);
    }
    let npm = program(&["npm"], "npm")?;
    fs::create_dir_all(&folder)?;
    for file in INSTALLED_BY {
        let from = tests.join(file);
        fs::copy(&from, folder.join(file)).with_context(|| from.display().to_string())?;
    }
    let failure = "what the tests import can't be installed";
    Step::program(
        "browser's modules",
        npm,
        "ci --no-audit --no-fund --prefix",
        failure,
    )
    .argument(&folder)
    .run()?;
    fs::write(folder.join("installed"), "")?;
    Ok(folder)
}
