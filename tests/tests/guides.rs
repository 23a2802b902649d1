//! Everything the guides print is held against both sides: our adapter and the sandbox.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use inbank::http::{ApiVersion, HmacAuthenticator, callback_form, read_session_request};
use inbank::ports::{
    Calculator, CallbackAuthenticator, CallbackError, Contracts, GatewayErrorKind, Headers,
    ProductCatalogue, Sessions,
};
use inbank::{
    ApiKey, CalculationRequest, Callback, ContractId, ContractStatus, Currency, Money, Months,
    ProductCode, ProductFamily, Region, SessionId, SessionStatus,
};
use inbank_sandbox::{Region as Country, Sandbox};
use inbank_tests::{StubBank, camel, fixture};
use serde_json::Value;

const REQUESTS: [&str; 2] = [
    "session-open.request.json",
    "session-open-minimal.request.json",
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A document of the guide in a version's spelling.
fn spelled(document: Value, version: ApiVersion) -> Value {
    match version {
        ApiVersion::V2 => document,
        ApiVersion::V3 => camel(&document),
    }
}

/// The request that `calculation.request.json` prints.
fn calculation_request() -> CalculationRequest {
    let euro = |text| Money::parse(text, Currency::EUR).unwrap();
    let code = ProductCode::parse("product_code_here").unwrap();
    let months = Months::new(12).unwrap();
    CalculationRequest::new(&Region::ESTONIA, code, euro("2000"), months)
        .unwrap()
        .with_down_payment(euro("0"))
        .unwrap()
}

#[tokio::test]
async fn the_calculators_request_goes_out_as_printed_and_its_answer_is_read_to_the_digit() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        bank.answers(201, fixture("calculation.response.json"))
            .await;
        let read = bank.api.calculate(&calculation_request()).await.unwrap();
        let sent = bank.sent().await;
        let printed = json(&fixture("calculation.request.json"));
        assert_eq!(
            sent[0].body_json::<Value>().unwrap(),
            spelled(printed, version)
        );
        let path = format!("/partner/{version}/shops/{}/calculations", StubBank::SHOP);
        assert_eq!(
            (sent[0].method.as_str(), sent[0].url.path()),
            ("POST", path.as_str())
        );
        assert_eq!(read.product_code.as_str(), "product_code_here");
        assert_eq!(read.amount.to_string(), "2000.0 EUR");
        assert_eq!(read.period.get(), 12);
        assert_eq!(read.down_payment.unwrap().to_string(), "0.0 EUR");
        assert_eq!(read.payment_day.unwrap().get(), 10);
        assert_eq!(read.monthly_payment.to_string(), "177.86 EUR");
        assert_eq!(read.interest_rate.fraction().to_string(), "0.0899");
        assert_eq!(read.aprc.fraction().to_string(), "0.1287");
        // Twelve instalments of 177.86 would be 2134.32.
        assert_eq!(read.total_cost.to_string(), "2134.26 EUR");
        assert_eq!(read.cost_of_credit.to_string(), "134.26 EUR");
        assert_eq!((read.costs, read.schedule.len()), (None, 0));
    }
}

#[tokio::test]
async fn the_session_requests_go_out_as_printed() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        for name in REQUESTS {
            bank.answers(201, fixture("session-open.response.json"))
                .await;
            let request = read_session_request(&fixture(name), &Region::ESTONIA).unwrap();
            bank.api.open(&request).await.unwrap();
            let sent = bank.sent().await;
            let printed = json(&fixture(name));
            assert_eq!(
                sent[0].body_json::<Value>().unwrap(),
                spelled(printed, version),
                "{name} {version}"
            );
            assert_eq!(sent[0].headers["content-type"], "application/json");
            assert_eq!(
                sent[0].headers["authorization"],
                format!("Bearer {}", StubBank::KEY)
            );
        }
    }
}

#[tokio::test]
async fn the_opened_session_is_read() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        bank.answers(201, fixture("session-open.response.json"))
            .await;
        let document = fixture("session-open-minimal.request.json");
        let request = read_session_request(&document, &Region::ESTONIA).unwrap();
        let opened = bank.api.open(&request).await.unwrap();
        assert_eq!(opened.id.as_str(), "a1b1ec1f-1cd1-111b-1ed1");
        assert_eq!(opened.status, SessionStatus::Pending);
        assert_eq!(
            opened.redirect_url.as_str(),
            "https://staging-epos.inbank.ee/session/a8b5ec3f-1cd2-477b-9ed"
        );
    }
}

#[tokio::test]
async fn the_sessions_details_are_read() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        bank.answers(200, fixture("session.response.json")).await;
        let id = SessionId::parse("7ed7fab8-316a-4f42-9a52-1e9c48a00000").unwrap();
        let read = bank.api.session(&id).await.unwrap();
        assert_eq!((&read.id, &read.status), (&id, &SessionStatus::Pending));
        assert_eq!(read.order_reference.unwrap().as_str(), "ORDER_000001");
        assert_eq!(read.product_code.unwrap().as_str(), "car_loan");
        assert_eq!(read.total.unwrap().to_string(), "2000.0 EUR");
        assert_eq!((read.application, read.contract), (None, None));
        let (created, ends) = (read.created_at.unwrap(), read.valid_until.unwrap());
        assert_eq!(created.unix_timestamp(), 1_582_288_261);
        assert_eq!(created.offset().whole_hours(), 1);
        assert_eq!((ends - created).whole_days(), 7);
    }
}

#[tokio::test]
async fn the_contract_is_read_in_all_three_prints() {
    for (name, product) in [
        ("contract.response.json", "insurance_fin"),
        ("contract-camel-wrapped.response.json", "insurance_fin"),
        ("contract-bare.response.json", "smart_rent_product_code"),
    ] {
        for &version in ApiVersion::ALL {
            let bank = StubBank::start(version).await;
            bank.answers(200, fixture(name)).await;
            let id = ContractId::parse("11d1baeb-1da1-1c01-b111-12111211c1a1").unwrap();
            let read = bank.api.contract(&id).await.unwrap();
            assert_eq!(
                (&read.id, &read.status),
                (&id, &ContractStatus::Unsigned),
                "{name}"
            );
            assert_eq!(read.number.as_deref(), Some("89001350000"), "{name}");
            assert_eq!(read.product_code.unwrap().as_str(), product, "{name}");
            assert_eq!((read.signed_at, read.activated_at), (None, None));
            assert_eq!((read.terminated_at, read.partner_approval_at), (None, None));
            assert_eq!((read.process_status, read.termination_reason), (None, None));
        }
    }
}

#[tokio::test]
async fn the_product_is_read_in_both_shapes() {
    for (name, approval) in [
        ("product.response.json", Some(false)),
        ("product-wrapped.response.json", None),
    ] {
        for &version in ApiVersion::ALL {
            let bank = StubBank::start(version).await;
            bank.answers(200, fixture(name)).await;
            let code = ProductCode::parse("hirepurchase_epos_0.0%_1a2b3c4d").unwrap();
            let read = bank.api.product(&code).await.unwrap();
            assert_eq!(
                (&read.code, read.name.as_str()),
                (&code, "Example hire purchase")
            );
            assert_eq!(read.family, ProductFamily::HirePurchase, "{name}");
            assert_eq!(read.min_amount.unwrap().to_string(), "100.0 EUR", "{name}");
            assert_eq!(
                read.max_amount.unwrap().to_string(),
                "10000.0 EUR",
                "{name}"
            );
            let periods: Vec<u16> = read.periods.iter().map(|period| period.get()).collect();
            assert_eq!(periods, [3, 6, 12, 24, 36, 48, 60], "{name}");
            let days: Vec<u8> = read.payment_days.iter().map(|day| day.get()).collect();
            assert_eq!(days, [5, 10, 15, 18, 20], "{name}");
            assert_eq!(read.requires_merchant_approval, approval, "{name}");
        }
    }
}

#[tokio::test]
async fn the_guides_401_says_that_the_key_was_not_accepted() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        bank.answers(401, fixture("unauthorized.response.json"))
            .await;
        let error = bank
            .api
            .calculate(&calculation_request())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), GatewayErrorKind::NotAuthorised);
        assert_eq!(error.bank_codes(), ["unauthorized"]);
        assert_eq!(bank.sent().await.len(), 1);
    }
}

#[tokio::test]
async fn the_guides_callback_is_read_once_it_is_signed_with_the_shops_key() {
    let key = ApiKey::parse("a-shops-key").unwrap();
    let authenticator = HmacAuthenticator::new([&key]).unwrap();
    let printed = fixture("callback.form.txt");
    // None of the guides' signatures fits its key, so this one must not pass either.
    let refused = authenticator
        .authenticate(&Headers::NONE, printed.as_bytes())
        .unwrap_err();
    assert_eq!(refused, CallbackError::Signature);

    let fields = form(&printed);
    let (message, timestamp) = (&fields[0].1, fields[2].1.parse().unwrap());
    let signed = callback_form(&key, timestamp, message).unwrap();
    // But for the signature, what we would sign ourselves is the print to the byte.
    assert_eq!(signed.replace(&form(&signed)[1].1, &fields[1].1), printed);
    let signed = authenticator.authenticate(&Headers::NONE, signed.as_bytes());
    let Ok(Callback::Session(callback)) = signed.unwrap().callback else {
        panic!("about a session")
    };
    assert_eq!(callback.id.as_str(), "3241a6d5-051b-415b-afc7-0a5aad115fcc");
    assert_eq!(callback.status, SessionStatus::Cancelled);
    assert_eq!(callback.order_reference.unwrap().as_str(), "1234");
    assert_eq!(callback.issued_at.unix_timestamp(), 1_553_072_069);
}

/// A form's fields, decoded, in their order.
fn form(body: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

/// Posts a document to a sandbox as a partner would, and gives back the answer.
async fn post(sandbox: &Sandbox, version: ApiVersion, path: &str, body: &Value) -> (u16, Value) {
    let (base, shop) = (sandbox.base_url(), sandbox.shop());
    let answer = reqwest::Client::new()
        .post(format!("{base}/partner/{version}/shops/{shop}/{path}"))
        .bearer_auth(sandbox.api_key())
        .json(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn sandbox() -> Sandbox {
    let builder = Sandbox::builder(Country::Estonia)
        .seed(1)
        .callback_retries([]);
    builder.start().await.unwrap()
}

/// The paths of all names in a document, without the merchant's own and without list positions.
fn names(value: &Value, at: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{at}/{name}");
                names(value, &path, into);
                into.insert(path);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| names(value, at, into)),
        _ => {}
    }
}

fn names_of(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    names(value, "", &mut found);
    found
}

#[tokio::test]
async fn the_sandbox_answers_the_calculators_request_with_the_answer_printed() {
    for &version in ApiVersion::ALL {
        let sandbox = sandbox().await;
        let request = spelled(json(&fixture("calculation.request.json")), version);
        let (status, answer) = post(&sandbox, version, "calculations", &request).await;
        let printed = spelled(json(&fixture("calculation.response.json")), version);
        assert_eq!((status, answer), (201, printed), "{version}");
    }
}

#[tokio::test]
async fn the_sandbox_takes_the_session_requests_and_answers_with_the_names_printed() {
    for &version in ApiVersion::ALL {
        for name in REQUESTS {
            let sandbox = sandbox().await;
            let path = match version {
                ApiVersion::V2 => "pos_sessions",
                ApiVersion::V3 => "pos-sessions",
            };
            let request = spelled(json(&fixture(name)), version);
            let (status, answer) = post(&sandbox, version, path, &request).await;
            assert_eq!(status, 201, "{name} {version}: {answer}");
            assert_eq!(sandbox.session_count(), 1);
            let printed = spelled(json(&fixture("session-open.response.json")), version);
            assert_eq!(names_of(&answer), names_of(&printed));
        }
    }
}

#[tokio::test]
async fn the_sandbox_shows_and_tells_of_a_session_with_the_names_printed() {
    let sandbox = sandbox().await;
    let mut request = json(&fixture("session-open.request.json"));
    request.as_object_mut().unwrap().remove("valid_until");
    let (_, opened) = post(&sandbox, ApiVersion::V2, "pos_sessions", &request).await;
    let id = opened["uuid"].as_str().unwrap();
    let (base, shop) = (sandbox.base_url(), sandbox.shop());
    let answer = reqwest::Client::new()
        .get(format!("{base}/partner/v2/shops/{shop}/pos_sessions/{id}"))
        .bearer_auth(sandbox.api_key());
    let shown: Value = answer.send().await.unwrap().json().await.unwrap();
    let mut printed = names_of(&json(&fixture("session.response.json")));
    // The printed answer is about another request, which had a city and no county.
    printed.remove("/customer_address_data/city");
    let missing: Vec<_> = printed.difference(&names_of(&shown)).cloned().collect();
    assert_eq!(missing, ["/additional_data/nothing"; 0]);

    sandbox.customer_cancels(id.parse().unwrap()).unwrap();
    let told = form(&sandbox.callbacks()[0].body);
    let printed = form(&fixture("callback.form.txt"));
    let keys = |form: &[(String, String)]| form.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&told), keys(&printed));
    assert_eq!(told[1].1.len(), printed[1].1.len());
    assert_eq!(names_of(&json(&told[0].1)), names_of(&json(&printed[0].1)));
}

#[tokio::test]
async fn the_sandbox_refuses_the_session_requests_in_the_other_versions_spelling() {
    let sandbox = sandbox().await;
    for name in REQUESTS {
        let v2 = json(&fixture(name));
        let (status, _) = post(&sandbox, ApiVersion::V3, "pos-sessions", &v2).await;
        assert_eq!(status, 422, "{name}");
        let (status, _) = post(&sandbox, ApiVersion::V2, "pos_sessions", &camel(&v2)).await;
        assert_eq!(status, 422, "{name}");
    }
}

#[tokio::test]
async fn every_fixture_is_held_by_a_test() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/epos-2.10");
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let text: String = std::fs::read_dir(sources)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(
            text.contains(&format!("\"{name}\"")),
            "{name} is used by no test"
        );
        count += 1;
    }
    assert_eq!(
        count, 19,
        "a fixture came or went: say so in their README, and here"
    );
}
