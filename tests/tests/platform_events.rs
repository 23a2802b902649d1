//! Events that come after the end, and none that comes twice.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::app::Carried;
use inbank::domain::FinancingState as State;
use inbank_tests::platform::{Stage, Store};
use inbank_tests::{on_every_store, uuid_of};

on_every_store! {
    a_contract_that_is_ended_after_its_completion_is_told_of_once,
}

async fn a_contract_that_is_ended_after_its_completion_is_told_of_once(store: Store) {
    let stage = Stage::new(store).await;
    let entry = stage.granted("1").await;
    let id = &entry.financing.id;
    let carried = stage.desk.approve(id).await.unwrap();
    assert_eq!(carried, Carried::Out(State::Completed));
    stage.work().await;
    let contract = uuid_of(entry.financing.contract.as_ref().unwrap());
    stage.sandbox().terminate(contract).unwrap();
    // No guide promises a callback about it; any one brings it home.
    for timestamp in [1_790_000_001, 1_790_000_002] {
        let callback = stage.signed(&entry, "completed", &stage.key(), timestamp);
        let answer = stage.post("callbacks", id.as_str(), callback).await;
        assert_eq!(answer, 200);
        stage.work().await;
    }
    let names = stage.told.names("1");
    assert_eq!(names, ["opened", "granted", "completed", "terminated"]);
}
