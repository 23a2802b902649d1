//! What the direct guides print, held against both sides: our adapter and the sandbox.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::http::{ApiVersion, HmacAuthenticator, callback_form, read_application_request};
use inbank::ports::{
    Applications, CallbackAuthenticator, CallbackError, Headers, IncomeProof, Signing,
};
use inbank::{
    ApiKey, ApplicationId, Attachment, Callback, CallbackSubject, ConfirmationCode, ContractId,
    DecisionStatus, FeeKind, Locale, ProcessStatus, Regeneration, Region, SigningMethod,
    StatementBankId, StatementRequest, WebAddress,
};
use inbank_sandbox::{Outcome, Region as Country, Sandbox};
use inbank_tests::{StubBank, camel, fixture, with};
use serde_json::{Value, json};

const APPLICATION: &str = "471e6282-3384-412b-af7b-646eb8f04391";
const CONTRACT: &str = "788ec8c4-c497-470b-8505-2303f151d427";

fn printed(name: &str) -> Value {
    serde_json::from_str(&fixture(name)).unwrap()
}

fn spelled(document: Value, version: ApiVersion) -> Value {
    match version {
        ApiVersion::V2 => document,
        ApiVersion::V3 => camel(&document),
    }
}

fn application() -> ApplicationId {
    ApplicationId::parse(APPLICATION).unwrap()
}

fn contract() -> ContractId {
    ContractId::parse(CONTRACT).unwrap()
}

/// The one request that was sent: method, path and query, and body.
async fn sent(bank: &StubBank) -> (String, String, Value) {
    let sent = bank.sent().await;
    assert_eq!(sent.len(), 1);
    let url = &sent[0].url;
    let query = url.query().map(|query| format!("?{query}"));
    (
        sent[0].method.to_string(),
        format!("{}{}", url.path(), query.unwrap_or_default()),
        sent[0].body_json().unwrap_or_default(),
    )
}

fn path(version: ApiVersion, path: &str) -> String {
    let path = match version {
        ApiVersion::V2 => path.to_owned(),
        ApiVersion::V3 => path.replace('_', "-"),
    };
    format!("/partner/{version}/shops/{}/{path}", StubBank::SHOP)
}

#[tokio::test]
async fn the_application_goes_out_as_printed_and_its_answer_is_read() {
    let document = fixture("direct-ee-lv-2.05/application.request.json");
    let request = read_application_request(&document, &Region::ESTONIA).unwrap();
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        bank.answers(201, fixture("direct-ee-lv-2.05/application.response.json"))
            .await;
        let read = bank.api.submit(&request).await.unwrap();
        let body = printed("direct-ee-lv-2.05/application.request.json");
        let body = spelled(body, version);
        let expected = ("POST".to_owned(), path(version, "applications"), body);
        assert_eq!(sent(&bank).await, expected);
        assert_eq!(read.id, application());
        assert_eq!(read.decision, DecisionStatus::Positive);
        assert_eq!(read.number.as_deref(), Some("89002917439"));
        assert_eq!(read.messages, ["Positive decision"]);
        assert_eq!((read.changed_conditions, read.previous), (false, None));
        assert_eq!((read.offer, read.contract), (None, None));
        assert!(!read.cancelled);
    }
}

#[tokio::test]
async fn the_applications_details_are_read_to_the_digit() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        let answer = printed("direct-ee-lv-2.05/application-details.response.json");
        bank.answers(200, spelled(answer, version).to_string())
            .await;
        let read = bank.api.application(&application()).await.unwrap();
        let asked = format!("applications/{APPLICATION}?type=latest");
        let (method, at, _) = sent(&bank).await;
        assert_eq!((method.as_str(), at), ("GET", path(version, &asked)));
        assert_eq!(read.number.as_deref(), Some("89002917222"));
        assert_eq!(read.messages, [""; 0]);
        assert_eq!(read.offer_valid_to.unwrap().to_string(), "2020-11-15");
        let offer = read.offer.unwrap();
        assert_eq!(offer.amount.to_string(), "1001.0 EUR");
        assert_eq!(offer.period.get(), 12);
        assert_eq!(offer.payment_day.unwrap().get(), 15);
        assert_eq!(offer.monthly_payment.to_string(), "96.57 EUR");
        assert_eq!(offer.interest_rate.fraction().to_string(), "0.149");
        assert_eq!(offer.aprc.fraction().to_string(), "0.301");
        assert_eq!(offer.total_cost.unwrap().to_string(), "1158.84 EUR");
        assert_eq!(offer.cost_of_credit.unwrap().to_string(), "157.84 EUR");
        assert_eq!(offer.net_credit_amount.unwrap().to_string(), "1001.0 EUR");
        assert_eq!(offer.contract_fee.unwrap().to_string(), "11.0 EUR");
        assert_eq!(offer.down_payment.unwrap().to_string(), "0.0 EUR");
        let shown = |money: Option<inbank::Money>| money.unwrap().to_string();
        assert_eq!(shown(offer.down_payment_main_part), "0.0 EUR");
        assert_eq!(shown(offer.interest_total), "146.84 EUR");
        assert_eq!(shown(offer.interest_bearing_amount), "1001.0 EUR");
        assert_eq!(shown(offer.admin_fee_monthly), "0.0 EUR");
        assert_eq!(shown(offer.admin_fee_total), "0.0 EUR");
        assert_eq!(shown(offer.insurance_fee_total), "0.0 EUR");
        assert_eq!(shown(offer.residual), "0.0 EUR");
        assert_eq!(offer.residual_rate.unwrap().fraction().to_string(), "0.0");
        let rate = offer.contract_fee_rate.unwrap();
        assert_eq!(rate.fraction().to_string(), "0.011");
        assert_eq!(offer.contract_fee_kind, Some(FeeKind::WithInstalments));
        assert_eq!(read.max_limit.unwrap().to_string(), "3000.0 EUR");
        assert_eq!(read.process_status, Some(ProcessStatus::Offer));
        assert_eq!(read.product_code.unwrap().as_str(), "example_product9");
        let (day, amount) = offer.first_payment.unwrap();
        assert_eq!(
            day.to_string() + " " + &amount.to_string(),
            "2020-12-15 96.57 EUR"
        );
        let (day, amount) = offer.last_payment.unwrap();
        assert_eq!(
            day.to_string() + " " + &amount.to_string(),
            "2021-11-15 96.57 EUR"
        );
        assert_eq!(offer.schedule.len(), 0);
    }
}

#[tokio::test]
async fn proof_of_income_goes_as_printed() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        let list = printed("direct-ee-lv-2.05/bank-list.response.json");
        bank.answers(200, spelled(list, version).to_string()).await;
        let banks = bank.api.banks(&application()).await.unwrap();
        let list = format!("account_statements/bank_list/{APPLICATION}");
        assert_eq!(sent(&bank).await.1, path(version, &list));
        let ids: Vec<_> = banks.iter().map(|bank| bank.id.as_str()).collect();
        assert_eq!(ids, ["24", "25", "31"]);
        assert_eq!(
            banks[0].icon_url.as_deref(),
            Some("https://example.com/24.png")
        );

        let answer = printed("direct-ee-lv-2.05/retrieval.response.json");
        bank.answers(201, spelled(answer, version).to_string())
            .await;
        let request = StatementRequest {
            application: ApplicationId::parse("42c939bc-1111-2222-3333-b84fea5b86f6").unwrap(),
            bank: StatementBankId::parse("24").unwrap(),
            return_url: WebAddress::parse("https://test.com").unwrap(),
            locale: Locale::parse("en").unwrap(),
        };
        let read = bank.api.retrieve_statement(&request).await.unwrap();
        let body = spelled(printed("direct-ee-lv-2.05/retrieval.request.json"), version);
        let at = path(version, "account_statements/initiate_retrieval");
        assert_eq!(sent(&bank).await, ("POST".to_owned(), at, body));
        let id = "b7cfdbc3-1111-2222-3333-6c42b60129b8";
        assert_eq!(read.id.as_deref(), Some(id));
        let url = "https://ob.nordigen.com/psd2/start/1e2d261a2d9d/SWEDBANK";
        assert_eq!(read.redirect_url.as_str(), url);
    }
}

#[tokio::test]
async fn attachments_carry_what_is_printed_but_as_a_form() {
    let bank = StubBank::start(ApiVersion::V2).await;
    bank.answers(201, "").await;
    let document = printed("direct-ee-lv-2.05/attachments.request.json");
    let description = document["description"].as_str().unwrap();
    let file = Attachment::new("file1.pdf", b"content".to_vec()).unwrap();
    bank.api
        .attach(&application(), &[file], description)
        .await
        .unwrap();
    let sent = bank.sent().await;
    let kind = sent[0].headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    let body = String::from_utf8(sent[0].body.clone()).unwrap();
    for (name, value) in document.as_object().unwrap() {
        if let Value::String(value) = value {
            assert!(
                body.contains(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")),
                "{body}"
            );
        }
    }
    assert!(
        body.contains(
            "name=\"attachments[]\"; filename=\"file1.pdf\"\r\nContent-Type: application/pdf\r\n"
        ),
        "{body}"
    );
}

#[tokio::test]
async fn accepting_and_cancelling_are_as_printed() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        bank.answers(201, fixture("direct-ee-lv-2.05/accept.response.json"))
            .await;
        let id = bank.api.accept(&application()).await.unwrap();
        assert_eq!(id.as_str(), "5e3a459a-aada-4d81-b6ad-09cb9483c8bf");
        let at = path(version, &format!("applications/{APPLICATION}/accept"));
        assert_eq!(sent(&bank).await, ("POST".to_owned(), at, Value::Null));
        bank.answers(204, "").await;
        bank.api.cancel(&application()).await.unwrap();
        let at = path(version, &format!("applications/{APPLICATION}/cancel"));
        assert_eq!(sent(&bank).await, ("POST".to_owned(), at, Value::Null));
    }
}

#[tokio::test]
async fn signing_is_as_printed_and_a_code_with_zeros_before_it_is_text() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        bank.answers(200, fixture("direct-pl-1.02/printout.response.json"))
            .await;
        let printout = bank.api.printout(&contract(), Regeneration::Forced).await;
        let printout = printout.unwrap();
        let id = "8a5951fb-835f-4f5f-ae1a-508d5bdd15d5";
        assert_eq!(printout.id.as_deref(), Some(id));
        let link = "https://test.link.com/attachments/printout/contract_89002917222";
        assert_eq!(printout.link.as_str(), link);
        let name = match version {
            ApiVersion::V2 => "force_regeneration",
            ApiVersion::V3 => "forceRegeneration",
        };
        let at = path(version, &format!("contracts/{CONTRACT}/printouts"));
        assert_eq!(sent(&bank).await.1, format!("{at}?{name}=true"));

        let answer = printed("direct-pl-1.02/signing.response.json");
        let answer = spelled(answer, version).to_string();
        bank.answers(201, answer.clone()).await;
        let started = bank.api.sign(&contract(), &SigningMethod::Sms).await;
        assert_eq!(started.unwrap().redirect_url, None);
        let at = path(version, &format!("contracts/{CONTRACT}/signings"));
        let body = spelled(printed("direct-pl-1.02/signing.request.json"), version);
        assert_eq!(sent(&bank).await, ("POST".to_owned(), at.clone(), body));

        bank.answers(200, answer).await;
        let code = ConfirmationCode::parse("123456").unwrap();
        let signed = bank.api.confirm(&contract(), &code).await.unwrap();
        assert_eq!(signed.at.unwrap().unix_timestamp(), 1_558_528_582);
        let body = printed("direct-pl-1.02/signing-confirm.request.json");
        let expected = (
            "PATCH".to_owned(),
            at.clone(),
            spelled(body.clone(), version),
        );
        assert_eq!(sent(&bank).await, expected);

        let signed = printed("direct-pl-1.02/signing.response.json");
        bank.answers(200, signed.to_string()).await;
        let code = ConfirmationCode::parse("0000").unwrap();
        bank.api.confirm(&contract(), &code).await.unwrap();
        let zeros = with(body, json!({ "confirmation_code": "0000" }));
        let expected = ("PATCH".to_owned(), at, spelled(zeros, version));
        assert_eq!(sent(&bank).await, expected);
    }
}

#[test]
fn the_guides_callback_is_read_once_it_is_signed_with_the_shops_key() {
    let key = ApiKey::parse("a-shops-key").unwrap();
    let authenticator = HmacAuthenticator::new([&key]).unwrap();
    let body = fixture("direct-ee-lv-2.05/callback.form.txt");
    let refused = authenticator
        .authenticate(&Headers::NONE, body.as_bytes())
        .unwrap_err();
    assert_eq!(refused, CallbackError::Signature);
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let timestamp = fields[2].1.parse().unwrap();
    let signed = callback_form(&key, timestamp, &fields[0].1).unwrap();
    let signed = authenticator.authenticate(&Headers::NONE, signed.as_bytes());
    let Ok(Callback::Application(callback)) = signed.unwrap().callback else {
        panic!("about an application")
    };
    let id = "bb3853ce-2034-499e-8b08-42625fdf068b";
    assert_eq!(callback.application.as_str(), id);
    assert_eq!(callback.subject, CallbackSubject::Decision);
    assert_eq!(callback.status, "INCOME_PROOF_REQUIRED");
    let nanoseconds = callback.issued_at.unix_timestamp_nanos();
    assert_eq!(nanoseconds, 1_722_587_395_319 * 1_000_000);
}

async fn ask(sandbox: &Sandbox, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let (base, shop) = (sandbox.base_url(), sandbox.shop());
    let url = format!("{base}/partner/v2/shops/{shop}/{path}");
    let request = reqwest::Client::new()
        .request(method.parse().unwrap(), url)
        .bearer_auth(sandbox.api_key());
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

async fn sandbox(region: Country) -> Sandbox {
    let builder = Sandbox::builder(region).seed(1).callback_retries([]);
    builder.start().await.unwrap()
}

fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn the_sandbox_takes_what_is_printed_and_answers_with_the_names_printed() {
    let sandbox = sandbox(Country::Estonia).await;
    let request = printed("direct-ee-lv-2.05/application.request.json");
    let (status, answer) = ask(&sandbox, "POST", "applications", Some(&request)).await;
    assert_eq!(status, 201, "{answer}");
    let sample = printed("direct-ee-lv-2.05/application.response.json");
    for key in keys(&sample) {
        assert!(answer.get(&key).is_some(), "{key} in {answer}");
    }
    let id: uuid::Uuid = answer["uuid"].as_str().unwrap().parse().unwrap();

    sandbox.decide(id, Outcome::ProofByBankOrUpload).unwrap();
    let (_, list) = ask(
        &sandbox,
        "GET",
        &format!("account_statements/bank_list/{id}"),
        None,
    )
    .await;
    let sample = printed("direct-ee-lv-2.05/bank-list.response.json");
    assert_eq!(keys(&list["bank_list"][0]), keys(&sample["bank_list"][0]));
    let mut request = printed("direct-ee-lv-2.05/retrieval.request.json");
    request["application_uuid"] = json!(id);
    let at = "account_statements/initiate_retrieval";
    let (status, answer) = ask(&sandbox, "POST", at, Some(&request)).await;
    let sample = printed("direct-ee-lv-2.05/retrieval.response.json");
    assert_eq!((status, keys(&answer)), (201, keys(&sample)));

    sandbox.decide(id, Outcome::Positive).unwrap();
    let (_, shown) = ask(
        &sandbox,
        "GET",
        &format!("applications/{id}?type=latest"),
        None,
    )
    .await;
    let sample = printed("direct-ee-lv-2.05/application-details.response.json");
    assert_eq!(keys(&shown), keys(&sample));
    for part in ["product", "shop", "credit_application", "payment_schedule"] {
        for key in keys(&sample[part]) {
            assert!(shown[part].get(&key).is_some(), "{part}.{key} in {shown}");
        }
    }
    let (status, accepted) =
        ask(&sandbox, "POST", &format!("applications/{id}/accept"), None).await;
    let sample = printed("direct-ee-lv-2.05/accept.response.json");
    assert_eq!((status, keys(&accepted)), (201, keys(&sample)));
    assert_eq!(keys(&accepted["contract"]), keys(&sample["contract"]));
}

#[tokio::test]
async fn the_polish_sandbox_signs_as_printed() {
    let sandbox = sandbox(Country::Poland).await;
    let mut request = printed("direct-ee-lv-2.05/application.request.json");
    request["customer"]["identity_code"] = json!("44051401359");
    let (_, answer) = ask(&sandbox, "POST", "applications", Some(&request)).await;
    let id: uuid::Uuid = answer["uuid"].as_str().unwrap().parse().unwrap();
    sandbox.decide(id, Outcome::Positive).unwrap();
    let (_, accepted) = ask(&sandbox, "POST", &format!("applications/{id}/accept"), None).await;
    let contract = accepted["contract"]["uuid"].as_str().unwrap();

    let at = format!("contracts/{contract}/printouts?force_regeneration=true");
    let (status, printout) = ask(&sandbox, "GET", &at, None).await;
    let sample = printed("direct-pl-1.02/printout.response.json");
    assert_eq!((status, keys(&printout)), (200, keys(&sample)));
    let at = format!("contracts/{contract}/signings");
    let request = printed("direct-pl-1.02/signing.request.json");
    let (status, _) = ask(&sandbox, "POST", &at, Some(&request)).await;
    assert_eq!(status, 201);
    let request = printed("direct-pl-1.02/signing-confirm.request.json");
    let (status, signed) = ask(&sandbox, "PATCH", &at, Some(&request)).await;
    let sample = printed("direct-pl-1.02/signing.response.json");
    assert_eq!(status, 200, "{signed}");
    assert_eq!(keys(&signed["signing"]), keys(&sample["signing"]));
}

#[test]
fn every_fixture_of_the_direct_guides_is_held_by_a_test() {
    let root = env!("CARGO_MANIFEST_DIR");
    let sources = std::fs::read_to_string(format!("{root}/tests/direct_guides.rs")).unwrap();
    let mut count = 0;
    for folder in ["direct-ee-lv-2.05", "direct-pl-1.02"] {
        for file in std::fs::read_dir(format!("{root}/fixtures/{folder}")).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            assert!(sources.contains(&format!("\"{folder}/{name}\"")), "{name}");
            count += 1;
        }
    }
    assert_eq!(
        count, 13,
        "a fixture came or went: say so in their README, and here"
    );
}
