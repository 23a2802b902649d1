//! Odd answers and settings that once got through, each with what is right.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use inbank::http::read_session_request;
use inbank::http::{ApiVersion, PartnerApi, RegionProfile, RetryPolicy, Site, SystemClock};
use inbank::ports::{
    Advice, Calculator, Clock, Connection, Contracts, GatewayError, GatewayErrorKind,
    ProductCatalogue, Sessions,
};
use inbank::{
    CalculationRequest, ContractId, ContractStatus, Currency, Money, Months, ProductCode, Region,
    SessionId, SessionStatus,
};
use inbank_testkit::ManualClock;
use inbank_testkit::conformance::Approval;
use inbank_tests::{SandboxBank, Shown, StubBank, fixture, parsed, with};
use serde_json::json;
use wiremock::ResponseTemplate;

const CONTRACT: &str = "11d1baeb-1da1-1c01-b111-12111211c1a1";

fn contract() -> ContractId {
    ContractId::parse(CONTRACT).unwrap()
}

#[tokio::test]
async fn a_page_in_answer_to_a_decision_is_no_success() {
    let bank = StubBank::start(ApiVersion::V2).await;
    let page = "<html><body>Maintenance</body></html>";
    for body in [
        page.to_owned(),
        fixture("error-e2.json"),
        fixture("error-e6.json"),
    ] {
        let answer = ResponseTemplate::new(200).set_body_raw(body.clone(), "text/html");
        bank.answers_with(answer).await;
        for result in [
            bank.api.approve(&contract()).await,
            bank.api.cancel(&contract()).await,
        ] {
            let advice = result.map_err(|error| error.advice());
            assert_eq!(advice, Err(Advice::OutcomeUnknown), "{body}");
        }
    }
}

#[tokio::test]
async fn the_debug_of_an_error_holds_none_of_the_banks_prose() {
    let bank = StubBank::start(ApiVersion::V2).await;
    for status in [200, 422, 500] {
        let body = json!({ "message": "Customer canary exists", "errors": ["canary too"] });
        bank.answers(status, body.to_string()).await;
        let error = bank.api.contract(&contract()).await.unwrap_err();
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn a_time_of_another_type_costs_no_status() {
    let bank = StubBank::start(ApiVersion::V2).await;
    for time in [json!(1_613_553_000), json!(true), json!({})] {
        let change = json!({ "status": "signed", "signed_at": time });
        let answer = with(parsed("contract-bare.response.json"), change);
        bank.answers(200, answer.to_string()).await;
        let status = bank
            .api
            .contract(&contract())
            .await
            .map(|contract| contract.status);
        assert_eq!(status.ok(), Some(ContractStatus::Signed), "{time}");
        let answer = with(
            parsed("session.response.json"),
            json!({ "valid_until": time }),
        );
        bank.answers(200, answer.to_string()).await;
        let id = SessionId::parse("7ed7fab8-316a-4f42-9a52-1e9c48a00000").unwrap();
        let status = bank.api.session(&id).await.map(|session| session.status);
        assert_eq!(status.ok(), Some(SessionStatus::Pending), "{time}");
    }
}

#[tokio::test]
async fn a_contract_may_have_both_names_of_its_number() {
    let bank = StubBank::start(ApiVersion::V3).await;
    let both = json!({ "referenceNumber": "89001350000" });
    let answer = with(parsed("contract-bare.response.json"), both);
    bank.answers(200, answer.to_string()).await;
    let read = bank.api.contract(&contract()).await;
    assert_eq!(read.unwrap().number.as_deref(), Some("89001350000"));
}

#[tokio::test]
async fn no_pause_is_longer_than_the_longest() {
    let bank = StubBank::start(ApiVersion::V2).await;
    bank.answers(503, "").await;
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let longest = Duration::from_secs(1);
    let (key, shop) = (
        inbank::ApiKey::parse("key").unwrap(),
        inbank::ShopId::parse("shop").unwrap(),
    );
    let api = PartnerApi::builder(&RegionProfile::ESTONIA, shop, key)
        .site(Site::parse(&bank.server.uri()).unwrap())
        .clock(clock.clone())
        .retry(RetryPolicy {
            max_retries: 50,
            first_pause: longest,
            max_pause: longest,
        })
        .build()
        .unwrap();
    api.ping().await.unwrap_err();
    let slept = clock.slept();
    assert_eq!(slept.len(), 50);
    assert!(slept.iter().all(|pause| *pause <= longest), "{slept:?}");
}

#[tokio::test]
async fn a_wait_of_any_length_is_at_most_an_hour() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        for asked in [
            "300000000000",
            "1790000000",
            "99999999999999999999999",
            "-1",
            "soon",
        ] {
            let answer = ResponseTemplate::new(429).insert_header("retry-after", asked);
            bank.answers_with(answer).await;
            for error in [
                bank.api.contract(&contract()).await.unwrap_err(),
                bank.api.approve(&contract()).await.unwrap_err(),
            ] {
                assert_eq!(error.kind(), GatewayErrorKind::RateLimited);
                assert_eq!(error.advice(), Advice::SafeToRetry);
                assert!(!error.is_host_failure(), "the host is well");
                let wait = error.retry_after().unwrap_or_default();
                assert!(wait <= GatewayError::LONGEST_WAIT, "{asked}: {wait:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_price_in_another_currency_is_not_sent_at_all() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        bank.answers(201, fixture("session-open.response.json"))
            .await;
        let document = fixture("session-open.request.json");
        let mut request = read_session_request(&document, &Region::ESTONIA).unwrap();
        request.purchase.items[0].amount = Money::parse("100", Currency::PLN).ok();
        let error = bank.api.open(&request).await.unwrap_err();
        assert_eq!(error.kind(), GatewayErrorKind::Invalid);
        assert!(
            error.to_string().contains("purchase.items[0].amount"),
            "{error}"
        );
        assert_eq!(bank.sent().await.len(), 0);
    }
}

#[tokio::test]
async fn what_is_passed_over_in_an_answer_is_named_in_the_log_and_not_repeated() {
    let bank = StubBank::start(ApiVersion::V2).await;
    let mut shown = Shown::default();
    let logs = shown.logs();
    let odd = json!({ "termination_reason": ["canary"], "signed_at": "canary" });
    let answer = with(parsed("contract-bare.response.json"), odd);
    bank.answers(200, answer.to_string()).await;
    let read = bank.api.contract(&contract()).await.unwrap();
    drop(logs);
    shown.debug(&read);
    for field in ["termination_reason", "signed_at"] {
        assert!(
            shown.text().contains(&format!("field=\"{field}\"")),
            "{field}"
        );
    }
    shown.holds_none_of(&["canary"]);
}

#[tokio::test]
async fn a_salespersons_name_is_a_name() {
    let bank = SandboxBank::start(&RegionProfile::ESTONIA, ApiVersion::V2).await;
    let mut request = bank.request(Approval::Needed, "ORDER 1");
    request.salesperson_reference = Some("canary".to_owned().into());
    assert!(!format!("{request:?}").contains("canary"), "{request:?}");
    let document = fixture("session-open.request.json").replace("SP_REF_001", "canary");
    let request = read_session_request(&document, &Region::ESTONIA).unwrap();
    assert!(!format!("{request:?}").contains("canary"), "{request:?}");
}

const SESSION: &str = "7ed7fab8-316a-4f42-9a52-1e9c48a00000";

fn session() -> SessionId {
    SessionId::parse(SESSION).unwrap()
}

#[tokio::test]
async fn both_spellings_of_one_key_are_one_where_they_agree_and_none_where_they_do_not() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        let both = json!({
            "totalAmount": "2000.0", "product_code": "car_loan", "productCode": "another",
            "purchase": { "purchase_reference": "1001", "purchaseReference": "1001" },
            "creditContractUuid": null,
        });
        let answer = with(parsed("session.response.json"), both);
        bank.answers(200, answer.to_string()).await;
        let read = bank.api.session(&session()).await.unwrap();
        assert_eq!(read.status, SessionStatus::Pending);
        assert_eq!(read.total.unwrap().to_string(), "2000.0 EUR");
        assert_eq!(read.order_reference.unwrap().as_str(), "1001");
        assert_eq!(read.product_code, None, "nobody knows which");
        // What decides is not guessed.
        let both = json!({ "signed_at": null, "signedAt": null, "uuid": CONTRACT });
        let answer = with(parsed("contract-bare.response.json"), both).to_string();
        bank.answers(200, answer.clone()).await;
        assert!(bank.api.contract(&contract()).await.is_ok());
        let doubled = answer.replacen('{', r#"{"status":"activated","#, 1);
        bank.answers(200, doubled).await;
        let error = bank.api.contract(&contract()).await.unwrap_err();
        assert_eq!(error.kind(), GatewayErrorKind::Undecodable);
    }
}

#[tokio::test]
async fn an_order_moves_whatever_stands_beside_its_status() {
    let bank = StubBank::start(ApiVersion::V2).await;
    for total in [json!("1 000,50"), json!(""), json!({}), json!("12,5")] {
        let odd = json!({
            "status": "completed ", "total_amount": total, "product_code": 7, "currency": "EUR",
            "purchase": { "purchase_reference": 1001 }, "created_at": 5,
        });
        let answer = with(parsed("session.response.json"), odd);
        bank.answers(200, answer.to_string()).await;
        let read = bank.api.session(&session()).await.unwrap();
        assert_eq!(read.status, SessionStatus::Completed);
        assert_eq!((read.total, read.product_code), (None, None));
        assert_eq!(read.order_reference.unwrap().as_str(), "1001");
    }
}

#[tokio::test]
async fn an_identifier_in_another_case_is_the_same_and_another_one_is_called_so() {
    let bank = StubBank::start(ApiVersion::V2).await;
    let capitals = json!({ "uuid": SESSION.to_uppercase() });
    let answer = with(parsed("session.response.json"), capitals);
    bank.answers(200, answer.to_string()).await;
    let read = bank.api.session(&session()).await.unwrap();
    assert_eq!(read.id, session());
    let capitals = json!({ "uuid": CONTRACT.to_uppercase() });
    let answer = with(parsed("contract-bare.response.json"), capitals);
    bank.answers(200, answer.to_string()).await;
    assert!(bank.api.contract(&contract()).await.is_ok());
    let other = ContractId::parse("c-1").unwrap();
    let error = bank.api.contract(&other).await.unwrap_err().to_string();
    assert!(error.contains("about another contract"), "{error}");
    assert!(!error.contains("could not be understood"), "{error}");
}

#[tokio::test]
async fn an_answer_that_can_not_be_read_says_where() {
    let bank = StubBank::start(ApiVersion::V2).await;
    let answer = with(parsed("session.response.json"), json!({ "status": {} }));
    bank.answers(200, answer.to_string()).await;
    let error = bank.api.session(&session()).await.unwrap_err().to_string();
    assert!(error.contains("line 1, column"), "{error}");
    let answer = with(parsed("session.response.json"), json!({ "uuid": "../x" }));
    bank.answers(200, answer.to_string()).await;
    let error = bank.api.session(&session()).await.unwrap_err().to_string();
    assert!(error.contains("uuid"), "{error}");
}

#[tokio::test]
async fn of_a_product_its_code_alone_is_needed() {
    let bank = StubBank::start(ApiVersion::V2).await;
    let code = ProductCode::parse("p").unwrap();
    for odd in [
        json!(null),
        json!(7),
        json!({}),
        json!([[]]),
        json!("1 000,50"),
    ] {
        let answer = json!({
            "code": "p", "name": odd, "type": odd, "subtype": odd, "min_amount": odd,
            "parameters": {
                "max_amount": odd, "period_options": odd, "payment_day_options": odd,
                "application_required_params": odd,
                "contract_activation_requires_partner_approval": odd,
            },
        });
        bank.answers(200, answer.to_string()).await;
        let read = bank.api.product(&code).await;
        assert_eq!(
            read.map(|read| read.code).ok().as_ref(),
            Some(&code),
            "{odd}"
        );
    }
    let answer = json!({
        "code": "p", "name": "P", "type": "hire_purchase",
        "parameters": { "period_options": [["6", 12], "x", null], "payment_day_options": "5, 10",
            "contract_activation_requires_partner_approval": "TRUE" },
    });
    bank.answers(200, answer.to_string()).await;
    let read = bank.api.product(&code).await.unwrap();
    let periods: Vec<_> = read.periods.iter().map(|months| months.get()).collect();
    let days: Vec<_> = read.payment_days.iter().map(|day| day.get()).collect();
    assert_eq!((periods, days), (vec![6, 12], vec![5, 10]));
    assert_eq!(read.requires_merchant_approval, Some(true));
}

#[tokio::test]
async fn of_a_calculation_its_figures_alone_are_needed() {
    let bank = StubBank::start(ApiVersion::V2).await;
    let code = ProductCode::parse("product_code_here").unwrap();
    let amount = Money::parse("2000", Currency::EUR).unwrap();
    let months = Months::new(12).unwrap();
    let request = CalculationRequest::new(&Region::ESTONIA, code, amount, months).unwrap();
    for odd in [json!(null), json!({}), json!(""), json!([7]), json!(true)] {
        let changes = json!({
            "product_code": odd, "amount": odd, "period": odd, "down_payment_amount": odd,
            "payment_day": odd, "response_level": odd, "advanced": odd, "payment_schedule": odd,
            "payment_schedule_items": odd,
        });
        let answer = with(parsed("calculation.response.json"), changes);
        bank.answers(201, answer.to_string()).await;
        let read = bank.api.calculate(&request).await.unwrap();
        assert_eq!(read.monthly_payment.to_string(), "177.86 EUR", "{odd}");
        assert_eq!((read.amount, read.period), (amount, months));
    }
    let rows = json!({ "payment_schedule_items": [
        { "item_number": 0, "payment_date": "2020-11-05", "principal": "0", "interest": null,
          "contract_fee": "11.0", "total_payment": "11.0" },
        { "item_number": "1", "payment_date": "2020-12-15", "principal": "134.88",
          "interest": 3.37, "contract_fee": 0, "admin_fee": "0.50", "insurance_fee": null,
          "total_payment": "138.75" },
    ] });
    bank.answers(
        201,
        with(parsed("calculation.response.json"), rows).to_string(),
    )
    .await;
    let read = bank.api.calculate(&request).await.unwrap();
    assert_eq!(read.schedule[0].number, 0);
    for row in &read.schedule {
        let nothing = Money::parse("0", Currency::EUR).unwrap();
        let sum = row.parts().try_fold(nothing, Money::checked_add);
        assert_eq!(
            sum.unwrap().compare(row.total),
            Ok(std::cmp::Ordering::Equal),
            "{row:?}"
        );
    }
}

#[tokio::test]
async fn the_one_refusal_in_prose_reaches_the_operator_and_no_other_prose_does() {
    let bank = StubBank::start(ApiVersion::V2).await;
    let known = "Error has occurred, contact customer support";
    for body in [
        json!({ "message": known }),
        json!({ "message": [known, "Customer canary exists"] }),
        json!({ "error": [format!("{known}.")] }),
    ] {
        bank.answers(422, body.to_string()).await;
        let error = bank.api.approve(&contract()).await.unwrap_err();
        assert_eq!(error.kind(), GatewayErrorKind::Refused);
        assert_eq!(error.bank_codes(), [known]);
        assert!(error.to_string().contains(known), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
