//! `cargo xtask schemathesis`: calls a service as its own `OpenAPI` document allows, and as it doesn't, and compares every answer
//! with what the document says.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::step::{self, Step};

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many requests are made up for each operation
    #[arg(long, default_value_t = 40)]
    examples: u32,
    /// What is made up follows from it
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            examples: 40,
            seed: 1,
        }
    }
}

/// What it means, and what it finds, changes between versions.
const VERSION: &str = "4.32.5";

/// The service's settings for it.
const SETTINGS: &str = "tests/schemathesis.toml";

/// A demo, ended with the value.
struct Demo {
    process: Child,
    address: String,
    token: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Asked to, so that it takes its files along; it may have ended by itself.
        let id = self.process.id().to_string();
        let asked = Command::new("kill").arg(id).status();
        if !asked.is_ok_and(|asked| asked.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let schemathesis = installed()?;
    let failure = "the command line does not build";
    Step::cargo(
        "schemathesis' service",
        "build --locked -p inbank-cli --bin inbank",
        failure,
    )
    .run()?;
    let demo = Demo::start()?;
    let settings = step::root()
        .context("started without cargo")?
        .join(SETTINGS);
    let failure = "the service does something that its document does not say";
    Step::program("schemathesis", schemathesis, "", failure)
        .argument("--config-file")
        .argument(settings)
        .argument("run")
        .argument(format!("{}/openapi.json", demo.address))
        .argument("--max-examples")
        .argument(arguments.examples.to_string())
        .argument("--seed")
        .argument(arguments.seed.to_string())
        .environment("INBANK_SERVICE_TOKEN", &demo.token)
        .run()
}

impl Demo {
    fn start() -> anyhow::Result<Self> {
        let program = step::target()?
            .join("debug/inbank")
            .with_extension(env::consts::EXE_EXTENSION);
        let mut process = Command::new(&program)
            .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
            .args(["--output", "json"])
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| program.display().to_string())?;
        let stdout = process.stdout.take().context("no stdout")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let field = |name: &str| {
            let (_, rest) = line.split_once(&format!("\"{name}\":\""))?;
            rest.split('"').next().map(str::to_owned)
        };
        let (address, token) = (field("listen"), field("token"));
        let demo = Self {
            process,
            address: address.unwrap_or_default(),
            token: token.unwrap_or_default(),
        };
        ensure!(!demo.token.is_empty(), "the demo did not start: {line}");
        Ok(demo)
    }
}

/// Where it is. It is a program of Python, installed beside the other tools where its version is missing.
fn installed() -> anyhow::Result<PathBuf> {
    let folder = step::target()?.join("tools/schemathesis").join(VERSION);
    let binaries = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let program = binaries
        .join("schemathesis")
        .with_extension(env::consts::EXE_EXTENSION);
    if !program.exists() {
        let failure = "Python 3.10 or later, with venv, is needed: install it (python3-venv)";
        Step::program("schemathesis' place", "python3", "-m venv", failure)
            .argument(&folder)
            .run()?;
        let python = binaries
            .join("python")
            .with_extension(env::consts::EXE_EXTENSION);
        let failure = "schemathesis could not be installed";
        Step::program(
            "schemathesis' install",
            python,
            "-m pip install -q",
            failure,
        )
        .argument(format!("schemathesis=={VERSION}"))
        .run()?;
    }
    Ok(program)
}
