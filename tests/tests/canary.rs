//! A canary in every personal field and in the key: none sings in a log, an error or a `Debug`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::error::Error;
use std::io::Write;

use inbank::http::{ApiVersion, HmacAuthenticator, Site, callback_form, read_session_request};
use inbank::ports::{CallbackAuthenticator, Connection, Contracts, Headers, Sessions};
use inbank::{ApiKey, ContractId, Region, SessionId, SessionRequest, Shop};
use inbank_tests::{Shown, StubBank, broken, fixture, parsed, with};
use serde_json::{Value, json};

const SESSION: &str = "7ed7fab8-316a-4f42-9a52-1e9c48a00000";
const CONTRACT: &str = "11d1baeb-1da1-1c01-b111-12111211c1a1";

/// Each field that is personal, with a value that stands nowhere else.
fn personal() -> Value {
    json!({
        "user_ip": "canary-ip",
        "customer_data": {
            "identity_code": "38801010001", "first_name": "canary-first",
            "last_name": "canary-last", "gender": "f",
        },
        "customer_contact_data": {
            "email": "canary@email.example", "mobile": "+372 700001", "phone": "700002 700",
        },
        "customer_address_data": {
            "country": "canary-country", "zip_code": "canary-zip", "county": "canary-county",
            "parish": "canary-parish", "township": "canary-township", "city": "canary-city",
            "street": "canary-street", "house": "canary-house", "apartment": "canary-apartment",
        },
        "credit_application_data": {
            "monthly_income": 770_003.31, "dependants": 770_004, "monthly_household_costs": 770_005.5,
            "income_source": "canary-source",
        },
    })
}

fn document() -> Value {
    let mut document = with(parsed("session-open.request.json"), personal());
    let item = &mut document["purchase"]["items"][0];
    item["vehicle_vin"] = "canary-vin".into();
    item["vehicle_licence_plate"] = "canary-plate".into();
    document
}

const CANARIES: [&str; 8] = [
    "canary",
    "38801010001",
    "700001",
    "700002",
    "770003",
    "770004",
    "770005",
    StubBank::KEY,
];

fn request() -> SessionRequest {
    read_session_request(&document().to_string(), &Region::ESTONIA).unwrap()
}

#[tokio::test]
async fn no_canary_sings_when_all_goes_well() {
    for &version in ApiVersion::ALL {
        let mut shown = Shown::default();
        let _logs = shown.logs();
        let bank = StubBank::start(version).await;
        let request = request();
        bank.answers(201, fixture("session-open.response.json"))
            .await;
        let opened = bank.api.open(&request).await.unwrap();
        let sent = String::from_utf8(bank.sent().await[0].body.clone()).unwrap();
        for canary in CANARIES.iter().filter(|canary| **canary != StubBank::KEY) {
            assert!(sent.contains(canary), "{canary} was not planted");
        }
        assert_eq!(sent.matches("canary").count(), 16, "{sent}");

        // The bank repeats it all in its answer.
        let answer = with(parsed("session.response.json"), personal());
        bank.answers(200, answer.to_string()).await;
        let session = bank
            .api
            .session(&SessionId::parse(SESSION).unwrap())
            .await
            .unwrap();
        let payout =
            json!({ "payout_account_number": "canary-iban", "activator_name": "canary-x" });
        let answer = with(parsed("contract-bare.response.json"), payout);
        bank.answers(200, answer.to_string()).await;
        let contract = bank
            .api
            .contract(&ContractId::parse(CONTRACT).unwrap())
            .await
            .unwrap();

        shown.debug(&request);
        shown.debug(&(opened, session, contract));
        let key = ApiKey::parse(StubBank::KEY).unwrap();
        let authenticator = HmacAuthenticator::new([&key]).unwrap();
        shown.debug(&(&key, &authenticator, &bank.api));
        let shop = Shop::new("main", Region::ESTONIA, StubBank::SHOP, StubBank::KEY);
        shown.debug(&shop.with_api(bank.api.clone()));
        let text = shown.text();
        assert!(
            text.contains("session.open") && text.contains("(personal)"),
            "{text}"
        );
        shown.holds_none_of(&CANARIES);
    }
}

#[tokio::test]
async fn no_canary_sings_when_the_bank_fails_or_answers_nonsense() {
    for &version in ApiVersion::ALL {
        let mut shown = Shown::default();
        let _logs = shown.logs();
        let bank = StubBank::start(version).await;
        let (request, api) = (request(), &bank.api);
        let (session, contract) = (
            SessionId::parse(SESSION).unwrap(),
            ContractId::parse(CONTRACT).unwrap(),
        );
        for (status, body) in [
            (200, "<html>canary</html>".to_owned()),
            (200, r#""canary""#.to_owned()),
            (200, r#"{"canary": "#.to_owned()),
            (
                200,
                json!({ "uuid": "canary of another", "status": "pending" }).to_string(),
            ),
            (
                200,
                json!({ "uuid": SESSION, "status": ["canary"] }).to_string(),
            ),
            (
                200,
                json!({ "uuid": SESSION, "status": { "canary": 1 } }).to_string(),
            ),
            (
                200,
                json!({ "uuid": SESSION, "status": "x", "total_amount": "canary" }).to_string(),
            ),
            (
                200,
                json!({ "uuid": CONTRACT, "status": "x", "redirect_url": "canary" }).to_string(),
            ),
            (
                200,
                json!({ "uuid": SESSION, "status": "x", "credit_contract_uuid": "canary!" })
                    .to_string(),
            ),
            (500, "canary".to_owned()),
            (503, "<html>canary</html>".to_owned()),
        ] {
            bank.answers(status, body.clone()).await;
            shown.error(&api.open(&request).await.unwrap_err());
            // A field that isn't needed is passed over; what can't be read is asked for again.
            let asked = match api.session(&session).await {
                Ok(read) => {
                    shown.debug(&read);
                    1
                }
                Err(error) => {
                    shown.error(&error);
                    4
                }
            };
            if let Err(error) = api.contract(&contract).await {
                shown.error(&error);
            }
            assert!(bank.sent().await.len() >= asked + 2, "{body}");
            let needless = body.contains("total_amount") || body.contains("credit_contract_uuid");
            assert_eq!(asked == 1, needless, "{body}");
        }
        let text = shown.text();
        assert!(text.contains("trying again"), "the logs are seen: {text}");
        shown.holds_none_of(&CANARIES);
    }
}

/// Bodies of refusals that repeat what was sent.
fn talkative() -> [Value; 6] {
    [
        json!({ "message": "Customer canary-first canary-last exists" }),
        json!({ "message": ["identity_code_is_not_valid", "no canary@email.example here"] }),
        json!({ "Message": "Is canary-first the one?" }),
        json!({ "message": "canary-street 700001 is unknown", "errorCode": "ADDRESS_UNKNOWN" }),
        json!({ "error_code": "X", "error_message": "canary", "errors": ["no canary-last"] }),
        json!({ "error": ["+372 700001 is taken"], "canary": { "canary": "canary" } }),
    ]
}

#[tokio::test]
async fn no_canary_sings_in_the_text_of_a_refusal_that_repeats_what_was_sent() {
    let shown = Shown::default();
    let _logs = shown.logs();
    let bank = StubBank::start(ApiVersion::V2).await;
    for status in [400, 401, 403, 404, 409, 422, 429, 500] {
        for body in talkative() {
            bank.answers(status, body.to_string()).await;
            let error = bank.api.open(&request()).await.unwrap_err();
            let mut next: Option<&dyn Error> = Some(&error);
            while let Some(error) = next {
                writeln!(shown.clone(), "{error}").unwrap();
                next = error.source();
            }
            let codes = error.bank_codes().join(" ");
            writeln!(shown.clone(), "{codes}").unwrap();
            assert!(bank.api.ping().await.is_err());
        }
    }
    assert!(shown.text().contains("ADDRESS_UNKNOWN"), "codes are told");
    shown.holds_none_of(&CANARIES);
}

#[test]
fn no_canary_sings_when_a_document_is_wrong() {
    let mut shown = Shown::default();
    let _logs = shown.logs();
    let mut refused = 0;
    for text in broken(&document()) {
        if let Err(error) = read_session_request(&text, &Region::ESTONIA) {
            refused += 1;
            shown.error(&error);
        }
    }
    assert!(refused > 2000, "only {refused} documents were refused");
    shown.holds_none_of(&CANARIES);
}

#[test]
fn no_canary_sings_when_a_callback_or_a_setting_is_wrong() {
    let mut shown = Shown::default();
    let _logs = shown.logs();
    let key = ApiKey::parse(StubBank::KEY).unwrap();
    let authenticator = HmacAuthenticator::new([&key]).unwrap();
    for message in [
        "canary",
        r#"{"uuid":"canary with spaces","status":"granted"}"#,
        r#"{"uuid":["canary"],"status":"granted"}"#,
        r#"{"uuid":{"canary":1},"status":{"canary":1}}"#,
        r#"{"canary":"canary"}"#,
    ] {
        let body = callback_form(&key, 1_700_000_000, message).unwrap();
        let signed = authenticator.authenticate(&Headers::NONE, body.as_bytes());
        let signed = signed.unwrap();
        shown.debug(&signed);
        shown.error(&signed.callback.unwrap_err());
        for forged in [
            body.replace("hmac=", "hmac=0&hmac="),
            body.replace("message=", "message=x"),
            body.replace("timestamp=", "timestamp=canary"),
            body.replace("hmac=", "canary="),
            body.replace("hmac=", "hmac=canary"),
        ] {
            let refused = authenticator.authenticate(&Headers::NONE, forged.as_bytes());
            shown.error(&refused.unwrap_err());
        }
    }
    let base = format!("https://{}@demo-api.inbank.ee", StubBank::KEY);
    shown.error(&Site::parse(&base).unwrap_err());
    shown.error(&Site::parse("http://canary.example").unwrap_err());
    shown.error(&ApiKey::parse(&format!("{}\n", StubBank::KEY)).unwrap_err());
    shown.holds_none_of(&CANARIES);
}
