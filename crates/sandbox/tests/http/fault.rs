use std::time::Duration;

use inbank_sandbox::{Fault, Operation, Region};
use reqwest::{Client, Method, RequestBuilder, header};

use crate::shop::{Shop, minimal};

fn open(shop: &Shop) -> RequestBuilder {
    shop.request(Method::POST, "v2/{shop}/pos_sessions")
        .json(&minimal(&shop.sandbox, "hire_purchase", "300"))
}

#[tokio::test]
async fn a_status_on_order_comes_before_anything_is_done() {
    let shop = Shop::open(Region::Estonia).await;
    let fault = Fault::Status {
        status: 429,
        retry_after: Some(7),
    };
    shop.sandbox.fault(Operation::CreateSession, fault, 2);
    for _ in 0..2 {
        let answer = open(&shop).send().await.unwrap();
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "7");
    }
    assert_eq!(shop.sandbox.session_count(), 0);
    assert_eq!(open(&shop).send().await.unwrap().status(), 201);
    let statuses: Vec<_> = shop
        .sandbox
        .requests()
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [Some(429), Some(429), Some(201)]);
}

#[tokio::test]
async fn a_reset_comes_before_anything_is_done() {
    let shop = Shop::open(Region::Estonia).await;
    shop.sandbox
        .fault(Operation::CreateSession, Fault::ResetBefore, 1);
    assert!(open(&shop).send().await.is_err());
    assert_eq!(shop.sandbox.session_count(), 0);
    assert_eq!(shop.sandbox.requests()[0].status, None);
}

#[tokio::test]
async fn an_answer_is_lost_after_the_work_is_done() {
    let shop = Shop::open(Region::Estonia).await;
    shop.sandbox
        .fault(Operation::CreateSession, Fault::AnswerLost, 1);
    assert!(open(&shop).send().await.is_err());
    assert_eq!(shop.sandbox.session_count(), 1);

    let (_, contract) = shop.contract("hire_purchase_approval").await;
    shop.sandbox
        .fault(Operation::ApproveContract, Fault::AnswerLost, 1);
    let approval = format!("v2/{{shop}}/contracts/{contract}/merchant_approval");
    assert!(shop.request(Method::POST, &approval).send().await.is_err());
    assert_eq!(shop.sandbox.requests().pop().unwrap().status, Some(204));
    assert_eq!(
        shop.act(&approval).await.0,
        422,
        "it was approved the first time"
    );
}

#[tokio::test]
async fn a_slow_answer_outlasts_the_patience_of_a_client() {
    let shop = Shop::open(Region::Estonia).await;
    shop.sandbox.fault(
        Operation::CreateSession,
        Fault::Slow {
            milliseconds: 60_000,
        },
        1,
    );
    let error = open(&shop)
        .timeout(Duration::from_millis(100))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(shop.sandbox.session_count(), 1);
}

#[tokio::test]
async fn an_answer_is_held_until_it_is_released() {
    let shop = Shop::open(Region::Estonia).await;
    shop.sandbox.fault(Operation::CreateSession, Fault::Hold, 1);
    let answer = tokio::spawn(open(&shop).send());
    shop.sandbox.answer_held().await;
    assert_eq!(shop.sandbox.session_count(), 1);
    assert!(!answer.is_finished());
    shop.sandbox.release_answers();
    assert_eq!(answer.await.unwrap().unwrap().status(), 201);
}

#[tokio::test]
async fn a_body_is_cut_half_way() {
    let shop = Shop::open(Region::Estonia).await;
    shop.sandbox
        .fault(Operation::CreateSession, Fault::CutBody, 1);
    let mut answer = open(&shop).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let length = answer.content_length().unwrap();
    let first = answer.chunk().await.unwrap().unwrap();
    assert!(first.starts_with(b"{\"uuid\"") && (first.len() as u64) < length);
    assert!(answer.chunk().await.is_err());
    assert_eq!(shop.sandbox.session_count(), 1);
}

#[tokio::test]
async fn a_body_is_html_on_order() {
    let shop = Shop::open(Region::Estonia).await;
    shop.sandbox
        .fault(Operation::CreateSession, Fault::HtmlBody, 1);
    let answer = open(&shop).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert!(
        answer.headers()[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(answer.text().await.unwrap().starts_with("<!doctype html>"));
}

#[tokio::test]
async fn a_body_never_ends_on_order() {
    let shop = Shop::open(Region::Estonia).await;
    shop.sandbox
        .fault(Operation::CreateSession, Fault::EndlessBody, 1);
    let mut answer = open(&shop).send().await.unwrap();
    let mut read = 0;
    while read < 4 * 1024 * 1024 {
        read += answer
            .chunk()
            .await
            .unwrap()
            .expect("the body goes on")
            .len();
    }
}

#[tokio::test]
async fn stopping_does_not_wait_for_answers_that_are_held_or_endless() {
    let shop = Shop::open(Region::Estonia).await;
    shop.sandbox.fault(Operation::CreateSession, Fault::Hold, 1);
    shop.sandbox.fault(Operation::Ping, Fault::EndlessBody, 1);
    let endless = shop.request(Method::GET, "v2/ping").send().await.unwrap();
    let held = tokio::spawn(open(&shop).send());
    shop.sandbox.answer_held().await;
    let base_url = shop.sandbox.base_url().to_owned();
    shop.sandbox.stop().await;
    assert_eq!(held.await.unwrap().unwrap().status(), 201);
    drop(endless);
    assert!(Client::new().get(base_url).send().await.is_err());
}

#[tokio::test]
async fn a_gateway_gives_up_and_the_bank_commits_later() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let fault = Fault::CommitLater { seconds: 3 };
    shop.sandbox.fault(Operation::CreateSession, fault, 1);
    let answer = open(&shop).send().await.unwrap();
    assert_eq!(answer.status(), 504);
    assert_eq!(shop.sandbox.session_count(), 0);
    assert_eq!(shop.sandbox.requests()[0].status, Some(504));
    shop.sandbox.advance(Duration::from_secs(2));
    assert_eq!(shop.sandbox.session_count(), 0);
    shop.sandbox.advance(Duration::from_secs(1));
    assert_eq!(shop.sandbox.session_count(), 1);
    assert_eq!(shop.sandbox.requests().len(), 1);

    // What is not allowed any more when its time comes does not happen.
    let (_, contract) = shop.contract("hire_purchase_approval").await;
    shop.sandbox.fault(Operation::ApproveContract, fault, 1);
    let path = |what: &str| format!("v2/{{shop}}/contracts/{contract}/{what}");
    assert_eq!(shop.act(&path("merchant_approval")).await.0, 504);
    assert_eq!(shop.act(&path("cancel")).await.0, 204);
    shop.sandbox.settle();
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(inbank_sandbox::ContractStatus::Cancelled)
    );
}

#[tokio::test]
async fn an_acceptance_behind_a_504_makes_one_contract_which_a_second_one_finds() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let id = shop.send_for("hire_purchase", "300").await;
    shop.sandbox.settle();
    let fault = Fault::CommitLater { seconds: 3 };
    shop.sandbox.fault(Operation::AcceptApplication, fault, 1);
    let accept = format!("v2/{{shop}}/applications/{id}/accept");
    assert_eq!(shop.act(&accept).await.0, 504);
    assert_eq!(shop.sandbox.contract_count(), 0);
    shop.sandbox.advance(Duration::from_secs(3));
    assert_eq!(shop.sandbox.contract_count(), 1);
    assert_eq!(shop.act(&accept).await.0, 422);
}

#[tokio::test]
async fn a_late_answer_comes_when_the_sandboxs_clock_says_so_or_it_is_released() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let late = Fault::Late { seconds: 20 };
    for released in [false, true] {
        shop.sandbox.fault(Operation::CreateSession, late, 1);
        let before = shop.sandbox.session_count();
        let answer = tokio::spawn(open(&shop).send());
        shop.sandbox.answer_held().await;
        assert_eq!(shop.sandbox.session_count(), before + 1);
        shop.sandbox.advance(Duration::from_secs(19));
        assert!(!answer.is_finished());
        if released {
            shop.sandbox.release_answers();
        } else {
            shop.sandbox.advance(Duration::from_secs(1));
        }
        assert_eq!(answer.await.unwrap().unwrap().status(), 201);
    }
}
