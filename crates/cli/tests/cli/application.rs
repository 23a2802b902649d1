use std::time::Duration;

use inbank_sandbox::{DecisionStatus, Fault, Operation, Outcome, Region};
use serde_json::{Value, json};

use crate::applicant::{SAMPLE, application};
use crate::run::Run;
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_own_sample_is_submitted_in_either_version() {
    for version in ["v2", "v3"] {
        let shop = Shop::open().await;
        let mut command = shop.command(&["application", "submit", "--from", "-"]);
        command.env("INBANK_API_VERSION", version);
        let submitted = Run::with_stdin(&mut command, SAMPLE).json();
        assert_eq!(
            submitted["decision_status"], "income_proof_required",
            "{submitted}"
        );
        assert_eq!(
            submitted["income_proof_type"],
            "ais_with_fallback_manual_upload_option"
        );
        assert!(submitted["number"].is_string() && submitted["decision_messages"].is_array());
        assert_eq!(submitted["changed_conditions"], false);
        assert_eq!(submitted["previous_id"], Value::Null);
        assert!(submitted.get("offer").is_none(), "{submitted}");
        assert_eq!(shop.sandbox.application_count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_product_requires_is_missed_before_anything_is_sent() {
    let shop = Shop::open().await;
    let document = application("hire_purchase_income", "300");
    let error = shop.submit(&document).error(2);
    assert_eq!(error["kind"], "invalid");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("purchase.description"),
        "{error}"
    );
    let unknown = SAMPLE.replace("\"zip_code\"", "\"zip\"");
    assert_eq!(shop.submit(&unknown).error(2)["kind"], "invalid");
    assert!(shop.received(Operation::CreateApplication).is_empty());
    let error = shop.submit(&application("hire_purchase", "30000")).error(2);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("credit_application.amount"), "{error}");
    let document = application("hire_purchase", "300").replace("\"12\"", "\"7\"");
    let error = shop.submit(&document).error(2);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("credit_application.period"), "{error}");
    assert!(shop.received(Operation::CreateApplication).is_empty());
    let refused = shop.submit(&application("nothing", "300")).error(3);
    assert_eq!(refused["operation"], "application.submit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_told_of_no_products_applies_all_the_same() {
    let shop = Shop::open().await;
    for status in [403, 404] {
        let fault = Fault::Status {
            status,
            retry_after: None,
        };
        shop.sandbox.fault(Operation::GetProduct, fault, 1);
        shop.submit(SAMPLE).json();
    }
    let unexpected = Fault::HtmlBody;
    shop.sandbox.fault(Operation::GetProduct, unexpected, 10);
    shop.submit(SAMPLE).json();
    assert_eq!(shop.sandbox.application_count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_proof_of_income_the_new_decision_is_waited_for() {
    let shop = Shop::taking(Region::Estonia, 2, Duration::from_hours(1)).await;
    let (id, name) = shop.submitted("hire_purchase", "1500");
    let wait = || shop.run(&["application", "show", &name, "--wait"]).json();
    assert_eq!(wait()["decision_status"], "income_proof_required");
    shop.sandbox.statement_shared(id).unwrap();
    assert_eq!(wait()["decision_status"], "positive");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_signed_by_code_before_it_is_decided_about() {
    for version in ["v2", "v3"] {
        let shop = Shop::of(Region::Poland).await;
        let (_, id) = shop.submitted("hire_purchase_sms", "300");
        let run = |words: &[&str]| {
            let here = ["--api-version", version];
            shop.run(&[&["application"], words, &here[..]].concat())
        };
        let pending = run(&["show", &id]).json();
        assert_eq!(pending["decision_status"], "pending");
        assert_eq!(pending["confirmed_at"], Value::Null);
        assert_eq!(pending["product_code"], "hire_purchase_sms");
        let error = run(&["sign", &id, "--method", "digital"]).error(2);
        assert!(
            error["message"].as_str().unwrap().contains("sms"),
            "{error}"
        );
        assert_eq!(run(&["sign", &id, "--method", "sms"]).json(), json!({}));
        let error = run(&["confirm", &id, "--code", "9999"]).error(3);
        assert_eq!(error["operation"], "application.confirm");
        shop.sandbox
            .fault(Operation::ConfirmApplicationSigning, Fault::AnswerLost, 1);
        let confirmed = run(&["confirm", &id, "--code", "0000"]).json();
        assert!(confirmed["confirmed_at"].is_string(), "{confirmed}");
        let decided = run(&["show", &id, "--wait"]).json();
        assert_eq!(decided["decision_status"], "positive");
        assert_eq!(decided["confirmed_at"], confirmed["confirmed_at"]);
        let error = run(&["sign", &id, "--method", "sms"]).error(3);
        assert_eq!(error["operation"], "application.sign");
        assert_eq!(
            run(&["confirm", &id, "--code", "0000"]).error(3)["kind"],
            "refused"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_without_a_signature_is_not_called_signed() {
    let shop = Shop::of(Region::Poland).await;
    let (_, id) = shop.submitted("hire_purchase", "300");
    for words in [["sign", "--method", "sms"], ["confirm", "--code", "0000"]] {
        let [command, flag, value] = words;
        let run = shop.run(&["application", command, &id, flag, value]);
        assert_eq!(run.error(3)["kind"], "refused");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_whose_answer_is_lost_is_sent_once() {
    let shop = Shop::open().await;
    shop.sandbox
        .fault(Operation::CreateApplication, Fault::AnswerLost, 1);
    let error = shop.submit(SAMPLE).error(6);
    assert_eq!(error["kind"], "outcome_unknown");
    assert_eq!(error["operation"], "application.submit");
    assert_eq!(shop.received(Operation::CreateApplication).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_shown_once_there_is_one() {
    for region in [Region::Estonia, Region::Poland] {
        let shop = Shop::of(region).await;
        let (_, id) = shop.submitted("hire_purchase", "300");
        for wait in [&[][..], &["--wait"]] {
            for version in ["v2", "v3"] {
                let words = ["application", "show", &id, "--api-version", version];
                let shown = shop.run(&[&words, wait].concat()).json();
                assert_eq!(shown["decision_status"], "positive");
                let offer = &shown["offer"];
                assert_eq!(
                    (&offer["amount"], &offer["period"]),
                    (&json!("300.0"), &json!(12))
                );
                for field in [
                    "payment_amount_monthly",
                    "interest_rate_annual",
                    "credit_cost_rate_annual",
                    "total_cost",
                ] {
                    assert!(offer[field].is_string(), "{field}: {offer}");
                }
                assert_eq!(offer["checked"]["agrees"], true, "{offer}");
                let checks = offer["checked"]["checks"].as_array().unwrap();
                let aprc = checks.iter().find(|check| check["name"] == "aprc");
                assert_eq!(aprc.unwrap()["verdict"], "agrees", "{offer}");
            }
        }
        let run = shop.text(&["application", "show", &id]);
        let text = run.text();
        assert!(
            text.contains("Decision            positive\n") && text.contains("Monthly payment"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_decided_is_shown_as_it_is() {
    let shop = Shop::taking(Region::Estonia, 100, Duration::from_hours(1)).await;
    let (application, id) = shop.submitted("hire_purchase", "300");
    let shown = shop.run(&["application", "show", &id]).json();
    assert_eq!(shown["decision_status"], "pending");
    shop.sandbox.decide(application, Outcome::Negative).unwrap();
    let shown = shop.run(&["application", "show", &id, "--wait"]).json();
    assert_eq!(shown["decision_status"], "negative");
    assert!(shown.get("offer").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_conditions_come_under_another_identifier() {
    let shop = Shop::open().await;
    let submitted = shop.submit(&application("hire_purchase", "6500")).json();
    assert_eq!(submitted["changed_conditions"], true, "{submitted}");

    let shop = Shop::taking(Region::Estonia, 100, Duration::from_hours(1)).await;
    let (application, id) = shop.submitted("hire_purchase", "300");
    let changed = Outcome::ChangedConditions;
    shop.sandbox.decide(application, changed).unwrap();
    let shown = shop.run(&["application", "show", &id, "--wait"]).json();
    assert_ne!(shown["id"], id);
    assert_eq!(shown["previous_id"], id);
    assert_eq!(shown["offer"]["amount"], "270.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_can_be_repeated_and_cancelling_does_not_overrule_it() {
    let shop = Shop::open().await;
    let (application, id) = shop.submitted("hire_purchase", "300");
    let accepted = shop.run(&["application", "accept", &id]).json();
    let contract = shop.sandbox.application(application).unwrap().contract;
    assert_eq!(accepted, json!({ "contract_id": contract }));
    let run = shop.text(&["application", "accept", &id, "--api-version", "v3"]);
    assert_eq!(run.text(), format!("Contract  {}\n", contract.unwrap()));
    let error = shop.run(&["application", "cancel", &id]).error(3);
    assert_eq!(error["kind"], "refused");
    assert_eq!(error["operation"], "application.cancel");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_can_be_repeated_and_ends_it() {
    let shop = Shop::open().await;
    let (application, id) = shop.submitted("hire_purchase", "300");
    for _ in 0..2 {
        assert_eq!(shop.run(&["application", "cancel", &id]).json(), json!({}));
        assert!(shop.sandbox.application(application).unwrap().cancelled);
    }
    let run = shop.text(&["application", "cancel", &id]);
    assert_eq!(run.text(), format!("The application {id} is cancelled.\n"));
    let shown = shop.run(&["application", "show", &id, "--wait"]).json();
    assert_eq!(shown["cancelled"], true);
    let error = shop.run(&["application", "accept", &id]).error(3);
    assert_eq!(error["operation"], "application.accept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_acceptance_is_settled_by_reading() {
    let shop = Shop::open().await;
    let (application, id) = shop.submitted("hire_purchase", "300");
    shop.sandbox
        .fault(Operation::AcceptApplication, Fault::AnswerLost, 1);
    let run = shop.run(&["application", "accept", &id]);
    assert_eq!(run.code, 0, "{run:?}");
    let state = shop.sandbox.application(application).unwrap();
    assert!(run.stdout.contains(&state.contract.unwrap().to_string()));
    assert_eq!(shop.received(Operation::AcceptApplication).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_offer_is_not_accepted() {
    let shop = Shop::open().await;
    let (application, id) = shop.submitted("hire_purchase", "900");
    let state = shop.sandbox.application(application).unwrap();
    assert_eq!(state.decision, DecisionStatus::Negative);
    let error = shop.run(&["application", "accept", &id]).error(3);
    assert_eq!(
        (&error["kind"], &error["bank_status"]),
        (&json!("refused"), &json!(422))
    );
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert_eq!(shop.run(&["application", "show", nobody]).code, 3);
    assert_eq!(shop.run(&["application", "show", "a/b"]).code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bank_keeps_of_an_application_is_shown() {
    for version in ["v2", "v3"] {
        let shop = Shop::of(Region::Poland).await;
        let (_, id) = shop.submitted("hire_purchase", "300");
        let run = |words: &[&str]| {
            let here = ["--api-version", version];
            shop.run(&[&["application"], words, &here[..]].concat())
        };
        for document in ["application", "offer"] {
            let printout = run(&["printout", &id, "--document", document]).json();
            assert!(printout["link"].as_str().unwrap().starts_with("http"));
        }
        let schedule = run(&["schedule", &id]).json();
        assert_eq!(
            schedule["schedule"].as_array().unwrap().len(),
            12,
            "{schedule}"
        );
        let recalculated = run(&["recalculate", &id, "--down-payment", "100"]).json();
        assert_eq!(recalculated["down_payment_amount"], "100.0");
        assert_ne!(
            recalculated["payment_amount_monthly"],
            schedule["payment_amount_monthly"]
        );
        let shown = run(&["show", &id]).json();
        assert_eq!(shown["offer"]["down_payment_amount"], "100.0");
        let error = run(&["recalculate", &id, "--down-payment", "300"]).error(3);
        assert_eq!(error["operation"], "application.recalculate");
        let customer = run(&["customer", &id]).json();
        assert_eq!(
            (&customer["last_name"], &customer["mobile"]),
            (&json!("Smith"), &json!("+37253630000"))
        );
        let nobody = "00000000-0000-4000-8000-000000000000";
        for command in ["schedule", "customer", "printout"] {
            assert_eq!(run(&[command, nobody]).error(3)["kind"], "not_found");
        }
    }
}
