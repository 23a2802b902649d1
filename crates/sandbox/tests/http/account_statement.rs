use inbank_sandbox::{DecisionStatus, IncomeProof, Outcome, Region};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{applicant::path, shop::Shop};

fn retrieval(application: Uuid) -> Value {
    json!({
        "application_uuid": application,
        "return_url": "http://127.0.0.1:9/back",
        "bank_id": 24,
        "locale": "en",
    })
}

const INITIATE: &str = "v2/{shop}/account_statements/initiate_retrieval";

#[tokio::test]
async fn banks_are_listed_in_all_three_documented_forms() {
    let shop = Shop::open(Region::Estonia).await;
    let id = shop.send_for("hire_purchase", "1500").await;
    let list = "v2/{shop}/account_statements/bank_list";
    for path in [
        list.to_owned(),
        format!("{list}/{id}"),
        format!("{list}?application_uuid={id}"),
    ] {
        let (status, listed) = shop.get(&path).await;
        assert_eq!(status, 200);
        let bank = &listed["bank_list"][0];
        assert_eq!(bank["id"], 24);
        assert!(bank["name"].is_string());
        let icon = bank["icon_url"].as_str().unwrap();
        let answer = shop.client.get(icon).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "image/svg+xml");
    }
    for path in [
        format!("{list}/{}", Uuid::nil()),
        format!("{list}?application_uuid={}", Uuid::nil()),
    ] {
        assert_eq!(
            shop.get(&path).await,
            (404, json!({"message": ["application_not_found"]}))
        );
    }
    let list = "v3/{shop}/account-statements/bank-list";
    for path in [
        format!("{list}/{id}"),
        format!("{list}?applicationUuid={id}"),
    ] {
        let (_, listed) = shop.get(&path).await;
        assert!(listed["bankList"][0]["iconUrl"].is_string());
    }
}

#[tokio::test]
async fn a_bank_tells_the_income_and_the_decision_follows() {
    let shop = Shop::open(Region::Estonia).await;
    for (amount, decision, proof) in [
        ("1500", DecisionStatus::Positive, None),
        (
            "2500",
            DecisionStatus::IncomeProofRequired,
            Some(IncomeProof::Upload),
        ),
    ] {
        let id = shop.send_for("hire_purchase", amount).await;
        shop.poll(id).await;
        let (status, begun) = shop.post(INITIATE, &retrieval(id)).await;
        assert_eq!(status, 201, "{begun}");
        assert!(begun["retrieval_id"].is_string() && begun["redirect_url"].is_string());
        shop.sandbox.statement_shared(id).unwrap();
        // The status stays until there is a new decision.
        let (_, shown) = shop.get(&path(id)).await;
        assert_eq!(
            shown["credit_application"]["decision_status"],
            "income_proof_required"
        );
        assert_eq!(
            shown["credit_application"]["income_proof_type"],
            "ais_with_fallback_manual_upload_option"
        );
        shop.get(&path(id)).await;
        let state = shop.sandbox.application(id).unwrap();
        assert_eq!((state.decision, state.income_proof), (decision, proof));
        assert_eq!(
            shop.post(INITIATE, &retrieval(id)).await,
            (422, json!({"message": ["can_not_initiate_retrieval"]}))
        );
        assert!(shop.sandbox.statement_shared(id).is_err());
    }
}

#[tokio::test]
async fn a_retrieval_is_for_an_application_whose_income_a_bank_may_prove() {
    let shop = Shop::open(Region::Latvia).await;
    let id = shop.send_for("hire_purchase", "300").await;
    let refused = (422, json!({"message": ["can_not_initiate_retrieval"]}));
    assert_eq!(shop.post(INITIATE, &retrieval(id)).await, refused);
    shop.sandbox.decide(id, Outcome::ProofByUpload).unwrap();
    assert_eq!(shop.post(INITIATE, &retrieval(id)).await, refused);
    shop.sandbox
        .decide(id, Outcome::ProofByBankOrUpload)
        .unwrap();
    assert_eq!(shop.post(INITIATE, &retrieval(id)).await.0, 201);
    assert_eq!(
        shop.post(INITIATE, &retrieval(Uuid::nil())).await,
        (404, json!({"message": ["application_not_found"]}))
    );
}

#[tokio::test]
async fn every_rule_of_a_retrieval_has_its_code() {
    let shop = Shop::open(Region::Estonia).await;
    let id = shop.send_for("hire_purchase", "1500").await;
    shop.poll(id).await;
    for (field, value, code) in [
        (
            "application_uuid",
            Value::Null,
            "application_uuid_is_missing",
        ),
        ("return_url", Value::Null, "return_url_is_missing"),
        ("return_url", json!("back"), "return_url_is_not_valid"),
        ("bank_id", Value::Null, "bank_id_is_missing"),
        ("bank_id", json!(99), "bank_id_does_not_have_a_valid_value"),
        ("bank_id", json!("SWEDBANK"), "bank_id_is_not_valid"),
        ("locale", Value::Null, "locale_is_missing"),
        (
            "locale",
            json!("et-EE"),
            "locale_does_not_have_a_valid_value",
        ),
    ] {
        let mut body = retrieval(id);
        body[field] = value;
        assert_eq!(
            shop.post(INITIATE, &body).await,
            (422, json!({"message": [code]})),
            "{body}"
        );
    }
    let mut body = retrieval(id);
    body["bank_id"] = json!("24");
    assert_eq!(shop.post(INITIATE, &body).await.0, 201);

    let body = json!({"applicationUuid": id, "returnUrl": "http://127.0.0.1:9/", "bankId": 25, "locale": "et"});
    let (status, begun) = shop
        .post("v3/{shop}/account-statements/initiate-retrieval", &body)
        .await;
    assert_eq!(status, 201);
    assert!(begun["retrievalId"].is_string() && begun["redirectUrl"].is_string());
}
