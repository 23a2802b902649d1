//! Listing orders and events page by page, on either engine.

use inbank_ports::{EventPage, EventPlace, Listed, Listing, ListingPlace};
use time::OffsetDateTime;

use crate::moment::{micros, moment};
use crate::row::Stored;

/// How many orders one statement reads at the most.
const PAGE: usize = 500;

/// A listing, as far as it has come.
pub(crate) struct Pages {
    listed: Listed,
    limit: usize,
    /// The last row, by when it was opened and its name.
    after: Option<(i64, String, String)>,
    ended: bool,
}

impl Pages {
    pub(crate) fn of(listing: &Listing) -> Self {
        let after = listing.after.as_ref().map(|after| {
            let (shop, reference) = (after.key.shop.as_str(), after.key.reference.as_str());
            (
                micros(after.opened_at),
                shop.to_owned(),
                reference.to_owned(),
            )
        });
        Self {
            listed: Listed::default(),
            limit: listing.limit.map_or(usize::MAX, |limit| limit as usize),
            after,
            ended: listing.shops.as_ref().is_some_and(Vec::is_empty),
        }
    }

    /// How many orders the next page is to have; none where there are enough.
    pub(crate) fn wanted(&self) -> Option<usize> {
        let left = self.limit.saturating_sub(self.listed.orders.len());
        (left > 0 && !self.ended).then_some(left.min(PAGE))
    }

    /// Where the last page ended.
    pub(crate) const fn after(&self) -> Option<&(i64, String, String)> {
        self.after.as_ref()
    }

    pub(crate) fn take(&mut self, page: Vec<Stored>, wanted: usize) {
        self.ended = page.len() < wanted;
        for stored in page {
            let key = stored.key();
            if let (Some(key), Ok(opened_at)) = (&key, moment(stored.opened_at)) {
                let key = key.clone();
                self.listed.next = Some(ListingPlace { opened_at, key });
            }
            match stored.order {
                Ok(order) => self.listed.orders.push(order),
                Err(_) => self.listed.unreadable.extend(key),
            }
            self.after = Some((stored.opened_at, stored.shop, stored.reference));
        }
    }

    pub(crate) fn listed(mut self) -> Listed {
        if self.ended {
            self.listed.next = None;
        }
        self.listed
    }
}

/// Which events a page is to have.
#[derive(Clone, Copy)]
pub(crate) struct Stretch {
    /// Those that occurred then or later, …
    pub(crate) from: i64,
    /// … of that very moment those behind this number, …
    pub(crate) behind: i64,
    /// … and before that.
    pub(crate) until: i64,
    /// At most so many.
    pub(crate) limit: u32,
}

impl Stretch {
    pub(crate) fn new(
        (from, until): (OffsetDateTime, OffsetDateTime),
        after: Option<EventPlace>,
        limit: u32,
    ) -> Self {
        let from = micros(from);
        // No number is negative.
        let begin = (from, -1);
        let after = after.map(|after| (micros(after.occurred_at), after.number.cast_signed()));
        let (from, behind) = after.map_or(begin, |after| after.max(begin));
        Self {
            from,
            behind,
            until: micros(until),
            // None at all would look like the end.
            limit: limit.max(1),
        }
    }

    /// A page of what was read, which has a next one where it is full.
    pub(crate) fn ended(&self, mut page: EventPage, rows: usize) -> EventPage {
        if rows < self.limit as usize {
            page.next = None;
        }
        page
    }
}
