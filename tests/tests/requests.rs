//! What leaves for the bank: addresses, the merchant's own keys, and the key that goes nowhere else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::http::{ApiVersion, RegionProfile, read_session_request};
use inbank::ports::{Advice, Connection, Contracts, GatewayErrorKind, ProductCatalogue, Sessions};
use inbank::{ContractId, ProductCode, Region, SessionId};
use inbank_testkit::conformance::{Approval, BankUnderTest as _};
use inbank_tests::{SandboxBank, StubBank, fixture};
use serde_json::Value;
use wiremock::{MockServer, ResponseTemplate};

fn minimal() -> Value {
    serde_json::from_str(&fixture("session-open-minimal.request.json")).unwrap()
}

/// The body that our adapter sends for a document, as text.
async fn sent_for(bank: &StubBank, document: &str) -> String {
    bank.answers(201, fixture("session-open.response.json"))
        .await;
    let request = read_session_request(document, &Region::ESTONIA).unwrap();
    bank.api.open(&request).await.unwrap();
    String::from_utf8(bank.sent().await[0].body.clone()).unwrap()
}

#[tokio::test]
async fn a_percent_sign_in_a_products_code_reaches_the_bank_encoded() {
    for (version, name) in [
        (ApiVersion::V2, "product_code"),
        (ApiVersion::V3, "productCode"),
    ] {
        let bank = SandboxBank::start(&RegionProfile::ESTONIA, version).await;
        let code = bank.product_code(Approval::NotNeeded);
        assert_eq!(code.as_str(), "hirepurchase_epos_0.0%_ab12");
        assert_eq!(bank.api.product(&code).await.unwrap().code, code);
        let asked = bank.sandbox.requests().pop().unwrap().path;
        let shop = bank.sandbox.shop();
        let path = format!("/partner/{version}/shops/{shop}/products");
        assert_eq!(
            asked,
            format!("{path}?{name}=hirepurchase_epos_0.0%25_ab12")
        );
    }
    // A code that would end the value, or the query, or be decoded to another one.
    let bank = StubBank::start(ApiVersion::V2).await;
    for (code, encoded) in [
        ("a&b=c#d", "a%26b%3Dc%23d"),
        ("0%25", "0%2525"),
        ("a+b/ž", "a%2Bb%2F%C5%BE"),
    ] {
        bank.answers(404, r#"{"message":["product_not_found"]}"#)
            .await;
        let error = bank
            .api
            .product(&ProductCode::parse(code).unwrap())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), GatewayErrorKind::NotFound);
        let query = bank.sent().await[0].url.query().unwrap().to_owned();
        assert_eq!(query, format!("product_code={encoded}"));
    }
}

#[tokio::test]
async fn every_way_to_write_the_base_url_leads_to_the_same_paths() {
    let id = ContractId::parse("c-1").unwrap();
    let session = SessionId::parse("s-1").unwrap();
    for (version, sessions, approval) in [
        (ApiVersion::V2, "pos_sessions", "merchant_approval"),
        (ApiVersion::V3, "pos-sessions", "merchant-approval"),
    ] {
        for end in [
            "",
            "/",
            "/partner/v2",
            "/partner/v2/",
            "/partner/v3",
            "/partner/v3/",
        ] {
            let server = MockServer::start().await;
            let base = format!("{}{end}", server.uri());
            let bank = StubBank::at(&base, version, server);
            bank.answers(404, fixture("error-e2.json")).await;
            bank.api.ping().await.unwrap_err();
            bank.api.session(&session).await.unwrap_err();
            bank.api.contract(&id).await.unwrap_err();
            bank.api.approve(&id).await.unwrap_err();
            bank.api.cancel(&id).await.unwrap_err();
            let sent = bank.sent().await;
            let paths: Vec<String> = sent.iter().map(|sent| sent.url.path().to_owned()).collect();
            let shop = format!("/partner/{version}/shops/{}", StubBank::SHOP);
            assert_eq!(
                paths,
                [
                    format!("/partner/{version}/ping"),
                    format!("{shop}/{sessions}/s-1"),
                    format!("{shop}/contracts/c-1"),
                    format!("{shop}/contracts/c-1/{approval}"),
                    format!("{shop}/contracts/c-1/cancel"),
                ],
                "{end}"
            );
        }
    }
}

#[tokio::test]
async fn an_address_with_the_banks_template_is_sent_to_the_letter() {
    let url = "https://shop.example/r?status={status}&o=Õ%20+#x";
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        let mut document = minimal();
        for name in ["return_url", "cancel_url", "callback_url"] {
            document["partner_urls"][name] = url.into();
        }
        let sent = sent_for(&bank, &document.to_string()).await;
        assert_eq!(sent.matches(url).count(), 3, "{sent}");
        assert!(!sent.contains("%7B"));
    }
}

#[tokio::test]
async fn what_is_the_merchants_own_is_renamed_in_no_version() {
    let own = concat!(
        r#"{"some_key":1.10,"someKey":2,"SomeKey":{"purchase_reference":[{"product_code":null,"#,
        r#""productCode":1e5}]},"key-1":true,"$private::Key":"a_b","z":0,"a":-0}"#
    );
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        let document = fixture("session-open-minimal.request.json");
        let containers = format!(r#"{{"additional_data":{own},"integration_info":[{own}],"#);
        let document = document.replacen('{', &containers, 1);
        let details = format!(
            r#""purchase": {{"additional_details":{own},"items":[{{"additional_details":{own}}}],"#
        );
        let document = document.replace("\"purchase\": {", &details);
        let sent = sent_for(&bank, &document).await;
        // To the byte: the order of keys and the digits of numbers are the merchant's too.
        assert_eq!(sent.matches(own).count(), 4, "{sent}");
        let names = match version {
            ApiVersion::V2 => [
                "\"additional_data\":{",
                "\"integration_info\":[",
                "\"additional_details\":{",
            ],
            ApiVersion::V3 => [
                "\"additionalData\":{",
                "\"integrationInfo\":[",
                "\"additionalDetails\":{",
            ],
        };
        for (name, count) in names.into_iter().zip([1, 1, 2]) {
            assert_eq!(sent.matches(name).count(), count, "{name} in {sent}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_key_goes_to_no_other_host() {
    let elsewhere = StubBank::start(ApiVersion::V2).await;
    elsewhere
        .answers(200, fixture("contract.response.json"))
        .await;
    let bank = StubBank::start(ApiVersion::V2).await;
    let id = ContractId::parse("11d1baeb-1da1-1c01-b111-12111211c1a1").unwrap();
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/partner/v2/elsewhere", elsewhere.server.uri());
        let redirect = ResponseTemplate::new(status).insert_header("location", target);
        bank.answers_with(redirect).await;
        let error = bank.api.contract(&id).await.unwrap_err();
        assert_eq!(error.kind(), GatewayErrorKind::Unavailable, "{status}");
        assert_eq!(error.bank_status(), Some(status));
        let error = bank.api.approve(&id).await.unwrap_err();
        assert_eq!(error.advice(), Advice::OutcomeUnknown, "{status}");
        let sent = bank.sent().await;
        assert_eq!(sent.len(), 5, "four reads and one write");
        assert!(
            sent.iter()
                .all(|request| request.headers.contains_key("authorization"))
        );
    }
    assert_eq!(elsewhere.sent().await.len(), 0);
}

#[tokio::test]
async fn a_write_without_a_body_says_that_it_has_none() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        bank.answers(204, "").await;
        let id = ContractId::parse("c-1").unwrap();
        bank.api.approve(&id).await.unwrap();
        bank.api.cancel(&id).await.unwrap();
        for sent in bank.sent().await {
            assert_eq!(sent.headers["content-length"], "0", "{}", sent.url);
        }
        bank.answers(404, "").await;
        bank.api.contract(&id).await.unwrap_err();
        let read = &bank.sent().await[0];
        assert!(!read.headers.contains_key("content-length"));
    }
}
