//! A platform whose callbacks are all lost: looking makes up for them, and asks no more than it must.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use inbank::app::CheckedOut;
use inbank::domain::{AssetIdentifiers, FinancingState as State, Imei, Money, SerialNumber};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::{Listing, Rentals};
use inbank_sandbox::{CallbackFault, Operation, Region, Sandbox};
use inbank_testkit::conformance::{Approval, Bank};
use inbank_tests::platform::{Home, Stage, Store};
use inbank_tests::{SandboxBank, on_every_store, uuid, uuid_of};

on_every_store! {
    without_any_callback_every_order_comes_to_its_end,
}

const SECOND: Duration = Duration::from_secs(1);

async fn without_any_callback_every_order_comes_to_its_end(store: Store) {
    let stage = Stage::new(store).await;
    let sandbox = stage.sandbox();
    sandbox.callback_fault(CallbackFault::Drop, 100_000);
    let apply = |entry: &inbank::ports::Entry| {
        let session = uuid(entry.financing.session.as_ref().unwrap());
        sandbox.customer_applies(session).unwrap();
    };
    let approved = stage.open("approved").await;
    apply(&approved);
    let cancelled = stage.open("cancelled").await;
    apply(&cancelled);
    let rented = stage.open_rental("rented").await;
    apply(&rented);
    let left = stage.open("left").await;
    let session = uuid(left.financing.session.as_ref().unwrap());
    sandbox.customer_cancels(session).unwrap();
    let mut request = stage.session_request("declined", 1, Approval::Needed);
    request = inbank::domain::SessionRequest::new(
        stage.bank().api.region(),
        request.product_code,
        Money::parse("600", stage.bank().api.region().currency).unwrap(),
        request.locale,
        request.urls,
        request.purchase,
    )
    .unwrap();
    let family = inbank::domain::ProductFamily::HirePurchase;
    let declined = stage.desk.checkout(&request, family, 1).await.unwrap();
    let CheckedOut::Open {
        entry: declined, ..
    } = declined
    else {
        panic!("{declined:?}")
    };
    apply(&declined);
    stage.open("expired").await;
    let direct = stage.file("direct").await.financing.id;

    stage.work_for(Duration::from_mins(2), SECOND).await;
    stage.desk.approve(&approved.financing.id).await.unwrap();
    stage.desk.cancel(&cancelled.financing.id).await.unwrap();
    let bank = stage.bank();
    let product = bank.rental_product();
    let model = bank.api.asset_model(&product, &bank.rented_model()).await;
    let device = AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("J7P3D7000000").ok(),
    );
    let rented = &rented.financing.id;
    let activated = stage.desk.activate(rented, &model.unwrap(), &device).await;
    activated.unwrap();
    let offered = stage.entry(&direct).await.financing;
    assert_eq!(offered.state, State::Offered);
    stage
        .desk
        .accept(&direct, &offered.application.unwrap())
        .await
        .unwrap();
    stage.work_for(Duration::from_mins(1), SECOND).await;
    let contract = stage.entry(&direct).await.financing.contract.unwrap();
    sandbox.customer_signs(uuid_of(&contract)).unwrap();
    stage.work_for(Duration::from_mins(2), SECOND).await;
    stage.desk.approve(&direct).await.unwrap();
    let fortnight = Duration::from_hours(14 * 24);
    stage.work_for(fortnight, Duration::from_mins(30)).await;

    for (order, end) in [
        ("approved", "completed"),
        ("cancelled", "cancelled"),
        ("rented", "completed"),
        ("left", "cancelled"),
        ("declined", "declined"),
        ("expired", "expired"),
        ("direct", "completed"),
    ] {
        let names = stage.told.names(order);
        assert_eq!(names.last(), Some(&end), "{order}: {names:?}");
    }
    stage.told.is_sound();
    let all = stage.platform.ledger().list(&Listing::default()).await;
    let all = all.unwrap();
    assert!(all.iter().all(|entry| entry.financing.state.is_terminal()));
    assert!(stage.kept(&approved.financing.id).await == 0, "none came");
}

/// A bank that never comes to a decision by itself.
async fn undecided() -> Stage {
    let sandbox = Sandbox::builder(Region::Estonia).callback_retries([]);
    let sandbox = sandbox
        .instant()
        .processing(100_000, Duration::from_hours(10_000));
    let sandbox = sandbox.start().await.unwrap();
    sandbox.callback_fault(CallbackFault::Drop, 100_000);
    let bank = SandboxBank::of(&RegionProfile::ESTONIA, ApiVersion::V2, sandbox);
    Stage::with(Home::new(Store::Sqlite), vec![(Stage::SHOP, bank)]).await
}

/// How often an operation is asked for while time passes.
async fn asked_while(stage: &Stage, operation: Operation, time: Duration) -> usize {
    let before = stage.asked(operation);
    stage.work_for(time, SECOND).await;
    stage.asked(operation) - before
}

#[tokio::test]
async fn a_decision_is_asked_for_once_a_second_for_half_a_minute_and_then_ever_more_rarely() {
    let stage = undecided().await;
    stage.file("1").await;
    let read = Operation::GetApplication;
    let first = asked_while(&stage, read, Duration::from_secs(30)).await;
    assert!((30..=32).contains(&first), "{first}");
    let hour = asked_while(&stage, read, Duration::from_hours(1)).await;
    assert!((5..=15).contains(&hour), "{hour}");
    let week = Duration::from_hours(7 * 24);
    let before = stage.asked(read);
    stage.work_for(week, Duration::from_mins(10)).await;
    let week = stage.asked(read) - before;
    // At least every six hours, for as long as it may still be decided.
    assert!((28..=45).contains(&week), "{week}");
}

#[tokio::test]
async fn a_signature_is_asked_for_once_a_second_for_a_quarter_of_a_minute() {
    let stage = undecided().await;
    let offered = stage.offered("1").await.financing;
    let (id, application) = (&offered.id, offered.application.as_ref().unwrap());
    stage.desk.accept(id, application).await.unwrap();
    assert_eq!(stage.state(id).await, State::SignatureWanted);
    let read = Operation::GetContract;
    let first = asked_while(&stage, read, Duration::from_secs(15)).await;
    assert!((15..=17).contains(&first), "{first}");
    let quarter = asked_while(&stage, read, Duration::from_mins(15)).await;
    assert!((4..=12).contains(&quarter), "{quarter}");
}
