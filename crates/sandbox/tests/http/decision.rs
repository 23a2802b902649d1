use inbank_sandbox::{CustomerError, DecisionStatus, IncomeProof, Outcome, Region};
use serde_json::{Value, json};

use crate::{
    applicant::{application, path},
    shop::Shop,
};

#[tokio::test]
async fn the_amount_decides() {
    let shop = Shop::open(Region::Estonia).await;
    let ais = json!("ais_with_fallback_manual_upload_option");
    let manual = json!("manual_internal_verification");
    for (amount, decision, proof) in [
        ("500", "positive", Value::Null),
        ("500.01", "negative", Value::Null),
        ("1001", "income_proof_required", ais.clone()),
        ("3000", "income_proof_required", ais),
        ("3000.01", "income_proof_required", manual),
        ("4500", "manual", Value::Null),
        ("5500", "failed", Value::Null),
        ("6500", "positive", Value::Null),
        ("7500", "manual_negative", Value::Null),
        ("14999", "negative", Value::Null),
        ("15000", "positive", Value::Null),
        ("16000", "positive", Value::Null),
        ("16001", "negative", Value::Null),
    ] {
        let id = shop.send_for("hire_purchase", amount).await;
        let (_, first) = shop.get(&path(id)).await;
        assert_eq!(first["credit_application"]["decision_status"], "pending");
        assert_eq!(first["credit_application"].get("income_proof_type"), None);
        let (_, shown) = shop.get(&path(id)).await;
        let application = &shown["credit_application"];
        assert_eq!(application["decision_status"], decision, "{amount}");
        assert_eq!(application["income_proof_type"], proof, "{amount}");
        assert_eq!(application["changed_conditions"], amount == "6500");
        assert_eq!(
            shown["payment_schedule"].is_object(),
            decision == "positive"
        );
    }
}

#[tokio::test]
async fn the_type_of_proof_is_told_in_estonia_alone() {
    for region in [Region::Latvia, Region::Poland] {
        let shop = Shop::open(region).await;
        let id = shop.send_for("hire_purchase", "1500").await;
        let shown = shop.poll(id).await;
        let application = &shown["credit_application"];
        assert_eq!(application["decision_status"], "income_proof_required");
        assert_eq!(application.get("income_proof_type"), None);
        assert_eq!(
            shop.sandbox.application(id).unwrap().income_proof,
            Some(IncomeProof::BankOrUpload)
        );
    }
}

#[tokio::test]
async fn any_outcome_comes_on_order() {
    let shop = Shop::open(Region::Poland).await;
    let id = shop.send_for("hire_purchase", "300").await;
    for (outcome, decision) in [
        (Outcome::Manual, DecisionStatus::Manual),
        (Outcome::ManualNegative, DecisionStatus::ManualNegative),
        (Outcome::Failed, DecisionStatus::Failed),
        (Outcome::ProofByUpload, DecisionStatus::IncomeProofRequired),
        (Outcome::Negative, DecisionStatus::Negative),
        (Outcome::Positive, DecisionStatus::Positive),
    ] {
        shop.sandbox.decide(id, outcome).unwrap();
        assert_eq!(shop.sandbox.application(id).unwrap().decision, decision);
        let shown = shop.poll(id).await;
        assert_eq!(
            shown["credit_application"]["decision_status"],
            decision.name()
        );
    }
    assert_eq!(
        shop.sandbox.decide(uuid::Uuid::nil(), Outcome::Positive),
        Err(CustomerError::NoApplication)
    );
}

#[tokio::test]
async fn changed_conditions_come_under_a_new_identifier() {
    let shop = Shop::open(Region::Estonia).await;
    let mut body = application(&shop.sandbox, "hire_purchase", "6500");
    body["credit_application"]["down_payment_amount"] = json!(1000);
    let old = shop.send(&body).await;
    let shown = shop.poll(old).await;
    let new = &shown["credit_application"];
    assert_ne!(new["uuid"], old.to_string());
    assert_eq!(new["previous_uuid"], old.to_string());
    assert_eq!(new["changed_conditions"], true);
    assert_eq!(new["amount"], "5850.0");
    assert_eq!(new["down_payment_amount_total"], "900.0");
    assert_eq!(shop.sandbox.application_count(), 2);
    let new_id = new["uuid"].as_str().unwrap().parse().unwrap();
    assert_eq!(shop.sandbox.application(old).unwrap().latest, new_id);
    assert_eq!(
        shop.sandbox.application(new_id).unwrap().previous,
        Some(old)
    );

    for (asked, which, found) in [
        (old, "latest", new_id),
        (old, "exact", old),
        (old, "initial", old),
        (new_id, "latest", new_id),
        (new_id, "exact", new_id),
        (new_id, "initial", old),
    ] {
        let (_, shown) = shop.get(&format!("{}?type={which}", path(asked))).await;
        let application = &shown["credit_application"];
        assert_eq!(application["uuid"], found.to_string(), "{asked} {which}");
        let decision = if found == old { "pending" } else { "positive" };
        assert_eq!(application["decision_status"], decision);
    }
    assert_eq!(
        shop.get(&format!("{}?type=first", path(old))).await,
        (
            422,
            json!({"message": ["type_does_not_have_a_valid_value"]})
        )
    );

    // Nothing is done under the old identifier any more.
    let act = |id, what| format!("{}/{what}", path(id));
    assert_eq!(
        shop.act(&act(old, "accept")).await,
        (422, json!({"message": ["application_is_not_positive"]}))
    );
    assert_eq!(
        shop.act(&act(old, "cancel")).await,
        (422, json!({"message": ["can_not_cancel"]}))
    );
    assert_eq!(
        shop.sandbox.decide(old, Outcome::Positive),
        Err(CustomerError::WrongState)
    );
    shop.accept(new_id).await;
}

#[tokio::test]
async fn conditions_change_more_than_once() {
    let shop = Shop::open(Region::Latvia).await;
    let first = shop.send_for("hire_purchase", "6500").await;
    shop.poll(first).await;
    let second = shop.sandbox.application(first).unwrap().latest;
    shop.sandbox
        .decide(second, Outcome::ChangedConditions)
        .unwrap();
    let third = shop.sandbox.application(first).unwrap().latest;
    assert_ne!(second, third);
    let (_, shown) = shop.get(&path(first)).await;
    assert_eq!(shown["credit_application"]["uuid"], third.to_string());
    assert_eq!(
        shown["credit_application"]["previous_uuid"],
        second.to_string()
    );
    let (_, shown) = shop.get(&format!("{}?type=initial", path(third))).await;
    assert_eq!(shown["credit_application"]["uuid"], first.to_string());
}

#[tokio::test]
async fn what_belongs_to_another_customer_makes_the_decision_fail() {
    let shop = Shop::open(Region::Estonia).await;
    let mut first = application(&shop.sandbox, "hire_purchase", "300");
    first["customer_identification"] =
        json!({"document_type": "id_card", "document_number": "AA979080"});
    let first_id = shop.send(&first).await;
    assert_eq!(
        shop.poll(first_id).await["credit_application"]["decision_status"],
        "positive"
    );

    let mut another = first.clone();
    another["customer"]["identity_code"] = json!("10101010005");
    another["customer_contact"] = json!({"mobile": "+37255555555", "email": "other@test.com"});
    another["customer_identification"]["document_number"] = json!("BB000000");
    let clashes = [
        ("customer_contact", "mobile", "+372 5363 0000"),
        ("customer_contact", "email", "TEST@test.com"),
        ("customer_identification", "document_number", "AA979080"),
    ];
    for (object, field, value) in clashes {
        let mut clash = another.clone();
        clash[object][field] = json!(value);
        let id = shop.send(&clash).await;
        let shown = shop.poll(id).await;
        let application = &shown["credit_application"];
        assert_eq!(application["decision_status"], "failed", "{field}");
        assert_eq!(
            application["decision_messages"],
            json!(["Error has occurred, contact customer support"])
        );
    }
    // With data of their own they get an offer, and so does the first customer with new data.
    let id = shop.send(&another).await;
    let decision = |id| shop.sandbox.application(id).unwrap().decision;
    shop.poll(id).await;
    assert_eq!(decision(id), DecisionStatus::Positive);
    first["customer_contact"]["email"] = json!("new@test.com");
    let id = shop.send(&first).await;
    shop.poll(id).await;
    assert_eq!(decision(id), DecisionStatus::Positive);
}
