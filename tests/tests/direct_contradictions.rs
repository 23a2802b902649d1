//! Where the direct guides and the later docs contradict each other, every reading is taken.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::http::{
    ApiVersion, BankListAddress, HmacAuthenticator, PartnerApi, RegionProfile, Site, callback_form,
};
use inbank::ports::{
    Applications, CallbackAuthenticator, GatewayError, GatewayErrorKind as Kind, Headers,
    IncomeProof, Signing,
};
use inbank::{
    ApiKey, Application, ApplicationId, Callback, CallbackSubject, ConfirmationCode, ContractId,
    DecisionStatus, IncomeProofType, ShopId, SigningMethod, WebAddress,
};
use inbank_tests::{StubBank, camel, fixture, with};
use serde_json::{Value, json};

const APPLICATION: &str = "471e6282-3384-412b-af7b-646eb8f04391";
const OTHER: &str = "00000000-0000-4000-8000-000000000000";
const CONTRACT: &str = "5e3a459a-aada-4d81-b6ad-09cb9483c8bf";

fn id() -> ApplicationId {
    ApplicationId::parse(APPLICATION).unwrap()
}

fn contract() -> ContractId {
    ContractId::parse(CONTRACT).unwrap()
}

fn details() -> Value {
    let text = fixture("direct-ee-lv-2.05/application-details.response.json");
    serde_json::from_str(&text).unwrap()
}

/// The printed details with some of the application's own fields changed.
fn changed(changes: Value) -> Value {
    let mut document = details();
    let inside = document["credit_application"].take();
    document["credit_application"] = with(inside, changes);
    document
}

async fn banks() -> Vec<StubBank> {
    let mut banks = Vec::new();
    for &version in ApiVersion::ALL {
        banks.push(StubBank::start(version).await);
    }
    banks
}

async fn read(bank: &StubBank, answer: &Value) -> Result<Application, GatewayError> {
    bank.answers(200, answer.to_string()).await;
    bank.api.application(&id()).await
}

#[tokio::test]
async fn messages_are_a_list_a_text_or_nothing() {
    for bank in banks().await {
        for (messages, expected) in [
            (json!("Positive decision"), vec!["Positive decision"]),
            (json!(["One", "Two"]), vec!["One", "Two"]),
            (json!(["One", { "code": 1 }, null]), vec!["One"]),
            (json!([]), vec![]),
            (json!(null), vec![]),
            (json!({ "x": 1 }), vec![]),
        ] {
            let answer = changed(json!({ "decision_messages": messages }));
            for answer in [answer.clone(), camel(&answer)] {
                assert_eq!(read(&bank, &answer).await.unwrap().messages, expected);
            }
        }
        let mut answer = details();
        let inside = answer["credit_application"].as_object_mut().unwrap();
        inside.remove("decision_messages");
        assert_eq!(read(&bank, &answer).await.unwrap().messages, [""; 0]);
    }
}

#[tokio::test]
async fn a_number_is_text_or_a_number_and_an_application_bare_or_wrapped() {
    for bank in banks().await {
        for number in [json!("89002917222"), json!(89_002_917_222_u64)] {
            let wrapped = changed(json!({ "number": number }));
            let bare = wrapped["credit_application"].clone();
            for answer in [wrapped.clone(), camel(&wrapped), bare.clone(), camel(&bare)] {
                let read = read(&bank, &answer).await.unwrap();
                assert_eq!(
                    (read.id, read.number.as_deref()),
                    (id(), Some("89002917222"))
                );
                assert_eq!(read.decision, DecisionStatus::Positive);
            }
        }
    }
}

#[tokio::test]
async fn a_contract_is_wrapped_bare_or_camel() {
    for bank in banks().await {
        let bare = json!({ "uuid": CONTRACT, "some_field": 1 });
        for answer in [bare.clone(), json!({ "contract": bare })] {
            for answer in [answer.clone(), camel(&answer)] {
                bank.answers(201, answer.to_string()).await;
                assert_eq!(bank.api.accept(&id()).await.unwrap(), contract());
            }
        }
        let mut answer = details();
        answer["contract"] = bare;
        for answer in [answer.clone(), camel(&answer)] {
            let read = read(&bank, &answer).await.unwrap();
            assert_eq!(read.contract, Some(contract()));
        }
    }
}

#[tokio::test]
async fn all_seven_decisions_are_known_in_any_case_and_an_eighth_is_kept() {
    let names = [
        "failed",
        "income_proof_required",
        "manual",
        "manual_negative",
        "negative",
        "pending",
        "positive",
    ];
    assert_eq!(DecisionStatus::KNOWN.len(), names.len());
    for bank in banks().await {
        for (name, known) in names.into_iter().zip(DecisionStatus::KNOWN) {
            for text in [name.to_owned(), name.to_uppercase()] {
                let answer = changed(json!({ "decision_status": text }));
                assert_eq!(read(&bank, &answer).await.unwrap().decision, *known);
            }
        }
        for text in ["on_hold", "approved"] {
            let answer = changed(json!({ "decision_status": text }));
            let decision = read(&bank, &answer).await.unwrap().decision;
            assert!(
                matches!(decision, DecisionStatus::Unrecognised(_)),
                "{text}"
            );
            assert_eq!(decision.as_str(), text);
        }
        // None yet, which is no decision, whatever `status` says.
        for nothing in [json!(null), json!(""), json!("null")] {
            let answer = changed(json!({ "decision_status": nothing, "status": "positive" }));
            let read = read(&bank, &answer).await.unwrap();
            assert_eq!((read.decision, read.offer), (DecisionStatus::Pending, None));
        }
    }
}

#[tokio::test]
async fn how_income_is_proved_is_told_or_not() {
    for bank in banks().await {
        for (kind, expected) in [
            (
                json!("ais_with_fallback_manual_upload_option"),
                Some(IncomeProofType::AisOrUpload),
            ),
            (
                json!("manual_internal_verification"),
                Some(IncomeProofType::Upload),
            ),
            (json!(null), None),
        ] {
            let change =
                json!({ "decision_status": "income_proof_required", "income_proof_type": kind });
            let read = read(&bank, &changed(change)).await.unwrap();
            assert_eq!(read.income_proof, expected);
        }
    }
}

#[tokio::test]
async fn another_application_is_taken_only_where_conditions_were_changed() {
    for bank in banks().await {
        let other = json!({ "uuid": OTHER });
        let error = read(&bank, &changed(other.clone())).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Undecodable);
        for change in [
            json!({ "changed_conditions": true, "previous_uuid": APPLICATION }),
            json!({ "changed_conditions": "true", "previous_uuid": null }),
            json!({ "changed_conditions": false, "previous_uuid": APPLICATION }),
        ] {
            let answer = changed(with(other.clone(), change.clone()));
            let read = read(&bank, &answer).await.unwrap();
            assert_eq!(read.id.as_str(), OTHER, "{change}");
        }
        let asked = bank.sent().await.pop().unwrap();
        assert_eq!(asked.url.query(), Some("type=latest"));
    }
}

#[test]
fn callbacks_are_told_apart_whatever_their_time_and_case() {
    let key = ApiKey::parse("a-shops-key").unwrap();
    let authenticator = HmacAuthenticator::new([&key]).unwrap();
    for (timestamp, seconds) in [
        (1_549_411_200, 1_549_411_200),
        (1_722_587_395_319, 1_722_587_395),
    ] {
        for (kind, subject) in [
            ("DECISION", CallbackSubject::Decision),
            ("CONTRACT", CallbackSubject::Contract),
            ("contract", CallbackSubject::Contract),
            ("REFUND", CallbackSubject::from("REFUND")),
        ] {
            for name in ["creditApplicationUuid", "credit_application_uuid"] {
                let message = json!({ "type": kind, "status": "POSITIVE ", name: APPLICATION });
                let body = callback_form(&key, timestamp, &message.to_string()).unwrap();
                let signed = authenticator.authenticate(&Headers::NONE, body.as_bytes());
                let Ok(Callback::Application(read)) = signed.unwrap().callback else {
                    panic!("about an application")
                };
                assert_eq!((read.application, read.subject), (id(), subject.clone()));
                assert_eq!(read.status, "POSITIVE");
                assert_eq!(read.issued_at.unix_timestamp(), seconds);
            }
        }
    }
    for message in [
        r#"{"type":"DECISION","status":"POSITIVE"}"#,
        r#"{"type":"DECISION","status":"POSITIVE","creditApplicationUuid":"a b"}"#,
    ] {
        let body = callback_form(&key, 1_549_411_200, message).unwrap();
        let signed = authenticator.authenticate(&Headers::NONE, body.as_bytes());
        assert!(signed.unwrap().callback.is_err(), "{message}");
    }
}

#[tokio::test]
async fn four_zeros_go_out_as_text() {
    for bank in banks().await {
        for answer in ["", "{}", r#"{"signing":{"signed_at":null,"method":"sms"}}"#] {
            bank.answers(200, answer).await;
            let code = ConfirmationCode::parse("0000").unwrap();
            let signed = bank.api.confirm(&contract(), &code).await.unwrap();
            assert_eq!((signed.at, signed.method), (None, SigningMethod::Sms));
            let sent = String::from_utf8(bank.sent().await[0].body.clone()).unwrap();
            assert!(sent.contains(r#":"0000""#), "{sent}");
        }
    }
}

#[tokio::test]
async fn the_list_of_banks_is_asked_for_in_all_three_ways() {
    let list = fixture("direct-ee-lv-2.05/bank-list.response.json");
    let at = "account_statements/bank_list";
    for (address, version, expected) in [
        (
            BankListAddress::Path,
            ApiVersion::V2,
            format!("{at}/{APPLICATION}"),
        ),
        (
            BankListAddress::Query,
            ApiVersion::V2,
            format!("{at}?application_uuid={APPLICATION}"),
        ),
        (BankListAddress::Bare, ApiVersion::V2, at.to_owned()),
        (
            BankListAddress::Path,
            ApiVersion::V3,
            format!("account-statements/bank-list/{APPLICATION}"),
        ),
        (
            BankListAddress::Query,
            ApiVersion::V3,
            format!("account-statements/bank-list?applicationUuid={APPLICATION}"),
        ),
        (
            BankListAddress::Bare,
            ApiVersion::V3,
            "account-statements/bank-list".to_owned(),
        ),
    ] {
        let bank = StubBank::start(version).await;
        let mut profile = RegionProfile::ESTONIA;
        profile.bank_list = address;
        let shop = ShopId::parse(StubBank::SHOP).unwrap();
        let api = PartnerApi::builder(&profile, shop, ApiKey::parse("key").unwrap())
            .version(version)
            .site(Site::parse(&bank.server.uri()).unwrap())
            .build()
            .unwrap();
        let answer: Value = serde_json::from_str(&list).unwrap();
        for answer in [answer.clone(), camel(&answer)] {
            bank.answers(200, answer.to_string()).await;
            assert_eq!(api.banks(&id()).await.unwrap().len(), 3);
            let url = bank.sent().await[0].url.to_string();
            let end = format!("/partner/{version}/shops/{}/{expected}", StubBank::SHOP);
            assert!(url.ends_with(&end), "{url} {end}");
        }
    }
}

#[tokio::test]
async fn the_place_for_the_status_reaches_the_bank_untouched() {
    let url = "https://shop.example/paid?o=Õ%20+&status={status}";
    for bank in banks().await {
        let answer = json!({ "redirect_url": "https://pay.example/x?a={b}" });
        bank.answers(201, answer.to_string()).await;
        let back = WebAddress::parse(url).unwrap();
        let link = bank.api.payment_link(&contract(), &back).await.unwrap();
        assert_eq!(link.as_str(), "https://pay.example/x?a={b}");
        let sent = String::from_utf8(bank.sent().await[0].body.clone()).unwrap();
        assert!(sent.contains(url) && !sent.contains("%7B"), "{sent}");
        bank.answers(201, "{}").await;
        let nowhere = WebAddress::parse("https://shop.example/paid").unwrap();
        let error = bank.api.payment_link(&contract(), &nowhere).await;
        assert_eq!(error.unwrap_err().kind(), Kind::Invalid);
        assert_eq!(bank.sent().await.len(), 0);
    }
}

#[tokio::test]
async fn a_redirect_for_signing_is_found_under_either_name_and_must_be_there() {
    for bank in banks().await {
        let url = json!("https://sign.example/1");
        for answer in [
            json!({ "redirect_url": url }),
            json!({ "url": url }),
            json!({ "signing": { "redirect_url": url } }),
            json!({ "signing": { "url": url, "signed_at": null } }),
        ] {
            for answer in [answer.clone(), camel(&answer)] {
                bank.answers(201, answer.to_string()).await;
                let started = bank.api.sign(&contract(), &SigningMethod::Redirect).await;
                let to = started.unwrap().redirect_url.unwrap();
                assert_eq!(to.as_str(), "https://sign.example/1", "{answer}");
            }
        }
        bank.answers(201, "{}").await;
        let error = bank.api.sign(&contract(), &SigningMethod::Redirect).await;
        assert_eq!(error.unwrap_err().kind(), Kind::OutcomeUnknown);
        bank.api
            .sign(&contract(), &SigningMethod::Paper)
            .await
            .unwrap();
    }
}
