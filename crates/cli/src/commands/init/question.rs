//! Questions on a terminal.

use std::io;

use crate::exit::Failure;

/// Asks on one stream, and reads answers from another.
pub(super) struct Questions<'a, L, W> {
    lines: &'a mut L,
    shown: W,
}

impl<'a, L, W> Questions<'a, L, W>
where
    L: Iterator<Item = io::Result<String>>,
    W: io::Write,
{
    pub(super) const fn new(lines: &'a mut L, shown: W) -> Self {
        Self { lines, shown }
    }

    /// The answer; the usual one where nothing is typed, and none where that is nothing. What has to be
    /// answered is asked again.
    pub(super) fn ask(
        &mut self,
        flag: &str,
        says: &str,
        usual: Option<&str>,
    ) -> Result<Option<String>, Failure> {
        loop {
            // Where the terminal takes nothing, its user sees the same.
            let _ = match usual {
                Some(usual) if !usual.is_empty() => write!(self.shown, "{says} [{usual}]: "),
                Some(_) | None => write!(self.shown, "{says}: "),
            };
            let _ = self.shown.flush();
            let typed = self.lines.next().and_then(Result::ok);
            let Some(typed) = typed else {
                let next = "give it as a flag, or answer the question";
                return Err(Failure::usage(format!("{flag} is missing"), next));
            };
            let typed = typed.trim();
            if !typed.is_empty() {
                return Ok(Some(typed.to_owned()));
            }
            if let Some(usual) = usual {
                return Ok((!usual.is_empty()).then(|| usual.to_owned()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_answer_is_the_usual_one_and_what_is_needed_is_asked_again() {
        let typed = ["", "", "  estonia ", ""].map(|line| Ok(line.to_owned()));
        let (mut lines, mut shown) = (typed.into_iter(), Vec::new());
        let mut questions = Questions::new(&mut lines, &mut shown);
        let mut ask = |usual| questions.ask("--flag", "What", usual);
        assert_eq!(ask(Some("main")).unwrap().as_deref(), Some("main"));
        assert_eq!(ask(None).unwrap().as_deref(), Some("estonia"));
        assert_eq!(ask(Some("")).unwrap(), None);
        assert!(ask(None).is_err(), "nobody answers any more");
        let shown = String::from_utf8(shown).unwrap();
        assert_eq!(shown, "What [main]: What: What: What: What: ");
    }
}
