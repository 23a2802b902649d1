//! What a page has its reader do.

use anyhow::{Context as _, bail};

/// A block of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line that it begins on.
    pub(super) at: usize,
    pub(super) place: Place,
    pub(super) text: String,
}

/// Where a block belongs: the last mark before it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// **`path`**: it is that file's content.
    File(String),
    /// **terminal name**: it is typed there.
    Terminal(String),
}

impl Block {
    pub(super) fn map(mut self, change: impl Fn(&str) -> String) -> Self {
        self.text = change(&self.text);
        self
    }
}

/// The blocks, in order. Each has a mark of its own, in the paragraph before it.
pub(super) fn blocks(page: &str) -> anyhow::Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut mark = None;
    let mut lines = (1..).zip(page.lines());
    while let Some((at, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            mark = marked(line).or(mark);
            continue;
        };
        let place = mark.take().with_context(|| {
            format!("line {at}: a block without a file or a terminal before it")
        })?;
        if matches!(place, Place::Terminal(_)) != (language == "console") {
            bail!("line {at}: `{language}` does not fit the mark before it");
        }
        let mut text = String::new();
        loop {
            match lines.next() {
                Some((_, "```")) => break,
                Some((_, line)) => {
                    text += line;
                    text.push('\n');
                }
                None => bail!("line {at}: a block without an end"),
            }
        }
        blocks.push(Block { at, place, text });
    }
    Ok(blocks)
}

/// The last mark of a line.
fn marked(line: &str) -> Option<Place> {
    let bold = line.split("**").skip(1).step_by(2);
    let marks = bold.filter_map(|words| {
        if let Some(name) = words.strip_prefix("terminal ") {
            return Some(Place::Terminal(name.to_owned()));
        }
        let path = words.strip_prefix('`')?.strip_suffix('`')?;
        Some(Place::File(path.to_owned()))
    });
    marks.last()
}

/// A line in a terminal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// `$ command`, over several lines where one ends in `\`.
    Command(String),
    /// `^C` and `^\`, by the signal that stands for theirs: whoever is started in the background ignores those of keys, and so
    /// does what it starts.
    Key(&'static str),
    /// What the program says then.
    Output(String),
}

pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        found.push(match (line, line.strip_prefix("$ ")) {
            ("^C", _) => Line::Key("TERM"),
            ("^\\", _) => Line::Key("KILL"),
            (_, Some(command)) => {
                let mut command = command.to_owned();
                while command.ends_with('\\') {
                    command.pop();
                    command += lines.next().unwrap_or_default().trim_start();
                }
                Line::Command(command)
            }
            (output, None) => Line::Output(output.to_owned()),
        });
    }
    found
}
