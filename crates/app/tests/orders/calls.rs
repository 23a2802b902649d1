//! What is remembered of the calls to banks.

use std::time::Duration;

use futures::future::join;
use inbank_app::{Call, CallOutcome};
use inbank_domain::{OrderKey, OrderReference, ShopName};
use inbank_ports::GatewayErrorKind;

use crate::stage::{SECOND, Stage, cart};

fn of(stage: &Stage, reference: &str) -> Vec<Call> {
    let reference = OrderReference::parse(reference).unwrap();
    let shop = ShopName::parse("main").unwrap();
    stage.worker.calls().of(&OrderKey::new(shop, reference))
}

fn outcomes(calls: &[Call], operation: &str) -> Vec<CallOutcome> {
    let calls = calls.iter().filter(|call| call.operation == operation);
    calls.map(|call| call.outcome).collect()
}

#[test]
fn an_orders_calls_are_remembered_in_order_with_what_came_of_them() {
    let stage = Stage::new();
    stage.play(async {
        let session = stage.session("1001", &cart("499.90")).await;
        stage.session("1002", &cart("499.90")).await;
        stage.bank.customer_applies(&session);
        let order = stage.order("1001");
        order.refresh().await.unwrap();
        stage.bank.refuse_next_command(GatewayErrorKind::Refused);
        order.approve().await.unwrap_err();
        order.cancel().await.unwrap();
    });
    let calls = of(&stage, "1001");
    assert_eq!(calls[0].operation, "session.open");
    assert_eq!(calls[1].operation, "session.show");
    assert!(calls.is_sorted_by_key(|call| call.at), "{calls:?}");
    assert_eq!(outcomes(&calls, "session.open"), [CallOutcome::Answered]);
    let refused = CallOutcome::Failed(GatewayErrorKind::Refused);
    assert_eq!(outcomes(&calls, "contract.approve"), [refused]);
    assert_eq!(outcomes(&calls, "contract.cancel"), [CallOutcome::Answered]);
    // Products are read for a shop, whichever order is about to be paid.
    assert_eq!(outcomes(&calls, "product.show"), []);
    assert!(stage.bank.calls("product.show") > 0);
    for call in &calls {
        assert_eq!((&*call.host, call.shop.as_str()), ("main", "main"));
        assert!(call.took.is_some(), "{call:?}");
    }
    let other = of(&stage, "1002");
    assert_eq!(outcomes(&other, "session.open"), [CallOutcome::Answered]);
    let hosts = stage.worker.calls().hosts(calls[0].at);
    let [host] = &hosts[..] else {
        panic!("{hosts:?}");
    };
    let made = calls.len() + other.len() + stage.bank.calls("product.show");
    assert_eq!(host.since_start.calls, made as u64);
    assert_eq!((&*host.host, host.since_start.failures), ("main", 0));
    assert_eq!(host.hour, host.since_start);
}

#[test]
fn a_call_is_open_while_the_bank_is_silent_and_stays_so_when_nobody_waits_any_more() {
    let stage = Stage::new();
    stage.play(async {
        stage.session("1001", &cart("499.90")).await;
        let order = stage.order("1001");
        let before = of(&stage, "1001").len();
        stage.bank.hold_calls();
        let looks = async {
            stage.pass(SECOND).await;
            let calls = of(&stage, "1001");
            assert_eq!(calls[before].operation, "session.show");
            assert_eq!(
                (calls[before].outcome, calls[before].took),
                (CallOutcome::Open, None)
            );
            // Longer than any round.
            stage.pass(Duration::from_mins(2)).await;
            stage.bank.let_go();
        };
        let (refreshed, ()) = join(order.refresh(), looks).await;
        refreshed.unwrap();
        let calls = of(&stage, "1001");
        assert_eq!(calls[before].outcome, CallOutcome::Open, "{calls:?}");
    });
}

#[test]
fn a_host_that_is_away_has_failures() {
    let stage = Stage::new();
    stage.play(async {
        stage.session("1001", &cart("499.90")).await;
        stage.bank.break_down(GatewayErrorKind::Unreachable);
        stage.order("1001").refresh().await.unwrap_err();
        stage.bank.recover();
    });
    let calls = of(&stage, "1001");
    let last = calls.last().unwrap();
    let failed = CallOutcome::Failed(GatewayErrorKind::Unreachable);
    assert!(
        outcomes(&calls, "session.show").contains(&failed),
        "{calls:?}"
    );
    let hosts = stage.worker.calls().hosts(last.at);
    assert!(hosts[0].hour.failures > 0, "{hosts:?}");
}
