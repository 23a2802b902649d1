use inbank_domain::{AttemptId, EventKind, OrderEvent, OrderKey, OrderReference, ShopName};
use inbank_ports::{
    Delivery, EventPage, EventPlace, Feed, Lease, LedgerErrorKind, Positioned, UnreadableEvent,
};

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

/// Reads [`EVENT_COLUMNS`]. One that can't be read is no failure: it is named by its place.
pub(crate) fn event<R: Columns>(
    key: &OrderKey,
    refused: Refused,
    row: &mut Cursor<'_, R>,
) -> Result<Result<OrderEvent, UnreadableEvent>, Failure> {
    let number = row.count()?;
    match contents(key, number, refused, row) {
        Ok(event) => Ok(Ok(event)),
        Err(failure) if failure.kind() == LedgerErrorKind::Unreadable => Ok(Err(UnreadableEvent {
            key: key.clone(),
            number,
            why: failure.cause().to_owned(),
        })),
        Err(failure) => Err(failure),
    }
}

fn contents<R: Columns>(
    key: &OrderKey,
    number: u64,
    refused: Refused,
    row: &mut Cursor<'_, R>,
) -> Result<OrderEvent, Failure> {
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

/// An order's leased events as a delivery, of those after the `done`th: up to the first that can't be read, and that one.
pub(crate) fn delivery(
    key: OrderKey,
    (lease, failures): (Lease, u32),
    done: i64,
    stored: impl IntoIterator<Item = Result<OrderEvent, UnreadableEvent>>,
) -> Delivery {
    let (mut events, mut unreadable) = (Vec::new(), None);
    for event in stored {
        match event {
            Ok(event) => events.push(event),
            Err(event) => {
                unreadable = Some(event);
                break;
            }
        }
    }
    if events.is_empty() && unreadable.is_none() {
        unreadable = Some(UnreadableEvent {
            key: key.clone(),
            number: u64::try_from(done).unwrap_or_default().saturating_add(1),
            why: "it is missing".to_owned(),
        });
    }
    Delivery {
        key,
        lease,
        failures,
        events,
        unreadable,
    }
}

/// Reads a position in a shop's feed, the order's reference, the first of its events that was refused, and [`EVENT_COLUMNS`], into
/// a feed. Says the position.
pub(crate) fn fed<R: Columns>(
    feed: &mut Feed,
    shop: &ShopName,
    row: &mut Cursor<'_, R>,
) -> Result<i64, Failure> {
    let position = row.count()?;
    let reference = row.parsed(OrderReference::parse);
    let refused = Refused(row.maybe_number()?);
    // What has no name that can be read can't be named to anybody.
    if let Ok(reference) = reference {
        let key = OrderKey::new(shop.clone(), reference);
        match event(&key, refused, row)? {
            Ok(event) => feed.events.push(Positioned { position, event }),
            Err(unreadable) => feed.unreadable.push(unreadable),
        }
    }
    Ok(position.cast_signed())
}

/// Reads when an event occurred, its number in the table, its shop and reference, the first of its order's events that was refused,
/// and [`EVENT_COLUMNS`], into a page, which from then on ends there.
pub(crate) fn paged<R: Columns>(
    page: &mut EventPage,
    row: &mut Cursor<'_, R>,
) -> Result<(), Failure> {
    page.next = Some(EventPlace {
        occurred_at: row.moment()?,
        number: row.count()?,
    });
    let (shop, reference) = (
        row.parsed(ShopName::parse),
        row.parsed(OrderReference::parse),
    );
    let refused = Refused(row.maybe_number()?);
    // What has no name that can be read can't be named to anybody.
    if let (Ok(shop), Ok(reference)) = (shop, reference) {
        match event(&OrderKey::new(shop, reference), refused, row)? {
            Ok(event) => page.events.push(event),
            Err(unreadable) => page.unreadable.push(unreadable),
        }
    }
    Ok(())
}
