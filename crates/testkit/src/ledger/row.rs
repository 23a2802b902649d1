use std::time::Duration;

use inbank_domain::{ApplicationId, AttemptId, Order, SessionId, SettledCommand};
use inbank_ports::{Claim, Claimed, LedgerError, LedgerErrorKind, ReceivedCallback};
use time::OffsetDateTime;

use super::outbox::Outbox;
use super::schedule::Schedule;

/// Everything that is kept of an order.
#[derive(Debug)]
pub(super) struct Row {
    /// Without news, which are in the outbox, and without settled commands.
    pub(super) order: Order,
    /// Whether it can't be read.
    pub(super) broken: bool,
    pub(super) schedule: Schedule,
    pub(super) outbox: Outbox,
    inbox: Vec<InboxEntry>,
    /// By when they were wanted.
    pub(super) settled: Vec<SettledCommand>,
    /// When something happened to it last.
    pub(super) touched_at: OffsetDateTime,
}

#[derive(Debug)]
struct InboxEntry {
    callback: ReceivedCallback,
    worked_on: bool,
}

/// What belongs to one order of a shop alone.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Name {
    Attempt(AttemptId),
    Session(SessionId),
    Application(ApplicationId),
}

pub(super) fn names_of(order: &Order) -> impl Iterator<Item = Name> {
    order.attempts.iter().flat_map(|attempt| {
        let session = attempt.session.clone().map(Name::Session);
        let application = attempt.application.clone().map(Name::Application);
        [
            Some(Name::Attempt(attempt.id.clone())),
            session,
            application,
        ]
        .into_iter()
        .flatten()
    })
}

impl Row {
    pub(super) fn new(order: Order, now: OffsetDateTime) -> Self {
        Self {
            order,
            broken: false,
            schedule: Schedule::default(),
            outbox: Outbox::default(),
            inbox: Vec::new(),
            settled: Vec::new(),
            touched_at: now,
        }
    }

    pub(super) fn read(&self) -> Result<Order, LedgerError> {
        if self.broken {
            Err(LedgerError::new(LedgerErrorKind::Unreadable))
        } else {
            Ok(self.order.clone())
        }
    }

    pub(super) fn claim(&mut self, now: OffsetDateTime, lease: Duration) -> Claimed {
        let (lease, woken) = self.schedule.claim(now, lease);
        match self.read() {
            Ok(order) => Claimed::Order(Box::new(Claim {
                order,
                lease,
                woken,
                inbox: self.callbacks(false),
            })),
            Err(error) => Claimed::Unreadable {
                key: self.order.key.clone(),
                lease,
                failures: self.order.failures,
                error,
            },
        }
    }

    /// False for a copy.
    pub(super) fn keep(&mut self, callback: &ReceivedCallback) -> bool {
        let copy = |entry: &InboxEntry| entry.callback.key == callback.key;
        if self.inbox.iter().any(copy) {
            return false;
        }
        self.inbox.push(InboxEntry {
            callback: callback.clone(),
            worked_on: false,
        });
        // Of the same moment, the one that was kept first stays first.
        self.inbox.sort_by_key(|entry| entry.callback.received_at);
        self.touched_at = self.touched_at.max(callback.received_at);
        true
    }

    pub(super) fn settle(&mut self, commands: Vec<SettledCommand>) {
        self.settled.extend(commands);
        self.settled
            .sort_by_key(|settled| settled.command.wanted_at);
    }

    pub(super) fn work_on(&mut self, keys: &[String]) {
        for entry in &mut self.inbox {
            entry.worked_on |= keys.contains(&entry.callback.key);
        }
    }

    /// Oldest first: all, or those that were not worked on.
    pub(super) fn callbacks(&self, all: bool) -> Vec<ReceivedCallback> {
        let entries = self.inbox.iter().filter(|entry| all || !entry.worked_on);
        entries.map(|entry| entry.callback.clone()).collect()
    }
}
