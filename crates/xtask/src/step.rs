//! One command as a step: announced on stderr, timed, and with a sentence for when it fails.

use std::env;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};

/// A command that has to succeed.
pub(crate) struct Step {
    name: &'static str,
    failure: &'static str,
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, OsString)>,
    folder: Option<PathBuf>,
}

impl Step {
    /// A step that runs `cargo` with the words of `arguments`; `failure` is the sentence that says what went wrong.
    pub(crate) fn cargo(
        name: &'static str,
        arguments: &'static str,
        failure: &'static str,
    ) -> Self {
        Self::program(name, cargo_program(), arguments, failure)
    }

    /// The same with another program than cargo.
    pub(crate) fn program(
        name: &'static str,
        program: impl Into<OsString>,
        arguments: &'static str,
        failure: &'static str,
    ) -> Self {
        Self {
            name,
            failure,
            program: program.into(),
            arguments: arguments.split_whitespace().map(Into::into).collect(),
            environment: Vec::new(),
            folder: None,
        }
    }

    /// Adds one argument.
    pub(crate) fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets one variable of the command's environment.
    pub(crate) fn environment(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Runs it there, and not in the workspace's root.
    pub(crate) fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Runs the command to its end.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        // All on stderr: stdout belongs to the command, whose output may be read by a program.
        let program = Path::new(&self.program)
            .file_stem()
            .unwrap_or(&self.program);
        let words = self.arguments.join(OsStr::new(" "));
        eprintln!(
            "xtask: {}: {} {}",
            self.name,
            program.display(),
            words.display()
        );
        let started = Instant::now();
        let mut command = in_root(&self.program);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        let status = command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            // `cargo run` leaves it to whom it runs; a subcommand takes itself for not run by cargo where it is set.
            .env_remove("CARGO_PKG_NAME")
            .status()
            .with_context(|| {
                format!("{}: {} could not be started", self.name, program.display())
            })?;
        let duration = started.elapsed();
        if status.success() {
            eprintln!("xtask: {}: done in {duration:.1?}", self.name);
            return Ok(());
        }
        eprintln!("xtask: {}: failed after {duration:.1?}", self.name);
        Err(StepFailed {
            name: self.name,
            sentence: self.failure,
            status,
        }
        .into())
    }
}

/// A step's command ran and did not succeed.
#[derive(Debug)]
pub(crate) struct StepFailed {
    name: &'static str,
    sentence: &'static str,
    status: ExitStatus,
}

impl StepFailed {
    /// The command's exit code; 1 when a signal ended it, which leaves none.
    pub(crate) fn exit_code(&self) -> ExitCode {
        let code = self.status.code().and_then(|code| u8::try_from(code).ok());
        code.map_or(ExitCode::FAILURE, ExitCode::from)
    }
}

impl fmt::Display for StepFailed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {} ({})",
            self.name, self.sentence, self.status
        )
    }
}

impl Error for StepFailed {}

/// Whether `cargo {subcommand}` is installed. Asks it for its version, and shows nothing of what it says.
pub(crate) fn has_subcommand(subcommand: &str) -> bool {
    in_root(cargo_program())
        .args([subcommand, "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The cargo that started us.
pub(crate) fn cargo_program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

/// What a program writes to stdout, if it succeeds.
pub(crate) fn output(program: &str, arguments: &[&str]) -> anyhow::Result<Option<String>> {
    let output = in_root(program)
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .with_context(|| format!("{program} could not be started"))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(output.status.success().then_some(text))
}

/// What cargo says.
pub(crate) fn cargo_output(arguments: &[&str]) -> anyhow::Result<String> {
    said(in_root(cargo_program()).args(arguments), arguments)
}

/// What cargo says elsewhere than in the workspace's root.
pub(crate) fn cargo_output_at(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    said(
        Command::new(cargo_program())
            .args(arguments)
            .current_dir(folder),
        arguments,
    )
}

fn said(command: &mut Command, arguments: &[&str]) -> anyhow::Result<String> {
    let output = command.output().context("cargo could not be started")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "cargo {}: {complaint}",
        arguments.join(" ")
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// A program in the workspace's root wherever we were started from.
fn in_root(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    // Asked when running, not when compiling: checkouts that share a target folder also share this program.
    if let Some(root) = root() {
        command.current_dir(root);
    }
    command
}

/// Where everything is built, what is made here included.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let root = root().context("started without cargo")?;
    // Relative to where we were started, which for cargo is where its own target folder is looked for too.
    let named = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    Ok(named.map_or_else(|| root.join("target"), |named| root.join(named)))
}

/// The workspace's root, where cargo started us.
pub(crate) fn root() -> Option<PathBuf> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)?;
    root_above(&manifest).map(Path::to_owned)
}

/// The workspace's root, two folders above this crate's.
fn root_above(manifest: &Path) -> Option<&Path> {
    manifest.parent()?.parent()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_two_folders_above_the_crate() {
        assert_eq!(
            root_above(Path::new("/w/crates/xtask")),
            Some(Path::new("/w"))
        );
        assert_eq!(root_above(Path::new("/")), None);
    }

    #[test]
    fn a_step_that_succeeds_is_ok() {
        assert!(
            Step::cargo("version", "--version", "cargo is broken")
                .run()
                .is_ok()
        );
    }

    #[test]
    fn a_step_that_fails_says_what_failed_and_keeps_the_exit_code() {
        let step = Step::cargo("nonsense", "--no-such-flag", "there is no such flag");
        let error = step.run().expect_err("cargo refuses unknown flags");
        let failed = error
            .downcast_ref::<StepFailed>()
            .expect("the command did start");
        assert!(
            failed
                .to_string()
                .starts_with("nonsense: there is no such flag (")
        );
        assert_ne!(failed.exit_code(), ExitCode::SUCCESS);
    }
}
