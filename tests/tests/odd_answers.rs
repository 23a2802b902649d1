//! Odd answers and settings that once got through, each with what is right.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use inbank::{
    ContractId, ContractStatus, Currency, Money, Region, SessionId, SessionStatus,
};
use inbank::http::read_session_request;
use inbank::http::{ApiVersion, PartnerApi, RegionProfile, RetryPolicy, Site, SystemClock};
use inbank::ports::{
    Advice, Clock, Connection, Contracts, GatewayError, GatewayErrorKind, Sessions,
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
