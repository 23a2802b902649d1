//! The steps at which a process may die: what the crash tests kill it at, and what the picture in
//! `docs/crash-points.md` shows.

use inbank::ports::{Due, Write};
use inbank::{CommandStage, Opening};

/// A call by which an order's ledger changes, as it is on the order's way from a cart to a delivered event.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum CrashPoint {
    /// The attempt is written down, before the bank is asked for it.
    Opening,
    /// The bank's answer to that is written down: a session, an application.
    Opened,
    /// A callback is kept.
    Callback,
    /// An order is made due.
    Wake,
    /// Due orders, or one, are leased.
    Claim,
    /// What the bank was read to say is written down, with the events that follow.
    Reading,
    /// A command is written down.
    Wanted,
    /// A command is marked as sent, before it leaves.
    Sent,
    /// The answer to a command is written down.
    Answered,
    /// A lease is given back.
    Release,
    /// Events are leased, to be delivered.
    Deliveries,
    /// It is written down that events were delivered.
    Delivered,
}

impl CrashPoint {
    /// Every one, in the order in which they are passed first.
    pub const ALL: &'static [Self] = &[
        Self::Opening,
        Self::Opened,
        Self::Callback,
        Self::Wake,
        Self::Claim,
        Self::Reading,
        Self::Wanted,
        Self::Sent,
        Self::Answered,
        Self::Release,
        Self::Deliveries,
        Self::Delivered,
    ];

    /// The name for tests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Opened => "opened",
            Self::Callback => "callback",
            Self::Wake => "wake",
            Self::Claim => "claim",
            Self::Reading => "reading",
            Self::Wanted => "wanted",
            Self::Sent => "sent",
            Self::Answered => "answered",
            Self::Release => "release",
            Self::Deliveries => "deliveries",
            Self::Delivered => "delivered",
        }
    }

    /// Whether every order that a merchant decides about passes it. The others depend on who comes first.
    pub const fn is_passed_by_all(self) -> bool {
        match self {
            Self::Opening
            | Self::Opened
            | Self::Callback
            | Self::Reading
            | Self::Wanted
            | Self::Sent
            | Self::Answered
            | Self::Deliveries
            | Self::Delivered => true,
            Self::Wake | Self::Claim | Self::Release => false,
        }
    }

    /// What a write is about.
    pub fn of(write: &Write) -> Self {
        let attempts = &write.order.attempts;
        let asks = |attempt: &inbank::Attempt| matches!(attempt.opening, Opening::Sent(_));
        if attempts.iter().any(asks) {
            return Self::Opening;
        }
        let mut stages = attempts
            .iter()
            .filter_map(|attempt| Some(attempt.command.as_ref()?.stage));
        match stages.next() {
            Some(CommandStage::Wanted) => Self::Wanted,
            Some(CommandStage::Sent) => Self::Sent,
            // The answer's write leaves the lease to the reading that follows.
            Some(CommandStage::Acknowledged | CommandStage::Unclear)
                if write.due == Due::Leased =>
            {
                Self::Answered
            }
            None if write.lease.is_none() => Self::Opened,
            Some(CommandStage::Acknowledged | CommandStage::Unclear) | None => Self::Reading,
        }
    }
}
