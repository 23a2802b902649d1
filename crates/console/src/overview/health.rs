//! Whether all works, in a few signs with the thresholds of the operators' guide.

use std::time::Duration;

use inbank_app::Health;
use inbank_domain::ShopName;
use time::OffsetDateTime;

use crate::address::Address;
use crate::moment::{Moment, span};
use crate::status::{Mood, Tag};
use crate::webhook::trouble;
use crate::{WebhookHealth, WebhookState};

/// One sign of how this process or a webhook is.
pub(super) struct Sign {
    pub(super) name: String,
    pub(super) tag: Tag,
    pub(super) figure: String,
    /// What to do, where something is to be done.
    pub(super) advice: &'static str,
    /// Where to look, with what is there.
    pub(super) to: Option<(Address, String)>,
}

/// The most that a clock may be wrong, in milliseconds.
const CLOCK: u64 = 2000;
const WAL: u64 = 64 << 20;
/// Asking the ledger for what is due takes milliseconds: after this it is said that it does not answer.
const LONGEST_CLAIM: Duration = Duration::from_secs(3);
/// So many webhooks are named that are not as they should be.
const NAMED: usize = 8;

impl Sign {
    fn new(name: &str, bad: bool, figure: String, advice: &'static str) -> Self {
        let (tag, advice) = if bad {
            (Tag::new(Mood::Bad, "look"), advice)
        } else {
            (Tag::new(Mood::Good, "fine"), "")
        };
        Self {
            name: name.to_owned(),
            tag,
            figure,
            advice,
            to: None,
        }
    }
}

/// How the webhooks are of the shops that somebody sees; none where that is not known.
pub(super) fn of_webhooks(
    webhooks: Option<&[WebhookHealth]>,
    base: &str,
    now: OffsetDateTime,
) -> Vec<Sign> {
    let name = "Webhooks";
    let Some(webhooks) = webhooks else {
        let advice = "The service did not say how they are: look at the database, and reload this page in a moment.";
        return vec![Sign::new(name, true, "not known".to_owned(), advice)];
    };
    let troubled = webhooks
        .iter()
        .filter_map(|webhook| Some((webhook, trouble(webhook, now)?)));
    let troubled: Vec<_> = troubled.collect();
    if troubled.is_empty() {
        let figure = format!("{}, all of them taken", webhooks.len());
        let fine = (!webhooks.is_empty()).then(|| Sign::new(name, false, figure, ""));
        return fine.into_iter().collect();
    }
    let more = troubled.len().saturating_sub(NAMED);
    let named = troubled.into_iter().take(NAMED);
    let named = named.map(|(webhook, trouble)| {
        let shop = &webhook.shop;
        let advice = match webhook.state {
            WebhookState::Active | WebhookState::Failing => {
                "Its server does not take its events: tell whoever runs it, then have them sent again."
            }
            WebhookState::Disabled => {
                "Have its server mended, then switch the webhook on at the shop: the events are kept until then."
            }
        };
        let to = Address::new(base, "/shop").with("shop", shop.as_str());
        Sign {
            to: Some((to, format!("Look at the shop {shop}"))),
            ..Sign::new(&format!("Webhook of {shop}"), true, trouble, advice)
        }
    });
    let others = (more > 0).then(|| Sign {
        to: Some((Address::new(base, "/shops"), "Look at the shops".to_owned())),
        ..Sign::new(name, true, format!("{more} more"), "")
    });
    named.chain(others).collect()
}

/// Shops that this process can't use; none where it can use all.
pub(super) fn of_shops(withheld: &[ShopName]) -> Option<Sign> {
    let names: Vec<_> = withheld.iter().take(NAMED).map(ShopName::as_str).collect();
    let more = match withheld.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let figure = format!("{}{more} can’t be used by this process", names.join(", "));
    let advice =
        "Nothing of them is worked on by it. Its log says why; most often it lacks their keys.";
    (!withheld.is_empty()).then(|| Sign::new("Shops", true, figure, advice))
}

/// What is wrong stands first.
pub(super) fn sorted(mut signs: Vec<Sign>) -> Vec<Sign> {
    signs.sort_by_key(|sign| sign.tag.mood != Mood::Bad);
    signs
}

/// Whether the ledger does not answer the worker: it fails, or is waited for.
fn is_silent(health: &Health, now: OffsetDateTime) -> bool {
    let waits = |since| now - since >= LONGEST_CLAIM;
    health.claims_fail_since.is_some() || health.claiming_since.is_some_and(waits)
}

impl Sign {
    /// As the ledger said it then. It doesn't answer now, so nobody knows whether all is well.
    fn old(self, said_at: Option<OffsetDateTime>, now: OffsetDateTime) -> Self {
        let tag = match self.tag.mood {
            Mood::Bad => self.tag,
            _ => Tag::new(Mood::Wait, "not known now"),
        };
        let figure = match said_at {
            Some(at) => format!("{}: {}", Moment::new(at, now).ago(), self.figure),
            None => "the ledger has not said yet".to_owned(),
        };
        Self {
            tag,
            figure,
            ..self
        }
    }
}

pub(super) fn of_process(health: &Health, now: OffsetDateTime) -> Vec<Sign> {
    let ledger = &health.ledger;
    let over = |time: Option<Duration>, most: u64| time.is_some_and(|time| time.as_secs() > most);
    let since = |time: Option<Duration>| {
        time.map_or(String::new(), |time| {
            format!(", the first for {}", span(time))
        })
    };
    let claimed = health.last_claim.map(|at| (now - at).unsigned_abs());
    let is_silent = is_silent(health, now);
    let worker = Sign::new(
        "Worker",
        is_silent || claimed.is_none_or(|time| time > Duration::from_mins(1)),
        match claimed.map(span) {
            Some(time) if is_silent => format!("the ledger has not answered it for {time}"),
            None if is_silent => "the ledger has not answered it yet".to_owned(),
            Some(time) => format!("asked the ledger {time} ago"),
            None => "it has not asked the ledger yet".to_owned(),
        },
        "Nothing is worked on by this process. Look whether its worker runs, the database answers, its disk is full, and another program holds a lock on it.",
    );
    let of_ledger = [
        Sign::new(
            "Backlog",
            over(ledger.oldest_due, 60),
            format!("{} orders due{}", ledger.due, since(ledger.oldest_due)),
            "It falls behind: look at the bank's answers and the database, then give it more room or another process.",
        ),
        Sign::new(
            "Event feed",
            over(ledger.oldest_undelivered, 300),
            format!(
                "{} events wait for it{}; webhooks are apart",
                ledger.undelivered,
                since(ledger.oldest_undelivered)
            ),
            "The platform does not take its events: look at its own log.",
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
    let of_ledger = of_ledger.map(|sign| {
        if is_silent {
            sign.old(health.measured_at, now)
        } else {
            sign
        }
    });
    let mut signs = vec![worker];
    signs.extend(of_ledger);
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
    signs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_webhooks_that_fail_some_are_named() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let failing = |n: usize| WebhookHealth {
            shop: ShopName::parse(format!("shop-{n}")).unwrap(),
            state: crate::WebhookState::Active,
            since: None,
            disabled_because: None,
            paused_until: None,
            last_status: None,
            last_problem: None,
            dead: 1,
            oldest: None,
        };
        let webhooks: Vec<_> = (0..NAMED + 2).map(failing).collect();
        let signs = of_webhooks(Some(&webhooks), "", now);
        assert_eq!(signs.len(), NAMED + 1);
        assert_eq!(signs[NAMED].figure, "2 more");
        assert!(signs.iter().all(|sign| sign.tag.mood == Mood::Bad));
    }

    #[test]
    fn nothing_is_fine_while_the_ledger_does_not_answer() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_hours(1);
        let ago = |seconds| Some(now - Duration::from_secs(seconds));
        let well = Health {
            last_claim: ago(0),
            claiming_since: ago(0),
            measured_at: ago(9),
            ..Health::default()
        };
        let is_fine = |sign: &Sign| sign.tag.mood == Mood::Good;
        assert!(of_process(&well, now).iter().all(is_fine));
        let fails = Health {
            last_claim: ago(8),
            claims_fail_since: ago(7),
            ..well.clone()
        };
        let waits = Health {
            last_claim: ago(8),
            claiming_since: ago(7),
            ..well
        };
        for health in [fails, waits] {
            let signs = of_process(&health, now);
            assert!(!signs.iter().any(is_fine));
            assert_eq!(signs[0].figure, "the ledger has not answered it for 8 s");
            assert_eq!(signs[0].tag.mood, Mood::Bad);
            assert_eq!(signs[1].figure, "9 s ago: 0 orders due");
        }
        let never = Health {
            claims_fail_since: ago(7),
            ..Health::default()
        };
        let signs = of_process(&never, now);
        assert_eq!(signs[0].figure, "the ledger has not answered it yet");
        assert_eq!(signs[1].figure, "the ledger has not said yet");
    }

    #[test]
    fn what_is_wrong_stands_first_with_what_to_do() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_hours(1);
        let mut health = Health {
            last_claim: Some(now),
            ..Health::default()
        };
        assert!(
            of_process(&health, now)
                .iter()
                .all(|sign| sign.tag.mood == Mood::Good)
        );
        health.ledger.undelivered = 3;
        health.ledger.oldest_undelivered = Some(Duration::from_secs(301));
        let signs = sorted(of_process(&health, now));
        assert_eq!(signs[0].name, "Event feed");
        assert_eq!(
            signs[0].figure,
            "3 events wait for it, the first for 5 min 1 s; webhooks are apart"
        );
        assert!(!signs[0].advice.is_empty());
        assert!(signs[1..].iter().all(|sign| sign.tag.mood == Mood::Good));
    }
}
