#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use inbank_sandbox::{Outcome, Region};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::applicant::{application, path};
use crate::shop::{Shop, minimal, read};

async fn offered(shop: &Shop, amount: &str) -> Uuid {
    let id = shop.send_for("hire_purchase", amount).await;
    shop.sandbox.decide(id, Outcome::Positive).unwrap();
    id
}

fn refused(code: &str) -> (u16, Value) {
    (422, json!({"message": [code]}))
}

#[tokio::test]
async fn an_application_and_its_offer_are_printed() {
    let shop = Shop::open(Region::Poland).await;
    let id = shop.send_for("hire_purchase", "300").await;
    let printout = format!("{}/printouts", path(id));
    let offer = format!("{printout}?type=offer");
    assert_eq!(
        shop.get(&offer).await,
        refused("application_is_not_positive")
    );
    assert_eq!(
        shop.get(&format!("{printout}?type=contract")).await,
        refused("type_does_not_have_a_valid_value")
    );
    shop.sandbox.decide(id, Outcome::Positive).unwrap();
    for (kind, title) in [("application", "Application"), ("offer", "Offer")] {
        let (status, answer) = shop.get(&format!("{printout}?type={kind}")).await;
        assert_eq!(status, 200, "{answer}");
        let link = answer["link"].as_str().unwrap();
        let page = shop.client.get(link).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains(&format!("<h1>{title} ")), "{page}");
    }
    let nobody = path(Uuid::nil());
    let (status, _) = shop.get(&format!("{nobody}/printouts?type=offer")).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn an_offers_payments_are_listed_by_level() {
    let shop = Shop::open(Region::Poland).await;
    let id = shop.send_for("hire_purchase", "300").await;
    let schedules = format!("{}/payment_schedules", path(id));
    assert_eq!(
        shop.get(&schedules).await,
        (404, json!({"message": ["payment_schedule_not_found"]}))
    );
    shop.sandbox.decide(id, Outcome::Positive).unwrap();
    for (query, level, summary, items) in [
        ("", "summary", true, false),
        ("?response_level=summary", "summary", true, false),
        ("?response_level=items", "items", false, true),
        ("?response_level=full", "full", true, true),
    ] {
        let (status, answer) = shop.get(&format!("{schedules}{query}")).await;
        assert_eq!(status, 200, "{answer}");
        let schedule = &answer["payment_schedule"];
        assert_eq!(schedule["credit_application_uuid"], id.to_string());
        assert_eq!(schedule["response_level"], level);
        assert_eq!(schedule["payment_amount_monthly"].is_string(), summary);
        let rows = schedule["payment_schedule_items"].as_array();
        assert_eq!(rows.map(Vec::len), items.then_some(12), "{query}");
    }
    let v3 = format!("v3/{{shop}}/applications/{id}/payment-schedules?responseLevel=items");
    let (_, answer) = shop.get(&v3).await;
    let row = &answer["paymentSchedule"]["paymentScheduleItems"][0];
    assert_eq!(row["itemNumber"], 1);
}

#[tokio::test]
async fn an_offer_is_recalculated_with_another_down_payment() {
    let shop = Shop::open(Region::Czechia).await;
    let id = offered(&shop, "300").await;
    let put = async |amount: Value| {
        let path = format!("{}/recalculate_schedule", path(id));
        let body = json!({"down_payment_amount": amount});
        read(shop.request(Method::PUT, &path).json(&body)).await
    };
    let (status, answer) = put(json!("100")).await;
    assert_eq!(status, 200, "{answer}");
    let schedule = &answer["payment_schedule"];
    assert_eq!(schedule["down_payment_amount_total"], "100.0");
    let (_, shown) = shop.get(&path(id)).await;
    assert_eq!(
        shown["payment_schedule"]["payment_amount_monthly"],
        schedule["payment_amount_monthly"]
    );
    for wrong in [json!("300"), json!(-1)] {
        assert_eq!(
            put(wrong).await,
            refused("down_payment_amount_is_not_valid")
        );
    }
    assert_eq!(
        put(Value::Null).await,
        refused("down_payment_amount_is_missing")
    );
    shop.accept(id).await;
    assert_eq!(put(json!(50)).await, refused("can_not_recalculate"));
}

#[tokio::test]
async fn who_has_applied_can_be_asked() {
    let shop = Shop::open(Region::Poland).await;
    let id = shop.send_for("hire_purchase", "300").await;
    let (status, answer) = shop.get(&format!("{}/customer", path(id))).await;
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!({
            "customer": {
                "identity_code": "38808050001",
                "first_name": "John",
                "last_name": "Smith",
            },
            "customer_contact": {
                "phone_mobile": "+37253630000",
                "phone_landline": null,
                "email": "test@test.com",
            },
        })
    );
    let v3 = format!("v3/{{shop}}/applications/{id}/customer");
    let (_, answer) = shop.get(&v3).await;
    assert_eq!(answer["customerContact"]["phoneMobile"], "+37253630000");
}

#[tokio::test]
async fn the_application_and_the_contract_of_a_session_can_be_read() {
    let shop = Shop::open(Region::Estonia).await;
    let (session, contract) = shop.contract("hire_purchase").await;
    let (_, shown) = shop
        .get(&format!("v2/{{shop}}/pos_sessions/{session}"))
        .await;
    let id = shown["credit_application_uuid"].as_str().unwrap();
    let (status, application) = shop.get(&format!("v2/{{shop}}/applications/{id}")).await;
    assert_eq!(status, 200, "{application}");
    let inner = &application["credit_application"];
    assert_eq!(
        (&inner["uuid"], &inner["decision_status"]),
        (&json!(id), &json!("positive"))
    );
    assert_eq!(application["contract"]["uuid"], contract.to_string());
    assert!(application["payment_schedule"].is_object());
    let printouts = format!("v2/{{shop}}/contracts/{contract}/printouts");
    let (status, printout) = shop.get(&printouts).await;
    assert_eq!(status, 200, "{printout}");
    let mut links = vec![printout["link"].clone()];
    for kind in ["application", "offer"] {
        let printouts = format!("v2/{{shop}}/applications/{id}/printouts?type={kind}");
        let (status, printout) = shop.get(&printouts).await;
        assert_eq!(status, 200, "{printout}");
        links.push(printout["link"].clone());
    }
    for link in links {
        let page = shop.client.get(link.as_str().unwrap());
        assert_eq!(page.send().await.unwrap().status(), 200, "{link}");
    }
    // It is the customer's to go on with, in the dialog.
    let (status, _) = shop
        .act(&format!("v2/{{shop}}/applications/{id}/accept"))
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn the_range_that_begins_with_nothing_includes_it() {
    let shop = Shop::open(Region::Poland).await;
    let id = shop
        .send(&application(&shop.sandbox, "hire_purchase", "0"))
        .await;
    let shown = shop.poll(id).await;
    assert_eq!(shown["credit_application"]["decision_status"], "positive");
    let session = shop
        .open_session(&minimal(&shop.sandbox, "hire_purchase", "0"))
        .await;
    let status = shop.sandbox.customer_applies(session).unwrap();
    assert_eq!(status.name(), "completed");
    let body = json!({"product_code": "hire_purchase", "amount": 0, "period": 12});
    let (status, answer) = shop.post("v2/{shop}/calculations", &body).await;
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test]
async fn a_category_is_listed_where_it_is_taken() {
    for (region, listed) in [(Region::Estonia, false), (Region::Latvia, true)] {
        let shop = Shop::open(region).await;
        let path = "v3/{shop}/rental/products/example_code/detailed-asset-model\
                    ?identifierType=EAN&identifier=88845632734657";
        let (status, model) = shop.get(path).await;
        assert_eq!(status, 200, "{model}");
        let categories = model["addOnCategories"].as_array().unwrap();
        let has = categories
            .iter()
            .any(|category| category["categoryCode"] == "copying_fee");
        assert_eq!(has, listed, "{region}");
    }
}
