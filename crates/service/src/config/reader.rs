//! Reads values of the file, and names the line of those that are wrong.

use std::fmt;

use inbank::Invalid;
use toml::Spanned;

use super::ConfigError;

/// The file's text, for the lines, and the environment.
pub(super) struct Reader<'a, E> {
    pub(super) text: &'a str,
    pub(super) environment: E,
}

impl<E: Fn(&str) -> Option<String>> Reader<'_, E> {
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

    /// What a variable holds.
    pub(super) fn variable(
        &self,
        name: &Spanned<String>,
        key: &str,
    ) -> Result<String, ConfigError> {
        let held = (self.environment)(name.get_ref()).filter(|held| !held.trim().is_empty());
        held.ok_or_else(|| {
            let problem = format!("{key}: the variable {} is not set", name.get_ref());
            self.wrong(name, problem)
        })
    }

    /// What a variable holds, as a list.
    pub(super) fn list(
        &self,
        name: &Spanned<String>,
        key: &str,
    ) -> Result<Vec<String>, ConfigError> {
        let held = self.variable(name, key)?;
        let parts = held.split(',').map(str::trim);
        let parts: Vec<_> = parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        if parts.is_empty() {
            let problem = format!("{key}: the variable {} holds nothing", name.get_ref());
            return Err(self.wrong(name, problem));
        }
        Ok(parts)
    }
}
