//! Several workers and desks on one ledger: they share the work, and never do a thing twice.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::time::Duration;

use inbank::Platform;
use inbank::app::{Carried, DeskError};
use inbank::domain::{FinancingEvent, FinancingId, FinancingState as State};
use inbank_sandbox::{ContractStatus, Fault, Operation};
use inbank_tests::platform::{Stage, Store};
use inbank_tests::{on_every_store, uuid, uuid_of};

on_every_store! {
    workers_that_claim_at_once_take_each_financing_once,
    a_worker_that_stops_while_it_reads_is_overtaken_and_what_it_learnt_is_lost,
    a_worker_that_stops_while_the_bank_approves_is_overtaken_and_it_is_sent_once,
    a_desk_that_stops_while_it_opens_is_overtaken_and_the_session_comes_home,
    of_an_approval_and_a_cancellation_at_once_exactly_one_is_carried_out,
    the_same_approval_from_two_desks_is_one,
}

/// Longer than a lease.
const STOPPED: Duration = Duration::from_mins(3);

async fn turn(platform: &Platform) -> usize {
    platform.worker().turn().await.unwrap()
}

async fn workers_that_claim_at_once_take_each_financing_once(store: Store) {
    const ORDERS: usize = 40;
    let stage = Stage::new(store).await;
    let others = [stage.another().await, stage.another().await];
    for order in 0..ORDERS {
        let entry = stage.open(&format!("order-{order}")).await;
        let session = uuid(entry.financing.session.as_ref().unwrap());
        stage.sandbox().customer_applies(session).unwrap();
    }
    stage.sandbox().idle().await;
    let before = stage.asked(Operation::GetSession);
    let mut taken = 0;
    loop {
        let (a, b, c) = tokio::join!(turn(&stage.platform), turn(&others[0]), turn(&others[1]));
        taken += a + b + c;
        if a + b + c == 0 {
            break;
        }
    }
    assert_eq!(taken, ORDERS);
    assert_eq!(stage.asked(Operation::GetSession) - before, ORDERS);
    let ids: Vec<_> = stage
        .told
        .deliveries()
        .iter()
        .map(FinancingEvent::id)
        .collect();
    assert_eq!(ids.len(), 2 * ORDERS, "opened and granted, each once");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    stage.told.is_sound();
}

async fn a_worker_that_stops_while_it_reads_is_overtaken_and_what_it_learnt_is_lost(store: Store) {
    let stage = Stage::new(store).await;
    let other = stage.another().await;
    let entry = stage.open("1").await;
    stage.work().await;
    stage.customer_applies(&entry).await;
    let id = &entry.financing.id;
    stage.sandbox().fault(Operation::GetSession, Fault::Hold, 1);
    let stopped = turn(&stage.platform);
    let overtaking = async {
        stage.sandbox().answer_held().await;
        assert_eq!(turn(&other).await, 0, "its lease holds");
        stage.clock.advance(STOPPED);
        assert_eq!(turn(&other).await, 1);
        // The merchant decides on what the other has found, and the stopped one would undo it.
        let desk = other.desk(Stage::SHOP).unwrap();
        let carried = desk.approve(id).await.unwrap();
        assert_eq!(carried, Carried::Out(State::Completed));
        stage.sandbox().release_answers();
    };
    tokio::join!(stopped, overtaking);
    let version = stage.entry(id).await.version;
    while turn(&other).await > 0 {}
    assert_eq!(stage.state(id).await, State::Completed);
    assert_eq!(stage.entry(id).await.version, version);
    let ids: Vec<_> = stage
        .told
        .deliveries()
        .iter()
        .map(FinancingEvent::id)
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(stage.told.names("1"), ["opened", "granted", "completed"]);
    stage.told.is_sound();
}

async fn a_worker_that_stops_while_the_bank_approves_is_overtaken_and_it_is_sent_once(
    store: Store,
) {
    let stage = Stage::new(store).await;
    let other = stage.another().await;
    let id = stage.granted("1").await.financing.id;
    stage
        .sandbox()
        .fault(Operation::ApproveContract, Fault::Hold, 1);
    let overtaking = async {
        stage.sandbox().answer_held().await;
        // A financing whose callback is just being written is passed over by a claim.
        stage.sandbox().idle().await;
        stage.clock.advance(STOPPED);
        while turn(&other).await > 0 {}
        assert_eq!(stage.state(&id).await, State::Completed);
        stage.sandbox().release_answers();
    };
    let (carried, ()) = tokio::join!(stage.desk.approve(&id), overtaking);
    // It can't see that any more, and says what it knows.
    assert!(matches!(
        carried,
        Ok(Carried::Pending | Carried::Out(State::Completed))
    ));
    stage.work().await;
    assert_eq!(stage.asked(Operation::ApproveContract), 1);
    assert_eq!(stage.told.names("1"), ["opened", "granted", "completed"]);
    stage.told.is_sound();
}

async fn a_desk_that_stops_while_it_opens_is_overtaken_and_the_session_comes_home(store: Store) {
    let stage = Stage::new(store).await;
    let other = stage.another().await;
    stage
        .sandbox()
        .fault(Operation::CreateSession, Fault::Hold, 1);
    let overtaking = async {
        stage.sandbox().answer_held().await;
        stage.clock.advance(STOPPED);
        while turn(&other).await > 0 {}
        stage.sandbox().release_answers();
    };
    let (opened, ()) = tokio::join!(stage.check_out("1", 1), overtaking);
    let again = stage.check_out("1", 1).await;
    assert_eq!(
        stage.asked(Operation::CreateSession),
        1,
        "{opened:?} {again:?}"
    );
    let sessions = stage.sandbox().callbacks();
    assert!(sessions.is_empty(), "nothing happened to it yet");
    // Whatever became of the answer, the customer's way through the bank brings it home.
    let url = format!("{}/sandbox/sessions", stage.sandbox().base_url());
    let list = stage.http.get(url).bearer_auth(stage.sandbox().api_key());
    let list: serde_json::Value = list.send().await.unwrap().json().await.unwrap();
    let session = list["sessions"][0]["id"].as_str().unwrap().parse().unwrap();
    stage.sandbox().customer_applies(session).unwrap();
    stage.sandbox().idle().await;
    stage.work().await;
    assert_eq!(stage.told.names("1").last(), Some(&"granted"));
    stage.told.is_sound();
}

/// What a desk was told of its decision.
fn heard(decided: Result<Carried, DeskError>) -> bool {
    match decided {
        Ok(_) => true,
        Err(DeskError::Otherwise(_) | DeskError::NotNow(..)) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn contract_of(stage: &Stage, id: &FinancingId) -> ContractStatus {
    let contract = stage.entry(id).await.financing.contract.unwrap();
    stage.sandbox().contract(uuid_of(&contract)).unwrap()
}

async fn of_an_approval_and_a_cancellation_at_once_exactly_one_is_carried_out(store: Store) {
    let stage = Stage::new(store).await;
    let other = stage.another().await;
    let theirs = other.desk(Stage::SHOP).unwrap();
    let mut approvals = 0;
    for round in 0..40 {
        let order = format!("order-{round}");
        let id = stage.granted(&order).await.financing.id;
        let (ours, second) = (stage.desk.clone(), theirs.clone());
        let (first, worker) = (id.clone(), other.clone());
        let then = id.clone();
        // The two take turns at being first.
        let approve = async move { heard(ours.approve(&first).await) };
        let cancel = async move { heard(second.cancel(&then).await) };
        let (approved, cancelled, turned) = if round % 2 == 0 {
            let (a, c) = (tokio::spawn(approve), tokio::spawn(cancel));
            let t = tokio::spawn(async move { turn(&worker).await });
            tokio::join!(a, c, t)
        } else {
            let (c, a) = (tokio::spawn(cancel), tokio::spawn(approve));
            let t = tokio::spawn(async move { turn(&worker).await });
            tokio::join!(a, c, t)
        };
        let (approved, cancelled) = (approved.unwrap(), cancelled.unwrap());
        turned.unwrap();
        assert_ne!(approved, cancelled, "exactly one of them is carried out");
        approvals += usize::from(approved);
        stage.sandbox().idle().await;
        stage
            .work_for(Duration::from_secs(20), Duration::from_secs(1))
            .await;
        let (end, contract) = if approved {
            ("completed", ContractStatus::Activated)
        } else {
            ("cancelled", ContractStatus::Cancelled)
        };
        assert_eq!(contract_of(&stage, &id).await, contract);
        assert_eq!(stage.told.names(&order), ["opened", "granted", end]);
    }
    let (sent, cancelled) = (
        stage.asked(Operation::ApproveContract),
        stage.asked(Operation::CancelContract),
    );
    assert_eq!((sent, cancelled), (approvals, 40 - approvals));
    stage.told.is_sound();
}

async fn the_same_approval_from_two_desks_is_one(store: Store) {
    let stage = Stage::new(store).await;
    let other = stage.another().await;
    let theirs = other.desk(Stage::SHOP).unwrap();
    for round in 0..10 {
        let order = format!("order-{round}");
        let id = stage.granted(&order).await.financing.id;
        let (ours, theirs) = tokio::join!(stage.desk.approve(&id), theirs.approve(&id));
        assert!(ours.is_ok() && theirs.is_ok(), "{ours:?} {theirs:?}");
        stage.work().await;
        assert_eq!(stage.asked(Operation::ApproveContract), round + 1);
        assert_eq!(stage.told.names(&order), ["opened", "granted", "completed"]);
    }
    stage.told.is_sound();
}
