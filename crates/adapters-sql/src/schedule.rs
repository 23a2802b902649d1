//! When an order is due, as it follows from writes, wakes and the ends of leases: for both engines, in their common SQL.

use inbank_ports::{Due, Lease};

use crate::moment::span;

/// What a write says about when its order is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How long from now, where it says so.
    pub(crate) pause: Option<i64>,
    /// Whether it ends the lease that it names.
    pub(crate) ends: bool,
    /// Whether it wakes the order in any case.
    pub(crate) wakes: bool,
    /// Whether it wakes the order when somebody holds the lease, who can't know of it.
    pub(crate) beside: bool,
}

impl Plan {
    pub(crate) fn of(due: Due, lease: Option<Lease>) -> Self {
        let speaks = due != Due::Leased;
        Self {
            pause: match due {
                Due::Leased | Due::Never => None,
                Due::In(pause) => Some(span(pause)),
                Due::Now => Some(0),
            },
            ends: speaks && lease.is_some(),
            wakes: due == Due::Now,
            beside: speaks && lease.is_none(),
        }
    }
}

/// How the parameters of a statement are spelled.
pub(crate) struct Spelled {
    pub(crate) now: &'static str,
    pub(crate) pause: &'static str,
    pub(crate) ends: &'static str,
    pub(crate) wakes: &'static str,
    pub(crate) beside: &'static str,
}

/// The columns that change by a [`Plan`].
pub(crate) fn planned(spelled: &Spelled) -> String {
    let Spelled {
        now,
        pause,
        ends,
        wakes,
        beside,
    } = spelled;
    format!(
        "due_at = CASE
            WHEN {ends} AND woken_again = 1 THEN {now}
            WHEN {ends} THEN {now} + {pause}
            WHEN leased_until IS NOT NULL OR {pause} IS NULL OR due_at <= {now} + {pause} THEN due_at
            ELSE {now} + {pause}
        END,
        leased_until = CASE WHEN {ends} THEN NULL ELSE leased_until END,
        woken = CASE
            WHEN {wakes} OR ({beside} AND leased_until IS NOT NULL) THEN 1
            WHEN {ends} THEN woken_again
            ELSE woken
        END,
        woken_again = CASE
            WHEN {beside} AND leased_until IS NOT NULL THEN 1
            WHEN {ends} THEN 0
            ELSE woken_again
        END,
        aside = CASE WHEN {ends} OR {wakes} OR ({beside} AND leased_until IS NOT NULL) THEN 0 ELSE aside END"
    )
}

/// The columns that change when a lease ends with nothing written.
pub(crate) fn released(now: &str, pause: &str, failures: &str, aside: &str) -> String {
    format!(
        "due_at = CASE WHEN woken_again = 1 THEN {now} ELSE {now} + {pause} END,
        leased_until = NULL,
        woken = woken_again,
        woken_again = 0,
        failures = {failures},
        aside = CASE WHEN woken_again = 1 THEN 0 ELSE {aside} END"
    )
}

/// The columns that change when an order is woken.
pub(crate) fn woken(now: &str) -> String {
    format!(
        "due_at = CASE WHEN leased_until IS NOT NULL OR due_at <= {now} THEN due_at ELSE {now} END,
        woken = 1,
        woken_again = 1,
        aside = 0"
    )
}

/// 1 of an order `o` to which [`woken`] and the touch that goes with it would bring nothing, else 0: it is awake already, and lives.
/// That a living order was touched nobody asks: what is forgotten is over, which a write says, and that touches it.
pub(crate) fn awake(now: &str) -> String {
    format!(
        "CASE WHEN o.woken = 1 AND o.woken_again = 1 AND o.aside = 0 AND o.is_over = 0
            AND (o.leased_until IS NOT NULL OR o.due_at <= {now}) THEN 1 ELSE 0 END"
    )
}

/// The columns of one of an order's two leases, and the indexes over them: that of working on it, and that of delivering its
/// events.
pub(crate) struct Leased {
    pub(crate) due: &'static str,
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "SQLite's are spelled out")
    )]
    pub(crate) lease: &'static str,
    pub(crate) until: &'static str,
    /// Of those that nobody holds, by when they are due.
    #[cfg_attr(
        not(feature = "sqlite"),
        expect(dead_code, reason = "PostgreSQL chooses by itself")
    )]
    pub(crate) due_index: &'static str,
    /// Of those that somebody holds, by when that ends.
    #[cfg_attr(
        not(feature = "sqlite"),
        expect(dead_code, reason = "PostgreSQL chooses by itself")
    )]
    pub(crate) until_index: &'static str,
}

pub(crate) const WORK: Leased = Leased {
    due: "due_at",
    lease: "lease",
    until: "leased_until",
    due_index: "inbank_order_due",
    until_index: "inbank_order_leased",
};

pub(crate) const OUTBOX: Leased = Leased {
    due: "outbox_due_at",
    lease: "outbox_lease",
    until: "outbox_leased_until",
    due_index: "inbank_order_outbox_due",
    until_index: "inbank_order_outbox_leased",
};

/// How many events of an order are given out at a time.
pub(crate) const EVENTS_AT_ONCE: i64 = 100;
