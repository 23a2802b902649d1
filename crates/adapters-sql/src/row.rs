//! Between values and columns: texts, 64-bit numbers and bytes, which both engines have.

mod attempt;
mod callback;
mod command;
mod event;
mod order;

use std::borrow::Cow;

use inbank_domain::{Currency, Invalid, Money};
use time::OffsetDateTime;

use crate::failure::Failure;
use crate::moment::{micros, moment};

pub(crate) use attempt::{ATTEMPT_COLUMNS, attempt_columns_that_change, attempt_values};
pub(crate) use callback::{CALLBACK_COLUMNS, callback, foreign, subject_parts};
pub(crate) use command::{SETTLED_COLUMNS, settled, settled_values};
pub(crate) use event::{EVENT_COLUMNS, Refused, delivery, event, event_values, fed, paged};
pub(crate) use order::{Assembler, Stored, joined_columns};

/// What a column is given.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Number(Option<i64>),
    Text(Option<Cow<'a, str>>),
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Number,
    Text,
}

/// A column's name and what it holds.
pub(crate) type Column = (&'static str, Kind);

impl<'a> Value<'a> {
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }

    fn maybe_text(text: Option<&'a str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }

    fn number(number: impl Into<i64>) -> Self {
        Self::Number(Some(number.into()))
    }

    fn moment(moment: OffsetDateTime) -> Self {
        Self::Number(Some(micros(moment)))
    }

    fn maybe_moment(moment: Option<OffsetDateTime>) -> Self {
        Self::Number(moment.map(micros))
    }

    /// The two columns of an amount.
    fn money(money: Option<Money>) -> [Self; 2] {
        let amount = money.map(|money| Cow::Owned(money.amount().to_string()));
        let currency = money.map(|money| Cow::Owned(money.currency().as_str().to_owned()));
        [Self::Text(amount), Self::Text(currency)]
    }
}

/// The names of columns, each with a prefix.
pub(crate) fn names(prefix: &str, columns: &[Column]) -> String {
    let names = columns.iter().map(|(name, _)| format!("{prefix}{name}"));
    names.collect::<Vec<_>>().join(", ")
}

/// A row of either engine.
pub(crate) trait Columns {
    fn text(&self, at: usize) -> Result<Option<&str>, Failure>;
    fn number(&self, at: usize) -> Result<Option<i64>, Failure>;
    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, Failure>;
}

/// Reads a row's columns one after the other.
pub(crate) struct Cursor<'a, R> {
    row: &'a R,
    next: usize,
}

impl<'a, R: Columns> Cursor<'a, R> {
    pub(crate) const fn at(row: &'a R, next: usize) -> Self {
        Self { row, next }
    }

    fn step(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    pub(crate) fn maybe_text(&mut self) -> Result<Option<&'a str>, Failure> {
        let at = self.step();
        self.row.text(at)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Failure> {
        self.maybe_text()?.ok_or_else(missing)
    }

    pub(crate) fn maybe_number(&mut self) -> Result<Option<i64>, Failure> {
        let at = self.step();
        self.row.number(at)
    }

    pub(crate) fn number(&mut self) -> Result<i64, Failure> {
        self.maybe_number()?.ok_or_else(missing)
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, Failure> {
        let at = self.step();
        Ok(self.row.bytes(at)?.ok_or_else(missing)?.to_vec())
    }

    #[cfg(feature = "service")]
    pub(crate) fn maybe_bytes(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let at = self.step();
        Ok(self.row.bytes(at)?.map(<[u8]>::to_vec))
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Failure> {
        Ok(self.number()? != 0)
    }

    pub(crate) fn count(&mut self) -> Result<u64, Failure> {
        u64::try_from(self.number()?).map_err(|_| too_large())
    }

    pub(crate) fn small(&mut self) -> Result<u32, Failure> {
        u32::try_from(self.number()?).map_err(|_| too_large())
    }

    pub(crate) fn maybe_small(&mut self) -> Result<Option<u32>, Failure> {
        let number = self.maybe_number()?;
        number
            .map(u32::try_from)
            .transpose()
            .map_err(|_| too_large())
    }

    pub(crate) fn moment(&mut self) -> Result<OffsetDateTime, Failure> {
        moment(self.number()?)
    }

    pub(crate) fn maybe_moment(&mut self) -> Result<Option<OffsetDateTime>, Failure> {
        self.maybe_number()?.map(moment).transpose()
    }

    pub(crate) fn parsed<T>(
        &mut self,
        parse: impl FnOnce(String) -> Result<T, Invalid>,
    ) -> Result<T, Failure> {
        Ok(parse(self.text()?.to_owned())?)
    }

    pub(crate) fn maybe_parsed<T>(
        &mut self,
        parse: impl FnOnce(String) -> Result<T, Invalid>,
    ) -> Result<Option<T>, Failure> {
        let text = self.maybe_text()?.map(str::to_owned);
        Ok(text.map(parse).transpose()?)
    }

    pub(crate) fn money(&mut self) -> Result<Option<Money>, Failure> {
        match (self.maybe_text()?, self.maybe_text()?) {
            (Some(amount), Some(currency)) => {
                let currency: Currency = currency.parse()?;
                Ok(Some(Money::parse(amount, currency)?))
            }
            (None, None) => Ok(None),
            (Some(_), None) | (None, Some(_)) => Err(Failure::unreadable(
                "an amount has no currency, or a currency no amount",
            )),
        }
    }
}

fn missing() -> Failure {
    Failure::unreadable("a column is empty that never was")
}

fn too_large() -> Failure {
    Failure::unreadable("a stored number is none of those that were written")
}

/// What a word in a column means; of a later version's, nothing.
pub(crate) fn known<T>(what: &str, meaning: Option<T>) -> Result<T, Failure> {
    meaning.ok_or_else(|| {
        Failure::unreadable(format!("a stored {what} is none that this version knows"))
    })
}
