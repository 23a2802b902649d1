//! Odd answers about direct applications that cost what they need not.

use inbank::http::ApiVersion;
use inbank::ports::{Applications, GatewayErrorKind, IncomeProof, Signing};
use inbank::{
    ApplicationId, Attachment, ConfirmationCode, ContractId, DecisionStatus, Locale, Regeneration,
    SigningMethod, StatementBankId, StatementRequest, WebAddress,
};
use inbank_tests::{StubBank, fixture};
use serde_json::{Value, json};
use wiremock::matchers::{path_regex, query_param};
use wiremock::{Mock, ResponseTemplate};

#[tokio::test]
async fn an_application_without_an_offer_may_have_any_schedule() {
    let details = fixture("direct-ee-lv-2.05/application-details.response.json");
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        for schedule in [json!(null), json!({}), json!([]), json!({ "period": 12 })] {
            let mut answer: Value = serde_json::from_str(&details).unwrap();
            answer["credit_application"]["decision_status"] = json!("pending");
            answer["payment_schedule"] = schedule.clone();
            bank.answers(200, answer.to_string()).await;
            let id = ApplicationId::parse("471e6282-3384-412b-af7b-646eb8f04391").unwrap();
            let read = bank.api.application(&id).await;
            let read = read.map(|read| (read.decision, read.offer)).ok();
            assert_eq!(read, Some((DecisionStatus::Pending, None)), "{schedule}");
        }
    }
}

#[tokio::test]
async fn an_error_body_with_200_is_no_signature() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        for shape in [
            "error-e1.json",
            "error-e2.json",
            "error-e3.json",
            "error-e5.json",
            "error-e6.json",
        ] {
            bank.answers(200, fixture(shape)).await;
            let (api, id) = (&bank.api, ContractId::parse("c-1").unwrap());
            let application = ApplicationId::parse("a-1").unwrap();
            let code = ConfirmationCode::parse("0000").unwrap();
            let file = [Attachment::new("a.pdf", Vec::new()).unwrap()];
            for (call, result) in [
                ("cancel", Applications::cancel(api, &application).await),
                ("accept", api.accept(&application).await.map(drop)),
                ("attach", api.attach(&application, &file, "x").await),
                ("confirm", api.confirm(&id, &code).await.map(drop)),
                (
                    "digital",
                    api.sign(&id, &SigningMethod::Digital).await.map(drop),
                ),
                ("sms", api.sign(&id, &SigningMethod::Sms).await.map(drop)),
            ] {
                let kind = result.map_err(|error| error.kind());
                assert_eq!(
                    kind,
                    Err(GatewayErrorKind::OutcomeUnknown),
                    "{call} {shape}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_bank_without_a_name_or_without_an_identifier_costs_no_other() {
    let bank = StubBank::start(ApiVersion::V2).await;
    let list = json!({ "bank_list": [
        { "id": 24 }, { "name": "no id" }, { "id": "25", "name": 7 }, "odd", null,
        { "id": "31", "name": "Bank", "icon_url": {} },
    ] });
    for answer in [list.clone(), list["bank_list"].clone()] {
        bank.answers(200, answer.to_string()).await;
        let id = ApplicationId::parse("a-1").unwrap();
        let banks = bank.api.banks(&id).await.unwrap();
        let shown: Vec<_> = banks
            .iter()
            .map(|bank| (bank.id.as_str(), bank.name.as_str()))
            .collect();
        assert_eq!(shown, [("24", "24"), ("25", "7"), ("31", "Bank")]);
    }
}

#[tokio::test]
async fn the_bank_list_is_asked_for_in_the_query_where_the_path_is_not_known() {
    let answer = fixture("direct-ee-lv-2.05/bank-list.response.json");
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        let name = match version {
            ApiVersion::V2 => "application_uuid",
            ApiVersion::V3 => "applicationUuid",
        };
        let template = ResponseTemplate::new(200).set_body_raw(answer.clone(), "application/json");
        Mock::given(path_regex("bank.list$"))
            .and(query_param(name, "a-1"))
            .respond_with(template)
            .mount(&bank.server)
            .await;
        let id = ApplicationId::parse("a-1").unwrap();
        assert_eq!(bank.api.banks(&id).await.unwrap().len(), 3);
        let paths: Vec<_> = bank.sent().await;
        assert_eq!(paths.len(), 2);
        assert!(paths[0].url.path().ends_with("/a-1"));
        // Where neither is known, the application isn't.
        bank.answers(404, r#"{"message":["application_not_found"]}"#)
            .await;
        let error = bank.api.banks(&id).await.unwrap_err();
        assert_eq!(error.kind(), GatewayErrorKind::NotFound);
    }
}

#[tokio::test]
async fn a_down_payment_is_read_from_whichever_place_has_it() {
    let details = fixture("direct-ee-lv-2.05/application-details.response.json");
    let id = ApplicationId::parse("471e6282-3384-412b-af7b-646eb8f04391").unwrap();
    let bank = StubBank::start(ApiVersion::V2).await;
    for (part, field) in [
        ("credit_application", "down_payment_amount_total"),
        ("credit_application", "down_payment_amount"),
        ("payment_schedule", "down_payment_amount_total"),
    ] {
        for other in [json!(null), json!("0.0"), json!({})] {
            let mut answer: Value = serde_json::from_str(&details).unwrap();
            for part in ["credit_application", "payment_schedule"] {
                answer[part]["down_payment_amount_total"] = other.clone();
            }
            answer[part][field] = json!("101.50");
            bank.answers(200, answer.to_string()).await;
            let offer = bank.api.application(&id).await.unwrap().offer.unwrap();
            let read = offer.down_payment.map(|money| money.to_string());
            assert_eq!(
                read.as_deref(),
                Some("101.50 EUR"),
                "{part}.{field} {other}"
            );
        }
    }
}

#[tokio::test]
async fn a_printout_is_its_link_and_a_retrieval_its_address() {
    let bank = StubBank::start(ApiVersion::V2).await;
    let id = ContractId::parse("c-1").unwrap();
    for odd in [json!(null), json!({}), json!(7), json!("")] {
        let answer = json!({ "uuid": odd, "link": "https://test.link.com/x" });
        bank.answers(200, answer.to_string()).await;
        let read = bank.api.printout(&id, Regeneration::NotNeeded).await;
        assert!(read.is_ok(), "{odd}");
        let answer = json!({ "retrieval_id": odd, "redirect_url": "https://test.link.com/x" });
        bank.answers(201, answer.to_string()).await;
        let request = StatementRequest {
            application: ApplicationId::parse("a-1").unwrap(),
            bank: StatementBankId::parse("24").unwrap(),
            return_url: WebAddress::parse("https://test.com").unwrap(),
            locale: Locale::parse("en").unwrap(),
        };
        assert!(bank.api.retrieve_statement(&request).await.is_ok(), "{odd}");
    }
}
