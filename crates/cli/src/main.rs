//! The command line `inbank`: Inbank financing from a terminal or a script.
//!
//! stdout carries the answer alone; logs, progress and errors go to stderr. What each exit code
//! means is in `exit.rs`.
// They panic where a stream takes nothing, and the exit code with it: `output.rs` writes instead.
#![warn(clippy::print_stderr, clippy::print_stdout)]

mod check;
mod commands;
mod exit;
mod open_files;
mod output;
mod progress;
mod settings;
mod stop;
mod terminal;

use std::env;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::commands::Cli;
use crate::output::Format;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return exit::parsing(&error),
    };
    let format = cli.settings.output;
    log(format, &cli);
    progress::allow(format);
    match commands::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(format),
    }
}

/// Whether the environment asks for none (no-color.org); what clap writes asks for itself.
fn without_colour() -> bool {
    env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Logs to stderr what `RUST_LOG` asks for.
fn log(format: Format, cli: &Cli) {
    // A script finds one line on stderr where something fails; retries on the way are for people. What
    // goes wrong in a demo goes wrong on order.
    let default = match format {
        Format::Text if !cli.is_a_demo() => LevelFilter::WARN,
        Format::Text | Format::Json => LevelFilter::ERROR,
    };
    let filter = EnvFilter::builder().with_default_directive(default.into());
    // The lossy way prints what it leaves out, and panics where stderr takes nothing.
    let filter = filter.from_env().unwrap_or_else(|error| {
        output::complain(&format!("RUST_LOG is not used: {error}"));
        EnvFilter::default().add_directive(default.into())
    });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal() && !without_colour())
        .with_writer(|| progress::Stderr)
        // It would print to stderr that stderr can't be printed to, and panic.
        .log_internal_errors(false)
        .init();
}
