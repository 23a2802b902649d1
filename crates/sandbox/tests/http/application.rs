use std::time::Duration;

use inbank_sandbox::{DecisionStatus, Outcome, Region, Sandbox};
use serde_json::{Value, json};

use crate::{
    applicant::{application, application_v3, path},
    shop::Shop,
};

/// The guide's whole sample.
fn sample() -> Value {
    json!({
        "credit_application": {
            "product_code": "example_product",
            "amount": "2400",
            "period": "12",
            "monthly_income": "2900",
            "monthly_financial_obligations": "100"
        },
        "customer": {"identity_code": "38808050001", "first_name": "John", "last_name": "Smith"},
        "customer_addresses": [{"street": "NIINE", "country": "EE", "zip_code": "10414"}],
        "customer_contact": {"mobile": "+37253630000", "email": "test@test.com"},
        "customer_identification": {"document_type": "id_card", "document_number": "AA979080"},
        "consents": [{"type": "EMTA_REGISTRY_QUERY", "value": true, "text": "This is EMTA consent"}]
    })
}

#[tokio::test]
async fn the_guides_sample_is_taken_and_answered_with_the_samples_fields() {
    let shop = Shop::open(Region::Estonia).await;
    let (status, sent) = shop.post("v2/{shop}/applications", &sample()).await;
    assert_eq!(status, 201, "{sent}");
    let names: Vec<&String> = sent.as_object().unwrap().keys().collect();
    let mut expected = [
        "uuid",
        "number",
        "status",
        "product_code",
        "amount",
        "period",
        "down_payment_amount",
        "payment_day",
        "start_date",
        "end_date",
        "decision_status",
        "decision_messages",
        "changed_conditions",
        "previous_uuid",
        "salesperson_reference",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(sent["status"], "pending");
    assert_eq!(sent["decision_status"], "pending");
    assert_eq!(sent["amount"], 2400);
    assert_eq!(sent["period"], 12);
    assert_eq!(sent["payment_day"], 15);
    assert_eq!(sent["down_payment_amount"], 0);
    assert!(sent["number"].is_number() && sent["decision_messages"].is_string());
    assert_eq!(
        (&sent["changed_conditions"], &sent["previous_uuid"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(shop.sandbox.application_count(), 1);

    let id = sent["uuid"].as_str().unwrap().parse().unwrap();
    let (_, shown) = shop.get(&format!("{}?type=latest", path(id))).await;
    let application = &shown["credit_application"];
    assert_eq!(application["monthly_income"], "2900.0");
    assert_eq!(application["monthly_financial_obligations"], 100);
    assert_eq!(application["monthly_household_costs"], 0);
    assert_eq!(application["amount"], "2400.0");
    assert!(application["number"].is_string() && application["decision_messages"].is_array());
    assert_eq!(shown["shop"]["uuid"], shop.sandbox.shop());
    assert_eq!(shown["product"]["type"], "loan");
    for part in ["purchase", "contract", "payment_schedule"] {
        assert_eq!(shown[part], Value::Null, "{part}");
    }
}

#[tokio::test]
async fn what_is_told_of_an_applicant_is_given_back() {
    let shop = Shop::open(Region::Estonia).await;
    let told = json!({
        "civil_status": "married",
        "housing_status": "owner",
        "employer_name": "Example OÜ",
        "employer_registry_code": "12345678",
        "employer_phone": "+3726000000",
        "employment_start_year": 2015,
        "employment_start_month": 2,
        "employment_end_year": 2030,
        "employment_end_month": 12,
        "dependants_over_18": 1,
    });
    let mut body = sample();
    let asked = body["credit_application"].as_object_mut().unwrap();
    asked.extend(told.as_object().unwrap().clone());
    // Keys that the guide doesn't have are taken, too.
    body["customer_pep"] = json!({ "is_pep": false });
    let (status, sent) = shop.post("v2/{shop}/applications", &body).await;
    assert_eq!(status, 201, "{sent}");
    let id = sent["uuid"].as_str().unwrap().parse().unwrap();
    let (_, shown) = shop.get(&path(id)).await;
    for (name, value) in told.as_object().unwrap() {
        assert_eq!(&shown["credit_application"][name], value, "{name}");
    }
}

#[tokio::test]
async fn poland_answers_in_text_and_every_region_is_served() {
    for region in Region::ALL {
        let shop = Shop::open(region).await;
        let body = application(&shop.sandbox, "hire_purchase", "300");
        let (status, sent) = shop.post("v2/{shop}/applications", &body).await;
        assert_eq!(status, 201, "{sent}");
        let text = matches!(region, Region::Poland | Region::Czechia);
        assert_eq!(sent["number"].is_string(), text, "{region}");
        assert_eq!(sent["period"].is_string(), text, "{region}");
        assert_eq!(sent["decision_messages"].is_array(), text, "{region}");
        let id = sent["uuid"].as_str().unwrap().parse().unwrap();
        let shown = shop.poll(id).await;
        assert_eq!(shown["credit_application"]["decision_status"], "positive");
    }
}

#[tokio::test]
async fn an_offer_adds_up() {
    let shop = Shop::open(Region::Estonia).await;
    let mut body = application(&shop.sandbox, "example_product", "15000");
    body["credit_application"]["down_payment_amount"] = json!("1500.50");
    body["credit_application"]["payment_day"] = json!(20);
    let id = shop.send(&body).await;
    let shown = shop.poll(id).await;
    let offer = &shown["payment_schedule"];
    let amount =
        |name: &str| -> rust_decimal::Decimal { offer[name].as_str().unwrap().parse().unwrap() };
    let (total, net) = (
        amount("repayments_amount_total"),
        amount("net_credit_amount"),
    );
    assert_eq!(net, amount("amount") - amount("down_payment_amount_total"));
    assert_eq!(amount("credit_cost_amount_total"), total - net);
    assert_eq!(
        amount("credit_cost_amount_total"),
        amount("interest_amount_total")
            + amount("contract_fee_amount_total")
            + amount("admin_fee_amount_total")
    );
    assert_eq!(
        total,
        amount("payment_amount_monthly") * rust_decimal::Decimal::from(11)
            + amount("last_payment_amount")
    );
    assert_eq!(offer["interest_rate_annual"], "0.149");
    assert_eq!(offer["contract_fee_prc"], "0.011");
    assert_eq!(offer["payment_day"], 20);
    assert!(
        offer["first_payment_date"]
            .as_str()
            .unwrap()
            .ends_with("-20")
    );
    assert_eq!(shown["credit_application"]["process_status"], "offer");
    assert_eq!(shown["credit_application"]["max_limit"], "20000.0");
}

#[tokio::test]
async fn version_3_speaks_camel_case_throughout() {
    let shop = Shop::open(Region::Estonia).await;
    let body = application_v3(&shop.sandbox, "hire_purchase", "2500");
    let (status, sent) = shop.post("v3/{shop}/applications", &body).await;
    assert_eq!(status, 201, "{sent}");
    assert_eq!(sent["decisionStatus"], "pending");
    let id = sent["uuid"].as_str().unwrap();
    let application = format!("v3/{{shop}}/applications/{id}");
    shop.get(&application).await;
    let (_, shown) = shop.get(&application).await;
    assert_eq!(
        shown["creditApplication"]["incomeProofType"],
        "ais_with_fallback_manual_upload_option"
    );
    assert!(!shown.to_string().contains("_at\""), "{shown}");

    shop.sandbox
        .decide(id.parse().unwrap(), Outcome::Positive)
        .unwrap();
    let (_, shown) = shop.get(&application).await;
    assert_eq!(shown["paymentSchedule"]["netCreditAmount"], "2500.0");
    let (status, accepted) = shop.act(&format!("{application}/accept")).await;
    assert_eq!(status, 201);
    let contract = accepted["contract"]["uuid"].as_str().unwrap();
    let (_, shown) = shop.get(&format!("v3/{{shop}}/contracts/{contract}")).await;
    assert_eq!(shown["status"], "unsigned");
    assert!(shown["customerSigned"].is_null() && shown["processStatus"].is_null());
    assert!(shown["number"].is_string());
}

#[tokio::test]
async fn time_decides_as_polls_do() {
    let builder = Sandbox::builder(Region::Latvia).processing(5, Duration::from_secs(30));
    let shop = Shop::with(builder).await;
    let polled = shop.send_for("hire_purchase", "300").await;
    for poll in 0..6 {
        let (_, shown) = shop.get(&path(polled)).await;
        let decision = if poll < 5 { "pending" } else { "positive" };
        assert_eq!(shown["credit_application"]["decision_status"], decision);
    }
    let waited = shop.send_for("hire_purchase", "300").await;
    shop.sandbox.advance(Duration::from_secs(29));
    let decision = |id| shop.sandbox.application(id).unwrap().decision;
    assert_eq!(decision(waited), DecisionStatus::Pending);
    shop.sandbox.advance(Duration::from_secs(1));
    assert_eq!(decision(waited), DecisionStatus::Positive);
}

#[tokio::test]
async fn a_bank_that_takes_no_time_decides_in_its_answer() {
    let builder = Sandbox::builder(Region::Estonia).processing(0, Duration::ZERO);
    let shop = Shop::with(builder).await;
    for (amount, decision, proof) in [
        ("300", "positive", Value::Null),
        (
            "3500",
            "income_proof_required",
            json!("manual_internal_verification"),
        ),
        ("6500", "positive", Value::Null),
    ] {
        let body = application(&shop.sandbox, "hire_purchase", amount);
        let (_, sent) = shop.post("v2/{shop}/applications", &body).await;
        assert_eq!(sent["status"], "pending");
        assert_eq!(sent["decision_status"], decision);
        assert_eq!(sent["income_proof_type"], proof);
        assert_eq!(sent["changed_conditions"], amount == "6500");
    }
}

#[tokio::test]
async fn an_offer_is_accepted_once_and_in_time() {
    let shop = Shop::open(Region::Estonia).await;
    let id = shop.send_for("hire_purchase", "300").await;
    let accept = format!("{}/accept", path(id));
    let refused = |code: &str| (422, json!({"message": [code]}));
    assert_eq!(
        shop.act(&accept).await,
        refused("application_is_not_positive")
    );
    shop.poll(id).await;
    let contract = shop.accept(id).await;
    assert_eq!(shop.act(&accept).await, refused("can_not_accept"));
    assert_eq!(
        shop.act(&format!("{}/cancel", path(id))).await,
        refused("can_not_cancel")
    );
    assert!(shop.sandbox.decide(id, Outcome::Negative).is_err());
    assert_eq!(shop.sandbox.contract_count(), 1);
    let (_, shown) = shop.get(&path(id)).await;
    assert_eq!(
        shown["contract"],
        json!({"uuid": contract.to_string(), "status": "unsigned"})
    );

    let late = shop.send_for("hire_purchase", "300").await;
    shop.poll(late).await;
    shop.sandbox.advance(Duration::from_hours(11 * 24));
    assert_eq!(
        shop.act(&format!("{}/accept", path(late))).await,
        refused("can_not_accept")
    );
}

#[tokio::test]
async fn a_cancelled_application_has_ended() {
    let shop = Shop::open(Region::Latvia).await;
    for decided in [false, true] {
        let id = shop.send_for("hire_purchase", "300").await;
        if decided {
            shop.poll(id).await;
        }
        let cancel = format!("{}/cancel", path(id));
        assert_eq!(shop.act(&cancel).await, (204, Value::Null));
        assert_eq!(shop.act(&cancel).await.0, 422);
        assert_eq!(shop.act(&format!("{}/accept", path(id))).await.0, 422);
        assert!(shop.sandbox.application(id).unwrap().cancelled);
        let shown = shop.poll(id).await;
        let application = &shown["credit_application"];
        assert_eq!(application["credit_application_status"], "cancelled");
        let decision = if decided { "positive" } else { "pending" };
        assert_eq!(application["decision_status"], decision);
    }
}
