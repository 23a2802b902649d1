//! The processes: started, looked at from outside, killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{Address, Setting};

/// Ends this process when whoever started it is gone: its end of our standard input is closed then.
pub(crate) fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}

/// A process of ours, which ends with us.
pub(crate) struct Process(Child);

/// What the system says of a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resources {
    /// Resident memory.
    pub(crate) kilobytes: u64,
    /// Open files, connections among them.
    pub(crate) files: u64,
}

impl Process {
    /// Another part of this very program.
    fn start(part: &str, argument: Option<&str>) -> (Self, BufReader<impl std::io::Read>) {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program)
            .arg(part)
            .args(argument)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        (Self(child), BufReader::new(out))
    }

    /// A bank for a shop of this name.
    pub(crate) fn bank(shop: &str) -> (Self, Address) {
        let (process, mut out) = Self::start("bank", None);
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let mut address: Address = serde_json::from_str(&line).unwrap();
        shop.clone_into(&mut address.name);
        (process, address)
    }

    /// A process of the platform; returns when it listens.
    pub(crate) fn platform(setting: &Setting) -> Self {
        let setting = serde_json::to_string(setting).unwrap();
        let (process, mut out) = Self::start("platform", Some(&setting));
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "the platform's process did not start");
        process
    }

    /// None once it is gone.
    pub(crate) fn resources(&self) -> Option<Resources> {
        let folder = format!("/proc/{}", self.0.id());
        let status = std::fs::read_to_string(format!("{folder}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        let kilobytes = line.split_whitespace().nth(1)?.parse().ok()?;
        let files = std::fs::read_dir(format!("{folder}/fd")).ok()?.count();
        Some(Resources {
            kilobytes,
            files: files as u64,
        })
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// SIGTERM; returns when it has ended. Whether it ended well.
    pub(crate) fn stop(mut self) -> bool {
        kill_process(Pid::from_child(&self.0), Signal::TERM).unwrap();
        self.0.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
