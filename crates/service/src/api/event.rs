//! What happened, in an order in which nothing is missed.

mod merged;
mod stream;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use inbank::{OrderEvent, ShopName};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::caller::Caller;
use super::problem::{Problem, Problems, at_most};
use crate::answer::{currency, digits, moment};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The `next` of the last answer; from the beginning without one.
    after: Option<String>,
    /// Of this shop only.
    shop: Option<String>,
    /// Waits for so many seconds for something to happen; 30 at the most.
    #[serde(default)]
    #[param(maximum = 30)]
    wait: u32,
    /// At most so many; 100 unless given, 1,000 at the most.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// What a browser's `EventSource` and its kin bring when they come again.
const LAST_EVENT_ID: &str = "last-event-id";
const EVENT_STREAM: &str = "text/event-stream";

/// Something that happened to an order.
#[derive(Serialize, ToSchema)]
pub(super) struct EventAnswer {
    /// The same each time that it is read: drop what was seen before.
    id: String,
    shop: String,
    /// The order, as the shop calls it.
    order: String,
    /// Counts the order's events, from 1, without a gap.
    number: u64,
    attempt: u32,
    /// What happened: `paid`, `not_paid`, `awaits_merchant`, `action_wanted`, `needs_person`, `terminated`.
    event: &'static str,
    /// What it says besides: the action, the end, why a person should look.
    detail: Option<String>,
    #[schema(example = "499.90")]
    amount: Option<String>,
    #[schema(example = "EUR")]
    currency: Option<String>,
    #[schema(format = DateTime)]
    occurred_at: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Events {
    events: Vec<EventAnswer>,
    /// Give it as `after` to go on from here.
    next: String,
}

const USUAL: u32 = 100;
const MOST: u32 = 1_000;
const LONGEST_WAIT: u32 = 30;
/// How often the ledger is asked for something new while somebody waits.
const LOOKED_EVERY: Duration = Duration::from_millis(250);

/// Lists events, the oldest first, and each order's in their order. Read on from `next`: none is missed, whatever happens meanwhile.
///
/// With `Accept: text/event-stream` they come as they happen, for as long as the connection lasts: each has the
/// cursor behind it as its `id`, and the event as JSON as its `data`. `Last-Event-ID` goes on from there, and
/// counts more than `after`. Such a stream ends when the service stops; come again then.
#[utoipa::path(get, operation_id = "list_events", path = "/v1/events", tag = "events",
    params(Wanted, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event of a stream")),
    responses((status = 200, description = "What happened after that",
            content((Events = "application/json"), (String = "text/event-stream"))),
        Problems))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wanted) = wanted.map_err(|_| Problem::of_query())?;
    caller.shops(wanted.shop.as_deref())?;
    let last = headers.get(LAST_EVENT_ID).map(|id| id.to_str());
    let no_event = || Problem::malformed("Last-Event-ID is no `id` of an event of a stream");
    let mut positions = match last {
        Some(Ok(id)) if !id.is_empty() => Positions::read(id).ok_or_else(no_event)?,
        Some(Err(_)) => return Err(no_event()),
        Some(Ok(_)) | None => {
            let after = wanted.after.as_deref().unwrap_or_default();
            let no_answer = || Problem::malformed("`after` is no `next` of an earlier answer");
            Positions::read(after).ok_or_else(no_answer)?
        }
    };
    let limit = at_most(wanted.limit, USUAL, MOST)?;
    if wanted.wait > LONGEST_WAIT {
        return Err(Problem::malformed(
            "`wait` may be 30 at the most; ask again then",
        ));
    }
    if asks_for_a_stream(&headers) {
        let place = api.places.waiting()?;
        let told = stream::Told::new(api, caller, wanted.shop, positions, place);
        return Ok(told.into_response());
    }
    let _place = (wanted.wait > 0)
        .then(|| api.places.waiting())
        .transpose()?;
    let until = Instant::now() + Duration::from_secs(wanted.wait.into());
    let mut stopping = api.stopping.clone();
    loop {
        // Shops come and go meanwhile.
        let shops = caller.shops(wanted.shop.as_deref())?;
        let events = api.events(&shops, &mut positions, limit).await?;
        if !events.is_empty() || Instant::now() >= until || *stopping.borrow() {
            let events = events.iter().map(EventAnswer::from).collect();
            let next = positions.write();
            return Ok(Json(Events { events, next }).into_response());
        }
        // Something new, or the end, whichever comes first.
        let looked = tokio::time::sleep(LOOKED_EVERY);
        tokio::select! {
            () = looked => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }
}

fn asks_for_a_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT);
    let accepted = accepted.and_then(|accepted| accepted.to_str().ok());
    let mut types = accepted.into_iter().flat_map(|types| types.split(','));
    types.any(|one| {
        let essence = one.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case(EVENT_STREAM)
    })
}

/// How far each shop was read, as text: `main:12,other:5`. A shop's name has neither sign.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Positions(BTreeMap<String, u64>);

/// More shops than any platform has.
const MOST_SHOPS: usize = 10_000;

impl Positions {
    fn read(text: &str) -> Option<Self> {
        let mut positions = BTreeMap::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (shop, position) = part.split_once(':')?;
            let shop = ShopName::parse(shop).ok()?;
            // A ledger counts as far as this.
            let position = position.parse::<i64>().ok()?;
            positions.insert(shop.to_string(), position.try_into().ok()?);
            if positions.len() > MOST_SHOPS {
                return None;
            }
        }
        Some(Self(positions))
    }

    fn of(&self, shop: &ShopName) -> u64 {
        self.0.get(shop.as_str()).copied().unwrap_or_default()
    }

    fn reach(&mut self, shop: &ShopName, position: u64) {
        self.0.insert(shop.to_string(), position);
    }

    fn write(&self) -> String {
        let parts = self.0.iter();
        let parts: Vec<_> = parts.map(|(shop, at)| format!("{shop}:{at}")).collect();
        parts.join(",")
    }
}

impl From<&OrderEvent> for EventAnswer {
    fn from(event: &OrderEvent) -> Self {
        Self {
            id: event.id(),
            shop: event.shop.to_string(),
            order: event.order.to_string(),
            number: event.number,
            attempt: event.attempt,
            event: event.kind.name(),
            detail: event.kind.detail().map(str::to_owned),
            amount: event.amount.map(digits),
            currency: event.amount.map(currency),
            occurred_at: moment(event.occurred_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_as_they_were_written() {
        for text in ["", "main:12", "main:12,other:5"] {
            assert_eq!(Positions::read(text).unwrap().write(), text);
        }
        for text in [
            "main",
            "main:",
            "main:x",
            "main:-1",
            "a b:1",
            "main:9223372036854775808",
            "main:99999999999999999999",
        ] {
            assert_eq!(Positions::read(text), None, "{text}");
        }
    }
}
