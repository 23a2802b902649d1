use axum::http::StatusCode;
use inbank::SessionId;
use serde_json::Value;

use crate::Service;

fn references(answer: &Value) -> Vec<String> {
    let orders = answer["orders"].as_array().unwrap().iter();
    let named = orders.map(|order| order["reference"].as_str().unwrap().to_owned());
    named.collect()
}

/// All pages, one after the other.
async fn listed(service: &Service, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = service.get(&format!("/v1/orders?{query}{cursor}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        all.extend(references(&page.body));
        match page.body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn orders_come_page_by_page_and_what_is_opened_meanwhile_moves_nothing() {
    let service = Service::new().await;
    for n in 1..=7 {
        service.pay(&format!("100{n}"), "499.90").await;
    }
    let expected: Vec<_> = (1..=7).rev().map(|n| format!("100{n}")).collect();
    for limit in [1, 2, 3, 7, 100] {
        let all = listed(&service, &format!("shop=main&limit={limit}")).await;
        assert_eq!(all, expected, "{limit} at a time");
    }
    let first = service.get("/v1/orders?limit=3").await.body;
    service.pay("1008", "499.90").await;
    let next = first["next"].as_str().unwrap();
    let second = service
        .get(&format!("/v1/orders?limit=3&cursor={next}"))
        .await;
    assert_eq!(references(&second.body), expected[3..6]);
}

#[tokio::test]
async fn orders_are_filtered_by_how_they_stand_and_since_when() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    service.pay("1002", "499.90").await;
    let cancelled = service.post("/v1/shops/main/orders/1001/refresh", "").await;
    assert_eq!(cancelled.status, StatusCode::OK);
    let session = cancelled.body["attempts"][0]["session_id"]
        .as_str()
        .unwrap();
    let session = SessionId::parse(session).unwrap();
    service.bank.customer_cancels(&session);
    service.post("/v1/shops/main/orders/1001/refresh", "").await;
    assert_eq!(listed(&service, "status=not_paid").await, ["1001"]);
    assert_eq!(listed(&service, "status=open").await, ["1002"]);
    assert_eq!(listed(&service, "status=paid").await, [""; 0]);
    assert_eq!(
        listed(&service, "status=open&reference=1001").await,
        [""; 0]
    );
    assert_eq!(listed(&service, "older_than=3600").await, [""; 0]);
    assert_eq!(listed(&service, "older_than=0").await, ["1002", "1001"]);
    assert_eq!(listed(&service, "needs_person=true").await, [""; 0]);
}

#[tokio::test]
async fn what_can_not_be_asked_for_is_said() {
    let service = Service::new().await;
    for query in [
        "status=pending",
        "status=",
        "cursor=AAAA",
        "cursor=%00",
        "limit=-1",
        "limit=4294967296",
        "older_than=99999999999999999999",
        "needs_person=yes",
        "shop=main&shop=other",
    ] {
        let answer = service.get(&format!("/v1/orders?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.content_type, "application/problem+json", "{query}");
    }
    let answer = service.get("/v1/orders?reference=%00").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body["field"], "reference");
}
