//! What a database may do to a platform: be away, and start again in the middle of work.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use inbank_testkit::Postgres;
use inbank_tests::stage::Stage;

use crate::{MINUTE, SECOND};

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn server() -> (Arc<Postgres>, String) {
    let server = Arc::new(blocking(Postgres::start).await);
    let own = server.clone();
    let url = blocking(move || own.database()).await;
    (server, url)
}

#[tokio::test]
async fn while_the_database_is_away_no_callback_is_answered_with_success_and_then_all_goes_on() {
    const CALLBACKS: usize = 20;
    let (server, url) = server().await;
    let stage = Stage::over(url).await;
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    let session = stage.session("1001", &cart).await;
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    let forms: Vec<String> = (0..CALLBACKS)
        .map(|n| {
            let message = format!(
                r#"{{"uuid":"{session}","status":"granted","purchase_reference":"1001","n":{n}}}"#
            );
            stage.signed(&message)
        })
        .collect();
    let posts = || {
        forms
            .iter()
            .map(|form| stage.post_form(attempt.as_str(), form.clone()))
    };
    let own = server.clone();
    blocking(move || own.stop_now()).await;
    stage.sandbox.customer_applies(session).unwrap();
    let (answers, decided) = tokio::join!(join_all(posts()), async {
        stage.order("1001").approve().await
    });
    assert!(answers.iter().all(|status| *status == 503), "{answers:?}");
    assert!(decided.is_err());
    stage.sandbox.idle().await;
    assert!(!stage.sandbox.callbacks().last().unwrap().delivered());

    let own = server.clone();
    blocking(move || own.restart()).await;
    let answers = join_all(posts()).await;
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    let kept = stage.order("1001").callbacks().await.unwrap();
    assert_eq!(kept.len(), CALLBACKS);
    stage.pass(MINUTE).await;
    stage.order("1001").approve().await.unwrap();
    stage.pass(MINUTE).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

#[tokio::test]
async fn a_database_that_starts_again_in_the_middle_of_work_loses_nothing_and_doubles_nothing() {
    const ORDERS: usize = 40;
    let (server, url) = server().await;
    let stage = Stage::over(url).await;
    let _other = stage.process().await;
    let cart = Stage::cart(Stage::AT_ONCE, "100");
    let mut sessions = Vec::new();
    for n in 0..ORDERS {
        sessions.push(stage.session(&format!("order-{n}"), &cart).await);
    }
    for (round, sessions) in sessions.chunks(ORDERS / 4).enumerate() {
        for session in sessions {
            stage.sandbox.customer_applies(*session).unwrap();
        }
        // The first of them are told, and the rest is under way.
        let first = round * ORDERS / 4 + 2;
        let told = async || stage.sink.deliveries().len() >= first;
        stage.until("the first are told", told).await;
        let own = server.clone();
        blocking(move || own.restart()).await;
    }
    let all = async || (0..ORDERS).all(|n| stage.told(&format!("order-{n}")) == ["paid"]);
    stage.until("all are told", all).await;
    stage.advance(10 * SECOND).await;
    tokio::time::timeout(Duration::from_mins(1), stage.pass(10 * MINUTE))
        .await
        .unwrap();
    for n in 0..ORDERS {
        assert_eq!(stage.told(&format!("order-{n}")), ["paid"], "order {n}");
    }
}
