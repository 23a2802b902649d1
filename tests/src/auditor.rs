//! Holds what a platform was told to what is promised of events, whatever happened in between.

use std::collections::BTreeMap;

use inbank::OrderEvent;

/// One delivery of an event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    /// The order.
    pub order: String,
    /// The event's number in its order.
    pub number: u64,
    /// What it tells: `paid`, `not_paid: expired`.
    pub kind: String,
}

impl From<&OrderEvent> for Told {
    fn from(event: &OrderEvent) -> Self {
        Self {
            order: event.order.as_str().to_owned(),
            number: event.number,
            kind: event.kind.to_string(),
        }
    }
}

/// The deliveries of all orders, in the order in which they came. Each event comes at least once, is the
/// same each time, and comes for the first time when all before it have come; an order is paid at most
/// once, and nothing is told of it as unpaid afterwards unless it was terminated; late is what comes
/// after the order was told not to be paid. What each order was told, each event once.
///
/// # Panics
/// Where something else was told.
pub fn audit(deliveries: &[Told]) -> BTreeMap<String, Vec<String>> {
    audited(deliveries).unwrap()
}

/// As [`audit`].
///
/// # Errors
/// What was told otherwise.
pub fn audited(deliveries: &[Told]) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for delivery in deliveries {
        let events = told.entry(delivery.order.clone()).or_default();
        let number = usize::try_from(delivery.number).unwrap();
        if !(1..=events.len() + 1).contains(&number) {
            return Err(format!(
                "{delivery:?} comes before what is before it: {events:?}"
            ));
        }
        match events.get(number - 1) {
            Some(known) if *known == delivery.kind => {}
            Some(known) => return Err(format!("{delivery:?} is two events: {known}")),
            None => {
                check(events, delivery)?;
                events.push(delivery.kind.clone());
            }
        }
    }
    Ok(told)
}

/// An event in the face of those before it.
fn check(before: &[String], delivery: &Told) -> Result<(), String> {
    let since_terminated = before.iter().rposition(|kind| kind == "terminated");
    let since = since_terminated.map_or(0, |position| position + 1);
    let paid = before[since..].iter().any(|kind| kind.starts_with("paid"));
    let not_paid = before.iter().any(|kind| kind.starts_with("not_paid"));
    let kind = delivery.kind.as_str();
    let ends = ["paid", "not_paid", "awaits_merchant"];
    if paid && ends.iter().any(|end| kind.starts_with(end)) {
        return Err(format!("{delivery:?} although it is paid: {before:?}"));
    }
    if kind == "paid: late" && !not_paid {
        return Err(format!("{delivery:?} after nothing: {before:?}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(events: &[(u64, &str)]) -> Vec<Told> {
        let told = events.iter().map(|(number, kind)| Told {
            order: "1001".to_owned(),
            number: *number,
            kind: (*kind).to_owned(),
        });
        told.collect()
    }

    #[test]
    fn copies_are_one_event() {
        let events = [
            (1, "awaits_merchant"),
            (1, "awaits_merchant"),
            (2, "paid"),
            (1, "awaits_merchant"),
        ];
        let told = audit(&told(&events));
        assert_eq!(told["1001"], ["awaits_merchant", "paid"]);
    }

    #[test]
    #[should_panic(expected = "comes before")]
    fn a_gap_is_found() {
        audit(&told(&[(2, "paid")]));
    }

    #[test]
    #[should_panic(expected = "two events")]
    fn one_number_for_two_events_is_found() {
        audit(&told(&[(1, "paid"), (1, "terminated")]));
    }

    #[test]
    #[should_panic(expected = "although it is paid")]
    fn a_second_payment_is_found() {
        audit(&told(&[(1, "paid"), (2, "paid")]));
    }

    #[test]
    #[should_panic(expected = "after nothing")]
    fn a_payment_that_is_late_for_nothing_is_found() {
        audit(&told(&[(1, "paid: late")]));
    }
}
