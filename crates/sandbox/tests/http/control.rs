use inbank_sandbox::{ContractStatus, Region, SessionStatus};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::shop::{Shop, minimal, read};

pub(crate) fn control(shop: &Shop, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}/sandbox/{path}", shop.sandbox.base_url());
    shop.client
        .request(method, url)
        .bearer_auth(shop.sandbox.api_key())
}

#[tokio::test]
async fn the_controls_ask_for_the_key() {
    let shop = Shop::open(Region::Estonia).await;
    for path in ["clock", "requests", "callbacks", "sessions"] {
        let url = format!("{}/sandbox/{path}", shop.sandbox.base_url());
        assert_eq!(read(shop.client.get(url)).await.0, 401);
        assert_eq!(read(control(&shop, Method::GET, path)).await.0, 200);
    }
}

#[tokio::test]
async fn a_session_is_moved_over_http() {
    let shop = Shop::open(Region::Estonia).await;
    let id = shop
        .open_session(&minimal(&shop.sandbox, "hire_purchase", "300"))
        .await;
    let apply = read(control(
        &shop,
        Method::POST,
        &format!("sessions/{id}/apply"),
    ))
    .await;
    assert_eq!(apply, (200, json!({"status": "completed"})));
    let cancel = read(control(
        &shop,
        Method::POST,
        &format!("sessions/{id}/cancel"),
    ))
    .await;
    assert_eq!(cancel.0, 409);

    let (_, listed) = read(control(&shop, Method::GET, "sessions")).await;
    let contract = listed["sessions"][0]["contract_id"].as_str().unwrap();
    assert_eq!(listed["sessions"][0]["contract_status"], "activated");
    let terminate = read(control(
        &shop,
        Method::POST,
        &format!("contracts/{contract}/terminate"),
    ))
    .await;
    assert_eq!(terminate, (204, Value::Null));
    assert_eq!(
        shop.sandbox.contract(contract.parse().unwrap()),
        Some(ContractStatus::Terminated)
    );

    assert_eq!(
        read(control(&shop, Method::POST, "callbacks/idle")).await.0,
        204
    );
    let (_, callbacks) = read(control(&shop, Method::GET, "callbacks")).await;
    assert_eq!(callbacks["callbacks"][0]["status"], "completed");
    assert_eq!(callbacks["callbacks"][0]["outcome"], "given_up");
    let (_, requests) = read(control(&shop, Method::GET, "requests")).await;
    assert_eq!(requests["requests"][0]["operation"], "create_session");
    assert_eq!(requests["requests"][0]["status"], 201);
}

#[tokio::test]
async fn clock_and_faults_are_set_over_http() {
    let shop = Shop::open(Region::Estonia).await;
    let id = shop
        .open_session(&minimal(&shop.sandbox, "hire_purchase", "300"))
        .await;
    let order = json!({"operation": "get_session", "fault": "status", "status": 503, "times": 1});
    assert_eq!(
        read(control(&shop, Method::POST, "faults").json(&order))
            .await
            .0,
        204
    );
    let path = format!("v2/{{shop}}/pos_sessions/{id}");
    assert_eq!(shop.get(&path).await.0, 503);
    assert_eq!(shop.get(&path).await.0, 200);

    let order = json!({"fault": "hold"});
    assert_eq!(
        read(control(&shop, Method::POST, "callback-faults").json(&order))
            .await
            .0,
        204
    );
    let advance = json!({"advance_seconds": 8 * 24 * 3600});
    assert_eq!(
        read(control(&shop, Method::POST, "clock").json(&advance))
            .await
            .0,
        200
    );
    assert_eq!(
        shop.sandbox.session(id).unwrap().status,
        SessionStatus::Expired
    );

    let wrong = json!({"operation": "get_session", "fault": "earthquake"});
    assert_eq!(
        control(&shop, Method::POST, "faults")
            .json(&wrong)
            .send()
            .await
            .unwrap()
            .status(),
        422
    );
}
