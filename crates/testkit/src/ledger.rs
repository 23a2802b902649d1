use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use inbank_domain::{FinancingEvent, FinancingId, Intent, Occurrence, ShopName};
use inbank_ports::{
    Claim, Committed, Entry, FinancingLedger, Intended, LedgerError, LedgerErrorKind, Listing,
    Opened, ReceivedCallback, Recorded, Rest, Subject,
};
use time::OffsetDateTime;

/// A ledger in memory: gone with the process, the same in everything else.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    state: Mutex<State>,
}

type Key = (ShopName, FinancingId);

#[derive(Debug, Default)]
struct State {
    rows: BTreeMap<Key, Row>,
    failures: usize,
}

#[derive(Debug)]
struct Row {
    entry: Entry,
    due: Option<OffsetDateTime>,
    leased_until: Option<OffsetDateTime>,
    lease: u64,
    roused: u64,
    delivered: u64,
    events: Vec<FinancingEvent>,
    callbacks: BTreeMap<String, ReceivedCallback>,
}

impl Row {
    fn is_leased(&self, at: OffsetDateTime) -> bool {
        self.leased_until.is_some_and(|until| until > at)
    }

    fn rouse(&mut self, at: OffsetDateTime) {
        self.roused += 1;
        self.entry.roused_at = self.entry.roused_at.max(at);
        if !self.is_leased(at) {
            self.due = Some(self.due.map_or(at, |due| due.min(at)));
        }
    }

    fn claim(&mut self, leased_until: OffsetDateTime) -> Claim {
        self.lease += 1;
        self.leased_until = Some(leased_until);
        self.due = Some(leased_until);
        self.as_claim()
    }

    fn as_claim(&self) -> Claim {
        let financing = &self.entry.financing;
        let mut heard_of: Vec<Subject> = Vec::new();
        if financing.session.is_none() && financing.application.is_none() {
            for callback in self.callbacks_in_order() {
                if !heard_of.contains(&callback.subject) {
                    heard_of.push(callback.subject.clone());
                }
            }
        }
        Claim {
            entry: self.entry.clone(),
            lease: self.lease,
            roused: self.roused,
            heard_of,
            undelivered: self
                .events
                .iter()
                .filter(|event| event.number > self.delivered)
                .cloned()
                .collect(),
        }
    }

    fn callbacks_in_order(&self) -> Vec<&ReceivedCallback> {
        let mut callbacks: Vec<_> = self.callbacks.values().collect();
        callbacks.sort_by_key(|callback| callback.received_at);
        callbacks
    }
}

impl MemoryLedger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next `calls` fail, before anything is done.
    pub fn fail_next(&self, calls: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = calls;
    }

    fn state(&self) -> Result<MutexGuard<'_, State>, LedgerError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failures > 0 {
            state.failures -= 1;
            return Err(LedgerError::new(LedgerErrorKind::Unavailable));
        }
        Ok(state)
    }
}

fn key(shop: &ShopName, id: &FinancingId) -> Key {
    (shop.clone(), id.clone())
}

#[async_trait]
impl FinancingLedger for MemoryLedger {
    async fn open(
        &self,
        entry: &Entry,
        leased_until: OffsetDateTime,
    ) -> Result<Opened, LedgerError> {
        let mut state = self.state()?;
        let standing = state.rows.values().find(|row| {
            row.entry.shop == entry.shop
                && (row.entry.financing.id == entry.financing.id
                    || (row.entry.financing.order == entry.financing.order
                        && row.entry.attempt == entry.attempt))
        });
        if let Some(row) = standing {
            return Ok(Opened::Standing(Box::new(row.entry.clone())));
        }
        let mut row = Row {
            entry: entry.clone(),
            due: None,
            leased_until: None,
            lease: 0,
            roused: 0,
            delivered: 0,
            events: Vec::new(),
            callbacks: BTreeMap::new(),
        };
        let claim = row.claim(leased_until);
        state
            .rows
            .insert(key(&entry.shop, &entry.financing.id), row);
        Ok(Opened::Written(Box::new(claim)))
    }

    async fn find(&self, shop: &ShopName, id: &FinancingId) -> Result<Option<Entry>, LedgerError> {
        let state = self.state()?;
        Ok(state.rows.get(&key(shop, id)).map(|row| row.entry.clone()))
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<Entry>, LedgerError> {
        let state = self.state()?;
        let mut entries: Vec<Entry> = state
            .rows
            .values()
            .map(|row| &row.entry)
            .filter(|entry| listing.shop.as_ref().is_none_or(|shop| *shop == entry.shop))
            .filter(|entry| {
                let order = &entry.financing.order;
                listing.order.as_ref().is_none_or(|wanted| wanted == order)
            })
            .cloned()
            .collect();
        entries.sort_by(|a, b| {
            let latest_first = b.opened_at.cmp(&a.opened_at);
            latest_first.then_with(|| a.financing.id.cmp(&b.financing.id))
        });
        let limit = listing.limit.map_or(usize::MAX, |limit| limit as usize);
        entries.truncate(limit);
        Ok(entries)
    }

    async fn record(&self, callback: &ReceivedCallback) -> Result<Recorded, LedgerError> {
        let mut state = self.state()?;
        let key = key(&callback.shop, &callback.financing);
        let Some(row) = state.rows.get_mut(&key) else {
            return Ok(Recorded::NoFinancing);
        };
        if row.callbacks.contains_key(&callback.key) {
            return Ok(Recorded::Copy);
        }
        row.callbacks.insert(callback.key.clone(), callback.clone());
        row.rouse(callback.received_at);
        Ok(Recorded::Written)
    }

    async fn callbacks(
        &self,
        shop: &ShopName,
        id: &FinancingId,
    ) -> Result<Vec<ReceivedCallback>, LedgerError> {
        let state = self.state()?;
        let row = state.rows.get(&key(shop, id));
        let callbacks = row.map(Row::callbacks_in_order).unwrap_or_default();
        Ok(callbacks.into_iter().cloned().collect())
    }

    async fn rouse(
        &self,
        shop: &ShopName,
        id: &FinancingId,
        at: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let mut state = self.state()?;
        let row = state.rows.get_mut(&key(shop, id));
        Ok(row.map(|row| row.rouse(at)).is_some())
    }

    async fn intend(
        &self,
        entry: &Entry,
        intent: &Intent,
        at: OffsetDateTime,
    ) -> Result<Intended, LedgerError> {
        let mut state = self.state()?;
        let key = key(&entry.shop, &entry.financing.id);
        let present = state
            .rows
            .get_mut(&key)
            .filter(|row| row.entry.version == entry.version && row.entry.intent.is_none());
        let Some(row) = present else {
            return Ok(Intended::Changed);
        };
        row.entry.intent = Some(intent.clone());
        row.entry.version += 1;
        row.rouse(at);
        Ok(Intended::Written)
    }

    async fn claim(
        &self,
        at: OffsetDateTime,
        leased_until: OffsetDateTime,
        limit: usize,
    ) -> Result<Vec<Claim>, LedgerError> {
        let mut state = self.state()?;
        let mut due: Vec<_> = state
            .rows
            .values_mut()
            .filter(|row| row.due.is_some_and(|due| due <= at))
            .collect();
        due.sort_by_key(|row| row.due);
        let claims = due.into_iter().take(limit);
        Ok(claims.map(|row| row.claim(leased_until)).collect())
    }

    async fn claim_one(
        &self,
        shop: &ShopName,
        id: &FinancingId,
        at: OffsetDateTime,
        leased_until: OffsetDateTime,
    ) -> Result<Option<Claim>, LedgerError> {
        let mut state = self.state()?;
        let row = state.rows.get_mut(&key(shop, id));
        let free = row.filter(|row| !row.is_leased(at));
        Ok(free.map(|row| row.claim(leased_until)))
    }

    async fn commit(
        &self,
        claim: &Claim,
        entry: &Entry,
        occurrences: &[Occurrence],
        at: OffsetDateTime,
    ) -> Result<Committed, LedgerError> {
        let mut state = self.state()?;
        let own = key(&entry.shop, &entry.financing.id);
        let current = state.rows.get(&own).is_some_and(|row| {
            row.lease == claim.lease && row.entry.version == claim.entry.version
        });
        if !current {
            return Ok(Committed::Lost);
        }
        let (session, application) = (&entry.financing.session, &entry.financing.application);
        let taken = state.rows.iter().any(|(key, row)| {
            let theirs = &row.entry.financing;
            let same_session = session.is_some() && theirs.session == *session;
            let same_application = application.is_some() && theirs.application == *application;
            *key != own && key.0 == own.0 && (same_session || same_application)
        });
        if taken {
            return Ok(Committed::Taken);
        }
        let Some(row) = state.rows.get_mut(&own) else {
            return Ok(Committed::Lost);
        };
        let roused_at = row.entry.roused_at.max(entry.roused_at);
        row.entry = entry.clone();
        row.entry.version = claim.entry.version + 1;
        row.entry.roused_at = roused_at;
        for occurrence in occurrences {
            let number = row.events.len() as u64 + 1;
            row.events.push(FinancingEvent::new(
                entry.shop.clone(),
                entry.financing.id.clone(),
                entry.financing.order.clone(),
                entry.attempt,
                number,
                occurrence.clone(),
                at,
            ));
        }
        let claim = Claim {
            roused: claim.roused,
            ..row.as_claim()
        };
        Ok(Committed::Written(Box::new(claim)))
    }

    async fn release(&self, claim: &Claim, rest: &Rest) -> Result<bool, LedgerError> {
        let mut state = self.state()?;
        let key = key(&claim.entry.shop, &claim.entry.financing.id);
        let row = state.rows.get_mut(&key);
        let Some(row) = row.filter(|row| row.lease == claim.lease) else {
            return Ok(false);
        };
        row.delivered = row.delivered.max(rest.delivered.unwrap_or_default());
        row.entry.failures = rest.failures;
        row.leased_until = None;
        row.due = if row.roused > claim.roused {
            Some(rest.at)
        } else {
            rest.due
        };
        Ok(true)
    }

    async fn events(
        &self,
        shop: &ShopName,
        id: &FinancingId,
    ) -> Result<Vec<FinancingEvent>, LedgerError> {
        let state = self.state()?;
        let row = state.rows.get(&key(shop, id));
        Ok(row.map(|row| row.events.clone()).unwrap_or_default())
    }

    async fn forget_callbacks(&self, received_before: OffsetDateTime) -> Result<u64, LedgerError> {
        let mut state = self.state()?;
        let mut forgotten = 0;
        for row in state.rows.values_mut() {
            if row.entry.financing.state.is_terminal() {
                let before = row.callbacks.len();
                row.callbacks
                    .retain(|_, callback| callback.received_at >= received_before);
                forgotten += (before - row.callbacks.len()) as u64;
            }
        }
        Ok(forgotten)
    }
}
