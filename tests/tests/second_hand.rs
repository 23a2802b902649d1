//! Calls that no guide prints, held to what is known of them second-hand: paths, bodies, the shapes of
//! recorded answers. The values are made up.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::http::ApiVersion;
use inbank::ports::{GatewayErrorKind as Kind, Offers, ProductCatalogue, Signing};
use inbank::{
    ApplicationDocument, ApplicationId, ConfirmationCode, Money, ProductCode, SigningMethod,
};
use inbank_tests::{StubBank, camel, with};
use serde_json::{Value, json};

const APPLICATION: &str = "471e6282-3384-412b-af7b-646eb8f04391";

fn id() -> ApplicationId {
    ApplicationId::parse(APPLICATION).unwrap()
}

/// The answer in both spellings, each from a bank of either version.
async fn answers(status: u16, answer: &Value) -> Vec<StubBank> {
    let mut banks = Vec::new();
    for &version in ApiVersion::ALL {
        for spelling in [answer.clone(), camel(answer)] {
            let bank = StubBank::start(version).await;
            bank.answers(status, spelling.to_string()).await;
            banks.push(bank);
        }
    }
    banks
}

/// The method, the path after the shop with its query, and the body of the last request.
async fn sent(bank: &StubBank) -> (String, String, Value) {
    let sent = bank.sent().await;
    let last = sent.last().unwrap();
    let path = last.url.path().split_once(StubBank::SHOP).unwrap().1;
    let path = match last.url.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let body = serde_json::from_slice(&last.body).unwrap_or_default();
    (last.method.to_string(), path, body)
}

/// A path of version 3 in the spelling of version 2; identifiers keep their hyphens.
fn snake_path(path: &str) -> String {
    path.replace("payment-schedules", "payment_schedules")
        .replace("recalculate-schedule", "recalculate_schedule")
        .replace("responseLevel", "response_level")
}

fn signed(at: &Value) -> Value {
    json!({"credit_application": {"uuid": APPLICATION, "number": "89001000000", "confirmed_at": at}})
}

#[tokio::test]
async fn an_application_is_signed_and_confirmed_as_a_contract_is() {
    let path = format!("/applications/{APPLICATION}/signings");
    for bank in answers(201, &signed(&Value::Null)).await {
        let sms = SigningMethod::Sms;
        bank.api.sign_application(&id(), &sms).await.unwrap();
        let expected = ("POST".to_owned(), path.clone(), json!({"method": "sms"}));
        assert_eq!(sent(&bank).await, expected);
    }
    let at = json!("2019-05-22T14:36:22+02:00");
    for bank in answers(201, &signed(&at)).await {
        let code = ConfirmationCode::parse("0000").unwrap();
        let confirmed = bank.api.confirm_application(&id(), &code).await.unwrap();
        assert_eq!(confirmed.at.unwrap().unix_timestamp(), 1_558_528_582);
        let (method, sent_to, body) = sent(&bank).await;
        assert_eq!((method.as_str(), &sent_to), ("PATCH", &path));
        let code = body.get("confirmation_code");
        assert_eq!(code.or(body.get("confirmationCode")), Some(&json!("0000")));
        assert_eq!(body["method"], "sms");
    }
}

#[tokio::test]
async fn nothing_of_a_signatures_answer_is_needed_and_another_application_is_none() {
    let code = ConfirmationCode::parse("0000").unwrap();
    for answer in [
        "",
        "{}",
        r#"{"credit_application":null}"#,
        r#"{"credit_application":{"confirmed_at":"yesterday","number":1}}"#,
    ] {
        let bank = StubBank::start(ApiVersion::V2).await;
        bank.answers(201, answer).await;
        let confirmed = bank.api.confirm_application(&id(), &code).await.unwrap();
        assert_eq!(confirmed.at, None, "{answer}");
    }
    for wrong in [
        r#"{"credit_application":{"uuid":"00000000-0000-4000-8000-000000000000"}}"#,
        r#"{"message":["can_not_sign"]}"#,
        "<html></html>",
    ] {
        let bank = StubBank::start(ApiVersion::V2).await;
        bank.answers(201, wrong).await;
        let error = bank
            .api
            .confirm_application(&id(), &code)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::OutcomeUnknown, "{wrong}");
    }
}

/// The recorded fields of a payment schedule.
fn schedule() -> Value {
    let row = |number: u32, date: &str| {
        json!({
            "item_number": number, "payment_date": date, "balance_before": "200.0",
            "principal": "98.0", "interest": "2.0", "contract_fee": "0.0", "admin_fee": "0.5",
            "insurance_fee": "0.0", "total_payment": "100.5",
        })
    };
    json!({"payment_schedule": {
        "credit_application_uuid": APPLICATION, "response_level": "full", "period": 2,
        "amount": "250.0", "payment_day": 15, "down_payment_amount_total": "50.0",
        "down_payment_amount_prc": "0.2", "net_credit_amount": "200.0",
        "payment_amount_monthly": "100.5", "interest_rate_annual": "0.12",
        "contract_fee_amount_total": "0.0", "contract_fee_prc": null,
        "admin_fee_amount_monthly": "0.5", "admin_fee_amount_total": "1.0",
        "insurance_fee_amount_monthly": null, "insurance_fee_amount_total": null,
        "credit_cost_rate_annual": "0.15", "credit_cost_amount_total": "1.0",
        "residual_amount_total": "0.0", "residual_amount_prc": null,
        "interest_bearing_amount": "200.0", "interest_amount_total": "4.0",
        "repayments_amount_total": "201.0", "first_payment_date": "2026-02-15",
        "first_payment_amount": "100.5", "last_payment_date": "2026-03-15",
        "last_payment_amount": "100.5",
        "payment_schedule_items": [row(1, "2026-02-15"), row(2, "2026-03-15")],
    }})
}

#[tokio::test]
async fn an_offers_payments_are_read_from_the_recorded_shape() {
    for bank in answers(200, &schedule()).await {
        let offer = bank.api.payment_schedule(&id()).await.unwrap();
        assert_eq!(offer.amount.to_string(), "250.0 EUR");
        assert_eq!(offer.down_payment.unwrap().to_string(), "50.0 EUR");
        assert_eq!(offer.schedule.len(), 2);
        assert_eq!(offer.schedule[1].total.to_string(), "100.5 EUR");
        let (method, path, _) = sent(&bank).await;
        assert_eq!(method, "GET");
        let expected = format!("/applications/{APPLICATION}/payment_schedules?response_level=full");
        assert_eq!(snake_path(&path), expected);
    }
    let other = "00000000-0000-4000-8000-000000000000";
    let inner = schedule()["payment_schedule"].clone();
    let inner = with(inner, json!({"credit_application_uuid": other}));
    for bank in answers(200, &json!({"payment_schedule": inner})).await {
        let error = bank.api.payment_schedule(&id()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Undecodable);
    }
}

#[tokio::test]
async fn another_down_payment_is_put_with_its_digits() {
    for bank in answers(200, &schedule()).await {
        let part = Money::parse("50.00", bank.api.region().currency).unwrap();
        let offer = bank.api.recalculate(&id(), part).await.unwrap();
        assert_eq!(offer.down_payment.unwrap().to_string(), "50.0 EUR");
        let (method, path, _) = sent(&bank).await;
        assert_eq!(method, "PUT");
        let expected = format!("/applications/{APPLICATION}/recalculate_schedule");
        assert_eq!(snake_path(&path), expected);
        let last = bank.sent().await.pop().unwrap();
        let body = String::from_utf8(last.body).unwrap();
        assert!(body.ends_with(":50.00}"), "{body}");
    }
}

#[tokio::test]
async fn a_customers_phones_have_names_of_their_own() {
    let answer = json!({
        "customer": {"identity_code": "1", "first_name": "Mari", "last_name": "Maasikas"},
        "customer_contact": {"phone_mobile": "+372", "phone_landline": null, "email": "a@b"},
    });
    for bank in answers(200, &answer).await {
        let applicant = bank.api.applicant(&id()).await.unwrap();
        assert_eq!(applicant.mobile.unwrap().expose(), "+372");
        assert_eq!(applicant.first_name.unwrap().expose(), "Mari");
        assert_eq!(applicant.landline, None);
        let (method, path, _) = sent(&bank).await;
        let expected = format!("/applications/{APPLICATION}/customer");
        assert_eq!((method.as_str(), path), ("GET", expected));
    }
    for bank in answers(200, &json!({"customer": null})).await {
        let applicant = bank.api.applicant(&id()).await.unwrap();
        assert_eq!(applicant, inbank::Applicant::default());
    }
}

#[tokio::test]
async fn a_document_is_asked_for_by_its_type() {
    let answer = json!({"uuid": "p-1", "link": "https://files.example/1"});
    for document in [ApplicationDocument::Application, ApplicationDocument::Offer] {
        for bank in answers(200, &answer).await {
            let asked = bank.api.application_printout(&id(), document).await;
            assert_eq!(asked.unwrap().id.as_deref(), Some("p-1"));
            let (_, path, _) = sent(&bank).await;
            let word = document.as_str();
            assert_eq!(
                path,
                format!("/applications/{APPLICATION}/printouts?type={word}")
            );
        }
    }
}

#[tokio::test]
async fn a_product_says_what_it_allows_in_either_place_as_text_or_not() {
    let parameters = json!({
        "allowed_application_signing_methods": ["sms"],
        "allowed_contract_signing_methods": ["paper", "digital", "send_to_signing_sms"],
        "down_payment_enabled": "true", "down_payment_min_prc": "10",
        "min_financeable_amount": "80.0", "max_financeable_amount": 5000,
        "default_period": "12", "default_payment_day": 15,
        "blue_media_verification_required": "true",
    });
    let head = json!({"code": "p", "name": "P", "type": "hire_purchase", "valid_to": "2027-01-31"});
    let beside = with(head.clone(), parameters.clone());
    let inside = with(head.clone(), json!({"parameters": parameters}));
    let code = ProductCode::parse("p").unwrap();
    for answer in [inside, beside] {
        for bank in answers(200, &answer).await {
            let product = bank.api.product(&code).await.unwrap();
            assert_eq!(product.application_signing, [SigningMethod::Sms]);
            assert_eq!(product.contract_signing.len(), 3);
            assert_eq!(product.down_payment, Some(true));
            assert_eq!(product.min_down_payment.unwrap().to_string(), "10");
            assert_eq!(product.min_financed.unwrap().to_string(), "80.0 EUR");
            assert_eq!(product.max_financed.unwrap().to_string(), "5000 EUR");
            assert_eq!(product.default_period.unwrap().get(), 12);
            assert_eq!(product.default_payment_day.unwrap().get(), 15);
            assert_eq!(product.requires_verification, Some(true));
            assert_eq!(product.valid_to.unwrap().to_string(), "2027-01-31");
        }
    }
    let nothing = json!({
        "allowed_application_signing_methods": "null", "down_payment_min_prc": "null",
        "default_period": "null", "default_payment_day": "", "min_financeable_amount": {},
        "down_payment_enabled": "null",
    });
    let nothing = with(head, json!({"valid_to": "null", "parameters": nothing}));
    for bank in answers(200, &nothing).await {
        let product = bank.api.product(&code).await.unwrap();
        assert!(product.application_signing.is_empty());
        assert_eq!(product.min_down_payment, None);
        assert_eq!((product.default_period, product.valid_to), (None, None));
    }
}
