use inbank_domain::ShopName;
use inbank_ports::{EventPage, EventPlace, Positioned};
use time::OffsetDateTime;

use super::row::Row;
use super::store::Store;

impl Store {
    pub(super) fn events_between(
        &self,
        shops: &[ShopName],
        (from, until): (OffsetDateTime, OffsetDateTime),
        after: Option<EventPlace>,
        limit: u32,
    ) -> EventPage {
        let mut wanted: Vec<(EventPlace, Positioned, &Row)> = Vec::new();
        for row in self.rows.values() {
            if !shops.contains(&row.order.key.shop) {
                continue;
            }
            for positioned in row.outbox.all() {
                let at = positioned.event.occurred_at;
                let place = EventPlace {
                    occurred_at: at,
                    number: positioned.position,
                };
                if (from..until).contains(&at) && after.is_none_or(|after| place > after) {
                    wanted.push((place, positioned, row));
                }
            }
        }
        wanted.sort_by_key(|(place, ..)| *place);
        let mut page = EventPage::default();
        let limit = limit.max(1) as usize;
        if wanted.len() > limit {
            wanted.truncate(limit);
            page.next = wanted.last().map(|(place, ..)| *place);
        }
        for (_, positioned, row) in wanted {
            let number = positioned.event.number;
            match row.outbox.unreadable(&row.order.key, number) {
                Some(unreadable) => page.unreadable.push(unreadable),
                None => page.events.push(positioned.event),
            }
        }
        page
    }
}
