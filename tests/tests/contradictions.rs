//! Where the guides, the later docs and the bank's samples contradict each other about an answer,
//! every reading of it is taken, in either version.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::{
    Calculation, CalculationRequest, ContractId, ContractStatus, Currency, Detail, Money, Months,
    OpenedSession, ProcessStatus, Product, ProductCode, Region, Session, SessionId, SessionStatus,
};
use inbank::http::{ApiVersion, read_session_request};
use inbank::ports::{
    Calculator, Contracts, GatewayError, GatewayErrorKind, ProductCatalogue, Sessions,
};
use inbank_tests::{StubBank, camel, fixture, parsed, with};
use serde_json::{Map, Value, json};

const CONTRACT: &str = "11d1baeb-1da1-1c01-b111-12111211c1a1";
const SESSION: &str = "7ed7fab8-316a-4f42-9a52-1e9c48a00000";

/// A document in snake case, in camel case, and with every second name in each.
fn spellings(snake: &Value) -> [Value; 3] {
    [snake.clone(), camel(snake), mixed(snake)]
}

fn mixed(snake: &Value) -> Value {
    let Value::Object(fields) = snake else {
        return snake.clone();
    };
    let mut out = Map::new();
    for (n, (name, value)) in fields.iter().enumerate() {
        let one = json!({ name: value });
        let one = if n % 2 == 0 { camel(&one) } else { one };
        out.extend(one.as_object().unwrap().clone());
    }
    Value::Object(out)
}

fn question() -> CalculationRequest {
    let code = ProductCode::parse("product_code_here").unwrap();
    let amount = Money::parse("2000", Currency::EUR).unwrap();
    CalculationRequest::new(&Region::ESTONIA, code, amount, Months::new(12).unwrap()).unwrap()
}

async fn calculation(bank: &StubBank, answer: &Value) -> Result<Calculation, GatewayError> {
    bank.answers(201, answer.to_string()).await;
    bank.api.calculate(&question()).await
}

async fn product(bank: &StubBank, answer: &Value) -> Result<Product, GatewayError> {
    bank.answers(200, answer.to_string()).await;
    let code = ProductCode::parse("hirepurchase_epos_0.0%_1a2b3c4d").unwrap();
    bank.api.product(&code).await
}

async fn session(bank: &StubBank, answer: &Value) -> Result<Session, GatewayError> {
    bank.answers(200, answer.to_string()).await;
    bank.api.session(&SessionId::parse(SESSION).unwrap()).await
}

async fn opened(bank: &StubBank, answer: &Value) -> OpenedSession {
    bank.answers(201, answer.to_string()).await;
    let document = fixture("session-open-minimal.request.json");
    let request = read_session_request(&document, &Region::ESTONIA).unwrap();
    bank.api.open(&request).await.unwrap()
}

async fn contract_status(bank: &StubBank, answer: &Value) -> ContractStatus {
    bank.answers(200, answer.to_string()).await;
    let id = ContractId::parse(CONTRACT).unwrap();
    bank.api.contract(&id).await.unwrap().status
}

async fn banks() -> [StubBank; 2] {
    [
        StubBank::start(ApiVersion::V2).await,
        StubBank::start(ApiVersion::V3).await,
    ]
}

#[tokio::test]
async fn a_contract_is_read_wrapped_and_bare_in_every_spelling_with_either_number() {
    for bank in banks().await {
        for number in [json!("89001350000"), json!(89_001_350_000_u64)] {
            let bare = with(
                parsed("contract.response.json")["contract"].clone(),
                json!({
                    "number": number,
                    "status": "signed",
                    "process_status": "waiting_for_partners_confirmation",
                    "signed_at": "2021-02-17T11:10:00+02:00",
                }),
            );
            for bare in spellings(&bare) {
                for answer in [bare.clone(), json!({ "contract": bare })] {
                    bank.answers(200, answer.to_string()).await;
                    let id = ContractId::parse(CONTRACT).unwrap();
                    let read = bank.api.contract(&id).await.unwrap();
                    assert_eq!(read.status, ContractStatus::Signed);
                    assert_eq!(read.number.as_deref(), Some("89001350000"), "{answer}");
                    let waits = Some(ProcessStatus::WaitingForPartnersConfirmation);
                    assert_eq!(read.process_status, waits, "{answer}");
                    assert_eq!(read.product_code.unwrap().as_str(), "insurance_fin");
                    assert_eq!(read.signed_at.unwrap().unix_timestamp(), 1_613_553_000);
                }
            }
        }
    }
}

#[tokio::test]
async fn every_other_answer_is_read_in_every_spelling_too() {
    for bank in banks().await {
        let document = parsed("product.response.json");
        let expected = product(&bank, &document).await.unwrap();
        for answer in spellings(&document) {
            assert_eq!(product(&bank, &answer).await.unwrap(), expected, "{answer}");
        }
        let document = with(
            parsed("calculation.response.json"),
            json!({ "advanced": { "interest_amount_total": "99.5", "net_credit_amount": 2000 } }),
        );
        let expected = calculation(&bank, &document).await.unwrap();
        assert_eq!(
            expected
                .costs
                .clone()
                .unwrap()
                .interest_total
                .unwrap()
                .to_string(),
            "99.5 EUR"
        );
        for answer in spellings(&document) {
            assert_eq!(
                calculation(&bank, &answer).await.unwrap(),
                expected,
                "{answer}"
            );
        }
        let ids = json!({ "credit_contract_uuid": CONTRACT, "credit_application_uuid": "a-1" });
        let document = with(parsed("session.response.json"), ids);
        let expected = session(&bank, &document).await.unwrap();
        assert_eq!(expected.contract.as_ref().unwrap().as_str(), CONTRACT);
        assert_eq!(
            expected.order_reference.as_ref().unwrap().as_str(),
            "ORDER_000001"
        );
        for answer in spellings(&document) {
            assert_eq!(session(&bank, &answer).await.unwrap(), expected, "{answer}");
        }
        let document = parsed("session-open.response.json");
        let expected = opened(&bank, &document).await;
        for answer in spellings(&document) {
            assert_eq!(opened(&bank, &answer).await, expected, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_products_limits_stand_inside_parameters_or_beside_them_wrapped_or_not() {
    let parameters = json!({
        "min_amount": "100.0", "max_amount": 10000, "period_options": ["3", 6],
        "payment_day_options": [5, "10"], "contract_activation_requires_partner_approval": "true",
    });
    let details = json!({ "code": "hirepurchase_epos_0.0%_1a2b3c4d", "type": "hire_purchase" });
    let inside = with(details.clone(), json!({ "parameters": parameters }));
    let beside = with(details, parameters);
    for bank in banks().await {
        for bare in spellings(&inside).into_iter().chain(spellings(&beside)) {
            for answer in [bare.clone(), json!({ "product": bare })] {
                let read = product(&bank, &answer).await.unwrap();
                assert_eq!(
                    read.min_amount.unwrap().to_string(),
                    "100.0 EUR",
                    "{answer}"
                );
                assert_eq!(
                    read.max_amount.unwrap().to_string(),
                    "10000 EUR",
                    "{answer}"
                );
                assert_eq!(read.periods.len(), 2, "{answer}");
                assert_eq!(read.payment_days.len(), 2, "{answer}");
                assert_eq!(read.requires_merchant_approval, Some(true), "{answer}");
            }
        }
    }
}

#[tokio::test]
async fn a_status_counts_in_any_case_and_an_unknown_one_is_kept() {
    for bank in banks().await {
        let document = parsed("session.response.json");
        for text in ["Completed", "COMPLETED", "completed"] {
            let read = session(&bank, &with(document.clone(), json!({ "status": text }))).await;
            assert_eq!(read.unwrap().status, SessionStatus::Completed);
        }
        for text in ["on_hold", "rejected", "", "Lõpetatud"] {
            let answer = with(document.clone(), json!({ "status": text }));
            let status = session(&bank, &answer).await.unwrap().status;
            assert!(
                matches!(status, SessionStatus::Unrecognised(_)),
                "{status:?}"
            );
            assert_eq!(status.as_str(), text);
        }
        let document = parsed("contract.response.json")["contract"].clone();
        for text in ["Activated", "ACTIVATED"] {
            let answer = with(document.clone(), json!({ "status": text }));
            assert_eq!(
                contract_status(&bank, &answer).await,
                ContractStatus::Activated
            );
        }
        let answer = with(document, json!({ "status": "frozen" }));
        let status = contract_status(&bank, &answer).await;
        assert!(
            matches!(status, ContractStatus::Unrecognised(_)),
            "{status:?}"
        );
        assert_eq!(status.as_str(), "frozen");
        let answer = with(
            parsed("session-open.response.json"),
            json!({ "status": "Started" }),
        );
        assert_eq!(opened(&bank, &answer).await.status.as_str(), "Started");
    }
}

#[tokio::test]
async fn a_schedule_is_read_from_wherever_it_stands() {
    let rows = json!([
        { "item_number": 1, "payment_date": "2021-03-10", "balance_before": "2033.88",
          "principal": "162.62", "interest": "15.24", "total_payment": "177.86" },
        { "item_number": "2", "payment_date": "2021-04-10", "total_payment": 177.80 },
    ]);
    for bank in banks().await {
        for shape in [
            json!({ "payment_schedule": rows }),
            json!({ "payment_schedule": { "payment_schedule_items": rows } }),
            json!({ "payment_schedule_items": rows }),
            json!({ "payment_schedule": null, "payment_schedule_items": rows }),
        ] {
            let document = with(parsed("calculation.response.json"), shape);
            for answer in spellings(&document) {
                let read = calculation(&bank, &answer).await.unwrap().schedule;
                assert_eq!(read.len(), 2, "{answer}");
                assert_eq!((read[0].number, read[1].number), (1, 2));
                assert_eq!(read[0].due.to_string(), "2021-03-10");
                assert_eq!(read[0].interest.unwrap().to_string(), "15.24 EUR");
                assert_eq!(read[0].balance_before.unwrap().to_string(), "2033.88 EUR");
                assert_eq!((read[1].principal, read[1].interest), (None, None));
                assert_eq!(read[1].total, Money::parse("177.8", Currency::EUR).unwrap());
            }
        }
    }
}

#[tokio::test]
async fn each_level_of_detail_is_asked_for_by_its_name() {
    for bank in banks().await {
        for (detail, name) in [
            (Detail::Simple, "simple"),
            (Detail::Advanced, "advanced"),
            (Detail::PaymentSchedule, "payment_schedule"),
        ] {
            bank.answers(201, fixture("calculation.response.json"))
                .await;
            let mut question = question();
            question.detail = detail;
            bank.api.calculate(&question).await.unwrap();
            let sent: Value = bank.sent().await[0].body_json().unwrap();
            let level = sent.get("response_level").or(sent.get("responseLevel"));
            assert_eq!(level.unwrap(), name, "a value is renamed in no version");
        }
    }
}

#[tokio::test]
async fn what_no_guide_lists_is_passed_over() {
    let extra = json!({ "new_flag": true, "newList": [1, { "x": null }], "": "", "a.b": 1e300 });
    for bank in banks().await {
        let expected = session(&bank, &parsed("session.response.json"))
            .await
            .unwrap();
        let answer = with(parsed("session.response.json"), extra.clone());
        assert_eq!(session(&bank, &answer).await.unwrap(), expected);
        let answer = with(parsed("calculation.response.json"), extra.clone());
        calculation(&bank, &answer).await.unwrap();
        let answer = with(parsed("product-wrapped.response.json"), extra.clone());
        product(&bank, &answer).await.unwrap();
        let answer = with(parsed("contract-bare.response.json"), extra.clone());
        contract_status(&bank, &answer).await;
        opened(
            &bank,
            &with(parsed("session-open.response.json"), extra.clone()),
        )
        .await;
    }
}

#[tokio::test]
async fn an_answer_about_something_else_is_not_taken() {
    let undecodable = GatewayErrorKind::Undecodable;
    for bank in banks().await {
        for change in [
            json!({ "currency": "PLN" }),
            json!({ "product_code": "another" }),
            json!({ "amount": "2000.01" }),
            json!({ "period": 11 }),
        ] {
            let answer = with(parsed("calculation.response.json"), change.clone());
            let error = calculation(&bank, &answer).await.unwrap_err();
            assert_eq!(error.kind(), undecodable, "{change}");
        }
        let other = json!({ "uuid": "00000000-0000-4000-8000-000000000000" });
        let answer = with(parsed("session.response.json"), other.clone());
        assert_eq!(
            session(&bank, &answer).await.unwrap_err().kind(),
            undecodable
        );
        let answer = with(
            parsed("product.response.json"),
            json!({ "code": "another" }),
        );
        assert_eq!(
            product(&bank, &answer).await.unwrap_err().kind(),
            undecodable
        );
        let answer = with(parsed("contract-bare.response.json"), other);
        bank.answers(200, answer.to_string()).await;
        let id = ContractId::parse(CONTRACT).unwrap();
        assert_eq!(
            bank.api.contract(&id).await.unwrap_err().kind(),
            undecodable
        );
    }
}
