//! What people see on a terminal, and programs in a pipe.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, Command, Stdio};

use inbank_sandbox::{Fault, Operation};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::following::Following;
use crate::order::{Ledger, REFERENCE};
use crate::run::{Run, inbank};
use crate::shop::Shop;

/// A terminal of so many columns, and a command that runs in it.
struct Terminal {
    screen: File,
    child: Child,
    seen: String,
}

impl Terminal {
    fn run(command: &mut Command, columns: u16) -> Self {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&screen, size).unwrap();
        let name = ptsname(&screen, Vec::new()).unwrap();
        let end = || -> OwnedFd {
            let name = OsStr::from_bytes(name.as_bytes());
            OpenOptions::new()
                .read(true)
                .write(true)
                .open(name)
                .unwrap()
                .into()
        };
        command
            .env("TERM", "xterm")
            .stdin(Stdio::null())
            .stdout(end())
            .stderr(end());
        let child = command.spawn().unwrap();
        // Ours of its two ends, or there would be no end of reading.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self {
            screen: screen.into(),
            child,
            seen: String::new(),
        }
    }

    /// Reads until this is seen.
    fn until(&mut self, text: &str) {
        while !self.seen.contains(text) {
            assert!(self.read(), "{text} is not in {}", self.seen);
        }
    }

    /// Reads to the end: what was seen, and the code.
    fn end(mut self) -> (String, i32) {
        while self.read() {}
        let code = self.child.wait().unwrap().code().unwrap();
        (self.seen.replace("\r\n", "\n"), code)
    }

    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        // A terminal without anybody at its other end can't be read.
        let count = self.screen.read(&mut bytes).unwrap_or_default();
        self.seen
            .push_str(&String::from_utf8_lossy(&bytes[..count]));
        count > 0
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn for_people(command: &mut Command) -> &mut Command {
    command.env("INBANK_OUTPUT", "text")
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_columns_are_enough() {
    let ledger = Ledger::with_an_order().await;
    let schedule = [
        "calculate",
        "--product",
        "hire_purchase",
        "--amount",
        "300",
        "--period",
        "12",
        "--detail",
        "payment-schedule",
    ];
    for (arguments, says) in [
        (&["order", "list"][..], "Status    pending"),
        (&["order", "show", REFERENCE], "Status  pending"),
        (&["product", "hire_purchase"], "hire_purchase"),
        (&schedule, "Balance, EUR"),
        (&["doctor"], "reachability"),
    ] {
        let mut command = ledger.shop.command(arguments);
        for_people(&mut command).current_dir(ledger.folder.path());
        let (seen, code) = Terminal::run(&mut command, 40).end();
        assert_eq!(code, 0, "{seen}");
        assert!(seen.contains(says), "{says}: {seen}");
        // A word that is longer than the line stands in one piece: it is to be copied.
        let wide = |line: &&str| line.chars().count() > 40 && line.trim().contains(' ');
        assert_eq!(seen.lines().find(wide), None, "{seen}");
        // What a program reads is not broken up.
        let piped = Run::of(&mut command);
        assert!(piped.text().lines().count() <= seen.lines().count());
    }
    // Whoever exports a width, as `watch` does, shows the answer in it.
    let mut command = ledger.shop.command(&["order", "list"]);
    for_people(&mut command).current_dir(ledger.folder.path());
    let piped = Run::of(command.env("COLUMNS", "40"));
    let wide = |line: &&str| line.chars().count() > 40;
    assert_eq!(piped.text().lines().find(wide), None, "{piped:?}");
    let mut help = inbank(&["order", "list", "--help"]);
    let (help, _) = Terminal::run(help.env("NO_COLOR", "1"), 40).end();
    let options = help.split("Examples:").next().unwrap();
    let wide = |line: &&str| line.chars().count() > 40 && line.trim().contains(' ');
    assert_eq!(options.lines().find(wide), None, "{help}");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_colour_on_a_terminal_unless_the_environment_asks_for_none() {
    let ledger = Ledger::with_an_order().await;
    ledger.spoil();
    // What is logged, and what the command line itself has to say.
    for arguments in [&["order", "list"][..], &["order", "lsit"]] {
        for (variable, coloured) in [("", true), ("1", false)] {
            let mut command = ledger.shop.command(arguments);
            for_people(&mut command).current_dir(ledger.folder.path());
            command.env("NO_COLOR", variable);
            let (seen, _) = Terminal::run(&mut command, 100).end();
            assert_eq!(seen.contains("\u{1b}["), coloured, "{seen:?}");
        }
        let mut command = ledger.shop.command(arguments);
        for_people(&mut command).current_dir(ledger.folder.path());
        let piped = Run::of(&mut command);
        assert!(!(piped.stdout + &piped.stderr).contains('\u{1b}'));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_longer_than_a_second_shows_that_it_goes_on_to_people_alone() {
    let shop = Shop::open().await;
    let product = ["product", "hire_purchase"];
    shop.sandbox.fault(Operation::GetProduct, Fault::Hold, 1);
    let mut command = shop.command(&product);
    let mut terminal = Terminal::run(for_people(&mut command), 80);
    terminal.until("working");
    shop.sandbox.release_answers();
    let (seen, code) = terminal.end();
    assert_eq!(code, 0, "{seen}");
    // Taken away before the answer is written.
    let answer = seen.rsplit("working").next().unwrap();
    assert!(
        answer.contains("\u{1b}[2K") && answer.contains("hire_purchase"),
        "{seen:?}"
    );
    let slow = Fault::Slow {
        milliseconds: 1_300,
    };
    shop.sandbox.fault(Operation::GetProduct, slow, 2);
    let (seen, _) = Terminal::run(&mut shop.command(&product), 80).end();
    assert!(
        seen.starts_with('{') && !seen.contains("working"),
        "{seen:?}"
    );
    shop.text(&product).text();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_that_closes_ends_it_quietly() {
    let ledger = Ledger::with_an_order().await;
    for arguments in [
        &["completions", "bash"][..],
        &["order", "list"],
        &["product", "hire_purchase"],
        &["--help"],
    ] {
        let mut command = ledger.shop.command(arguments);
        command.current_dir(ledger.folder.path());
        let ended = Following::start(&mut command).unread();
        assert_eq!(ended, (0, vec![]), "{arguments:?}");
    }
}
