//! What callbacks may do to a platform: come often, late, in any order, from anybody, to anywhere.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use futures::future::join_all;
use inbank::domain::{ApiKey, FinancingState as State, OrderReference, ProductFamily};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::{Clock, Listing};
use inbank_sandbox::{CallbackFault, CallbackRecord, Fault, Operation, Region, Sandbox};
use inbank_testkit::conformance::{Approval, Bank};
use inbank_tests::platform::{Home, Stage, Store};
use inbank_tests::{SandboxBank, on_every_store, uuid};

on_every_store! {
    the_same_callback_a_thousand_times_at_once_is_kept_once_and_tells_once,
    callbacks_in_any_order_hours_late_and_after_the_end_move_nothing_backwards,
    callbacks_that_arrive_the_last_one_first_and_hours_late_are_kept_and_tell_nothing_twice,
    a_callback_for_a_financing_that_is_not_there_is_not_found_and_not_kept,
    forged_and_doubled_callbacks_are_refused_unkept_and_nothing_is_read_for_them,
    a_returning_browser_and_the_callback_at_once_are_one_event,
    a_customers_own_form_at_another_financings_address_moves_nothing,
    shops_of_one_process_share_neither_keys_nor_orders,
    old_callbacks_of_finished_financings_are_forgotten_and_those_of_open_ones_kept,
}

const COPIES: usize = 1000;

async fn the_same_callback_a_thousand_times_at_once_is_kept_once_and_tells_once(store: Store) {
    let stage = Stage::new(store).await;
    let entry = stage.open("1").await;
    stage.sandbox().callback_fault(CallbackFault::Drop, 10);
    stage.customer_applies(&entry).await;
    let id = &entry.financing.id;
    let body = stage.sandbox().callbacks().last().unwrap().body.clone();
    assert_eq!(stage.kept(id).await, 0);
    // While workers are at it as well.
    let other = stage.another().await;
    let copies = (0..COPIES).map(|_| stage.post("callbacks", id.as_str(), body.clone()));
    let ((), turned, answers) = tokio::join!(
        stage.work(),
        async { other.worker().turn().await.unwrap() },
        join_all(copies)
    );
    assert!(turned <= 1);
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    stage.work().await;
    assert_eq!(stage.kept(id).await, 1);
    assert_eq!(stage.told.names("1"), ["opened", "granted"]);
    stage.told.is_sound();
}

async fn callbacks_in_any_order_hours_late_and_after_the_end_move_nothing_backwards(store: Store) {
    let stage = Stage::new(store).await;
    let entry = stage.granted("1").await;
    let id = &entry.financing.id;
    stage.desk.approve(id).await.unwrap();
    stage.sandbox().idle().await;
    stage.work().await;
    let end = ["opened", "granted", "completed"];
    assert_eq!(stage.told.names("1"), end);
    let version = stage.entry(id).await.version;
    let deliveries = stage.told.deliveries().len();

    let key = stage.key();
    let signed_at = stage.clock.now().unix_timestamp();
    let every = [
        "pending",
        "granted",
        "completed",
        "cancelled",
        "declined",
        "expired",
        "new",
    ];
    for late in [1, 24 * 365] {
        stage.pass(Duration::from_hours(late));
        let sent = stage.sandbox().callbacks().into_iter().rev();
        let old = sent.map(|callback| callback.body);
        let claims = every.iter().rev();
        let claims = claims.map(|status| stage.signed(&entry, status, &key, signed_at));
        for body in old.chain(claims) {
            assert_eq!(stage.post("callbacks", id.as_str(), body).await, 200);
            stage.work().await;
        }
    }
    assert_eq!(stage.state(id).await, State::Completed);
    assert_eq!(
        stage.entry(id).await.version,
        version,
        "nothing was written"
    );
    assert_eq!(
        stage.told.deliveries().len(),
        deliveries,
        "nothing was told"
    );
}

async fn callbacks_that_arrive_the_last_one_first_and_hours_late_are_kept_and_tell_nothing_twice(
    store: Store,
) {
    let stage = Stage::new(store).await;
    let sandbox = stage.sandbox();
    sandbox.callback_fault(CallbackFault::Reorder, 100);
    let entry = stage.open("1").await;
    let id = &entry.financing.id;
    stage.customer_applies(&entry).await;
    let hours = Duration::from_hours(3);
    stage.work_for(hours, Duration::from_mins(10)).await;
    stage.desk.approve(id).await.unwrap();
    stage.pass(hours);
    assert_eq!(stage.kept(id).await, 0, "they are still on their way");
    sandbox.release_callbacks().await;
    stage.work().await;
    let sent = sandbox.callbacks();
    assert!(sent.len() > 1 && sent.iter().all(CallbackRecord::delivered));
    assert_eq!(stage.kept(id).await, sent.len());
    assert_eq!(stage.told.names("1"), ["opened", "granted", "completed"]);
    assert_eq!(stage.told.deliveries().len(), 3);
    stage.told.is_sound();
}

async fn a_callback_for_a_financing_that_is_not_there_is_not_found_and_not_kept(store: Store) {
    let stage = Stage::new(store).await;
    let entry = stage.granted("1").await;
    let body = stage.sandbox().callbacks().last().unwrap().body.clone();
    let never_opened = stage.desk.shop();
    let order = OrderReference::parse("2").unwrap();
    let never_opened = never_opened.financing_id(&order, 1);
    for id in [never_opened.as_str(), "nobody", "not%20a%20name"] {
        assert_eq!(stage.post("callbacks", id, body.clone()).await, 404);
    }
    let elsewhere = format!("{}/callbacks/nobody/{}", stage.url, entry.financing.id);
    assert_eq!(stage.post_to(&elsewhere, body).await, 404);
    assert_eq!(stage.kept(&never_opened).await, 0);
    let all = stage.platform.ledger().list(&Listing::default()).await;
    assert_eq!(all.unwrap().len(), 1);
}

async fn forged_and_doubled_callbacks_are_refused_unkept_and_nothing_is_read_for_them(
    store: Store,
) {
    let stage = Stage::new(store).await;
    let entry = stage.open("1").await;
    stage.work().await;
    let id = entry.financing.id.as_str();
    let now = stage.clock.now().unix_timestamp();
    let good = stage.signed(&entry, "granted", &stage.key(), now);
    let other = ApiKey::parse("another-shops-key").unwrap();
    let read = stage.asked(Operation::GetSession);
    let kept = stage.kept(&entry.financing.id).await;
    let forged = [
        String::new(),
        stage.signed(&entry, "granted", &other, now),
        good.replace("granted", "completed"),
        good.replace("timestamp=1", "timestamp=2"),
        good.replace("hmac=", "hmac=0"),
        good.split_once("&timestamp").unwrap().0.to_owned(),
        format!("{good}&message=%7B%7D"),
        format!("{good}&{good}"),
        format!("timestamp={now}&{good}"),
        good.replace("hmac=", "hmac=00&hmac="),
        "{}".to_owned(),
    ];
    for body in forged {
        assert_eq!(
            stage.post("callbacks", id, body.clone()).await,
            401,
            "{body}"
        );
    }
    stage.work().await;
    assert_eq!(stage.kept(&entry.financing.id).await, kept);
    assert_eq!(stage.asked(Operation::GetSession), read);
    assert_eq!(stage.post("callbacks", id, good).await, 200);
}

async fn a_returning_browser_and_the_callback_at_once_are_one_event(store: Store) {
    let stage = Stage::new(store).await;
    let other = stage.another().await;
    for round in 0..10 {
        let order = format!("order-{round}");
        let entry = stage.open(&order).await;
        let session = uuid(entry.financing.session.as_ref().unwrap());
        stage.sandbox().customer_applies(session).unwrap();
        let body = stage.sandbox().callbacks().last().unwrap().body.clone();
        let id = entry.financing.id.as_str();
        // The bank's own callback is on its way as well.
        let (callback, browser, ours, theirs) = tokio::join!(
            stage.post("callbacks", id, body.clone()),
            stage.post("return", id, body),
            stage.platform.worker().turn(),
            other.worker().turn(),
        );
        assert_eq!((callback.as_u16(), browser.as_u16()), (200, 200));
        assert!(ours.is_ok() && theirs.is_ok());
        stage.sandbox().idle().await;
        stage.work().await;
        assert_eq!(stage.told.names(&order), ["opened", "granted"]);
    }
    stage.told.is_sound();
}

async fn a_customers_own_form_at_another_financings_address_moves_nothing(store: Store) {
    let stage = Stage::new(store).await;
    let mine = stage.granted("mine").await;
    let form = stage.sandbox().callbacks().last().unwrap().body.clone();
    let open = stage.open("open").await;
    let lost = Operation::CreateSession;
    stage.sandbox().fault(lost, Fault::AnswerLost, 1);
    stage.check_out("lost", 1).await;
    let lost = stage.desk.shop();
    let order = OrderReference::parse("lost").unwrap();
    let lost = lost.financing_id(&order, 1);
    for id in [&open.financing.id, &lost] {
        for route in ["return", "callbacks"] {
            // It is authentic, so it is kept: what counts is what the bank says.
            stage.post(route, id.as_str(), form.clone()).await;
        }
        stage.work().await;
    }
    stage.pass(Duration::from_hours(1));
    stage.work().await;
    assert_eq!(stage.state(&open.financing.id).await, State::Pending);
    assert_eq!(stage.state(&lost).await, State::Opening);
    assert_eq!(stage.state(&mine.financing.id).await, State::Granted);
    assert_eq!(stage.told.names("open"), ["opened"]);
    assert!(stage.told.names("lost").is_empty());
}

async fn bank(profile: &RegionProfile, version: ApiVersion, seed: u64) -> SandboxBank {
    let region: Region = profile.region.name.parse().unwrap();
    let builder = Sandbox::builder(region).seed(seed).callback_retries([]);
    let builder = builder.instant().processing(1, Duration::from_secs(10));
    SandboxBank::of(profile, version, builder.start().await.unwrap())
}

async fn shops_of_one_process_share_neither_keys_nor_orders(store: Store) {
    let tallinn = bank(&RegionProfile::ESTONIA, ApiVersion::V2, 1).await;
    let praha = bank(&RegionProfile::CZECHIA, ApiVersion::V3, 2).await;
    assert_ne!(tallinn.sandbox.api_key(), praha.sandbox.api_key());
    let shops = vec![(Stage::SHOP, tallinn), ("praha", praha)];
    let stage = Stage::with(Home::new(store), shops).await;
    let here = stage.open("1").await;
    let desk = stage.platform.desk("praha").unwrap();
    let mut request = stage.banks[1].request(Approval::Needed, "1");
    request.urls = desk.urls(&here.financing.order, 1).unwrap();
    let family = ProductFamily::HirePurchase;
    desk.checkout(&request, family, 1).await.unwrap();
    let there = desk.attempts(&here.financing.order).await.unwrap();
    assert_eq!(there.len(), 1, "each shop has its own attempts");
    let there = &there[0].financing;
    assert_ne!(there.id, here.financing.id);

    let session = uuid(there.session.as_ref().unwrap());
    stage.banks[1].sandbox.customer_applies(session).unwrap();
    stage.banks[1].sandbox.idle().await;
    stage.work().await;
    let there = desk.financing(&there.id).await.unwrap().financing;
    assert_eq!(there.state, State::Granted);
    assert_eq!(stage.state(&here.financing.id).await, State::Pending);

    let theirs = stage.banks[1].callbacks_sent().await.pop().unwrap();
    let theirs = String::from_utf8(theirs).unwrap();
    let crossed = [
        (Stage::SHOP, here.financing.id.as_str()),
        (Stage::SHOP, there.id.as_str()),
    ];
    for (shop, id) in crossed {
        let url = format!("{}/callbacks/{shop}/{id}", stage.url);
        assert_eq!(stage.post_to(&url, theirs.clone()).await, 401);
    }
    let now = stage.clock.now().unix_timestamp();
    let ours = stage.signed(&here, "granted", &stage.key(), now);
    let url = format!("{}/callbacks/praha/{}", stage.url, there.id);
    assert_eq!(stage.post_to(&url, ours.clone()).await, 401);
    // In its own shop, but for a financing that only the other has.
    let not_here = stage.post("callbacks", there.id.as_str(), ours).await;
    assert_eq!(not_here, 404);
}

async fn old_callbacks_of_finished_financings_are_forgotten_and_those_of_open_ones_kept(
    store: Store,
) {
    const KEEP: Duration = Duration::from_hours(30 * 24);
    let stage = Stage::new(store).await;
    let done = stage.granted("done").await.financing.id;
    let open = stage.granted("open").await.financing.id;
    stage.desk.approve(&done).await.unwrap();
    stage.sandbox().idle().await;
    stage.work().await;
    let kept = stage.kept(&open).await;
    assert!(kept > 0 && stage.kept(&done).await > 0);
    let worker = stage.platform.worker();
    let second = Duration::from_secs(1);
    stage.clock.advance(KEEP.saturating_sub(second));
    assert_eq!(worker.forget_callbacks(KEEP).await.unwrap(), 0);
    stage.clock.advance(2 * second);
    assert!(worker.forget_callbacks(KEEP).await.unwrap() > 0);
    assert_eq!(stage.kept(&done).await, 0);
    assert_eq!(stage.kept(&open).await, kept);
    assert_eq!(stage.desk.events(&done).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_old_key_counts_until_it_is_removed_and_no_longer() {
    let stage = Stage::new(Store::Sqlite).await;
    let entry = stage.open("1").await;
    let (old, new) = (stage.key(), ApiKey::parse("the-key-that-follows").unwrap());
    let both = stage.mounted_with_keys(&[&new, &old]).await;
    let after = stage.mounted_with_keys(&[&new]).await;
    let now = stage.clock.now().unix_timestamp();
    for (base, key, expected) in [
        (&stage.url, &new, 401),
        (&both, &old, 200),
        (&both, &new, 200),
        (&after, &new, 200),
        (&after, &old, 401),
    ] {
        let url = format!("{base}/callbacks/{}/{}", Stage::SHOP, entry.financing.id);
        let body = stage.signed(&entry, "granted", key, now);
        assert_eq!(stage.post_to(&url, body).await, expected);
    }
    assert_eq!(
        stage.kept(&entry.financing.id).await,
        1,
        "copies by content"
    );
}

#[tokio::test]
async fn a_bank_whose_clock_is_a_day_off_is_heard_all_the_same() {
    let stage = Stage::new(Store::Sqlite).await;
    let entry = stage.open("1").await;
    let now = stage.clock.now().unix_timestamp();
    for off in [-24 * 3600, 24 * 3600] {
        let body = stage.signed(&entry, "granted", &stage.key(), now + off);
        let answer = stage.post("callbacks", entry.financing.id.as_str(), body);
        assert_eq!(answer.await, 200);
    }
    let session = uuid(entry.financing.session.as_ref().unwrap());
    stage.sandbox().customer_applies(session).unwrap();
    stage.work().await;
    assert_eq!(stage.told.names("1"), ["opened", "granted"]);
}
