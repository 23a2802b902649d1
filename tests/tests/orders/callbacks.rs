//! Callbacks that come twice, late, in any order, forged, or about something else.

use inbank::ports::Subject;
use inbank_sandbox::{CallbackFault, Operation};
use inbank_tests::stage::{Stage, Store};
use inbank_tests::{Shown, on_every_store, on_store};

use crate::{HOUR, MINUTE, SECOND};

on_every_store!(
    callbacks_in_any_order_hours_late_and_after_the_end_move_nothing_backwards,
    a_callback_that_is_not_understood_is_read_for_once,
);

on_store!(
    bank,
    Memory,
    a_callback_of_another_session_is_refused_at_this_address,
    a_genuine_form_at_three_hundred_other_addresses_is_kept_nowhere_and_read_for_nowhere,
    a_padded_copy_is_a_copy,
    forged_callbacks_are_not_kept_not_read_for_and_hardly_logged,
    a_returning_browser_and_the_callback_at_once_are_one_event,
    a_browser_that_returns_without_anything_has_the_order_read,
);

async fn a_callback_of_another_session_is_refused_at_this_address(store: Store) {
    let stage = Stage::new(store).await;
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    stage.session("1001", &cart).await;
    let other = stage.session("1002", &cart).await;
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    stage.pass(MINUTE).await;
    let reads = stage.asked(Operation::GetSession);
    let message =
        format!(r#"{{"uuid":"{other}","status":"completed","purchase_reference":"1002"}}"#);
    let answer = stage.post(attempt.as_str(), &message).await;
    assert_eq!(answer, 404);
    stage.calm().await;
    assert_eq!(stage.asked(Operation::GetSession), reads);
    let kept = stage.order("1001").callbacks().await.unwrap();
    assert_eq!(kept.len(), 0);
}

async fn a_padded_copy_is_a_copy(store: Store) {
    let stage = Stage::new(store).await;
    let session = stage
        .session("1001", &Stage::cart(Stage::APPROVAL, "499.90"))
        .await;
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    let kept = stage.order("1001").callbacks().await.unwrap();
    let body = stage.sandbox.callbacks()[0].body.clone();
    for padding in 0..20 {
        let form = format!("{body}&padding={}", "x".repeat(1000 * padding));
        assert_eq!(stage.post_form(attempt.as_str(), form).await, 200);
    }
    assert_eq!(stage.order("1001").callbacks().await.unwrap(), kept);
    assert!(kept.iter().all(|callback| callback.content.len() < 1000));
}

async fn a_callback_that_is_not_understood_is_read_for_once(store: Store) {
    let stage = Stage::new(store).await;
    stage
        .session("1001", &Stage::cart(Stage::APPROVAL, "499.90"))
        .await;
    stage.pass(MINUTE).await;
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    let reads = stage.asked(Operation::GetSession);
    let key = inbank::ApiKey::parse(stage.sandbox.api_key()).unwrap();
    let now = stage.sandbox.now().unix_timestamp().unsigned_abs();
    let form = inbank::http::callback_form(&key, now, r#"{"something":"else"}"#).unwrap();
    for _ in 0..20 {
        assert_eq!(stage.post_form(attempt.as_str(), form.clone()).await, 200);
    }
    stage.calm().await;
    assert_eq!(stage.asked(Operation::GetSession), reads + 1);
}

async fn callbacks_in_any_order_hours_late_and_after_the_end_move_nothing_backwards(store: Store) {
    let stage = Stage::new(store).await;
    stage
        .sandbox
        .callback_fault(CallbackFault::Reorder, u32::MAX);
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    let session = stage.session("1001", &cart).await;
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(10 * MINUTE).await;
    stage.order("1001").approve().await.unwrap();
    stage.pass(2 * HOUR).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
    // Hours later, the last one first, and each of them twice.
    stage.sandbox.release_callbacks().await;
    stage.calm().await;
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    let bodies = stage.sandbox.callbacks();
    assert!(bodies.len() > 1 && bodies.iter().all(inbank_sandbox::CallbackRecord::delivered));
    for callback in bodies {
        assert_eq!(stage.post_form(attempt.as_str(), callback.body).await, 200);
    }
    stage.pass(HOUR).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

async fn a_genuine_form_at_three_hundred_other_addresses_is_kept_nowhere_and_read_for_nowhere(
    store: Store,
) {
    let stage = Stage::new(store).await;
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    let own = stage.session("own", &cart).await;
    stage.sandbox.customer_applies(own).unwrap();
    stage.pass(10 * SECOND).await;
    let form = stage.sandbox.callbacks()[0].body.clone();
    let mut others = Vec::new();
    for n in 0..300 {
        let name = format!("order-{n}");
        stage.session(&name, &cart).await;
        others.push((stage.found(&name).await.attempts[0].id.clone(), name));
    }
    stage.pass(MINUTE).await;
    let reads = stage.asked(Operation::GetSession);
    for (attempt, name) in &others {
        let padded = format!("{form}&padding={}", "x".repeat(60_000));
        assert_eq!(stage.post_form(attempt.as_str(), padded).await, 404);
        let kept = stage.order(name).callbacks().await.unwrap();
        assert_eq!(kept.len(), 0);
    }
    stage.pass(2 * SECOND).await;
    let more = stage.asked(Operation::GetSession) - reads;
    assert!(more < 30, "{more} reads");
}

async fn forged_callbacks_are_not_kept_not_read_for_and_hardly_logged(store: Store) {
    const FORGED: usize = 300;
    let stage = Stage::new(store).await;
    let session = stage
        .session("1001", &Stage::cart(Stage::APPROVAL, "499.90"))
        .await;
    stage.pass(MINUTE).await;
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    let reads = stage.asked(Operation::GetSession);
    let message =
        format!(r#"{{"uuid":"{session}","status":"completed","purchase_reference":"1001"}}"#);
    let genuine = stage.signed(&message);
    let forgeries = [
        genuine.replace("completed", "granted"),
        genuine.replace("hmac=", "hmac=0"),
        format!("{genuine}&message=x"),
        format!("hmac=00&{genuine}"),
        String::new(),
    ];
    let shown = Shown::default();
    let logs = shown.logs();
    for n in 0..FORGED {
        let forged = forgeries[n % forgeries.len()].clone();
        let status = stage.post_form(attempt.as_str(), forged.clone()).await;
        assert_eq!(status, 401, "{forged}");
    }
    drop(logs);
    let warnings = shown.text().matches(" WARN ").count();
    assert!((1..5).contains(&warnings), "{warnings} warnings");
    stage.calm().await;
    assert_eq!(stage.asked(Operation::GetSession), reads);
    let kept = stage.order("1001").callbacks().await.unwrap();
    assert_eq!(kept.len(), 0);
    assert_eq!(stage.told("1001"), [""; 0]);
}

async fn a_returning_browser_and_the_callback_at_once_are_one_event(store: Store) {
    let stage = Stage::new(store).await;
    stage.sandbox.callback_fault(CallbackFault::Hold, u32::MAX);
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    let session = stage.session("1001", &cart).await;
    stage.sandbox.customer_applies(session).unwrap();
    let form = stage.sandbox.callbacks()[0].body.clone();
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    let (returned, (), posted) = tokio::join!(
        stage.return_with(attempt.as_str(), form.clone()),
        stage.sandbox.release_callbacks(),
        stage.post_form(attempt.as_str(), form),
    );
    assert!(returned.is_redirection(), "{returned}");
    assert_eq!(posted, 200);
    stage.pass(10 * SECOND).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant"]);
    let kept = stage.order("1001").callbacks().await.unwrap();
    assert_eq!(kept.len(), 1);
    let session = inbank::SessionId::parse(session.to_string()).unwrap();
    assert_eq!(kept[0].subject, Some(Subject::Session(session)));
}

async fn a_browser_that_returns_without_anything_has_the_order_read(store: Store) {
    let stage = Stage::new(store).await;
    stage.sandbox.callback_fault(CallbackFault::Drop, u32::MAX);
    let cart = Stage::cart(Stage::AT_ONCE, "499.90");
    let session = stage.session("1001", &cart).await;
    // A customer takes an hour.
    stage.pass(HOUR).await;
    stage.sandbox.customer_applies(session).unwrap();
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    let returned = stage.browse(attempt.as_str()).await;
    assert!(returned.is_redirection(), "{returned}");
    stage.pass(5 * SECOND).await;
    assert_eq!(stage.told("1001"), ["paid"]);
}
