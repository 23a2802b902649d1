//! Calls to the bank in a timeline. The bank is read again and again: readings of which no event came are told as one.

use inbank_app::{Call, CallOutcome};

use super::{Entry, Known, Source};
use crate::moment::{rfc3339, took};
use crate::status::Mood;

/// What the operations do that are about an order.
const WORDS: [(&str, &str); 21] = [
    ("application.accept", "accept the offer"),
    ("application.attach", "hand in a file"),
    ("application.cancel", "cancel the application"),
    ("application.confirm", "confirm the customer"),
    ("application.printout", "fetch the application’s papers"),
    ("application.sign", "tell that the application is signed"),
    ("application.submit", "submit the application"),
    ("contract.approve", "approve the contract"),
    ("contract.cancel", "cancel the contract"),
    ("contract.confirm", "confirm the customer"),
    (
        "contract.payment_link",
        "fetch the link for the down payment",
    ),
    ("contract.printout", "fetch the contract’s papers"),
    ("contract.sign", "tell that the contract is signed"),
    ("product.show", "read the product"),
    ("rental.activate", "activate the rental"),
    ("rental.assign", "name the device"),
    ("session.open", "open a session"),
    READINGS[0],
    READINGS[1],
    READINGS[2],
    READINGS[3],
];

/// Those that read how an attempt stands.
const READINGS: [(&str, &str); 4] = [
    ("application.show", "read the application"),
    ("contract.show", "read the contract"),
    ("rental.contract", "read the rental’s contract"),
    ("session.show", "read the session"),
];

impl Known<'_> {
    pub(super) fn call(&self, call: &Call) -> Entry {
        let (mood, what) = match call.outcome {
            CallOutcome::Open => (Mood::Wait, "not answered yet".to_owned()),
            CallOutcome::Answered => (Mood::Quiet, "answered".to_owned()),
            CallOutcome::Failed(kind) => (Mood::Bad, kind.as_str().replace('_', " ")),
        };
        let operation = call.operation;
        let words = WORDS.iter().find(|(name, _)| *name == operation);
        let title = match words {
            Some((_, words)) => format!("{words} ({operation}): {what}"),
            None => format!("{operation}: {what}"),
        };
        let mut entry = self.entry(call.at, Source::Call, mood, title);
        let after = call.took.map(|time| format!(" in {}", took(time)));
        entry.detail = format!("{}{}", call.host, after.unwrap_or_default());
        let reads = READINGS.iter().any(|(name, _)| *name == operation);
        if reads && call.outcome == CallOutcome::Answered {
            entry.readings.push(operation);
        }
        entry
    }
}

/// Entries from the first to the last, with readings that follow one another as one.
pub(super) fn folded(mut entries: Vec<Entry>) -> Vec<Entry> {
    let told = entries.iter().filter(|entry| entry.source == Source::Event);
    let told: Vec<_> = told.map(|entry| entry.time).collect();
    let mut next = None;
    for reading in entries.iter_mut().rev() {
        if reading.readings.is_empty() {
            continue;
        }
        // The first event since then, which came of it unless the bank was read again before.
        let event = told.get(told.partition_point(|at| *at < reading.time));
        if event.is_some_and(|at| next.is_none_or(|next| *at < next)) {
            reading.readings.clear();
        }
        next = Some(reading.time);
    }
    let mut shown: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        match shown.last_mut() {
            Some(before) if !before.readings.is_empty() && !entry.readings.is_empty() => {
                before.goes_on_with(entry);
            }
            Some(_) | None => shown.push(entry),
        }
    }
    shown
}

impl Entry {
    /// This one and a later one as one.
    fn goes_on_with(&mut self, later: Self) {
        self.at = later.at;
        self.time = later.time;
        self.readings.extend(later.readings);
        let count = self.readings.len();
        self.title = format!("{count} readings of the bank: no event came of them");
        let mut operations = self.readings.clone();
        operations.sort_unstable();
        operations.dedup();
        self.detail = format!(
            "{}, the first {}, the last {}",
            operations.join(" and "),
            rfc3339(self.since),
            rfc3339(self.time)
        );
    }
}
