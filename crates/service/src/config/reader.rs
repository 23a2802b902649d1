//! Reads values of the file, and names the line of those that are wrong.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;

use inbank::Invalid;
use toml::Spanned;

use super::ConfigError;

/// The file's text, for the lines, and where secrets are.
pub(super) struct Reader<'a, S> {
    pub(super) text: &'a str,
    pub(super) source: S,
    /// Files of secrets that were read.
    pub(super) files: RefCell<Vec<PathBuf>>,
}

impl<S> Reader<'_, S> {
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    pub(super) fn wrong(&self, value: &Spanned<String>, problem: impl fmt::Display) -> ConfigError {
        ConfigError {
            line: Some(self.line(value.span().start)),
            problem: problem.to_string(),
        }
    }

    pub(super) fn checked<T>(
        &self,
        value: &Spanned<String>,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Result<T, ConfigError> {
        let parsed = parse(value.get_ref());
        parsed.map_err(|error| self.wrong(value, format_args!("{key} {}", error.problem())))
    }
}
