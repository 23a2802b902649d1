//! One run of the binary, and what came of it.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The binary with no settings at all: nothing of the machine's own environment gets in.
pub(crate) fn inbank(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_inbank"));
    command.env_clear().args(arguments);
    command
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::with_stdin(command, "")
    }

    /// Blocks its thread; the sandbox beside it goes on, so tests with one need more threads.
    pub(crate) fn with_stdin(command: &mut Command, stdin: &str) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Not every command reads it.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The one document on stdout, of a run that did what it should.
    pub(crate) fn json(&self) -> Value {
        assert_eq!((self.code, &*self.stderr), (0, ""), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The one-line document on stderr, of a run that answered nothing.
    pub(crate) fn error(&self, code: i32) -> Value {
        assert_eq!((self.code, &*self.stdout), (code, ""), "{self:?}");
        self.error_line()
    }

    /// The same, where the answer on stdout is a negative one.
    pub(crate) fn error_line(&self) -> Value {
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        let mut document: Value = serde_json::from_str(&self.stderr).unwrap();
        let next = document["error"]["next"].as_str().unwrap_or_default();
        assert!(
            next.split(' ').count() > 2,
            "an error says what to do next: {self:?}"
        );
        document["error"].take()
    }

    /// What people read, of a run that did what it should.
    pub(crate) fn text(&self) -> &str {
        assert_eq!((self.code, &*self.stderr), (0, ""), "{self:?}");
        &self.stdout
    }
}
