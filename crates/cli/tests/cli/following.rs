//! A run that goes on, followed line by line, and ended with the test at the latest.

use std::io::{BufRead as _, BufReader, Lines, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use serde_json::Value;

fn lines<R: Read>(stream: R) -> Lines<BufReader<R>> {
    BufReader::new(stream).lines()
}

pub(crate) struct Following {
    child: Child,
    stdout: Option<Lines<BufReader<ChildStdout>>>,
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Following {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            stdout: child.stdout.take().map(lines),
            stderr: lines(child.stderr.take().unwrap()),
            child,
        }
    }

    /// The next line of its answers. Blocks its thread.
    pub(crate) fn line(&mut self) -> String {
        self.stdout.as_mut().unwrap().next().unwrap().unwrap()
    }

    /// The same as a document.
    pub(crate) fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// The next line that it tells besides.
    pub(crate) fn told(&mut self) -> String {
        self.stderr.next().unwrap().unwrap()
    }

    /// Reads no further, as `head` does, and waits for its end: the code, and what else it told.
    pub(crate) fn unread(mut self) -> (i32, Vec<String>) {
        self.stdout = None;
        self.ended()
    }

    /// Ctrl-C, and the same.
    pub(crate) fn interrupted(mut self) -> (i32, Vec<String>) {
        let interrupt = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(interrupt.unwrap().success());
        self.ended()
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> (i32, Vec<String>) {
        let told = self.stderr.by_ref().map(Result::unwrap).collect();
        (self.child.wait().unwrap().code().unwrap(), told)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
