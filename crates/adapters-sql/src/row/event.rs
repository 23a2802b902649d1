use inbank_domain::{AttemptId, EventKind, OrderEvent, OrderKey};

use super::{Column, Columns, Cursor, Kind, Value, known};
use crate::failure::Failure;

/// The columns of an event after those that name its order, in the order in which they are written and read.
pub(crate) const EVENT_COLUMNS: [Column; 8] = [
    ("number", Kind::Number),
    ("attempt", Kind::Number),
    ("attempt_id", Kind::Text),
    ("kind", Kind::Text),
    ("detail", Kind::Text),
    ("amount", Kind::Text),
    ("currency", Kind::Text),
    ("occurred_at", Kind::Number),
];

/// What [`EVENT_COLUMNS`] are given.
pub(crate) fn event_values(event: &OrderEvent) -> [Value<'_>; 8] {
    let [amount, currency] = Value::money(event.amount);
    [
        Value::Number(Some(event.number.cast_signed())),
        Value::number(event.attempt),
        Value::text(event.attempt_id.as_str()),
        Value::text(event.kind.name()),
        Value::maybe_text(event.kind.detail()),
        amount,
        currency,
        Value::moment(event.occurred_at),
    ]
}

/// The first event of an order that the platform refused for good: all after it are marked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused(pub(crate) Option<i64>);

/// Reads [`EVENT_COLUMNS`].
pub(crate) fn event<R: Columns>(
    key: &OrderKey,
    refused: Refused,
    row: &mut Cursor<'_, R>,
) -> Result<OrderEvent, Failure> {
    let number = row.count()?;
    let (attempt, attempt_id) = (row.small()?, row.parsed(AttemptId::parse)?);
    let kind = EventKind::from_parts(row.text()?, row.maybe_text()?);
    Ok(OrderEvent {
        shop: key.shop.clone(),
        order: key.reference.clone(),
        number,
        attempt,
        attempt_id,
        kind: known("event", kind)?,
        amount: row.money()?,
        occurred_at: row.moment()?,
        follows_refused: refused.0.is_some_and(|first| number.cast_signed() > first),
    })
}

/// Those before the first that can't be read; an error where that is the first of all.
pub(crate) fn readable<T>(
    events: impl IntoIterator<Item = Result<T, Failure>>,
) -> Result<Vec<T>, Failure> {
    let mut read = Vec::new();
    for event in events {
        match event {
            Ok(event) => read.push(event),
            Err(failure) if read.is_empty() => return Err(failure),
            Err(_) => break,
        }
    }
    Ok(read)
}
