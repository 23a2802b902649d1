//! A terminal in which one command runs at a time, and goes on while the page is elsewhere.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use super::is_as_said;

/// A build takes minutes, and so does an order whose process died with a lease.
const PATIENCE: Duration = Duration::from_mins(10);

#[derive(Default)]
pub(super) struct Terminal {
    running: Option<Running>,
    /// What was exported in it.
    exported: Vec<(String, String)>,
}

struct Running {
    command: String,
    process: Child,
    lines: Receiver<String>,
    /// The page leaves lines out here, before the next one that it has.
    skipping: bool,
    /// It was told to end, so that it need not end well.
    signalled: bool,
}

impl Terminal {
    /// Sets a variable, `NAME=value`, for the commands after it.
    pub(super) fn export(&mut self, variable: &str) -> anyhow::Result<()> {
        self.finish()?;
        let (name, value) = variable.split_once('=').context("`export` sets nothing")?;
        self.exported.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Starts a command, once the one before has ended. What it installs goes to `home`.
    pub(super) fn start(
        &mut self,
        command: &str,
        folder: &Path,
        home: &Path,
    ) -> anyhow::Result<()> {
        self.finish()?;
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", home.join("bin").display());
        let mut process = Command::new("sh")
            .args(["-c", command])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Not those of the cargo that runs us: they name another package.
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CARGO_TARGET_DIR")
            .env("PATH", path)
            .env("CARGO_INSTALL_ROOT", home)
            .envs(self.exported.iter().cloned())
            .process_group(0)
            .spawn()
            .context("sh can't be started")?;
        let out = process.stdout.take().context("no stdout")?;
        let (said, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    break;
                }
            }
        });
        self.running = Some(Running {
            command: command.to_owned(),
            process,
            lines,
            skipping: false,
            signalled: false,
        });
        Ok(())
    }

    /// The next line is this one.
    pub(super) fn expect(&mut self, expected: &str) -> anyhow::Result<()> {
        let running = self
            .running
            .as_mut()
            .context("nothing runs in this terminal")?;
        if expected == "…" {
            running.skipping = true;
            return Ok(());
        }
        loop {
            match running.lines.recv_timeout(PATIENCE) {
                Ok(line) if is_as_said(expected, &line) => break,
                Ok(_) if running.skipping => {}
                Ok(line) => bail!("`{}` says {line:?}, not {expected:?}", running.command),
                Err(RecvTimeoutError::Timeout) => {
                    bail!("`{}` does not say {expected:?}", running.command)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("`{}` ends without {expected:?}", running.command)
                }
            }
        }
        running.skipping = false;
        Ok(())
    }

    /// Sends a signal to what runs, as a key does, and waits for its end.
    pub(super) fn signal(&mut self, signal: &str) -> anyhow::Result<()> {
        let running = self
            .running
            .as_mut()
            .context("nothing runs in this terminal")?;
        running.signalled = true;
        running.kill(signal)?;
        self.finish()
    }

    /// Waits for the command's end: it ends well, and has said what the page says and no more.
    pub(super) fn finish(&mut self) -> anyhow::Result<()> {
        let Some(mut running) = self.running.take() else {
            return Ok(());
        };
        loop {
            match running.lines.recv_timeout(PATIENCE) {
                Ok(line) if running.skipping || running.signalled => drop(line),
                Ok(line) => bail!("`{}` says more: {line:?}", running.command),
                Err(RecvTimeoutError::Timeout) => bail!(
                    "`{}` does not end, and the page does not end it",
                    running.command
                ),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = running.process.wait()?;
        let well = status.success() || running.signalled;
        ensure!(well, "`{}` failed: {status}", running.command);
        Ok(())
    }
}

impl Running {
    /// To the whole group: the shell, cargo, and the program.
    fn kill(&mut self, signal: &str) -> anyhow::Result<()> {
        let group = format!("-{}", self.process.id());
        // It may have ended by itself; what then comes of it is looked at anyway.
        Command::new("kill")
            .args([&format!("-{signal}"), "--", &group])
            .stderr(Stdio::null())
            .status()
            .context("kill can't be started")?;
        Ok(())
    }
}

/// A page that fails leaves no server behind.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.kill("KILL");
        let _ = self.process.wait();
    }
}
