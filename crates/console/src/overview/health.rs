//! Whether all works, in a few signs with the thresholds of the operators' guide.

use std::time::Duration;

use inbank_app::Health;
use time::OffsetDateTime;

use crate::moment::span;
use crate::status::{Mood, Tag};

/// One sign of how this process is.
pub(super) struct Sign {
    pub(super) name: &'static str,
    pub(super) tag: Tag,
    pub(super) figure: String,
    /// What to do, where something is to be done.
    pub(super) advice: &'static str,
}

/// The most that a clock may be wrong, in milliseconds.
const CLOCK: u64 = 2000;
const WAL: u64 = 64 << 20;

impl Sign {
    fn new(name: &'static str, bad: bool, figure: String, advice: &'static str) -> Self {
        let (tag, advice) = if bad {
            (Tag::new(Mood::Bad, "look"), advice)
        } else {
            (Tag::new(Mood::Good, "fine"), "")
        };
        Self {
            name,
            tag,
            figure,
            advice,
        }
    }
}

pub(super) fn signs(health: &Health, now: OffsetDateTime) -> Vec<Sign> {
    let ledger = &health.ledger;
    let over = |time: Option<Duration>, most: u64| time.is_some_and(|time| time.as_secs() > most);
    let since = |time: Option<Duration>| {
        time.map_or(String::new(), |time| {
            format!(", the first for {}", span(time))
        })
    };
    let claimed = health.last_claim.map(|at| (now - at).unsigned_abs());
    let mut signs = vec![
        Sign::new(
            "Worker",
            claimed.is_none_or(|time| time > Duration::from_mins(1)),
            claimed.map_or("it has not asked the ledger yet".to_owned(), |time| {
                format!("asked the ledger {} ago", span(time))
            }),
            "Nothing is worked on by this process. Look whether its worker runs and the database answers.",
        ),
        Sign::new(
            "Backlog",
            over(ledger.oldest_due, 60),
            format!("{} orders due{}", ledger.due, since(ledger.oldest_due)),
            "It falls behind: look at the bank's answers and the database, then give it more room or another process.",
        ),
        Sign::new(
            "Events to deliver",
            over(ledger.oldest_undelivered, 300),
            format!(
                "{} wait{}",
                ledger.undelivered,
                since(ledger.oldest_undelivered)
            ),
            "The platform does not take its events: look at its own log, and at the shops' webhooks.",
        ),
        Sign::new(
            "Put aside",
            ledger.aside > 0 || health.events_put_aside > 0,
            format!(
                "{} orders, {} events",
                ledger.aside, health.events_put_aside
            ),
            "Working on these failed each time. The log says what broke; those orders need a person.",
        ),
        Sign::new(
            "Unclear commands",
            ledger.unclear > 0,
            ledger.unclear.to_string(),
            "They were sent and not answered. The bank is read to find out; look again in ten minutes.",
        ),
    ];
    if ledger.clock_ahead_ms.unsigned_abs() > CLOCK {
        signs.push(Sign::new(
            "Clock",
            true,
            format!("{} ms from the database's", ledger.clock_ahead_ms),
            "Set both clocks by NTP.",
        ));
    }
    if let Some(bytes) = ledger.wal_bytes.filter(|bytes| *bytes > WAL) {
        signs.push(Sign::new(
            "Write-ahead log",
            true,
            format!("{} MB", bytes >> 20),
            "A reader that never ends, or a full disk, keeps it from shrinking.",
        ));
    }
    // What is wrong stands first.
    signs.sort_by_key(|sign| sign.tag.mood != Mood::Bad);
    signs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_stands_first_with_what_to_do() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_hours(1);
        let mut health = Health {
            last_claim: Some(now),
            ..Health::default()
        };
        assert!(
            signs(&health, now)
                .iter()
                .all(|sign| sign.tag.mood == Mood::Good)
        );
        health.ledger.undelivered = 3;
        health.ledger.oldest_undelivered = Some(Duration::from_secs(301));
        let signs = signs(&health, now);
        assert_eq!(signs[0].name, "Events to deliver");
        assert_eq!(signs[0].figure, "3 wait, the first for 5 min 1 s");
        assert!(!signs[0].advice.is_empty());
        assert!(signs[1..].iter().all(|sign| sign.tag.mood == Mood::Good));
    }
}
