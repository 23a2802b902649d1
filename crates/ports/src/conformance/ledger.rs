//! What every ledger must do, one small case per MUST, each against an empty one.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use inbank_domain::{
    ApplicationId, ContractId, Event, Financing, FinancingEvent, FinancingId, FinancingState,
    Intent, Occurrence, OrderReference, ProductCode, ProductFamily, SessionId, ShopName,
    WebAddress,
};
use time::OffsetDateTime;

use crate::{
    Claim, Committed, Entry, FinancingLedger, Intended, Listing, Opened, ReceivedCallback,
    Recorded, Rest, Subject,
};

type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// One MUST.
#[derive(Clone, Copy)]
pub struct LedgerCase {
    /// Its name, as the port's docs cite it.
    pub name: &'static str,
    run: for<'a> fn(&'a dyn FinancingLedger) -> Running<'a>,
}

impl LedgerCase {
    /// Runs it against an empty ledger.
    ///
    /// # Panics
    /// When the implementation is wrong.
    pub async fn run(&self, ledger: &dyn FinancingLedger) {
        (self.run)(ledger).await;
    }
}

impl fmt::Debug for LedgerCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! cases {
    ($($name:ident,)+) => {
        &[$(LedgerCase { name: stringify!($name), run: |ledger| Box::pin($name(ledger)) },)+]
    };
}

/// Every case there is.
pub fn cases() -> &'static [LedgerCase] {
    cases![
        financing_is_opened_once,
        opened_financing_is_leased,
        financing_is_found_as_written,
        financings_are_listed_by_shop_and_order,
        callback_needs_its_financing,
        copy_changes_nothing,
        callback_makes_its_financing_due,
        callback_during_a_lease_is_not_overlooked,
        callbacks_tell_what_they_are_about,
        roused_financing_is_due,
        one_of_two_intents_is_written,
        intent_needs_the_present_version,
        intent_makes_its_financing_due,
        due_financing_is_claimed_once,
        longest_due_is_claimed_first,
        lapsed_lease_passes_on,
        financing_is_claimed_by_name,
        commit_after_the_lease_passed_on_is_lost,
        commit_on_an_outdated_version_is_lost,
        events_are_numbered_in_order,
        undelivered_events_come_again,
        session_belongs_to_one_financing,
        application_belongs_to_one_financing,
        only_old_callbacks_of_finished_financings_are_forgotten,
    ]
}

const LEASE: Duration = Duration::from_mins(1);

/// A minute of the test's day.
fn minute(n: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_790_000_000 + 60 * n).unwrap()
}

fn shop() -> ShopName {
    ShopName::parse("main").unwrap()
}

fn id(name: &str) -> FinancingId {
    FinancingId::parse(name).unwrap()
}

fn entry(name: &str) -> Entry {
    let financing = Financing::new(
        id(name),
        OrderReference::parse(format!("Order \"{name}\" õ'%")).unwrap(),
        ProductFamily::HirePurchase,
    );
    let product = ProductCode::parse("hp_0.0%_x").unwrap();
    Entry::new(shop(), 1, product, financing, minute(0), minute(10_000))
}

async fn open(ledger: &dyn FinancingLedger, entry: &Entry) -> Claim {
    match ledger.open(entry, entry.opened_at + LEASE).await.unwrap() {
        Opened::Written(claim) => *claim,
        Opened::Standing(entry) => panic!("{} stands already", entry.financing.id),
    }
}

/// Opened, its lease ended, and not due.
async fn at_rest(ledger: &dyn FinancingLedger, name: &str) -> Entry {
    let claim = open(ledger, &entry(name)).await;
    assert!(ledger.release(&claim, &rest(None)).await.unwrap());
    claim.entry
}

fn rest(due: Option<OffsetDateTime>) -> Rest {
    Rest {
        delivered: None,
        failures: 0,
        due,
        at: minute(0),
    }
}

fn callback(name: &str, key: &str) -> ReceivedCallback {
    ReceivedCallback {
        shop: shop(),
        financing: id(name),
        key: key.to_owned(),
        subject: Subject::Session(SessionId::parse("s-1").unwrap()),
        body: b"message=%7B%7D&hmac=00&timestamp=1".to_vec(),
        received_at: minute(1),
    }
}

/// The names of the financings that are due at a time, which are then leased.
async fn due(ledger: &dyn FinancingLedger, at: OffsetDateTime) -> Vec<String> {
    let claims = ledger.claim(at, at + LEASE, 100).await.unwrap();
    let names = claims.iter().map(|claim| &claim.entry.financing.id);
    names.map(|id| id.as_str().to_owned()).collect()
}

async fn committed(
    ledger: &dyn FinancingLedger,
    claim: &Claim,
    entry: &Entry,
    events: &[Event],
) -> Committed {
    let occurrences: Vec<_> = events.iter().copied().map(Occurrence::Moved).collect();
    let committed = ledger.commit(claim, entry, &occurrences, minute(2)).await;
    committed.unwrap()
}

fn written(committed: Committed) -> Claim {
    match committed {
        Committed::Written(claim) => *claim,
        other => panic!("not written: {other:?}"),
    }
}

async fn financing_is_opened_once(ledger: &dyn FinancingLedger) {
    let first = entry("f-1");
    open(ledger, &first).await;
    let mut again = first.clone();
    again.product = ProductCode::parse("another").unwrap();
    again.opened_at = minute(5);
    let standing = ledger.open(&again, minute(6)).await.unwrap();
    assert_eq!(standing, Opened::Standing(Box::new(first.clone())));
    // Also under another name: one order, one attempt, one financing.
    again.financing.id = id("f-2");
    let standing = ledger.open(&again, minute(6)).await.unwrap();
    assert_eq!(standing, Opened::Standing(Box::new(first.clone())));
    again.attempt = 2;
    open(ledger, &again).await;
    // Another shop's orders are other orders.
    let mut elsewhere = first;
    elsewhere.shop = ShopName::parse("second").unwrap();
    open(ledger, &elsewhere).await;
    let all = ledger.list(&Listing::default()).await.unwrap();
    assert_eq!(all.len(), 3);
}

async fn opened_financing_is_leased(ledger: &dyn FinancingLedger) {
    open(ledger, &entry("f-1")).await;
    assert!(due(ledger, minute(0)).await.is_empty());
    // Whoever opened it is gone: somebody must look.
    assert_eq!(due(ledger, minute(1)).await, ["f-1"]);
}

async fn financing_is_found_as_written(ledger: &dyn FinancingLedger) {
    assert_eq!(ledger.find(&shop(), &id("f-1")).await.unwrap(), None);
    let first = entry("f-1");
    let claim = open(ledger, &first).await;
    assert_eq!(ledger.find(&shop(), &id("f-1")).await.unwrap(), Some(first));
    let mut full = claim.entry.clone();
    full.financing.state = FinancingState::Offered;
    full.financing.family = ProductFamily::from("green_loan");
    full.financing.merchant_approval = true;
    full.financing.session = Some(SessionId::parse("s-1").unwrap());
    full.financing.application = Some(ApplicationId::parse("a-1").unwrap());
    full.financing.contract = Some(ContractId::parse("c-1").unwrap());
    let redirect = "https://epos.example/session/s-1?a=b";
    full.asked = false;
    full.redirect_url = Some(WebAddress::parse(redirect).unwrap());
    full.intent = Some(Intent::Accept(ApplicationId::parse("a-1").unwrap()));
    full.anomaly = Some("the bank said \"on_hold\"".to_owned());
    full.failures = 3;
    full.roused_at = minute(3) + Duration::from_micros(1);
    let claim = written(committed(ledger, &claim, &full, &[]).await);
    full.version = claim.entry.version;
    assert!(full.version > 1);
    assert_eq!(claim.entry, full);
    assert_eq!(ledger.find(&shop(), &id("f-1")).await.unwrap(), Some(full));
    let elsewhere = ShopName::parse("second").unwrap();
    assert_eq!(ledger.find(&elsewhere, &id("f-1")).await.unwrap(), None);
}

async fn financings_are_listed_by_shop_and_order(ledger: &dyn FinancingLedger) {
    for (n, name) in ["f-1", "f-2", "f-3"].into_iter().enumerate() {
        let mut entry = entry(name);
        entry.opened_at = minute(i64::try_from(n).unwrap());
        open(ledger, &entry).await;
    }
    let mut elsewhere = entry("f-1");
    elsewhere.shop = ShopName::parse("second").unwrap();
    elsewhere.opened_at = minute(9);
    open(ledger, &elsewhere).await;
    let names = async |listing: &Listing| -> Vec<String> {
        let entries = ledger.list(listing).await.unwrap();
        let names = entries
            .iter()
            .map(|entry| format!("{}/{}", entry.shop, entry.financing.id));
        names.collect()
    };
    let mut listing = Listing::default();
    let all = ["second/f-1", "main/f-3", "main/f-2", "main/f-1"];
    assert_eq!(names(&listing).await, all);
    listing.limit = Some(2);
    assert_eq!(names(&listing).await, all[..2]);
    listing.shop = Some(shop());
    assert_eq!(names(&listing).await, all[1..3]);
    listing.order = Some(entry("f-1").financing.order);
    assert_eq!(names(&listing).await, all[3..]);
}

async fn callback_needs_its_financing(ledger: &dyn FinancingLedger) {
    let unknown = callback("f-1", "k-1");
    let recorded = ledger.record(&unknown).await.unwrap();
    assert_eq!(recorded, Recorded::NoFinancing);
    at_rest(ledger, "f-1").await;
    let callbacks = ledger.callbacks(&shop(), &id("f-1")).await.unwrap();
    assert_eq!(callbacks, []);
    assert_eq!(ledger.record(&unknown).await.unwrap(), Recorded::Written);
}

async fn copy_changes_nothing(ledger: &dyn FinancingLedger) {
    at_rest(ledger, "f-1").await;
    at_rest(ledger, "f-2").await;
    let first = callback("f-1", "k-1");
    assert_eq!(ledger.record(&first).await.unwrap(), Recorded::Written);
    let claim = ledger
        .claim(minute(1), minute(2), 1)
        .await
        .unwrap()
        .remove(0);
    ledger.release(&claim, &rest(None)).await.unwrap();
    let mut copy = first.clone();
    copy.received_at = minute(50);
    assert_eq!(ledger.record(&copy).await.unwrap(), Recorded::Copy);
    assert!(due(ledger, minute(60)).await.is_empty());
    let kept = ledger.callbacks(&shop(), &id("f-1")).await.unwrap();
    assert_eq!(kept, [first]);
    // The same content for another financing is another callback.
    let other = callback("f-2", "k-1");
    assert_eq!(ledger.record(&other).await.unwrap(), Recorded::Written);
}

async fn callback_makes_its_financing_due(ledger: &dyn FinancingLedger) {
    at_rest(ledger, "f-1").await;
    assert!(due(ledger, minute(100)).await.is_empty());
    ledger.record(&callback("f-1", "k-1")).await.unwrap();
    assert!(due(ledger, minute(0)).await.is_empty());
    let claims = ledger.claim(minute(1), minute(2), 9).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].entry.roused_at, minute(1));
}

async fn callback_during_a_lease_is_not_overlooked(ledger: &dyn FinancingLedger) {
    let claim = open(ledger, &entry("f-1")).await;
    let mut during = callback("f-1", "k-1");
    during.received_at = minute(0);
    ledger.record(&during).await.unwrap();
    // The holder works alone …
    assert!(due(ledger, minute(0)).await.is_empty());
    // … and what it plans does not put off what came meanwhile.
    let mut rest = rest(Some(minute(99)));
    rest.at = minute(1);
    ledger.release(&claim, &rest).await.unwrap();
    let claims = ledger.claim(minute(1), minute(2), 9).await.unwrap();
    assert_eq!(claims.len(), 1);
    ledger.release(&claims[0], &rest).await.unwrap();
    assert!(due(ledger, minute(98)).await.is_empty());
    assert_eq!(due(ledger, minute(99)).await, ["f-1"]);
}

async fn callbacks_tell_what_they_are_about(ledger: &dyn FinancingLedger) {
    at_rest(ledger, "f-1").await;
    let application = Subject::Application(ApplicationId::parse("a-1").unwrap());
    let subjects = [
        callback("f-1", "").subject,
        application,
        callback("f-1", "").subject,
    ];
    for (n, subject) in subjects.iter().enumerate() {
        let mut callback = callback("f-1", &format!("k-{n}"));
        callback.subject = subject.clone();
        callback.received_at = minute(i64::try_from(n).unwrap());
        ledger.record(&callback).await.unwrap();
    }
    let claim = ledger
        .claim(minute(9), minute(10), 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(claim.heard_of, subjects[..2]);
    // Once it is known what the financing is at the bank, they have nothing more to tell.
    let mut known = claim.entry.clone();
    known.financing.session = Some(SessionId::parse("s-1").unwrap());
    let claim = written(committed(ledger, &claim, &known, &[]).await);
    assert!(claim.heard_of.is_empty());
}

async fn roused_financing_is_due(ledger: &dyn FinancingLedger) {
    assert!(!ledger.rouse(&shop(), &id("f-1"), minute(1)).await.unwrap());
    at_rest(ledger, "f-1").await;
    assert!(ledger.rouse(&shop(), &id("f-1"), minute(7)).await.unwrap());
    assert!(due(ledger, minute(6)).await.is_empty());
    assert_eq!(due(ledger, minute(7)).await, ["f-1"]);
}

async fn one_of_two_intents_is_written(ledger: &dyn FinancingLedger) {
    let entry = at_rest(ledger, "f-1").await;
    let first = ledger.intend(&entry, &Intent::Approve, minute(1)).await;
    assert_eq!(first.unwrap(), Intended::Written);
    let second = ledger.intend(&entry, &Intent::Cancel, minute(1)).await;
    assert_eq!(second.unwrap(), Intended::Changed);
    let found = ledger.find(&shop(), &id("f-1")).await.unwrap().unwrap();
    assert_eq!(found.intent, Some(Intent::Approve));
    // Also when it is known that there is one already.
    let third = ledger.intend(&found, &Intent::Cancel, minute(1)).await;
    assert_eq!(third.unwrap(), Intended::Changed);
}

async fn intent_needs_the_present_version(ledger: &dyn FinancingLedger) {
    let claim = open(ledger, &entry("f-1")).await;
    written(committed(ledger, &claim, &claim.entry, &[]).await);
    let late = ledger
        .intend(&claim.entry, &Intent::Cancel, minute(1))
        .await;
    assert_eq!(late.unwrap(), Intended::Changed);
}

async fn intent_makes_its_financing_due(ledger: &dyn FinancingLedger) {
    let entry = at_rest(ledger, "f-1").await;
    let intent = Intent::Accept(ApplicationId::parse("a-1").unwrap());
    ledger.intend(&entry, &intent, minute(3)).await.unwrap();
    let claims = ledger.claim(minute(3), minute(4), 9).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].entry.intent, Some(intent));
    assert_eq!(claims[0].entry.roused_at, minute(3));
}

async fn due_financing_is_claimed_once(ledger: &dyn FinancingLedger) {
    let (again, at) = (rest(Some(minute(1))), minute(1));
    for name in ["f-1", "f-2", "f-3"] {
        let claim = open(ledger, &entry(name)).await;
        ledger.release(&claim, &again).await.unwrap();
    }
    let first = ledger.claim(at, at + LEASE, 2).await.unwrap();
    assert_eq!(first.len(), 2);
    let second = ledger.claim(at, at + LEASE, 2).await.unwrap();
    assert_eq!(second.len(), 1);
    let claimed = first.iter().map(|claim| &claim.entry.financing.id);
    assert!(
        !claimed
            .clone()
            .any(|id| *id == second[0].entry.financing.id)
    );
    assert!(due(ledger, at).await.is_empty());
}

async fn longest_due_is_claimed_first(ledger: &dyn FinancingLedger) {
    for (name, due) in [("f-1", 3), ("f-2", 1), ("f-3", 2)] {
        let claim = open(ledger, &entry(name)).await;
        let rest = rest(Some(minute(due)));
        ledger.release(&claim, &rest).await.unwrap();
    }
    assert_eq!(due(ledger, minute(2)).await, ["f-2", "f-3"]);
}

async fn lapsed_lease_passes_on(ledger: &dyn FinancingLedger) {
    let first = open(ledger, &entry("f-1")).await;
    let second = ledger.claim(minute(1), minute(2), 9).await.unwrap();
    assert_eq!(second.len(), 1);
    assert!(second[0].lease > first.lease);
}

async fn financing_is_claimed_by_name(ledger: &dyn FinancingLedger) {
    let by_name = async |at: i64| {
        let until = minute(at) + LEASE;
        let (shop, id) = (shop(), id("f-1"));
        ledger
            .claim_one(&shop, &id, minute(at), until)
            .await
            .unwrap()
    };
    assert!(by_name(0).await.is_none());
    let entry = at_rest(ledger, "f-1").await;
    assert_eq!(by_name(1).await.map(|claim| claim.entry), Some(entry));
    assert!(by_name(1).await.is_none());
    assert!(by_name(2).await.is_some());
}

async fn commit_after_the_lease_passed_on_is_lost(ledger: &dyn FinancingLedger) {
    let first = open(ledger, &entry("f-1")).await;
    let second = ledger
        .claim(minute(1), minute(2), 9)
        .await
        .unwrap()
        .remove(0);
    let mut late = first.entry.clone();
    late.financing.state = FinancingState::Cancelled;
    let lost = committed(ledger, &first, &late, &[Event::Cancelled]).await;
    assert_eq!(lost, Committed::Lost);
    assert!(!ledger.release(&first, &rest(None)).await.unwrap());
    let found = ledger.find(&shop(), &id("f-1")).await.unwrap();
    assert_eq!(found.unwrap(), second.entry);
    assert_eq!(ledger.events(&shop(), &id("f-1")).await.unwrap(), []);
    written(committed(ledger, &second, &second.entry, &[]).await);
}

async fn commit_on_an_outdated_version_is_lost(ledger: &dyn FinancingLedger) {
    let claim = open(ledger, &entry("f-1")).await;
    let intended = ledger
        .intend(&claim.entry, &Intent::Cancel, minute(0))
        .await;
    assert_eq!(intended.unwrap(), Intended::Written);
    let lost = committed(ledger, &claim, &claim.entry, &[Event::Opened]).await;
    assert_eq!(lost, Committed::Lost);
    let found = ledger.find(&shop(), &id("f-1")).await.unwrap().unwrap();
    assert_eq!(found.intent, Some(Intent::Cancel));
    // The lease is still held, and ends as ever.
    assert!(ledger.release(&claim, &rest(None)).await.unwrap());
}

async fn events_are_numbered_in_order(ledger: &dyn FinancingLedger) {
    let claim = open(ledger, &entry("f-1")).await;
    let claim = written(committed(ledger, &claim, &claim.entry, &[Event::Opened]).await);
    let anomaly = Occurrence::Anomaly("on_hold, with \"quotes\"".to_owned());
    let occurrences = [Occurrence::Moved(Event::Granted), anomaly];
    let entry = claim.entry.clone();
    let at = minute(4);
    let claim = ledger.commit(&claim, &entry, &occurrences, at).await;
    let claim = written(claim.unwrap());
    let events = ledger.events(&shop(), &id("f-1")).await.unwrap();
    let expected = [Occurrence::Moved(Event::Opened)];
    let expected = expected.iter().chain(&occurrences).enumerate();
    let expected = expected.map(|(n, occurrence)| {
        let financing = &entry.financing;
        FinancingEvent::new(
            shop(),
            financing.id.clone(),
            financing.order.clone(),
            1,
            n as u64 + 1,
            occurrence.clone(),
            if n == 0 { minute(2) } else { at },
        )
    });
    assert_eq!(events, expected.collect::<Vec<_>>());
    assert_eq!(claim.undelivered, events);
}

async fn undelivered_events_come_again(ledger: &dyn FinancingLedger) {
    let claim = open(ledger, &entry("f-1")).await;
    let events = [Event::Opened, Event::Granted, Event::Completed];
    let claim = written(committed(ledger, &claim, &claim.entry, &events).await);
    let numbers = |claim: &Claim| -> Vec<u64> {
        claim.undelivered.iter().map(|event| event.number).collect()
    };
    assert_eq!(numbers(&claim), [1, 2, 3]);
    let next = async |claim: Claim, delivered| -> Claim {
        let mut rest = rest(Some(minute(5)));
        rest.delivered = Some(delivered);
        ledger.release(&claim, &rest).await.unwrap();
        let claims = ledger.claim(minute(5), minute(6), 1).await;
        claims.unwrap().remove(0)
    };
    let claim = next(claim, 2).await;
    assert_eq!(numbers(&claim), [3]);
    // Nothing is delivered backwards.
    let claim = next(claim, 1).await;
    assert_eq!(numbers(&claim), [3]);
    let claim = next(claim, 3).await;
    assert!(numbers(&claim).is_empty());
}

async fn session_belongs_to_one_financing(ledger: &dyn FinancingLedger) {
    let session = SessionId::parse("s-1").unwrap();
    taken_by_another(ledger, |entry| {
        entry.financing.session = Some(session.clone());
    })
    .await;
}

async fn application_belongs_to_one_financing(ledger: &dyn FinancingLedger) {
    let application = ApplicationId::parse("a-1").unwrap();
    taken_by_another(ledger, |entry| {
        entry.financing.application = Some(application.clone());
    })
    .await;
}

async fn taken_by_another(ledger: &dyn FinancingLedger, take: impl Fn(&mut Entry)) {
    let claim = open(ledger, &entry("f-1")).await;
    let mut owner = claim.entry.clone();
    take(&mut owner);
    let claim = written(committed(ledger, &claim, &owner, &[]).await);
    // Its own is no obstacle.
    written(committed(ledger, &claim, &claim.entry, &[]).await);
    let claim = open(ledger, &entry("f-2")).await;
    let mut second = claim.entry.clone();
    take(&mut second);
    let taken = committed(ledger, &claim, &second, &[Event::Opened]).await;
    assert_eq!(taken, Committed::Taken);
    assert_eq!(ledger.events(&shop(), &id("f-2")).await.unwrap(), []);
    written(committed(ledger, &claim, &claim.entry, &[]).await);
    // Another shop's bank may use the same.
    let mut elsewhere = entry("f-1");
    elsewhere.shop = ShopName::parse("second").unwrap();
    let claim = open(ledger, &elsewhere).await;
    take(&mut elsewhere);
    written(committed(ledger, &claim, &elsewhere, &[]).await);
}

async fn only_old_callbacks_of_finished_financings_are_forgotten(ledger: &dyn FinancingLedger) {
    for name in ["f-1", "f-2"] {
        let claim = open(ledger, &entry(name)).await;
        let mut entry = claim.entry.clone();
        if name == "f-1" {
            entry.financing.state = FinancingState::Completed;
        }
        written(committed(ledger, &claim, &entry, &[]).await);
        for (key, received) in [("k-1", 1), ("k-2", 10)] {
            let mut callback = callback(name, key);
            callback.received_at = minute(received);
            ledger.record(&callback).await.unwrap();
        }
    }
    assert_eq!(ledger.forget_callbacks(minute(10)).await.unwrap(), 1);
    assert_eq!(ledger.forget_callbacks(minute(10)).await.unwrap(), 0);
    let left = async |name| ledger.callbacks(&shop(), &id(name)).await.unwrap().len();
    assert_eq!((left("f-1").await, left("f-2").await), (1, 2));
}
