//! Odd answers about direct applications that cost what they need not.

use inbank::{
    ApplicationId, Attachment, ConfirmationCode, ContractId, DecisionStatus, SigningMethod,
};
use inbank::http::ApiVersion;
use inbank::ports::{Applications, GatewayErrorKind, IncomeProof, Signing};
use inbank_tests::{StubBank, fixture};
use serde_json::{Value, json};

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
