//! A canary in every personal field of an application, in codes, files and links: none sings in a log,
//! an error or a `Debug`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::http::{ApiVersion, read_application_request};
use inbank::ports::{Applications, Contracts, IncomeProof, Offers, Signing};
use inbank::{
    ApplicationId, ApplicationRequest, Attachment, ConfirmationCode, ContractId, Regeneration,
    Region, SigningMethod,
};
use inbank_tests::{Shown, StubBank, broken, fixture};
use serde_json::{Value, json};

const CANARIES: [&str; 9] = [
    "canary",
    "38801010001",
    "700001",
    "770003",
    "770004",
    "770005",
    "770006",
    "2031-01-01",
    "C0DE",
];

/// A document with a canary in each field that is personal.
fn document() -> Value {
    json!({
        "credit_application": {
            "product_code": "example_product", "amount": 100, "period": 12,
            "monthly_income": 770_003.31, "monthly_financial_obligations": 770_004.5,
            "monthly_household_costs": 770_005, "dependants_count": 770_006,
            "income_source": "canary-source", "employment_position": "canary-position",
            "payout_account_number": "canary-iban", "salesperson_reference": "canary-seller",
        },
        "customer": {
            "identity_code": "38801010001", "first_name": "canary-first",
            "last_name": "canary-last", "gender": "f",
        },
        "customer_addresses": [{
            "street": "canary-street", "country": "canary-country", "zip_code": "canary-zip",
            "house": "canary-house", "apartment": "canary-apartment",
        }],
        "customer_contact": { "mobile": "+372 700001", "email": "canary@email.example" },
        "customer_identification": {
            "document_type": "id_card", "document_number": "canary-number",
            "document_valid_to": "2031-01-01",
        },
        "consents": [{ "type": "DATA_PROCESSING", "value": true }],
    })
}

fn request() -> ApplicationRequest {
    read_application_request(&document().to_string(), &Region::ESTONIA).unwrap()
}

fn application() -> ApplicationId {
    ApplicationId::parse("471e6282-3384-412b-af7b-646eb8f04391").unwrap()
}

fn contract() -> ContractId {
    ContractId::parse("5e3a459a-aada-4d81-b6ad-09cb9483c8bf").unwrap()
}

fn code() -> ConfirmationCode {
    ConfirmationCode::parse("C0DE").unwrap()
}

fn files() -> [Attachment; 1] {
    [Attachment::new("canary-name.pdf", b"canary-content".to_vec()).unwrap()]
}

#[tokio::test]
async fn no_canary_sings_when_all_goes_well() {
    for &version in ApiVersion::ALL {
        let mut shown = Shown::default();
        let logs = shown.logs();
        let bank = StubBank::start(version).await;
        let request = request();
        bank.answers(201, fixture("direct-ee-lv-2.05/application.response.json"))
            .await;
        let submitted = bank.api.submit(&request).await.unwrap();
        let sent = String::from_utf8(bank.sent().await[0].body.clone()).unwrap();
        for canary in &CANARIES[..8] {
            assert!(sent.contains(canary), "{canary} was not planted");
        }
        shown.debug(&(&request, &submitted));

        // The bank repeats it all in its answer.
        let details = fixture("direct-ee-lv-2.05/application-details.response.json");
        let mut details: Value = serde_json::from_str(&details).unwrap();
        for name in [
            "income_source",
            "employer_name",
            "employer_phone",
            "civil_status",
            "creator_name",
        ] {
            details["credit_application"][name] = json!("canary");
        }
        details["credit_application"]["monthly_income"] = json!("770003.31");
        bank.answers(200, details.to_string()).await;
        let read = bank.api.application(&application()).await.unwrap();

        let link = json!({ "uuid": "p-1", "link": "https://files.example/canary-link" });
        bank.answers(200, link.to_string()).await;
        let printout = bank.api.printout(&contract(), Regeneration::Forced).await;
        bank.answers(200, "{}").await;
        let signed = bank.api.confirm(&contract(), &code()).await.unwrap();
        bank.answers(201, "{}").await;
        let confirmed = bank.api.confirm_application(&application(), &code()).await;
        shown.debug(&confirmed.unwrap());
        let customer = json!({
            "customer": {
                "identity_code": "canary-code",
                "first_name": "canary-first",
                "last_name": "canary-last",
            },
            "customer_contact": {
                "phone_mobile": "canary-mobile",
                "phone_landline": "canary-landline",
                "email": "canary@email.example",
            },
        });
        bank.answers(200, customer.to_string()).await;
        let applicant = bank.api.applicant(&application()).await.unwrap();
        assert!(applicant.landline.is_some(), "nothing was planted");
        shown.debug(&applicant);
        bank.answers(201, "").await;
        bank.api
            .attach(&application(), &files(), "canary-description")
            .await
            .unwrap();
        shown.debug(&(read, printout.unwrap(), signed, code(), files()));
        drop(logs);
        shown.holds_none_of(&CANARIES);
    }
}

#[tokio::test]
async fn no_canary_sings_when_the_bank_fails_or_answers_nonsense_or_talks() {
    for &version in ApiVersion::ALL {
        let mut shown = Shown::default();
        let _logs = shown.logs();
        let bank = StubBank::start(version).await;
        let api = &bank.api;
        for (status, body) in [
            (200, "<html>canary</html>".to_owned()),
            (200, r#""canary""#.to_owned()),
            (200, json!({ "uuid": "canary of another" }).to_string()),
            (200, json!({ "uuid": ["canary"], "link": 1 }).to_string()),
            (200, json!({ "uuid": "u", "link": "canary" }).to_string()),
            (
                200,
                json!({ "uuid": "u", "decision_status": { "canary": 1 } }).to_string(),
            ),
            (
                200,
                json!({ "contract": { "uuid": "canary!" }, "redirect_url": "canary" }).to_string(),
            ),
            (200, json!({ "message": "no canary here" }).to_string()),
            (
                422,
                json!({ "message": "Customer canary-first exists" }).to_string(),
            ),
            (
                422,
                json!({ "message": ["is_not_valid", "no canary@email.example"] }).to_string(),
            ),
            (
                422,
                json!({ "message": ["confirmation code C0DE is wrong"] }).to_string(),
            ),
            (
                404,
                json!({ "error": ["+372 700001 is taken"] }).to_string(),
            ),
            (500, "canary".to_owned()),
        ] {
            bank.answers(status, body).await;
            if let Err(error) = api.submit(&request()).await {
                shown.error(&error);
            }
            if let Err(error) = api.application(&application()).await {
                shown.error(&error);
            }
            if let Err(error) = api.accept(&application()).await {
                shown.error(&error);
            }
            if let Err(error) = api.attach(&application(), &files(), "canary").await {
                shown.error(&error);
            }
            let sms = SigningMethod::Sms;
            if let Err(error) = api.sign(&contract(), &sms).await {
                shown.error(&error);
            }
            if let Err(error) = api.confirm(&contract(), &code()).await {
                shown.error(&error);
            }
            if let Err(error) = api.sign_application(&application(), &sms).await {
                shown.error(&error);
            }
            if let Err(error) = api.confirm_application(&application(), &code()).await {
                shown.error(&error);
            }
            if let Err(error) = api.applicant(&application()).await {
                shown.error(&error);
            }
            if let Err(error) = api.payment_schedule(&application()).await {
                shown.error(&error);
            }
            if let Err(error) = api.printout(&contract(), Regeneration::Forced).await {
                shown.error(&error);
            }
            if let Err(error) = api.contract(&contract()).await {
                shown.error(&error);
            }
        }
        shown.holds_none_of(&CANARIES);
    }
}

#[test]
fn no_canary_sings_when_a_document_is_wrong() {
    let mut shown = Shown::default();
    let mut refused = 0;
    for text in broken(&document()) {
        if let Err(error) = read_application_request(&text, &Region::ESTONIA) {
            refused += 1;
            shown.error(&error);
        }
    }
    assert!(refused > 1000, "only {refused} documents were refused");
    shown.holds_none_of(&CANARIES);
}

#[test]
fn no_canary_sings_in_what_is_refused_before_it_is_sent() {
    let mut shown = Shown::default();
    shown.error(&Attachment::new("canary\n.pdf", Vec::new()).unwrap_err());
    shown.error(&ConfirmationCode::parse("C0DE canary").unwrap_err());
    let mut request = request();
    request.means.monthly_income = None;
    let required = ["credit_application.monthly_income".to_owned()];
    shown.error(&request.check_required(&required).unwrap_err());
    shown.debug(&request);
    shown.holds_none_of(&CANARIES);
}
