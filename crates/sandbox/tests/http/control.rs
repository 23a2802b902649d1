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
async fn a_control_takes_json_whatever_it_is_called_and_says_in_json_what_is_wrong() {
    let shop = Shop::open(Region::Estonia).await;
    let sent = |body: &str| {
        // As `curl -d` does.
        control(&shop, Method::POST, "faults")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned())
    };
    let order = r#"{"operation": "get_session", "fault": "status", "status": 503}"#;
    assert_eq!(read(sent(order)).await, (204, Value::Null));
    for (wrong, status) in [
        ("", 400),
        ("{", 400),
        (
            r#"{"operation": "get_session", "fault": "earthquake"}"#,
            422,
        ),
        (
            r#"{"operation": "get_session", "fault": "status", "status": 99}"#,
            422,
        ),
    ] {
        let (answered, error) = read(sent(wrong)).await;
        assert_eq!(answered, status, "{wrong}");
        assert!(!error["error"].as_str().unwrap().is_empty(), "{error}");
    }
    let (status, error) = read(control(&shop, Method::DELETE, "sessions")).await;
    assert_eq!(
        (status, error),
        (405, json!({"error": "Method Not Allowed"}))
    );
    let (status, error) = read(control(&shop, Method::POST, "sessions/x/apply")).await;
    assert!(status == 400 && error["error"].is_string(), "{error}");
}

#[tokio::test]
async fn a_clock_is_not_moved_beyond_what_can_be_told() {
    let shop = Shop::open(Region::Estonia).await;
    let advance = |seconds: u64| {
        let by = json!({"advance_seconds": seconds});
        control(&shop, Method::POST, "clock").json(&by)
    };
    let (status, error) = read(advance(u64::MAX)).await;
    assert!(status == 422 && error["error"].is_string(), "{error}");
    let (status, told) = read(advance(100 * 365 * 24 * 3600)).await;
    let now = told["now"].as_str().unwrap();
    assert!(status == 200 && now.starts_with("21"), "{now}");
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
