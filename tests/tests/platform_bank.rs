//! What the bank may do to a platform: be away, slow, talk nonsense, commit and say nothing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use inbank::app::{Carried, CheckedOut, Filed};
use inbank::domain::{
    AssetIdentifiers, FinancingState as State, Imei, OrderReference, SerialNumber,
};
use inbank::ports::{Entry, Rentals};
use inbank_sandbox::{Fault, Operation, Outcome};
use inbank_testkit::conformance::Bank;
use inbank_tests::platform::{Stage, Store};
use inbank_tests::{on_both_databases, uuid, uuid_of};
use serde_json::Value;

on_both_databases! {
    a_bank_that_resets_every_connection_for_an_hour_costs_few_calls_and_loses_nothing,
    a_bank_that_answers_500_for_an_hour_costs_few_calls_and_loses_nothing,
    a_bank_that_answers_html_for_an_hour_costs_few_calls_and_loses_nothing,
    a_bank_that_answers_half_a_body_for_an_hour_costs_few_calls_and_loses_nothing,
    a_bank_that_asks_for_half_an_hour_gets_it,
    a_slow_bank_is_waited_for,
    an_opening_whose_answer_is_lost_is_sent_once_and_comes_home,
    a_filing_whose_answer_is_lost_is_sent_once_and_comes_home,
    decisions_whose_answers_are_lost_are_settled_by_reading_and_sent_once,
    an_acceptance_whose_answer_is_lost_is_settled_by_reading_and_sent_once,
    a_handover_whose_answers_are_lost_is_settled_by_reading_and_sent_once,
    decisions_that_cannot_even_be_read_are_settled_later_and_sent_once,
}

const ORDERS: [&str; 3] = ["1", "2", "3"];
/// The door tries a read so often.
const ATTEMPTS: usize = 4;

/// The bank is `broken` for an hour, just when the customers have signed.
async fn hour(store: Store, broken: Fault) {
    let stage = Stage::new(store).await;
    let mut entries = Vec::new();
    for order in ORDERS {
        entries.push(stage.open(order).await);
    }
    stage.work().await;
    let before = stage.asked(Operation::GetSession);
    stage
        .sandbox()
        .fault(Operation::GetSession, broken, 100_000);
    for entry in &entries {
        stage.customer_applies(entry).await;
    }
    let hour = Duration::from_hours(1);
    stage.work_for(hour, Duration::from_secs(1)).await;
    let asked = stage.asked(Operation::GetSession) - before;
    // Pauses double up to five minutes: some twenty tries for each order.
    let tries = asked / ATTEMPTS / ORDERS.len();
    assert!((10..=25).contains(&tries), "{tries} tries, {asked} calls");
    for order in ORDERS {
        assert_eq!(stage.told.names(order), ["opened"], "nobody knows more");
    }

    stage.sandbox().clear_faults();
    stage
        .work_for(Duration::from_mins(7), Duration::from_secs(1))
        .await;
    for (order, entry) in ORDERS.iter().zip(&entries) {
        assert_eq!(stage.state(&entry.financing.id).await, State::Granted);
        assert_eq!(stage.told.names(order), ["opened", "granted"]);
    }
    stage.told.is_sound();
}

async fn a_bank_that_resets_every_connection_for_an_hour_costs_few_calls_and_loses_nothing(
    store: Store,
) {
    hour(store, Fault::ResetBefore).await;
}

async fn a_bank_that_answers_500_for_an_hour_costs_few_calls_and_loses_nothing(store: Store) {
    let fault = Fault::Status {
        status: 500,
        retry_after: None,
    };
    hour(store, fault).await;
}

async fn a_bank_that_answers_html_for_an_hour_costs_few_calls_and_loses_nothing(store: Store) {
    hour(store, Fault::HtmlBody).await;
}

async fn a_bank_that_answers_half_a_body_for_an_hour_costs_few_calls_and_loses_nothing(
    store: Store,
) {
    hour(store, Fault::CutBody).await;
}

async fn a_bank_that_asks_for_half_an_hour_gets_it(store: Store) {
    let stage = Stage::new(store).await;
    let entry = stage.open("1").await;
    stage.work().await;
    let fault = Fault::Status {
        status: 429,
        retry_after: Some(1800),
    };
    stage.sandbox().fault(Operation::GetSession, fault, 1);
    let before = stage.asked(Operation::GetSession);
    stage.customer_applies(&entry).await;
    stage
        .work_for(Duration::from_mins(29), Duration::from_secs(10))
        .await;
    assert_eq!(stage.asked(Operation::GetSession) - before, 1);
    stage
        .work_for(Duration::from_mins(2), Duration::from_secs(10))
        .await;
    assert_eq!(stage.told.names("1"), ["opened", "granted"]);
}

async fn a_slow_bank_is_waited_for(store: Store) {
    let stage = Stage::new(store).await;
    let slow = Fault::Slow { milliseconds: 300 };
    for operation in [
        Operation::CreateSession,
        Operation::GetSession,
        Operation::GetContract,
        Operation::ApproveContract,
    ] {
        stage.sandbox().fault(operation, slow, 2);
    }
    let id = stage.granted("1").await.financing.id;
    let carried = stage.desk.approve(&id).await.unwrap();
    assert_eq!(carried, Carried::Out(State::Completed));
    stage.work().await;
    assert_eq!(stage.told.names("1"), ["opened", "granted", "completed"]);
    for write in [Operation::CreateSession, Operation::ApproveContract] {
        assert_eq!(stage.asked(write), 1);
    }
}

async fn an_opening_whose_answer_is_lost_is_sent_once_and_comes_home(store: Store) {
    let stage = Stage::new(store).await;
    stage
        .sandbox()
        .fault(Operation::CreateSession, Fault::AnswerLost, 1);
    for _ in 0..3 {
        let opened = stage.check_out("1", 1).await;
        assert!(matches!(opened, CheckedOut::Unknown { .. }), "{opened:?}");
        stage.work().await;
    }
    let session = overview(&stage, "sessions").await["sessions"][0]["id"].clone();
    let session = session.as_str().unwrap().parse().unwrap();
    stage.sandbox().customer_applies(session).unwrap();
    stage.sandbox().idle().await;
    stage.work().await;
    assert_eq!(stage.asked(Operation::CreateSession), 1);
    let id = financing(&stage, "1").await;
    assert_eq!(uuid(id.financing.session.as_ref().unwrap()), session);
    assert_eq!(id.financing.state, State::Granted);
    let names = stage.told.names("1");
    assert_eq!(names.last(), Some(&"granted"));
    stage.told.is_sound();
}

async fn a_filing_whose_answer_is_lost_is_sent_once_and_comes_home(store: Store) {
    let stage = Stage::new(store).await;
    stage
        .sandbox()
        .fault(Operation::CreateApplication, Fault::AnswerLost, 1);
    for _ in 0..3 {
        let filed = stage.try_file("1").await;
        assert!(matches!(filed, Filed::Unknown { .. }), "{filed:?}");
        stage.work().await;
    }
    let list = overview(&stage, "applications").await;
    let application = list["applications"][0]["id"].as_str().unwrap();
    let application = application.parse().unwrap();
    stage
        .sandbox()
        .decide(application, Outcome::Positive)
        .unwrap();
    stage.sandbox().idle().await;
    stage.work().await;
    assert_eq!(stage.asked(Operation::CreateApplication), 1);
    let entry = financing(&stage, "1").await.financing;
    assert_eq!(entry.state, State::Offered);
    assert_eq!(uuid_of(entry.application.as_ref().unwrap()), application);
    stage.told.is_sound();
}

async fn decisions_whose_answers_are_lost_are_settled_by_reading_and_sent_once(store: Store) {
    let stage = Stage::new(store).await;
    let approved = stage.granted("approved").await.financing.id;
    let cancelled = stage.granted("cancelled").await.financing.id;
    let refused = stage.offered("refused").await.financing.id;
    for write in [
        Operation::ApproveContract,
        Operation::CancelContract,
        Operation::CancelApplication,
    ] {
        stage.sandbox().fault(write, Fault::AnswerLost, 1);
    }
    for _ in 0..2 {
        let carried = stage.desk.approve(&approved).await.unwrap();
        assert_eq!(carried, Carried::Out(State::Completed));
        for id in [&cancelled, &refused] {
            let carried = stage.desk.cancel(id).await.unwrap();
            assert_eq!(carried, Carried::Out(State::Cancelled));
        }
    }
    for write in [
        Operation::ApproveContract,
        Operation::CancelContract,
        Operation::CancelApplication,
    ] {
        assert_eq!(stage.asked(write), 1, "{write:?}");
    }
    stage.sandbox().idle().await;
    stage.work().await;
    for (order, end) in [
        ("approved", "completed"),
        ("cancelled", "cancelled"),
        ("refused", "cancelled"),
    ] {
        assert_eq!(stage.told.names(order).last(), Some(&end), "{order}");
    }
    stage.told.is_sound();
}

async fn an_acceptance_whose_answer_is_lost_is_settled_by_reading_and_sent_once(store: Store) {
    let stage = Stage::new(store).await;
    let entry = stage.offered("1").await;
    let (id, application) = (&entry.financing.id, entry.financing.application.as_ref());
    stage
        .sandbox()
        .fault(Operation::AcceptApplication, Fault::AnswerLost, 1);
    for _ in 0..2 {
        stage.desk.accept(id, application.unwrap()).await.unwrap();
        stage
            .work_for(Duration::from_mins(1), Duration::from_secs(1))
            .await;
    }
    assert_eq!(stage.asked(Operation::AcceptApplication), 1);
    assert_eq!(stage.sandbox().contract_count(), 1);
    assert_eq!(stage.state(id).await, State::SignatureWanted);
    stage.told.is_sound();
}

async fn a_handover_whose_answers_are_lost_is_settled_by_reading_and_sent_once(store: Store) {
    let stage = Stage::new(store).await;
    let entry = stage.open_rental("1").await;
    stage.customer_applies(&entry).await;
    stage.work().await;
    let id = &entry.financing.id;
    for write in [
        Operation::AssignAssetIdentifiers,
        Operation::ActivateContract,
    ] {
        stage.sandbox().fault(write, Fault::AnswerLost, 1);
    }
    let bank = stage.bank();
    let product = bank.rental_product();
    let model = bank.api.asset_model(&product, &bank.rented_model()).await;
    let device = AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("J7P3D7000000").ok(),
    );
    let model = model.unwrap();
    for _ in 0..2 {
        let carried = stage.desk.activate(id, &model, &device).await.unwrap();
        assert_eq!(carried, Carried::Out(State::Completed));
    }
    assert_eq!(stage.asked(Operation::ActivateContract), 1);
    // To assign the same device again changes nothing, so that is how it is settled.
    assert!(stage.asked(Operation::AssignAssetIdentifiers) <= 2);
    stage.sandbox().idle().await;
    stage.work().await;
    assert_eq!(stage.told.names("1"), ["opened", "granted", "completed"]);
    stage.told.is_sound();
}

async fn decisions_that_cannot_even_be_read_are_settled_later_and_sent_once(store: Store) {
    for (write, end) in [
        (Operation::ApproveContract, State::Completed),
        (Operation::CancelContract, State::Cancelled),
    ] {
        let stage = Stage::new(store).await;
        let id = stage.granted("1").await.financing.id;
        let sandbox = stage.sandbox();
        sandbox.fault(write, Fault::AnswerLost, 1);
        // The reading that comes before the decision succeeds; from then on there is silence.
        let calm = Fault::Slow { milliseconds: 0 };
        sandbox.fault(Operation::GetContract, calm, 1);
        sandbox.fault(Operation::GetContract, Fault::ResetBefore, 1000);
        sandbox.fault(Operation::GetSession, Fault::ResetBefore, 1000);
        let decided = match end {
            State::Completed => stage.desk.approve(&id).await,
            _ => stage.desk.cancel(&id).await,
        };
        assert_eq!(decided.unwrap(), Carried::Pending);
        assert_eq!(stage.asked(write), 1);
        let ten = Duration::from_mins(10);
        stage.work_for(ten, Duration::from_secs(5)).await;
        assert_eq!(stage.state(&id).await, State::Granted);
        assert_eq!(stage.asked(write), 1, "sent blindly");
        sandbox.clear_faults();
        stage.work_for(ten, Duration::from_secs(5)).await;
        assert_eq!(stage.state(&id).await, end);
        assert_eq!(stage.asked(write), 1, "sent again");
        assert_eq!(stage.told.names("1"), ["opened", "granted", end.as_str()]);
        stage.told.is_sound();
    }
}

async fn financing(stage: &Stage, order: &str) -> Entry {
    let order = OrderReference::parse(order).unwrap();
    let attempts = stage.desk.attempts(&order).await.unwrap();
    assert_eq!(attempts.len(), 1);
    attempts.into_iter().next().unwrap()
}

/// What the bank itself has.
async fn overview(stage: &Stage, kind: &str) -> Value {
    let sandbox = stage.sandbox();
    let url = format!("{}/sandbox/{kind}", sandbox.base_url());
    let request = stage.http.get(url).bearer_auth(sandbox.api_key());
    request.send().await.unwrap().json().await.unwrap()
}
