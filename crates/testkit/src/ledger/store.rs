use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use inbank_domain::{
    AttemptId, CommandStage, Order, OrderEvent, OrderKey, OrderReference, SettledCommand, ShopName,
};
use inbank_ports::{
    AuditRecord, Claim, ClaimRequest, Claimed, Delivered, Delivery, Feed, Kept, Lease, LedgerError,
    Listed, Listing, ListingPlace, Measures, OutboxState, Positioned, ReceivedCallback, Rest,
    Saved, ShopStatistics, Write,
};
use time::OffsetDateTime;

use super::outbox::Outbox;
use super::row::{Name, Row, names_of};

/// What the ledger does, once it is one caller's turn.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) rows: BTreeMap<OrderKey, Row>,
    /// Which order of a shop something belongs to.
    owners: BTreeMap<(ShopName, Name), OrderKey>,
    positions: u64,
    /// Who decided what.
    pub(super) audit: Vec<AuditRecord>,
}

impl Store {
    pub(super) fn break_order(&mut self, key: &OrderKey) {
        if let Some(row) = self.rows.get_mut(key) {
            row.broken = true;
        }
    }

    pub(super) fn mend_order(&mut self, key: &OrderKey) {
        if let Some(row) = self.rows.get_mut(key) {
            row.broken = false;
        }
    }

    pub(super) fn break_event(&mut self, key: &OrderKey, number: u64) {
        if let Some(row) = self.rows.get_mut(key) {
            row.outbox.break_event(number);
        }
    }

    pub(super) fn order(&self, key: &OrderKey) -> Result<Option<Order>, LedgerError> {
        self.rows.get(key).map(Row::read).transpose()
    }

    pub(super) fn shops(&self) -> Vec<ShopName> {
        let mut shops: Vec<_> = self.rows.keys().map(|key| key.shop.clone()).collect();
        // They come by their shops.
        shops.dedup();
        shops
    }

    pub(super) fn order_of(&self, shop: &ShopName, attempt: &AttemptId) -> Option<OrderReference> {
        let owner = self.owner_of(shop, attempt)?;
        Some(owner.reference.clone())
    }

    fn owner_of(&self, shop: &ShopName, attempt: &AttemptId) -> Option<&OrderKey> {
        let name = (shop.clone(), Name::Attempt(attempt.clone()));
        self.owners.get(&name)
    }

    pub(super) fn orders(&self, listing: &Listing) -> Listed {
        let mut wanted: Vec<&Row> = self.rows.values().collect();
        wanted.retain(|row| is_listed(listing, &row.order));
        wanted.sort_by_key(|row| Reverse(row.order.opened_at));
        let limit = listing.limit.map_or(usize::MAX, |limit| limit as usize);
        let mut listed = Listed::default();
        let mut last = None;
        for row in wanted {
            if listed.orders.len() == limit {
                listed.next = last;
                break;
            }
            match row.read() {
                Ok(order) => listed.orders.push(order),
                Err(_) => listed.unreadable.push(row.order.key.clone()),
            }
            last = Some(place(&row.order));
        }
        listed
    }

    pub(super) fn write(&mut self, write: Write) -> Saved {
        let Write {
            mut order,
            lease,
            due,
            worked_on,
            now,
        } = write;
        let key = order.key.clone();
        let present = self.rows.get(&key);
        let holds = |lease| present.is_some_and(|row| row.schedule.leases.is_held_by(lease));
        if lease.is_some_and(|lease| !holds(lease)) {
            return Saved::LeaseLost;
        }
        if order.version != present.map_or(0, |row| row.order.version) {
            return Saved::Outdated;
        }
        let of_shop = |name| (key.shop.clone(), name);
        let is_anothers = |name| {
            let owner = self.owners.get(&of_shop(name));
            owner.is_some_and(|owner| *owner != key)
        };
        let mut names = BTreeSet::new();
        let is_taken = |name: Name| !names.insert(name.clone()) || is_anothers(name);
        if names_of(&order).any(is_taken) {
            return Saved::Taken;
        }
        if let Some(row) = present {
            for name in names_of(&row.order) {
                self.owners.remove(&of_shop(name));
            }
        }
        for name in names_of(&order) {
            self.owners.insert(of_shop(name), key.clone());
        }
        let version = order.version + 1;
        let news = std::mem::take(&mut order.news);
        let settled = order.attempts.iter_mut();
        let settled: Vec<_> = settled.flat_map(|a| a.settled.drain(..)).collect();
        order.written(version);
        let new = || Row::new(order.clone(), now);
        let row = self.rows.entry(key).or_insert_with(new);
        row.order = order;
        row.broken = false;
        row.touched_at = row.touched_at.max(now);
        row.work_on(&worked_on);
        row.settle(settled);
        for event in news {
            self.positions += 1;
            row.outbox.push(self.positions, event);
        }
        match lease {
            Some(_) => row.schedule.plan_with_lease(due, now),
            None => row.schedule.plan(due, now),
        }
        Saved::Written(version)
    }

    pub(super) fn keep(&mut self, callback: &ReceivedCallback) -> Kept {
        let owner = self.owner_of(&callback.shop, &callback.attempt).cloned();
        let Some(row) = owner.and_then(|owner| self.rows.get_mut(&owner)) else {
            return Kept::NoAttempt;
        };
        let mut attempts = row.order.attempts.iter();
        let attempt = attempts.find(|attempt| attempt.id == callback.attempt);
        if attempt.is_some_and(|attempt| !callback.may_be_about(attempt)) {
            return Kept::Foreign;
        }
        if !row.keep(callback) {
            return Kept::Copy;
        }
        row.schedule.wake(callback.received_at);
        Kept::Written
    }

    pub(super) fn callbacks(&self, key: &OrderKey) -> Vec<ReceivedCallback> {
        let row = self.rows.get(key);
        row.map(|row| row.callbacks(true)).unwrap_or_default()
    }

    pub(super) fn wake(&mut self, key: &OrderKey, now: OffsetDateTime) -> bool {
        let row = self.rows.get_mut(key);
        row.map(|row| row.schedule.wake(now)).is_some()
    }

    pub(super) fn claim(&mut self, request: &ClaimRequest) -> Vec<Claimed> {
        let (now, lease) = (request.now, request.lease);
        let mut claimed = Vec::new();
        for slots in &request.shops {
            let mut due: Vec<&mut Row> = self
                .rows
                .values_mut()
                .filter(|row| row.order.key.shop == slots.shop && row.schedule.is_due(now, lease))
                .collect();
            due.sort_by_key(|row| row.schedule.due_at());
            let due = due.into_iter().take(slots.free as usize);
            claimed.extend(due.map(|row| row.claim(now, lease)));
        }
        claimed
    }

    pub(super) fn claim_one(
        &mut self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Option<Claim>, LedgerError> {
        let row = self.rows.get_mut(key);
        let Some(row) = row.filter(|row| row.schedule.leases.is_free(now, lease)) else {
            return Ok(None);
        };
        // Nobody can work on what can't be read, so nobody leases it by name.
        row.read()?;
        match row.claim(now, lease) {
            Claimed::Order(claim) => Ok(Some(*claim)),
            Claimed::Unreadable { error, .. } => Err(error),
        }
    }

    pub(super) fn release(
        &mut self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        now: OffsetDateTime,
    ) -> bool {
        let row = self.rows.get_mut(key);
        let Some(row) = row.filter(|row| row.schedule.leases.is_held_by(lease)) else {
            return false;
        };
        row.order.failures = rest.failures;
        row.schedule.release(rest, now);
        true
    }

    pub(super) fn claim_deliveries(&mut self, request: &ClaimRequest) -> Vec<Delivery> {
        let (now, lease) = (request.now, request.lease);
        let mut deliveries = Vec::new();
        for slots in &request.shops {
            let mut waiting: Vec<&mut Row> = self
                .rows
                .values_mut()
                .filter(|row| row.order.key.shop == slots.shop)
                .filter(|row| row.outbox.is_claimable(now, lease))
                .collect();
            waiting.sort_by_key(|row| row.outbox.waits_since());
            let waiting = waiting.into_iter().take(slots.free as usize);
            deliveries.extend(waiting.map(|row| row.outbox.claim(&row.order.key, now, lease)));
        }
        deliveries
    }

    pub(super) fn delivered(
        &mut self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> bool {
        let row = self.rows.get_mut(&delivery.key);
        row.is_some_and(|row| row.outbox.delivered(delivery, outcome, now))
    }

    pub(super) fn events(&self, key: &OrderKey) -> Vec<OrderEvent> {
        let outbox = self.rows.get(key).map(|row| &row.outbox);
        let events = outbox.into_iter().flat_map(Outbox::all);
        events.map(|positioned| positioned.event).collect()
    }

    pub(super) fn settled_commands(&self, key: &OrderKey) -> Vec<SettledCommand> {
        let row = self.rows.get(key);
        row.map(|row| row.settled.clone()).unwrap_or_default()
    }

    pub(super) fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Feed {
        let mut later: Vec<(Positioned, &Row)> = self
            .rows
            .values()
            .filter(|row| row.order.key.shop == *shop)
            .flat_map(|row| row.outbox.all().map(move |positioned| (positioned, row)))
            .filter(|(positioned, _)| positioned.position > after)
            .collect();
        later.sort_by_key(|(positioned, _)| positioned.position);
        let mut feed = Feed::default();
        for (positioned, row) in later {
            if feed.events.len() >= limit as usize {
                break;
            }
            let number = positioned.event.number;
            match row.outbox.unreadable(&row.order.key, number) {
                Some(unreadable) => feed.unreadable.push(unreadable),
                None => feed.events.push(positioned),
            }
        }
        feed
    }

    pub(super) fn outbox(&self, key: &OrderKey) -> Option<OutboxState> {
        self.rows.get(key).map(|row| row.outbox.state())
    }

    pub(super) fn forget(&mut self, before: OffsetDateTime, limit: u32) -> u64 {
        let old: Vec<OrderKey> = self
            .rows
            .values()
            .filter(|row| row.touched_at < before && row.order.is_over())
            .filter(|row| !row.broken && row.schedule.leases.held.is_none())
            .filter(|row| row.outbox.waits_since().is_none())
            .take(limit as usize)
            .map(|row| row.order.key.clone())
            .collect();
        old.iter().map(|key| u64::from(self.erase(key, None))).sum()
    }

    pub(super) fn erase(&mut self, key: &OrderKey, version: Option<u64>) -> bool {
        let of_version = |row: &Row| version.is_none_or(|version| row.order.version == version);
        if !self.rows.get(key).is_some_and(of_version) {
            return false;
        }
        let Some(row) = self.rows.remove(key) else {
            return false;
        };
        for name in names_of(&row.order) {
            self.owners.remove(&(key.shop.clone(), name));
        }
        true
    }

    pub(super) fn statistics(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Vec<ShopStatistics> {
        let of_shop = |shop: &ShopName| {
            let rows = self.rows.values();
            let rows: Vec<_> = rows.filter(|row| row.order.key.shop == *shop).collect();
            statistics_of(&rows, shop.clone(), now)
        };
        shops.iter().map(of_shop).collect()
    }

    pub(super) fn measure(&self, shops: &[ShopName], now: OffsetDateTime) -> Measures {
        let mut measures = Measures::default();
        let rows = self.rows.values();
        for row in rows.filter(|row| shops.contains(&row.order.key.shop)) {
            if let Some(due) = row.schedule.due_at().filter(|due| *due <= now) {
                measures.due += 1;
                measures.oldest_due = measures.oldest_due.max(Some(since(due, now)));
            }
            if let Some(first) = row.outbox.waits_since() {
                measures.undelivered += row.outbox.undelivered().count() as u64;
                let waits = Some(since(first, now));
                measures.oldest_undelivered = measures.oldest_undelivered.max(waits);
            }
            measures.aside += u64::from(row.schedule.aside);
            let commands = row.order.attempts.iter().filter_map(|a| a.command.as_ref());
            let unclear = commands.filter(|standing| standing.stage == CommandStage::Unclear);
            measures.unclear += unclear.count() as u64;
        }
        measures
    }
}

fn statistics_of(rows: &[&Row], shop: ShopName, now: OffsetDateTime) -> ShopStatistics {
    let mut statistics = ShopStatistics::none(shop);
    for row in rows {
        let count = statistics.orders.entry(row.order.status().name());
        *count.or_default() += 1;
        statistics.needs_person += u64::from(row.order.needs_person.is_some());
        for callback in row.callbacks(false) {
            statistics.callbacks += 1;
            let waits = Some(since(callback.received_at, now));
            statistics.oldest_callback = statistics.oldest_callback.max(waits);
        }
    }
    statistics
}

fn place(order: &Order) -> ListingPlace {
    ListingPlace {
        opened_at: order.opened_at,
        key: order.key.clone(),
    }
}

fn is_listed(listing: &Listing, order: &Order) -> bool {
    let key = &order.key;
    let (shops, reference) = (listing.shops.as_ref(), listing.reference.as_ref());
    let mut statuses = listing.statuses.iter();
    let name = order.status().name();
    shops.is_none_or(|shops| shops.contains(&key.shop))
        && reference.is_none_or(|reference| *reference == key.reference)
        && (listing.statuses.is_empty() || statuses.any(|status| status.name() == name))
        && (!listing.needs_person || order.needs_person.is_some())
        && listing
            .opened_from
            .is_none_or(|from| order.opened_at >= from)
        && listing
            .opened_before
            .is_none_or(|before| order.opened_at < before)
        && listing.after.as_ref().is_none_or(|after| {
            (Reverse(order.opened_at), key) > (Reverse(after.opened_at), &after.key)
        })
}

fn since(then: OffsetDateTime, now: OffsetDateTime) -> Duration {
    Duration::try_from(now - then).unwrap_or_default()
}
