//! Judges a run by what the banks truly have and what the platform was told; by the ledger only where a promise is
//! about what is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::FutureExt as _;
use inbank::ports::Ledger as _;
use inbank::{EventKind, Money, OrderEvent, OrderKey, OrderReference, SettledCommand, ShopName};
use time::{Duration, OffsetDateTime};

use super::around::{Around, Telling};
use super::database::Database;
use super::fleet::{Fleet, shop_name, shop_number};
use super::people::PERSONAL;
use super::sink::PANIC;
use super::{Invariant, Mark, Violation};
use crate::{Told, audited};

/// What is over is read at least once a day, a quarter later at the most; and a bank that was away is asked
/// again within minutes.
const BOUND: Duration = Duration::hours(35);
/// The most calls that a round makes, and the next one before it comes to the same attempt.
const CALLS: u32 = 10;
/// Pauses between claims and while another has the order.
const PAUSES: Duration = Duration::seconds(10);

/// An order, by its shop's number and its reference.
type Key = (usize, String);

/// A contract that was active at some time.
struct Financed {
    attempt: String,
    amount: Option<Money>,
    since: OffsetDateTime,
    until: Option<OffsetDateTime>,
}

/// Whether two contracts were active at once.
fn overlap(financed: &[Financed]) -> bool {
    financed.iter().any(|one| {
        let others = financed.iter().filter(|other| other.attempt != one.attempt);
        others.into_iter().any(|other| {
            let began = other.since >= one.since;
            began && one.until.is_none_or(|until| other.since < until)
        })
    })
}

const fn violation(invariant: Invariant, what: String) -> Violation {
    Violation { invariant, what }
}

/// What a task said that panicked, but for those that are to.
pub(super) fn panicked(panics: &[String]) -> Option<String> {
    panics.iter().find(|panic| !panic.contains(PANIC)).cloned()
}

/// Everything that the banks have of each order, financed or not.
fn orders(fleet: &Fleet) -> BTreeMap<Key, Vec<Financed>> {
    let mut orders: BTreeMap<Key, Vec<Financed>> = BTreeMap::new();
    for lender in fleet.lenders() {
        let opened = lender.all_opened();
        for opened in opened.values() {
            orders
                .entry((lender.shop, opened.order.to_string()))
                .or_default();
        }
        for held in lender.contracts() {
            let origin = opened.get(&held.origin);
            let (Some(origin), Some(since)) = (origin, lender.active_since(&held.id)) else {
                continue;
            };
            let financed = Financed {
                attempt: origin.attempt().to_owned(),
                amount: held.amount,
                since,
                until: lender.terminated_at(&held.id),
            };
            let key = (lender.shop, origin.order.to_string());
            orders.entry(key).or_default().push(financed);
        }
    }
    orders
}

fn told_of(around: &Around, (shop, order): &Key) -> Vec<Telling> {
    let log = around.log();
    let of_it = log.told.iter().filter(|told| {
        told.event.shop.as_str() == shop_name(*shop) && told.event.order.as_str() == order
    });
    of_it.cloned().collect()
}

/// With the times, for people.
fn shown(told: &[Telling]) -> String {
    let told = told
        .iter()
        .map(|told| format!("{} at {}", told.event.kind, told.at));
    told.collect::<Vec<_>>().join(", ")
}

fn names(told: &[Telling]) -> Vec<String> {
    told.iter()
        .map(|told| told.event.kind.to_string())
        .collect()
}

/// What is financed since the faults ended, or before, was told within its bound.
pub(super) fn late(
    around: &Around,
    fleet: &Fleet,
    faults_until: OffsetDateTime,
) -> Option<Violation> {
    for (key, financed) in orders(fleet) {
        let told = told_of(around, &key);
        for financed in &financed {
            let since = financed.since.max(faults_until);
            let is_told = told.iter().any(|told| {
                let of_it = told.event.attempt_id.as_str() == financed.attempt;
                (told.is("paid") || told.is("terminated")) && of_it || told.is("needs_person")
            });
            if !is_told && around.now() > since + BOUND {
                let what = format!("{key:?} paid since {since}, told {}", shown(&told));
                return Some(violation(Invariant::ToldLate, what));
            }
        }
    }
    None
}

/// What is not settled yet: it must be, after long enough.
pub(super) fn unsettled(around: &Around, fleet: &Fleet) -> Option<Violation> {
    for (key, financed) in orders(fleet) {
        let told = told_of(around, &key);
        let is = |name: &str| told.iter().any(|told| told.is(name));
        let is_told = is("paid") || is("terminated") || is("needs_person");
        if !financed.is_empty() && !is_told {
            let what = format!("{key:?} is paid, and was told {:?}", names(&told));
            return Some(violation(Invariant::Untold, what));
        }
        // Those that have ended since, and were told to be paid.
        let mut ended = financed.iter().filter(|financed| financed.until.is_some());
        let told_paid = |financed: &&Financed| {
            told.iter()
                .any(|told| told.is("paid") && told.event.attempt_id.as_str() == financed.attempt)
        };
        let untold = !is("terminated") && !is("needs_person");
        if untold && ended.any(|financed| told_paid(&financed)) {
            let what = format!("{key:?} is terminated, and was told {:?}", names(&told));
            return Some(violation(Invariant::Untold, what));
        }
        if !is_told && !is("not_paid") {
            let what = format!("{key:?} has no end, and was told {:?}", names(&told));
            return Some(violation(Invariant::Stuck, what));
        }
    }
    for lender in fleet.lenders() {
        for (id, opened) in lender.all_opened() {
            let key = (lender.shop, opened.order.to_string());
            let told = told_of(around, &key);
            if lender.is_known(&id)
                && !lender.is_over(&id)
                && !told.iter().any(|told| {
                    told.is("needs_person") && told.event.attempt_id.as_str() == opened.attempt()
                })
            {
                let what = format!("{id} of {key:?} is open, told {:?}", names(&told));
                return Some(violation(Invariant::Stuck, what));
            }
        }
    }
    None
}

/// The processes in which something is under way.
pub(super) fn busy(fleet: &Fleet) -> BTreeMap<u32, String> {
    let living = fleet.living().into_iter();
    let busy = living.filter_map(|process| {
        let health = process.platform.health();
        let what = format!("{} rounds, {} deliveries", health.rounds, health.deliveries);
        (health.rounds > 0 || health.deliveries > 0).then_some((process.life, what))
    });
    busy.collect()
}

/// What must be true whenever a run has ended.
pub(super) fn judge(around: &Arc<Around>, fleet: &Fleet, database: &Database) -> Option<Violation> {
    let deliveries = around.log().told.clone();
    let deliveries: Vec<_> = deliveries
        .iter()
        .map(|told| {
            let mut delivery = Told::from(&told.event);
            delivery.order = format!("{}/{}", told.event.shop, delivery.order);
            delivery
        })
        .collect();
    if let Err(what) = audited(&deliveries) {
        return Some(violation(Invariant::EventOrder, what));
    }
    for (key, financed) in orders(fleet) {
        if let Some(what) = kept_twice(database, &key) {
            return Some(violation(Invariant::KeptTwice, what));
        }
        let told = told_of(around, &key);
        let is = |name: &str| told.iter().any(|told| told.is(name));
        if overlap(&financed) && !is("needs_person") {
            let what = format!("{key:?} by {} attempts: {:?}", financed.len(), names(&told));
            return Some(violation(Invariant::PaidTwiceUntold, what));
        }
        for telling in told.iter().filter(|told| told.is("paid")) {
            let attempt = telling.event.attempt_id.as_str();
            let Some(financed) = financed.iter().find(|f| f.attempt == attempt) else {
                let what = format!("{key:?}: {}", telling.event.kind);
                return Some(violation(Invariant::ToldWrongly, what));
            };
            if telling.at < financed.since {
                let what = format!(
                    "{key:?}: paid at {}, active since {}",
                    telling.at, financed.since
                );
                return Some(violation(Invariant::ToldWrongly, what));
            }
            let amount = telling.event.amount;
            if amount.is_some() && financed.amount.is_some() && amount != financed.amount {
                let what = format!("{key:?}: {amount:?}, the bank has {:?}", financed.amount);
                return Some(violation(Invariant::Amount, what));
            }
        }
    }
    if let Some(violation) = put_aside_untold(around).or_else(|| refused_wrongly(around, fleet)) {
        return Some(violation);
    }
    let written = format!("{:?}", database.ledger);
    if let Some(personal) = PERSONAL
        .iter()
        .find(|personal| written.contains(**personal))
    {
        return Some(violation(Invariant::PersonalData, (*personal).to_owned()));
    }
    starved(around, fleet)
}

/// A callback, or a command that stands no more, that the ledger lists twice, as whoever looks at an order would see.
fn kept_twice(database: &Database, (shop, order): &Key) -> Option<String> {
    let shop = ShopName::parse(shop_name(*shop)).ok()?;
    let key = OrderKey::new(shop, OrderReference::parse(order).ok()?);
    let kept = database.ledger.callbacks(&key).now_or_never()?.ok()?;
    let mut keys = BTreeSet::new();
    if let Some(twice) = kept.iter().find(|callback| !keys.insert(&callback.key)) {
        return Some(format!("{key} at {}", twice.received_at));
    }
    let settled = database
        .ledger
        .settled_commands(&key)
        .now_or_never()?
        .ok()?;
    let mut decisions = BTreeSet::new();
    let mut is_new = |settled: &SettledCommand| {
        let command = &settled.command;
        // What the bank refused in the very moment of the decision may be decided again in that moment.
        settled.settled_at == command.wanted_at
            || decisions.insert((settled.attempt, command.command.name(), command.wanted_at))
    };
    let twice = settled.iter().find(|settled| !is_new(settled))?;
    Some(format!(
        "{key}: the command to {} of {}",
        twice.command.command, twice.command.wanted_at
    ))
}

/// What the platform refused for good, or panics over each time, is put aside: a person is told so, by
/// another event.
pub(super) fn put_aside_untold(around: &Around) -> Option<Violation> {
    let log = around.log();
    for event in log.not_taken.values() {
        let says_so = |other: &OrderEvent| {
            let same = other.shop == event.shop && other.order == event.order;
            let of_it = format!("refused event {} ", event.number);
            same && matches!(&other.kind, EventKind::NeedsPerson(why) if why.contains(&of_it))
        };
        let by_itself = matches!(event.kind, EventKind::NeedsPerson(_));
        let told = log.told.iter().map(|told| &told.event);
        if !by_itself && !told.chain(log.not_taken.values()).any(says_so) {
            let what = format!("{} is put aside: {}", event.id(), event.kind);
            return Some(violation(Invariant::Untold, what));
        }
    }
    None
}

/// Nobody is told that the bank has refused what it has done.
fn refused_wrongly(around: &Around, fleet: &Fleet) -> Option<Violation> {
    if around.setting.clocks_ahead.is_some() {
        // When an event was written can't be compared then.
        return None;
    }
    let told = around.log().told.clone();
    for Telling { event, .. } in &told {
        let EventKind::NeedsPerson(why) = &event.kind else {
            continue;
        };
        let refused = why.strip_prefix("the bank refused to ");
        let command = refused.and_then(|what| what.split(' ').next());
        let operations: &[&str] = match command {
            Some("accept") => &["application.accept"],
            Some("activate") => &["rental.activate"],
            Some("approve") => &["contract.approve"],
            Some("cancel") => &["application.cancel", "contract.cancel"],
            Some(_) | None => continue,
        };
        let lender = fleet.lender(shop_number(event.shop.as_str()));
        if lender.has_done(operations, event.attempt_id.as_str(), event.occurred_at) {
            let what = format!("{}: {why}, and the bank has done it", event.id());
            return Some(violation(Invariant::ToldWrongly, what));
        }
    }
    None
}

/// In a shop that has no faults, what a callback made due is read within one slot's time.
fn starved(around: &Around, fleet: &Fleet) -> Option<Violation> {
    let shop = around.setting.calm_shop?;
    let lender = fleet.lender(shop);
    let (kept, reads) = lender.kept_and_read();
    let (opened, contracts) = (lender.all_opened(), lender.contracts());
    let (_, slowest) = around.setting.latency_ms;
    // What happens during a round is noticed by the poll after it, which is spread by a quarter.
    let poll = Duration::seconds(i64::from(around.setting.poll_seconds)) * 5 / 4;
    let slot = PAUSES + poll + Duration::milliseconds(i64::from(slowest * 2 * CALLS));
    let slow_since = around.log().slow_since;
    for (at, about) in kept {
        // Once processes look for what is due rarely, what another one was told during a round of the order waits for that,
        // whichever of its attempts the round reads.
        let is_slow = slow_since.is_some_and(|since| at + slot > since);
        let from = if is_slow { at - slot } else { at };
        let named = |about: &str| {
            let opened = opened.get(about)?;
            Some(if is_slow {
                opened.order.to_string()
            } else {
                opened.url.clone()
            })
        };
        let own = named(&about);
        let is_of_it = |(read, what): &&(OffsetDateTime, String)| {
            let origin = contracts.iter().find(|held| held.id == *what);
            let read_about = origin.map_or(what, |held| &held.origin);
            named(read_about) == own && *read >= from && *read <= at + slot
        };
        if reads.iter().find(is_of_it).is_none() && !around.log().disturbed {
            let what = format!("{about} of shop {shop}, due since {at}");
            return Some(violation(Invariant::Starved, what));
        }
    }
    None
}

/// Marks what can be seen at the end only.
pub(super) fn mark(around: &Around, fleet: &Fleet) {
    for (key, financed) in orders(fleet) {
        if overlap(&financed) {
            around.mark(Mark::TwoFinanced);
        }
        let told = told_of(around, &key);
        let kinds: Vec<_> = told.iter().map(|told| &told.event.kind).collect();
        let not_paid = kinds
            .iter()
            .position(|kind| matches!(kind, EventKind::NotPaid(_)));
        let paid = kinds
            .iter()
            .rposition(|kind| matches!(kind, EventKind::Paid { .. }));
        if let (Some(not_paid), Some(paid)) = (not_paid, paid)
            && not_paid < paid
            && told[not_paid].event.attempt_id != told[paid].event.attempt_id
        {
            around.mark(Mark::PaidByLaterAttempt);
        }
    }
    for process in fleet.living() {
        if !process.platform.health().open_breakers.is_empty() {
            around.mark(Mark::BreakerOpened);
        }
    }
    for lender in fleet.lenders() {
        let mut attempts: BTreeMap<String, usize> = BTreeMap::new();
        for opened in lender.all_opened().values() {
            *attempts.entry(opened.order.to_string()).or_default() += 1;
        }
        if attempts.values().any(|count| *count > 1) {
            around.mark(Mark::CartChanged);
        }
    }
}
