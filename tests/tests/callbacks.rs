//! Callbacks that come twice, in another order, forged, late or never: each event is told once.

use std::time::Duration;

use inbank::app::{Decision, FollowError};
use inbank::domain::{ApiKey, Event, FinancingState as State, OrderReference, Step};
use inbank::http::callback_form;
use inbank::ports::CallbackError;
use inbank_sandbox::{CallbackFault, CallbackOutcome, Fault, Operation};
use inbank_testkit::conformance::{Approval, Bank};
use inbank_tests::Shop;

#[tokio::test]
async fn a_callback_that_comes_many_times_is_told_once() {
    let mut shop = Shop::opened().await;
    let copies = CallbackFault::Duplicate { copies: 4 };
    shop.bank.sandbox.callback_fault(copies, 2);
    shop.customer_applies();
    let granted = shop.callbacks().await;
    assert_eq!(granted.len(), 5);
    assert!(granted.iter().all(|copy| *copy == granted[0]));
    for copy in &granted {
        shop.take(copy).await.unwrap();
    }
    shop.decide(Decision::Approve).await.unwrap();
    let completed = shop.callbacks().await;
    assert_eq!(completed.len(), 5);
    for copy in completed.iter().chain(&granted) {
        shop.take(copy).await.unwrap();
    }
    assert_eq!(shop.events, [Event::Granted, Event::Completed]);
}

#[tokio::test]
async fn callbacks_in_the_wrong_order_end_where_the_right_order_does() {
    let mut shop = Shop::opened().await;
    shop.bank.sandbox.callback_fault(CallbackFault::Reorder, 2);
    shop.customer_applies();
    assert_eq!(shop.callbacks().await.len(), 0, "kept back");
    shop.refresh().await;
    shop.decide(Decision::Approve).await.unwrap();
    shop.bank.sandbox.release_callbacks().await;
    let callbacks = shop.callbacks().await;
    let told = |n: usize| String::from_utf8(callbacks[n].clone()).unwrap();
    assert!(told(0).contains("completed") && told(1).contains("granted"));
    for callback in &callbacks {
        shop.take(callback).await.unwrap();
    }
    assert_eq!(shop.events, [Event::Granted, Event::Completed]);
    assert_eq!(shop.financing.state, State::Completed);
}

#[tokio::test]
async fn a_granted_callback_after_completion_changes_nothing() {
    let mut shop = Shop::opened().await;
    shop.customer_applies();
    let granted = shop.callbacks().await;
    shop.take(&granted[0]).await.unwrap();
    shop.decide(Decision::Approve).await.unwrap();
    shop.take_callbacks().await;
    let before = shop.financing.clone();
    assert_eq!(shop.take(&granted[0]).await.unwrap(), Step::Unchanged);
    assert_eq!(shop.financing, before);
    assert_eq!(shop.events, [Event::Granted, Event::Completed]);
}

#[tokio::test]
async fn a_forged_callback_does_not_even_make_us_ask() {
    let mut shop = Shop::opened().await;
    let forged = CallbackFault::WrongSignature;
    shop.bank.sandbox.callback_fault(forged, 1);
    shop.customer_applies();
    let asked = shop.bank.sandbox.requests().len();
    for callback in shop.callbacks().await {
        let error = shop.take(&callback).await.unwrap_err();
        assert!(
            matches!(error, FollowError::Callback(CallbackError::Signature)),
            "{error}"
        );
    }
    assert_eq!(shop.bank.sandbox.requests().len(), asked);
    assert_eq!(
        (shop.financing.state, shop.events.len()),
        (State::Pending, 0)
    );
    // What it said was true, and is found without it.
    shop.refresh().await;
    assert_eq!(shop.events, [Event::Granted]);
}

#[tokio::test]
async fn an_expiry_has_no_callback_and_is_found_by_reading() {
    let mut shop = Shop::opened().await;
    let session = shop.financing.session.clone().unwrap();
    shop.bank.session_expires(&session).await;
    assert_eq!(shop.callbacks().await.len(), 0);
    shop.refresh().await;
    shop.refresh().await;
    assert_eq!(shop.events, [Event::Expired]);
}

#[tokio::test]
async fn callbacks_that_never_come_cost_no_event() {
    let mut shop = Shop::opened().await;
    shop.bank.sandbox.callback_fault(CallbackFault::Drop, 2);
    shop.customer_applies();
    shop.refresh().await;
    shop.decide(Decision::Approve).await.unwrap();
    shop.refresh().await;
    assert_eq!(shop.callbacks().await.len(), 0);
    let outcomes = shop.bank.sandbox.callbacks();
    assert!(
        outcomes
            .iter()
            .all(|callback| callback.outcome == CallbackOutcome::Dropped)
    );
    assert_eq!(shop.events, [Event::Granted, Event::Completed]);
}

#[tokio::test]
async fn a_callback_delayed_beyond_the_end_is_old_news() {
    let mut shop = Shop::opened().await;
    let late = CallbackFault::Delay { seconds: 3600 };
    shop.bank.sandbox.callback_fault(late, 1);
    shop.customer_applies();
    shop.refresh().await;
    shop.decide(Decision::Cancel).await.unwrap();
    shop.refresh().await;
    shop.bank.sandbox.advance(Duration::from_hours(1));
    let late = shop.callbacks().await;
    assert_eq!(late.len(), 2);
    for callback in &late {
        assert_eq!(shop.take(callback).await.unwrap(), Step::Unchanged);
    }
    assert_eq!(shop.events, [Event::Granted, Event::Cancelled]);
}

#[tokio::test]
async fn a_callback_says_when_to_look_and_not_what_is_true() {
    let mut shop = Shop::opened().await;
    let session = shop.financing.session.clone().unwrap();
    let key = ApiKey::parse(shop.bank.sandbox.api_key()).unwrap();
    // Authentic, and wrong: the bank itself still says pending.
    for status in ["completed", "granted", "declined", "rejected"] {
        let message =
            format!(r#"{{"uuid":"{session}","status":"{status}","purchase_reference":"ORDER 1"}}"#);
        let callback = callback_form(&key, 1_700_000_000, &message).unwrap();
        assert_eq!(
            shop.take(callback.as_bytes()).await.unwrap(),
            Step::Unchanged
        );
    }
    assert_eq!(
        (shop.financing.state, shop.events.len()),
        (State::Pending, 0)
    );
}

#[tokio::test]
async fn a_callback_about_another_session_or_order_is_not_taken() {
    let mut shop = Shop::opened().await;
    let mine = shop.financing.clone();
    let mut other = shop.request(Approval::Needed);
    other.purchase.reference = OrderReference::parse("ORDER 2").unwrap();
    shop.start_with(other).await;
    shop.customer_applies();
    let callbacks = shop.callbacks().await;
    assert_eq!(callbacks.len(), 1);

    shop.financing = mine.clone();
    let error = shop.take(&callbacks[0]).await.unwrap_err();
    assert!(matches!(error, FollowError::Another("session")), "{error}");
    // Even where no session is known yet: the bank says whose it is.
    shop.financing.session = None;
    shop.financing.state = State::Opening;
    let before = shop.financing.clone();
    let error = shop.take(&callbacks[0]).await.unwrap_err();
    assert!(matches!(error, FollowError::Another("order")), "{error}");
    assert_eq!(shop.financing, before);
}

#[tokio::test]
async fn a_callback_that_the_bank_can_not_confirm_leaves_everything_as_it_was() {
    let mut shop = Shop::opened().await;
    shop.customer_applies();
    let callbacks = shop.callbacks().await;
    let down = Fault::Status {
        status: 503,
        retry_after: None,
    };
    shop.bank.sandbox.fault(Operation::GetSession, down, 4);
    let before = shop.financing.clone();
    let error = shop.take(&callbacks[0]).await.unwrap_err();
    assert!(matches!(error, FollowError::Gateway(_)), "{error}");
    assert_eq!((&shop.financing, shop.events.len()), (&before, 0));
    shop.take(&callbacks[0]).await.unwrap();
    assert_eq!(shop.events, [Event::Granted]);
}
