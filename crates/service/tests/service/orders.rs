use axum::http::{Method, StatusCode};
use inbank::SessionId;
use serde_json::Value;

use crate::{ADMIN, OTHER, READER, Service};

#[tokio::test]
async fn a_cart_is_opened_once_however_often_it_is_sent() {
    let service = Service::new().await;
    let first = service.pay("1001", "499.90").await;
    let second = service.pay("1001", "499.90").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert!(first.body["redirect_url"].is_string());
    assert_eq!(first.body, second.body);
    assert_eq!(service.bank.calls("session.open"), 1);
    let order = service.get("/v1/shops/main/orders/1001").await.body;
    assert_eq!(order["status"], "open");
    assert_eq!(order["amount"], "499.90");
    assert_eq!(order["attempts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_changed_cart_opens_another_attempt() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    let order = service.pay("1001", "399.90").await.body["order"].clone();
    let attempts = order["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0]["superseded"], true);
    assert_eq!(order["amount"], "399.90");
}

#[tokio::test]
async fn the_guides_body_goes_along_and_is_not_said_twice() {
    let service = Service::new().await;
    let path = "/v1/shops/main/orders/1001/pay";
    let with = |request: &str| {
        format!(
            r#"{{"product":"hp_approval","amount":"499.90","currency":"EUR","period":12,"request":{request}}}"#
        )
    };
    let whole =
        with(r#"{"purchase":{"description":"A bicycle"},"customer_data":{"first_name":"Mari"}}"#);
    assert_eq!(service.post(path, &whole).await.status, StatusCode::OK);
    for (request, field) in [
        (r#"{"total_amount":"1"}"#, "request.total_amount"),
        (r#"{"partner_urls":{}}"#, "request.partner_urls"),
        (r#"{"purchase":{"purchase_reference":"1002"}}"#, "reference"),
        (r#"{"purchase":7}"#, "request.purchase"),
        (
            r#"{"credit_application_data":{"period":6}}"#,
            "request.credit_application_data",
        ),
    ] {
        let answer = service.post(path, &with(request)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{request}");
        assert_eq!(answer.body["field"], field, "{request}");
    }
    assert_eq!(service.bank.calls("session.open"), 1);
}

#[tokio::test]
async fn orders_are_listed_and_their_events_are_read_on_from_where_one_was() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    service.pay("1002", "99.90").await;
    let orders = service.get("/v1/orders?shop=main").await.body;
    assert_eq!(orders["orders"].as_array().unwrap().len(), 2);
    let one = service.get("/v1/orders?limit=1").await.body;
    assert_eq!(one["orders"].as_array().unwrap().len(), 1);
    let nothing = service.get("/v1/events").await.body;
    let next = nothing["next"].as_str().unwrap();
    let cancelled = service.post("/v1/shops/main/orders/1001/cancel", "").await;
    assert!(cancelled.status.is_success() || cancelled.status == StatusCode::CONFLICT);
    let events = service.get(&format!("/v1/events?after={next}")).await;
    assert_eq!(events.status, StatusCode::OK);
}

#[tokio::test]
async fn whoever_waits_for_events_is_answered_when_the_service_stops() {
    let service = Service::new().await;
    let waiting = service.get("/v1/events?wait=30");
    let ending = async {
        tokio::task::yield_now().await;
        service.stop.send(true).unwrap();
    };
    let (answer, ()) = tokio::join!(waiting, ending);
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["events"].as_array().unwrap().len(), 0);
}

/// An order that is paid.
async fn paid() -> Service {
    let service = Service::new().await;
    let order = service.pay("1001", "499.90").await.body["order"].clone();
    let session = order["attempts"][0]["session_id"].as_str().unwrap();
    service
        .bank
        .customer_applies(&SessionId::parse(session).unwrap());
    let refresh = "/v1/shops/main/orders/1001/refresh";
    let order = service.post(refresh, "").await.body;
    assert_eq!(order["status"], "awaits_merchant", "{order}");
    let approved = service.post("/v1/shops/main/orders/1001/approve", "").await;
    assert!(approved.status.is_success(), "{}", approved.text);
    let order = service.post(refresh, "").await.body;
    assert_eq!(order["status"], "paid", "{order}");
    service
}

#[tokio::test]
async fn a_paid_order_is_no_answer_to_another_amount() {
    let service = paid().await;
    let other = service.pay("1001", "399.90").await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.text);
    assert_eq!(other.body["type"], "/problems/other_cart");
    let says = other.body["detail"].as_str().unwrap();
    for part in ["paid", "499.90", "399.90"] {
        assert!(says.contains(part), "{says}");
    }
    for amount in ["499.90", "499.9"] {
        let same = service.pay("1001", amount).await;
        assert_eq!(same.status, StatusCode::OK, "{}", same.text);
        assert_eq!(same.body["order"]["status"], "paid");
        assert_eq!(same.body["redirect_url"], Value::Null);
    }
}

#[tokio::test]
async fn an_orders_history_is_listed() {
    let service = paid().await;
    let path = "/v1/shops/main/orders/1001/events";
    let answer = service.ask(Method::GET, path, READER, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let events = answer.body["events"].as_array().unwrap();
    let kinds: Vec<_> = events.iter().map(|event| &event["event"]).collect();
    assert_eq!(kinds.last().unwrap(), &"paid");
    assert_eq!(events[0]["number"], 1);
    let none = service.get("/v1/shops/main/orders/9999/events").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let other = service.ask(Method::GET, path, OTHER, None).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_order_is_erased_by_an_admin_unless_it_can_be_paid_or_is() {
    let path = "/v1/shops/main/orders/1001";
    for service in [paid().await, {
        let service = Service::new().await;
        service.pay("1001", "499.90").await;
        service
    }] {
        let kept = service.ask(Method::DELETE, path, ADMIN, None).await;
        assert_eq!(kept.status, StatusCode::CONFLICT, "{}", kept.text);
        assert_eq!(kept.body["type"], "/problems/not_now");
        assert_eq!(service.get(path).await.status, StatusCode::OK);
    }
    let service = Service::new().await;
    let order = service.pay("1001", "499.90").await.body["order"].clone();
    let session = order["attempts"][0]["session_id"].as_str().unwrap();
    service
        .bank
        .customer_cancels(&SessionId::parse(session).unwrap());
    service.post(&format!("{path}/refresh"), "").await;
    let reader = service.ask(Method::DELETE, path, READER, None).await;
    assert_eq!(reader.status, StatusCode::FORBIDDEN);
    let other = service.ask(Method::DELETE, path, OTHER, None).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let erased = service.ask(Method::DELETE, path, ADMIN, None).await;
    assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.text);
    assert_eq!(service.get(path).await.status, StatusCode::NOT_FOUND);
    let again = service.ask(Method::DELETE, path, ADMIN, None).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}
