//! One thing that was looked at, and what to do about it.

use std::fmt;

use serde::Serialize;

use crate::terminal;

/// A check's outcome.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) ok: bool,
    pub(crate) detail: String,
}

impl Check {
    pub(crate) fn passed(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ok: true,
            detail: detail.into(),
        }
    }

    pub(crate) fn failed(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            ok: false,
            ..Self::passed(name, detail)
        }
    }
}

/// Writes checks under each other.
pub(crate) fn list(f: &mut fmt::Formatter<'_>, checks: &[Check]) -> fmt::Result {
    let width = checks.iter().map(|check| check.name.len()).max();
    let width = width.unwrap_or_default();
    let limit = terminal::width();
    for Check { name, ok, detail } in checks {
        let sign = if *ok { "ok    " } else { "failed" };
        terminal::beside(f, &format!("{sign}  {name:width$}  "), detail, limit)?;
    }
    Ok(())
}
