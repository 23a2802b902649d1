//! What a webhook says.

use inbank::{EventKind, OrderEvent};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Status, currency, digits, moment};

/// A webhook, as it is posted: thin, so that it can be logged. Ask for the order to see more.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookMessage {
    /// What happened: `order.paid`, `order.not_paid`, `order.awaits_merchant`, `order.action_wanted`, `order.needs_person`,
    /// `order.terminated`. Answer types that you don't know with 2xx.
    #[serde(rename = "type")]
    #[schema(example = "order.paid")]
    kind: String,
    /// When it happened.
    #[schema(format = DateTime)]
    timestamp: String,
    data: WebhookData,
}

/// What happened to which order.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookData {
    shop: String,
    /// The order, as the shop calls it.
    reference: String,
    /// Counts the order's events, from 1: a gap is an event that was given up.
    number: u64,
    /// Where the order stands by this event.
    status: Status,
    /// What happened, as `/v1/events` calls it.
    #[schema(example = "paid")]
    kind: &'static str,
    /// What it says besides: the action, the end, why a person should look.
    detail: Option<String>,
    /// Which attempt at the order it is about, from 1.
    attempt: u32,
    /// What the attempt is for: compare it with the order's total before goods are sent.
    #[schema(example = "499.90")]
    amount: Option<String>,
    #[schema(example = "EUR")]
    currency: Option<String>,
}

impl From<&OrderEvent> for WebhookMessage {
    fn from(event: &OrderEvent) -> Self {
        Self {
            kind: format!("order.{}", event.kind.name()),
            timestamp: moment(event.occurred_at),
            data: WebhookData {
                shop: event.shop.to_string(),
                reference: event.order.to_string(),
                number: event.number,
                status: status(&event.kind),
                kind: event.kind.name(),
                detail: event.kind.detail().map(str::to_owned),
                attempt: event.attempt,
                amount: event.amount.map(digits),
                currency: event.amount.map(currency),
            },
        }
    }
}

impl WebhookMessage {
    /// The bytes that are signed and posted: the same each time.
    pub(super) fn body(&self) -> Vec<u8> {
        // It holds texts and numbers alone, which are always JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

const fn status(kind: &EventKind) -> Status {
    match kind {
        EventKind::ActionWanted(_) => Status::ActionWanted,
        EventKind::AwaitsMerchant => Status::AwaitsMerchant,
        EventKind::NeedsPerson(_) => Status::NeedsPerson,
        EventKind::NotPaid(_) => Status::NotPaid,
        EventKind::Paid { .. } => Status::Paid,
        EventKind::Terminated => Status::Terminated,
    }
}

/// A message that is about no order, to see whether webhooks arrive.
#[derive(Serialize)]
pub(super) struct TestMessage<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) timestamp: String,
    pub(super) data: TestData<'a>,
}

#[derive(Serialize)]
pub(super) struct TestData<'a> {
    pub(super) shop: &'a str,
}

#[cfg(test)]
mod tests {
    use inbank::{AttemptId, Currency, Money, OrderReference, ShopName};
    use serde_json::{Value, json};
    use time::OffsetDateTime;

    use super::*;

    fn event(kind: EventKind) -> OrderEvent {
        OrderEvent {
            shop: ShopName::parse("main").unwrap(),
            order: OrderReference::parse("1001").unwrap(),
            number: 2,
            attempt: 1,
            attempt_id: AttemptId::parse("a1").unwrap(),
            kind,
            amount: Some(Money::parse("499.90", Currency::EUR).unwrap()),
            occurred_at: OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap(),
            follows_refused: false,
        }
    }

    #[test]
    fn a_message_is_thin_and_says_what_happened_to_which_order() {
        let body = WebhookMessage::from(&event(EventKind::Paid { late: true })).body();
        let says: Value = serde_json::from_slice(&body).unwrap();
        let expected = json!({
            "type": "order.paid", "timestamp": "2026-09-21T14:13:20Z",
            "data": {
                "shop": "main", "reference": "1001", "number": 2, "status": "paid", "kind": "paid", "detail": "late",
                "attempt": 1, "amount": "499.90", "currency": "EUR",
            },
        });
        assert_eq!(says, expected);
    }

    #[test]
    fn every_kind_of_event_is_named_like_the_status_that_it_brings() {
        for name in [
            "action_wanted",
            "awaits_merchant",
            "needs_person",
            "not_paid",
            "paid",
            "terminated",
        ] {
            let detail = match name {
                "action_wanted" => Some("offer"),
                "not_paid" => Some("declined"),
                "needs_person" => Some("the amounts differ"),
                _ => None,
            };
            let kind = EventKind::from_parts(name, detail).unwrap();
            let body = WebhookMessage::from(&event(kind)).body();
            let says: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(says["type"], format!("order.{name}"));
            assert_eq!(says["data"]["status"], name);
        }
    }
}
