//! What the bank answers instead of an answer: its six shapes of error bodies, pages, and nothing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use inbank::http::{ApiVersion, RegionProfile, read_session_request};
use inbank::ports::{
    Advice, Connection, Contracts, GatewayError, GatewayErrorKind as Kind, Sessions,
};
use inbank::{ContractId, Region, SessionRequest};
use inbank_sandbox::{Fault, Operation};
use inbank_testkit::conformance::{Approval, BankUnderTest as _};
use inbank_tests::{SandboxBank, StubBank, fixture};
use wiremock::ResponseTemplate;

/// Each printed shape, and the codes that it holds.
const SHAPES: [(&str, &[&str]); 6] = [
    ("error-e1.json", &["unauthorized"]),
    ("error-e2.json", &["not_found"]),
    (
        "error-e3.json",
        &[
            "credit_application_is_missing",
            "credit_application_is_empty",
            "credit_application_product_code_is_missing",
        ],
    ),
    ("error-e4.json", &[]),
    ("error-e5.json", &["CONSTRAINTS_VIOLATED_GENERAL"]),
    ("error-e6.json", &["WRONG_ORDER_ID"]),
];

const PAGE: &str = "<!doctype html><html><body><h1>Error 502: Maintenance</h1></body></html>";

fn contract_id() -> ContractId {
    ContractId::parse("11d1baeb-1da1-1c01-b111-12111211c1a1").unwrap()
}

fn session_request() -> SessionRequest {
    let document = fixture("session-open-minimal.request.json");
    read_session_request(&document, &Region::ESTONIA).unwrap()
}

/// A read's error.
async fn read(bank: &StubBank) -> GatewayError {
    bank.api.contract(&contract_id()).await.unwrap_err()
}

/// The errors of each write.
async fn writes(bank: &StubBank) -> [GatewayError; 3] {
    [
        bank.api.open(&session_request()).await.unwrap_err(),
        bank.api.approve(&contract_id()).await.unwrap_err(),
        bank.api.cancel(&contract_id()).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn a_status_means_the_same_whichever_shape_comes_with_it() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        for (shape, codes) in SHAPES {
            for status in [401, 403, 404, 422, 500] {
                bank.answers(status, fixture(shape)).await;
                let (for_read, for_write) = match status {
                    401 | 403 => (Kind::NotAuthorised, Kind::NotAuthorised),
                    404 => (Kind::NotFound, Kind::NotFound),
                    // `not_found` means it with 422 too.
                    422 if codes == ["not_found"] => (Kind::NotFound, Kind::NotFound),
                    422 => (Kind::Refused, Kind::Refused),
                    _ => (Kind::Unavailable, Kind::OutcomeUnknown),
                };
                let check = |error: &GatewayError, kind| {
                    let case = format!("{shape} {status} {version}: {error}");
                    assert_eq!(error.kind(), kind, "{case}");
                    assert_eq!(error.bank_status(), Some(status), "{case}");
                    assert_eq!(error.bank_codes(), codes, "{case}");
                    for code in codes {
                        assert!(error.to_string().contains(code), "{case}");
                    }
                    for prose in ["explicit deny", "must not be", "Example text", "resources"] {
                        assert!(!error.to_string().contains(prose), "{case}");
                    }
                };
                check(&read(&bank).await, for_read);
                for error in writes(&bank).await {
                    check(&error, for_write);
                }
            }
        }
    }
}

#[tokio::test]
async fn only_a_failure_of_the_banks_is_asked_again_and_only_by_a_read() {
    let bank = StubBank::start(ApiVersion::V2).await;
    for (status, reads) in [(400, 1), (401, 1), (403, 1), (404, 1), (422, 1), (500, 4)] {
        bank.answers(status, fixture("error-e2.json")).await;
        read(&bank).await;
        assert_eq!(bank.sent().await.len(), reads, "{status}");
        bank.answers(status, fixture("error-e2.json")).await;
        writes(&bank).await;
        assert_eq!(bank.sent().await.len(), 3, "{status}");
    }
}

#[tokio::test]
async fn the_gateways_own_spelling_of_message_is_read() {
    let bank = StubBank::start(ApiVersion::V2).await;
    bank.answers(422, r#"{"Message":["can_not_approve"]}"#)
        .await;
    for error in writes(&bank).await {
        assert_eq!(error.bank_codes(), ["can_not_approve"]);
    }
}

#[tokio::test]
async fn an_error_body_with_200_is_no_answer() {
    let bank = StubBank::start(ApiVersion::V2).await;
    for (shape, _) in SHAPES {
        bank.answers(200, fixture(shape)).await;
        assert_eq!(read(&bank).await.kind(), Kind::Undecodable, "{shape}");
        let error = bank.api.open(&session_request()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::OutcomeUnknown, "{shape}");
    }
}

#[tokio::test]
async fn a_decision_needs_no_body() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        for status in [200, 201, 204] {
            bank.answers_with(ResponseTemplate::new(status)).await;
            bank.api.approve(&contract_id()).await.unwrap();
            bank.api.cancel(&contract_id()).await.unwrap();
            let sent = bank.sent().await;
            assert_eq!(sent.len(), 2);
            assert!(sent.iter().all(|request| request.body.is_empty()));
        }
    }
}

#[tokio::test]
async fn nothing_where_an_answer_should_be_is_no_answer() {
    let bank = StubBank::start(ApiVersion::V2).await;
    for status in [200, 201, 204] {
        bank.answers_with(ResponseTemplate::new(status)).await;
        assert_eq!(read(&bank).await.kind(), Kind::Undecodable, "{status}");
        let error = bank.api.open(&session_request()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::OutcomeUnknown, "{status}");
        assert_eq!(bank.sent().await.len(), 5, "four reads and one write");
    }
}

#[tokio::test]
async fn a_page_is_no_answer_whatever_its_status() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        for (status, kind) in [(200, Kind::Undecodable), (502, Kind::Unavailable)] {
            let page = ResponseTemplate::new(status).set_body_raw(PAGE, "text/html");
            bank.answers_with(page).await;
            let error = read(&bank).await;
            assert_eq!((error.kind(), error.bank_status()), (kind, Some(status)));
            assert_eq!(error.bank_codes(), [""; 0]);
            assert!(!error.to_string().contains("Maintenance"));
            let error = bank.api.open(&session_request()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::OutcomeUnknown, "{status}");
            assert_eq!(bank.sent().await.len(), 5, "four reads and one write");
        }
        // A refusal in a page is a refusal still.
        let page = ResponseTemplate::new(403).set_body_raw(PAGE, "text/html");
        bank.answers_with(page).await;
        assert_eq!(read(&bank).await.kind(), Kind::NotAuthorised);
    }
}

#[tokio::test]
async fn what_is_cut_off_or_never_ends_is_no_answer() {
    for (fault, cut) in [(Fault::CutBody, true), (Fault::EndlessBody, false)] {
        let bank = SandboxBank::start(&RegionProfile::ESTONIA, ApiVersion::V2).await;
        let api = &bank.api;
        let code = bank.product_code(Approval::Needed);
        let mut request = session_request();
        request.product_code = code;

        bank.sandbox.fault(Operation::GetContract, fault, 4);
        bank.sandbox.fault(Operation::CreateSession, fault, 1);
        bank.sandbox.fault(Operation::Ping, fault, 4);
        let error = api.open(&request).await.unwrap_err();
        assert_eq!(error.advice(), Advice::OutcomeUnknown, "{error}");
        assert_eq!(bank.sandbox.session_count(), 1, "it happened all the same");
        let kind = if cut {
            Kind::Unavailable
        } else {
            Kind::Undecodable
        };
        assert_eq!(api.ping().await.unwrap_err().kind(), kind);

        // An error's body doesn't matter so much: the status says it all.
        let error = api.contract(&contract_id()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound, "{error}");
    }
}

#[tokio::test]
async fn a_body_without_end_spoils_no_decision() {
    let bank = SandboxBank::start(&RegionProfile::POLAND, ApiVersion::V3).await;
    let error = bank.api.approve(&contract_id()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    bank.sandbox
        .fault(Operation::ApproveContract, Fault::EndlessBody, 1);
    let error = bank.api.approve(&contract_id()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert_eq!(bank.clock.slept(), [Duration::ZERO; 0]);
}
