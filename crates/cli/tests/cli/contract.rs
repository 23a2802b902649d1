use inbank_sandbox::{ContractStatus, Fault, Operation, Region};
use serde_json::{Value, json};

use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_shown() {
    let shop = Shop::open().await;
    let (_, id) = shop.granted();
    for version in ["v2", "v3"] {
        let shown = shop
            .run(&["contract", "show", &id, "--api-version", version])
            .json();
        assert_eq!(
            (&shown["id"], &shown["status"]),
            (&json!(id), &json!("signed"))
        );
        assert_eq!(shown["product_code"], "hire_purchase_approval");
        assert!(
            shown["number"].is_string() && shown["signed_at"].is_string(),
            "{shown}"
        );
    }
    let run = shop.text(&["contract", "show", &id]);
    assert!(run.text().contains("  signed\n"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn approving_and_cancelling_can_be_repeated_and_do_not_overrule_each_other() {
    let shop = Shop::open().await;
    let (contract, id) = shop.granted();
    for _ in 0..2 {
        assert_eq!(shop.run(&["contract", "approve", &id]).json(), json!({}));
        assert_eq!(
            shop.sandbox.contract(contract),
            Some(ContractStatus::Activated)
        );
    }
    let error = shop.run(&["contract", "cancel", &id]).error(3);
    assert_eq!(error["kind"], "refused");
    assert_eq!(error["operation"], "contract.cancel");
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Activated)
    );

    let (contract, id) = shop.granted();
    for told in ["The bank cancels the contract", "is cancelled."] {
        let run = shop.text(&["contract", "cancel", &id, "--api-version", "v3"]);
        assert!(run.text().contains(told), "{run:?}");
        assert_eq!(
            shop.sandbox.contract(contract),
            Some(ContractStatus::Cancelled)
        );
    }
    assert_eq!(
        shop.run(&["contract", "approve", &id]).error(3)["kind"],
        "refused"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_settled_by_reading_the_contract() {
    let shop = Shop::open().await;
    let (contract, id) = shop.granted();
    shop.sandbox
        .fault(Operation::ApproveContract, Fault::AnswerLost, 1);
    let run = shop.run(&["contract", "approve", &id]);
    assert_eq!((run.code, &*run.stdout), (0, "{}\n"), "{run:?}");
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Activated)
    );
    assert_eq!(shop.received(Operation::ApproveContract), [Value::Null]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bank_has_taken_is_done_whether_or_not_it_shows_yet() {
    let shop = Shop::unhurried().await;
    let (contract, id) = shop.granted();
    assert_eq!(shop.run(&["contract", "approve", &id]).json(), json!({}));
    let still = Some(ContractStatus::Signed);
    assert_eq!(shop.sandbox.contract(contract), still);
    assert_eq!(shop.received(Operation::ApproveContract).len(), 1);
    shop.sandbox.settle();
    let run = shop.text(&["contract", "approve", &id]);
    assert_eq!(run.text(), format!("The contract {id} is approved.\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_is_not_signed() {
    for end in ["cancelled", "terminated"] {
        let shop = Shop::of(Region::Poland).await;
        let (contract, id) = shop.accepted("hire_purchase_approval");
        let sign = |method: &str| shop.run(&["contract", "sign", &id, "--method", method]);
        assert_eq!(sign("digital").json(), json!({}));
        let end_it = if end == "cancelled" {
            "cancel"
        } else {
            "approve"
        };
        shop.run(&["contract", end_it, &id]).json();
        if end == "terminated" {
            shop.sandbox.terminate(contract).unwrap();
        }
        let shown = shop.run(&["contract", "show", &id]).json();
        assert_eq!(shown["status"], end);
        assert_eq!(shown["customer_signed"], true);
        for method in ["digital", "paper", "sms"] {
            let error = sign(method).error(3);
            assert_eq!(error["operation"], "contract.sign", "{end} {method}");
        }
        let confirm = ["contract", "confirm", &id, "--code", "0000"];
        assert_eq!(shop.run(&confirm).error(3)["operation"], "contract.confirm");
        let run = shop.text(&["contract", "sign", &id, "--method", "sms"]);
        assert_eq!((run.code, &*run.stdout), (3, ""), "{run:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_contract_is_waited_for_without_the_catalogue() {
    let shop = Shop::of(Region::Poland).await;
    let (_, id) = shop.accepted("hire_purchase");
    shop.run(&["contract", "sign", &id, "--method", "digital"])
        .json();
    let fault = Fault::Status {
        status: 403,
        retry_after: None,
    };
    shop.sandbox.fault(Operation::GetProduct, fault, 10);
    let shown = shop.run(&["contract", "show", &id, "--wait"]).json();
    assert_eq!(shown["status"], "activated");
    assert_eq!(
        (&shown["customer_signed"], &shown["rep_signed"]),
        (&json!(true), &json!(true))
    );
    let run = shop.text(&["contract", "show", &id]);
    assert!(run.text().contains("the customer and the bank"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_the_product_has_not_is_refused_before_it_is_sent() {
    let shop = Shop::open().await;
    let (_, id) = shop.accepted("hire_purchase");
    let error = shop
        .run(&["contract", "sign", &id, "--method", "sms"])
        .error(2);
    assert!(
        error["message"].as_str().unwrap().contains("redirect"),
        "{error}"
    );
    assert!(shop.received(Operation::SignContract).is_empty());
}
