//! Numbers that are text, nothings that are words, times that are anything: read exactly or not at all.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::{
    CalculationRequest, ContractId, ContractStatus, Currency, Money, Months, ProductCode, Region,
    Session, SessionId, SessionStatus,
};
use inbank::http::{ApiVersion, read_session_request};
use inbank::ports::{Calculator, Contracts, GatewayError, ProductCatalogue, Sessions};
use inbank_tests::{StubBank, fixture, parsed, with};
use serde_json::{Value, json};

const SESSION: &str = "7ed7fab8-316a-4f42-9a52-1e9c48a00000";

async fn session(bank: &StubBank, answer: &Value) -> Result<Session, GatewayError> {
    bank.answers(200, answer.to_string()).await;
    bank.api.session(&SessionId::parse(SESSION).unwrap()).await
}

async fn banks() -> [StubBank; 2] {
    [
        StubBank::start(ApiVersion::V2).await,
        StubBank::start(ApiVersion::V3).await,
    ]
}

#[tokio::test]
async fn a_limit_of_null_in_any_way_of_saying_it_is_no_limit() {
    for bank in banks().await {
        for nothing in [json!("null"), json!(null), json!("")] {
            let mut document = parsed("product.response.json");
            for name in ["min_amount", "max_amount"] {
                document["parameters"][name] = nothing.clone();
            }
            document["parameters"]["contract_activation_requires_partner_approval"] = nothing;
            bank.answers(200, document.to_string()).await;
            let code = ProductCode::parse("hirepurchase_epos_0.0%_1a2b3c4d").unwrap();
            let read = bank.api.product(&code).await.unwrap();
            assert_eq!(
                (read.min_amount, read.max_amount),
                (None, None),
                "{document}"
            );
            assert_eq!(read.requires_merchant_approval, None, "{document}");
            assert!(read.finances(Money::parse("0.01", Currency::EUR).unwrap()));
        }
    }
}

#[tokio::test]
async fn numbers_may_be_text_and_text_numbers() {
    let code = ProductCode::parse("product_code_here").unwrap();
    let amount = Money::parse("2000", Currency::EUR).unwrap();
    let months = Months::new(12).unwrap();
    let question = CalculationRequest::new(&Region::ESTONIA, code, amount, months).unwrap();
    let numbers = json!({
        "amount": 2000.0, "period": "12", "down_payment_amount": 0, "payment_day": "10",
        "payment_amount_monthly": 177.86, "interest_rate_annual": 0.0899,
        "credit_cost_rate_annual": 0.1287, "total_cost": 2134.26, "total_cost_of_credit": 134.26,
    });
    for bank in banks().await {
        let document = parsed("calculation.response.json");
        bank.answers(201, document.to_string()).await;
        let as_text = bank.api.calculate(&question).await.unwrap();
        let document = with(document, numbers.clone());
        bank.answers(201, document.to_string()).await;
        let as_numbers = bank.api.calculate(&question).await.unwrap();
        assert_eq!(as_numbers, as_text);
        let document = with(
            parsed("session.response.json"),
            json!({ "total_amount": 2000 }),
        );
        let read = session(&bank, &document).await.unwrap();
        assert_eq!(read.total.unwrap().to_string(), "2000 EUR");
    }
}

#[tokio::test]
async fn no_digit_is_lost_in_either_direction() {
    for bank in banks().await {
        for digits in [
            "31.3167",
            "0.1",
            "9007199254740993.1",
            "12345678901234.123456789",
        ] {
            let document = fixture("session.response.json");
            for number in [digits.to_owned(), format!("\"{digits}\"")] {
                let answer = document.replace(
                    "\"total_amount\": \"2000.0\"",
                    &format!("\"total_amount\": {number}"),
                );
                bank.answers(200, answer).await;
                let read = bank
                    .api
                    .session(&SessionId::parse(SESSION).unwrap())
                    .await
                    .unwrap();
                assert_eq!(read.total.unwrap().to_string(), format!("{digits} EUR"));
            }
            let document = fixture("session-open-minimal.request.json");
            let document = document.replace("3000", digits);
            let request = read_session_request(&document, &Region::ESTONIA).unwrap();
            bank.answers(201, fixture("session-open.response.json"))
                .await;
            bank.api.open(&request).await.unwrap();
            let sent = String::from_utf8(bank.sent().await[0].body.clone()).unwrap();
            let as_number = [
                format!("\"total_amount\":{digits},"),
                format!("\"totalAmount\":{digits},"),
            ];
            assert!(
                as_number.iter().any(|number| sent.contains(number)),
                "{sent}"
            );
        }
    }
}

#[tokio::test]
async fn a_time_that_can_not_be_read_costs_no_status() {
    let contract = ContractId::parse("11d1baeb-1da1-1c01-b111-12111211c1a1").unwrap();
    for bank in banks().await {
        for time in [
            json!("2021-02-17"),
            json!("17.02.2021"),
            json!(""),
            json!(null),
        ] {
            let change = json!({ "status": "signed", "signed_at": time });
            let answer = with(parsed("contract-bare.response.json"), change);
            bank.answers(200, answer.to_string()).await;
            let read = bank.api.contract(&contract).await.unwrap();
            let expected = (ContractStatus::Signed, None);
            assert_eq!((read.status, read.signed_at), expected, "{answer}");
            let answer = with(
                parsed("session.response.json"),
                json!({ "valid_until": time }),
            );
            let read = session(&bank, &answer).await.unwrap();
            assert_eq!(
                (read.status, read.valid_until),
                (SessionStatus::Pending, None)
            );
        }
    }
}

#[tokio::test]
async fn a_contract_that_does_not_exist_yet_is_null_or_empty_or_not_there() {
    for bank in banks().await {
        let mut document = parsed("session.response.json");
        for nothing in [Some(json!(null)), Some(json!("")), None] {
            for name in ["credit_contract_uuid", "credit_application_uuid"] {
                let fields = document.as_object_mut().unwrap();
                fields.remove(name);
                fields.extend(nothing.clone().map(|nothing| (name.to_owned(), nothing)));
            }
            let read = session(&bank, &document).await.unwrap();
            assert_eq!(
                (read.contract, read.application),
                (None, None),
                "{nothing:?}"
            );
        }
    }
}
