//! Events as they happen: `text/event-stream`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use inbank::OrderEvent;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::watch::Receiver;

use super::{EventAnswer, LOOKED_EVERY, Positions};
use crate::api::Shared;
use crate::api::caller::Caller;
use crate::api::problem::Problem;

/// A comment is sent so often, so that nobody on the way takes the connection for dead, and a reader that
/// has gone is noticed.
const KEPT_ALIVE_EVERY: Duration = Duration::from_secs(15);
/// After which a reader comes again, when the stream has ended.
const AGAIN_AFTER: Duration = Duration::from_secs(2);
/// So many are read at once.
const AT_ONCE: u32 = 100;

/// A reader that is told of events as they happen.
pub(super) struct Told {
    api: Shared,
    caller: Caller,
    shop: Option<String>,
    positions: Positions,
    stopping: Receiver<bool>,
    ready: VecDeque<Event>,
    _place: OwnedSemaphorePermit,
}

impl Told {
    pub(super) fn new(
        api: Shared,
        caller: Caller,
        shop: Option<String>,
        positions: Positions,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let stopping = api.stopping.clone();
        // Also what tells the reader at once that it is heard.
        let hello = Event::default().comment("here").retry(AGAIN_AFTER);
        Self {
            api,
            caller,
            shop,
            positions,
            stopping,
            ready: VecDeque::from([hello]),
            _place: place,
        }
    }

    /// The next of the stream; none where it ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if *self.stopping.borrow() {
                return None;
            }
            // A reader that comes again goes on where this one was.
            self.look().await.ok()?;
            if self.ready.is_empty() {
                let looked = tokio::time::sleep(LOOKED_EVERY);
                tokio::select! {
                    () = looked => {}
                    _ = self.stopping.wait_for(|stopping| *stopping) => {}
                }
            }
        }
    }

    async fn look(&mut self) -> Result<(), Problem> {
        // Shops come and go.
        let shops = self.caller.shops(self.shop.as_deref())?;
        let mut positions = self.positions.clone();
        let ledger = self.api.platform.ledger();
        for shop in &shops {
            let position = positions.of(shop);
            let feed = ledger.feed(shop, position, AT_ONCE).await?;
            for positioned in feed.events {
                positions.reach(shop, positioned.position);
                self.ready.push_back(event(&positioned.event, &positions)?);
            }
        }
        self.positions = positions;
        Ok(())
    }
}

fn event(event: &OrderEvent, behind: &Positions) -> Result<Event, Problem> {
    let told = Event::default().id(behind.write());
    told.json_data(EventAnswer::from(event))
        .map_err(|_| Problem::of_rule("an event is no JSON", None))
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let events = futures::stream::unfold(self, |mut told| async {
            let event = told.next().await?;
            Some((Ok::<_, Infallible>(event), told))
        });
        let keep_alive = KeepAlive::new().interval(KEPT_ALIVE_EVERY).text("here");
        Sse::new(events).keep_alive(keep_alive).into_response()
    }
}
