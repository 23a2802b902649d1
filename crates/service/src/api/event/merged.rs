//! Events of several shops in one answer.

use std::collections::VecDeque;

use inbank::{OrderEvent, ShopName};

use super::Positions;
use crate::api::Api;
use crate::api::problem::Problem;

/// One shop's events, as far as they have been read.
struct Reading<'a> {
    shop: &'a ShopName,
    /// The last that was read.
    position: u64,
    events: VecDeque<(u64, OrderEvent)>,
    ended: bool,
}

impl Api {
    /// The next events of some shops, the oldest first, so that no shop waits behind a busy one; `positions` then
    /// stand behind them.
    pub(super) async fn events(
        &self,
        shops: &[ShopName],
        positions: &mut Positions,
        limit: u32,
    ) -> Result<Vec<OrderEvent>, Problem> {
        let begin = |shop| Reading {
            shop,
            position: positions.of(shop),
            events: VecDeque::new(),
            ended: false,
        };
        let mut readings: Vec<Reading<'_>> = shops.iter().map(begin).collect();
        for reading in &readings {
            positions.reach(reading.shop, reading.position);
        }
        // What many shops have may be more than there is room for.
        let share = limit / u32::try_from(shops.len()).unwrap_or(u32::MAX).max(1);
        let mut events = Vec::new();
        for _ in 0..limit {
            for reading in &mut readings {
                reading.go_on(self, share.max(1)).await?;
            }
            let read = readings.iter_mut().filter(|one| !one.events.is_empty());
            let oldest = read.min_by_key(|one| one.events.front().map(|(_, e)| e.occurred_at));
            let Some(reading) = oldest else {
                break;
            };
            if let Some((position, event)) = reading.events.pop_front() {
                positions.reach(reading.shop, position);
                events.push(event);
            }
        }
        Ok(events)
    }
}

impl Reading<'_> {
    /// Reads on where all that was read is taken.
    async fn go_on(&mut self, api: &Api, share: u32) -> Result<(), Problem> {
        if self.ended || !self.events.is_empty() {
            return Ok(());
        }
        let feed = api.platform.feed(self.shop, self.position, share).await?;
        for positioned in feed.events {
            self.position = positioned.position;
            self.events
                .push_back((positioned.position, positioned.event));
        }
        self.ended = self.events.is_empty();
        Ok(())
    }
}
