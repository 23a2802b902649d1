use axum::http::StatusCode;

use crate::Service;

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
