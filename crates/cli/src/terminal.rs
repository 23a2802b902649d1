//! How much room there is, and texts that keep within it.

use std::env;
use std::fmt;
use std::io;

/// Less than this beside a name is too little to read.
const LEAST: usize = 12;

/// The width that `COLUMNS` asks for, or that of the terminal that stdout is; none where it is none: what a program
/// reads is not broken up.
pub(crate) fn width() -> Option<usize> {
    // Shells keep it to themselves; whoever exports it, as `watch` does, shows the answer in so many columns.
    let asked = env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let asked = asked.filter(|width| *width > 0);
    asked.or_else(|| {
        let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
        // A terminal that doesn't say has 0.
        Some(usize::from(width.0)).filter(|width| *width > 0)
    })
}

/// Writes a text to the right of another, over as many lines as it takes; under it, where a word would not fit.
pub(crate) fn beside(
    f: &mut impl fmt::Write,
    left: &str,
    text: &str,
    limit: Option<usize>,
) -> fmt::Result {
    let Some(limit) = limit else {
        return writeln!(f, "{left}{text}");
    };
    let indent = left.chars().count();
    let longest = text.split(' ').map(|word| word.chars().count()).max();
    let room = limit.saturating_sub(indent);
    if room < LEAST.max(longest.unwrap_or_default()) && text.chars().count() > room {
        writeln!(f, "{}", left.trim_end())?;
        return lines(f, "  ", "  ", text, limit);
    }
    lines(f, left, &" ".repeat(indent), text, limit)
}

/// A text whose lines go on under themselves where the terminal ends; what has no spaces stays in one piece.
pub(crate) fn kept_within(text: String, limit: Option<usize>) -> String {
    let Some(limit) = limit else {
        return text;
    };
    let mut kept = String::with_capacity(text.len());
    for line in text.lines() {
        if line.chars().count() <= limit {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        let rest = line.trim_start();
        let indent = &line[..line.len() - rest.len()];
        // Writing to a `String` does not fail.
        let _ = lines(&mut kept, indent, &format!("{indent}  "), rest, limit);
    }
    kept
}

fn lines(
    f: &mut impl fmt::Write,
    first: &str,
    others: &str,
    text: &str,
    limit: usize,
) -> fmt::Result {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split(' ') {
        let length = line.chars().count() + usize::from(!empty) + word.chars().count();
        if !empty && length > limit {
            writeln!(f, "{}", line.trim_end())?;
            others.clone_into(&mut line);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    writeln!(f, "{}", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(left: &str, text: &str, limit: usize) -> String {
        let mut written = String::new();
        beside(&mut written, left, text, Some(limit)).unwrap();
        written
    }

    #[test]
    fn a_text_goes_on_under_itself() {
        assert_eq!(written("Status  ", "paid", 40), "Status  paid\n");
        let long = written("Status  ", "paid, and told to a person", 24);
        assert_eq!(long, "Status  paid, and told\n        to a person\n");
    }

    #[test]
    fn sentences_go_on_under_themselves_and_without_a_terminal_stay_as_they_are() {
        let text = "one two three\n  four five six\n";
        let kept = |limit| kept_within(text.to_owned(), limit);
        assert_eq!(kept(None), text);
        assert_eq!(
            kept(Some(9)),
            "one two\n  three\n  four\n    five\n    six\n"
        );
    }

    #[test]
    fn a_word_that_does_not_fit_stands_under_its_name_in_one_piece() {
        let id = "11111111-1111-4111-8111-111111111111";
        assert_eq!(written("Session  ", id, 40), format!("Session\n  {id}\n"));
        let url = format!("https://bank.example/{id}");
        assert_eq!(
            written("Send to  ", &url, 40),
            format!("Send to\n  {url}\n")
        );
    }
}
