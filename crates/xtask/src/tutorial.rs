//! The tutorial, followed: the project is made from the page, block by block, and what its commands print is compared
//! with what the page says.

mod page;
mod terminal;

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::step::{root, target};
use page::{Block, Line, Place};
use terminal::Terminal;

const PAGE: &str = "docs/tutorial.md";
/// How the page reaches this checkout, from the project and from beside it, and where its programs listen.
const CHECKOUT: [&str; 2] = ["../inbank/", " inbank/"];
const ADDRESSES: [&str; 2] = ["127.0.0.1:8480", "127.0.0.1:8080"];

/// Follows the page in a temporary folder. What is built goes to the folder of the examples, whose packages it shares.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = root().context("tutorial: started without cargo")?;
    let text = fs::read_to_string(root.join(PAGE)).with_context(|| PAGE.to_owned())?;
    let [above, beside] = CHECKOUT.map(ToOwned::to_owned);
    let mut replaced = vec![
        (above, format!("{}/", root.display())),
        (beside, format!(" {}/", root.display())),
    ];
    for address in ADDRESSES {
        replaced.push((address.to_owned(), free_address()?));
    }
    let replace = |text: &str| {
        let replace = |text: String, (old, new): &(String, String)| text.replace(old, new);
        replaced.iter().fold(text.to_owned(), replace)
    };
    let folder = std::env::temp_dir().join(format!("inbank-tutorial-{}", std::process::id()));
    let mut reader = Reader::new(folder, &root)?;
    for block in page::blocks(&text)? {
        let block = block.map(replace);
        let at = block.at;
        eprintln!("xtask: tutorial: {PAGE}:{at}");
        reader
            .follow(&block)
            .with_context(|| format!("{PAGE}:{at}"))?;
    }
    reader.end()
}

/// Of this machine, with a port at which nobody listens.
fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// Somebody who follows a page.
struct Reader {
    home: PathBuf,
    /// Where commands run and files are, from `cd` on.
    folder: PathBuf,
    /// The versions of what the examples build on, which are built already.
    locked: PathBuf,
    terminals: BTreeMap<String, Terminal>,
}

impl Reader {
    fn new(home: PathBuf, root: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(home.join(".cargo"))?;
        // As the examples' profile is, so that what they share is built once.
        let settings = format!(
            "build.target-dir = '{}'\nprofile.dev.debug = \"line-tables-only\"\nprofile.dev.package.\"*\".debug = false\n",
            target()?.display()
        );
        fs::write(home.join(".cargo/config.toml"), settings)?;
        Ok(Self {
            folder: home.clone(),
            home,
            locked: root.join("examples/Cargo.lock"),
            terminals: BTreeMap::new(),
        })
    }

    fn follow(&mut self, block: &Block) -> anyhow::Result<()> {
        match &block.place {
            Place::File(path) => self.write(path, &block.text),
            Place::Terminal(name) => self.type_in(name, &block.text),
        }
    }

    fn write(&self, path: &str, text: &str) -> anyhow::Result<()> {
        let file = self.folder.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&file, text)?;
        if path == "Cargo.toml" {
            fs::copy(&self.locked, self.folder.join("Cargo.lock"))?;
        }
        Ok(())
    }

    fn type_in(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        let terminal = self.terminals.entry(name.to_owned()).or_default();
        for line in page::lines(text) {
            match line {
                Line::Command(command) => match command.split_once(' ') {
                    // As in any shell, once the command before has ended.
                    Some(("cd", folder)) => {
                        terminal.finish()?;
                        self.folder.push(folder);
                    }
                    Some(("export", variable)) => terminal.export(variable)?,
                    _ => terminal.start(&command, &self.folder, &self.home)?,
                },
                Line::Key(signal) => terminal.signal(signal)?,
                Line::Output(expected) => terminal.expect(&expected)?,
            }
        }
        Ok(())
    }

    fn end(mut self) -> anyhow::Result<()> {
        for (name, terminal) in &mut self.terminals {
            terminal
                .finish()
                .with_context(|| format!("terminal {name}"))?;
        }
        Ok(())
    }
}

/// Leaves nothing behind, whatever came of it.
impl Drop for Reader {
    fn drop(&mut self) {
        self.terminals.clear();
        // The system clears its temporary folder too.
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// Whether a line is as the page says; `…` stands for anything.
fn is_as_said(expected: &str, line: &str) -> bool {
    let mut parts = expected.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        last = Some(part);
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty() || last == Some("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(page: &str) -> anyhow::Result<()> {
        let home = std::env::temp_dir().join(format!(
            "inbank-tutorial-test-{}-{}",
            std::process::id(),
            page.len()
        ));
        let mut reader = Reader::new(home, Path::new("."))?;
        for block in page::blocks(page)? {
            reader.follow(&block)?;
        }
        reader.end()
    }

    #[test]
    fn a_page_that_says_what_happens_is_followed_to_its_end() {
        let page = "**`a/b.txt`**:\n\n```text\none\ntwo\n```\n\nIn **terminal 1**:\n\n```console\n$ cat a/b.txt\none\n…\n\
            $ echo 3 4 5\n3 … 5\n$ export SIX=6\n$ echo $SIX\n6\n$ cat\n```\n\nAnd **terminal 2**:\n\n```console\n$ echo six\nsix\n```\n\n\
            Back in **terminal 1**:\n\n```console\n^C\n$ echo seven\nseven\n```\n";
        followed(page).unwrap();
    }

    #[test]
    fn a_page_that_says_something_else_is_a_failure() {
        for page in [
            "**terminal 1**:\n\n```console\n$ echo one\ntwo\n```\n",
            "**terminal 1**:\n\n```console\n$ echo one\n```\n",
            "**terminal 1**:\n\n```console\n$ exit 3\n```\n",
            "**terminal 1**:\n\n```console\n$ true\none\n```\n",
            "```console\n$ true\n```\n",
            "**`a.txt`**:\n\n```text\none\n",
        ] {
            assert!(followed(page).is_err(), "{page}");
        }
    }

    #[test]
    fn three_dots_stand_for_anything() {
        for (expected, line) in [
            ("a…c", "abbc"),
            ("…", ""),
            ("a…", "a"),
            ("…c", "abc"),
            ("a", "a"),
        ] {
            assert!(is_as_said(expected, line), "{expected} {line}");
        }
        for (expected, line) in [("a…c", "abb"), ("a", "ab"), ("a…c…d", "acb"), ("b…", "ab")]
        {
            assert!(!is_as_said(expected, line), "{expected} {line}");
        }
    }
}
