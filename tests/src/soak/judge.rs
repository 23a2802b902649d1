//! Whether every order ended once, by what the bank has and what the platform was told. The ledger is not
//! asked.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::Aim;
use super::bank::Session;
use super::customer::Came;
use super::told::is_end;
use crate::{Told, audited};

/// So many faults are named.
const NAMED: usize = 10;

/// What the platform was told, and what the bank has.
pub(crate) struct Evidence<'a> {
    /// Every order, what it was to come to, and what became of its customer.
    pub(crate) orders: &'a BTreeMap<String, (Aim, Came)>,
    /// Every delivery of an event, in the order of time.
    pub(crate) told: &'a [Told],
    /// The banks' sessions by the name of their order.
    pub(crate) sessions: &'a HashMap<String, Vec<Session>>,
}

/// Every order that did not end once, and as it was to.
pub(crate) fn faults(evidence: &Evidence<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if let Err(why) = audited(evidence.told) {
        faults.push(why);
    }
    let mut ends: HashMap<&str, BTreeMap<u64, &str>> = HashMap::new();
    for told in evidence.told.iter().filter(|told| is_end(&told.kind)) {
        let ends = ends.entry(told.order.as_str()).or_default();
        // A delivery that comes again is the same event.
        ends.insert(told.number, told.kind.as_str());
    }
    for (order, (aim, came)) in evidence.orders {
        let told: Vec<&str> = ends
            .remove(order.as_str())
            .map(|ends| ends.into_values().collect())
            .unwrap_or_default();
        let sessions = evidence.sessions.get(order).map_or(&[][..], Vec::as_slice);
        let fault = match came {
            Came::Taken => of_taken(*aim, &told, sessions),
            // Nobody has signed anything.
            Came::Busy | Came::Failed | Came::Under => of_untaken(&told, sessions),
        };
        faults.extend(fault.map(|fault| format!("{order}: {fault}")));
    }
    faults.extend(
        ends.keys()
            .map(|order| format!("{order}: nobody has ordered it")),
    );
    faults
}

/// The faults as a text, not all of them where there are many.
pub(crate) fn named(faults: &[String]) -> String {
    let more = faults.len().saturating_sub(NAMED);
    let mut text = faults[..faults.len().min(NAMED)].join("\n");
    if more > 0 {
        let _ = write!(text, "\n… and {more} more");
    }
    text
}

fn with_contract<'a>(sessions: &'a [Session], status: &str) -> Vec<&'a Session> {
    let sessions = sessions.iter();
    sessions
        .filter(|session| session.contract_status.as_deref() == Some(status))
        .collect()
}

fn of_taken(aim: Aim, told: &[&str], sessions: &[Session]) -> Option<String> {
    match told {
        [] => return Some("lost: the platform was told of no end".to_owned()),
        [end] if *end == aim.end() => {}
        [end] => return Some(format!("told {end}, and was to be told {}", aim.end())),
        ends => return Some(format!("ended {} times: {ends:?}", ends.len())),
    }
    let active = with_contract(sessions, "activated").len();
    let contracts = sessions.iter().filter(|s| s.contract_status.is_some());
    let contracts = contracts.count();
    let as_told = match aim {
        Aim::Approve => active == 1 && contracts == 1,
        Aim::Cancel => contracts == 1 && with_contract(sessions, "cancelled").len() == 1,
        Aim::Decline => contracts == 0 && sessions.iter().any(|s| s.status == "declined"),
        Aim::Leave => contracts == 0 && sessions.iter().any(|s| s.status == "cancelled"),
    };
    (!as_told).then(|| format!("told {told:?}, and the bank has {sessions:?}"))
}

fn of_untaken(told: &[&str], sessions: &[Session]) -> Option<String> {
    let paid = told.iter().any(|end| end.starts_with("paid"));
    let signed = sessions.iter().any(|s| s.contract_status.is_some());
    (paid || signed || told.len() > 1)
        .then(|| format!("nobody has gone to the bank, told {told:?}, and it has {sessions:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(events: &[(&str, u64, &str)]) -> Vec<Told> {
        let events = events.iter().map(|(order, number, kind)| Told {
            order: (*order).to_owned(),
            number: *number,
            kind: (*kind).to_owned(),
        });
        events.collect()
    }

    fn session(status: &str, contract: Option<&str>) -> Session {
        Session {
            order_reference: String::new(),
            status: status.to_owned(),
            contract_status: contract.map(str::to_owned),
        }
    }

    fn judged(
        aim: Aim,
        came: Came,
        events: &[(&str, u64, &str)],
        has: Vec<Session>,
    ) -> Vec<String> {
        let order = "main/1".to_owned();
        faults(&Evidence {
            orders: &[(order.clone(), (aim, came))].into(),
            told: &told(events),
            sessions: &[(order, has)].into(),
        })
    }

    const PAID: [(&str, u64, &str); 3] = [
        ("main/1", 1, "awaits_merchant"),
        ("main/1", 2, "paid"),
        ("main/1", 2, "paid"),
    ];

    fn active() -> Session {
        session("completed", Some("activated"))
    }

    #[test]
    fn an_order_that_ended_once_is_fine_however_often_that_was_delivered() {
        assert_eq!(
            judged(Aim::Approve, Came::Taken, &PAID, vec![active()]),
            [""; 0]
        );
        let unclear = vec![session("pending", None), active()];
        assert_eq!(judged(Aim::Approve, Came::Taken, &PAID, unclear), [""; 0]);
        let cancelled = vec![session("cancelled", Some("cancelled"))];
        let told = [
            ("main/1", 1, "awaits_merchant"),
            ("main/1", 2, "not_paid: cancelled"),
        ];
        assert_eq!(judged(Aim::Cancel, Came::Taken, &told, cancelled), [""; 0]);
    }

    #[test]
    fn a_lost_order_is_a_fault() {
        let faults = judged(Aim::Approve, Came::Taken, &PAID[..1], vec![active()]);
        assert_eq!(faults, ["main/1: lost: the platform was told of no end"]);
    }

    #[test]
    fn an_order_that_ended_twice_is_a_fault() {
        let twice = [
            ("main/1", 1, "not_paid: cancelled"),
            ("main/1", 2, "paid: late"),
        ];
        let faults = judged(Aim::Approve, Came::Taken, &twice, vec![active()]);
        assert!(faults[0].contains("ended 2 times"), "{faults:?}");
        let faults = judged(Aim::Approve, Came::Taken, &PAID, vec![active(), active()]);
        assert!(faults[0].contains("the bank has"), "{faults:?}");
    }

    #[test]
    fn an_end_that_the_bank_does_not_have_is_a_fault() {
        let granted = vec![session("granted", Some("signed"))];
        assert_eq!(judged(Aim::Approve, Came::Taken, &PAID, granted).len(), 1);
        assert_eq!(
            judged(Aim::Decline, Came::Taken, &PAID, vec![active()]).len(),
            1
        );
    }

    #[test]
    fn who_was_turned_away_has_paid_nothing() {
        assert_eq!(judged(Aim::Approve, Came::Busy, &[], Vec::new()), [""; 0]);
        assert_eq!(
            judged(Aim::Approve, Came::Busy, &PAID, vec![active()]).len(),
            1
        );
    }

    #[test]
    fn an_end_of_an_order_that_nobody_made_is_a_fault() {
        let told = told(&PAID);
        let evidence = Evidence {
            orders: &BTreeMap::new(),
            told: &told,
            sessions: &HashMap::new(),
        };
        assert_eq!(faults(&evidence), ["main/1: nobody has ordered it"]);
    }
}
