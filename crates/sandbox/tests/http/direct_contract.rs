use std::time::Duration;

use inbank_sandbox::{ContractStatus, ProcessStatus, Region};
use serde_json::{Value, json};

use crate::{applicant::path, shop::Shop};

#[tokio::test]
async fn a_signed_contract_is_activated_after_some_polls_or_some_time() {
    let shop = Shop::open(Region::Estonia).await;
    for polls in [true, false] {
        let (id, contract) = shop.direct_contract("hire_purchase").await;
        let unsigned = shop.shown_contract(contract).await;
        assert_eq!(unsigned["status"], "unsigned");
        assert_eq!(unsigned["process_status"], Value::Null);
        assert_eq!(unsigned["product_code"], "hire_purchase");
        shop.sign(contract, "digital").await;
        if polls {
            assert_eq!(shop.shown_contract(contract).await["status"], "signed");
        } else {
            shop.sandbox.advance(Duration::from_secs(10));
        }
        let activated = shop.shown_contract(contract).await;
        assert_eq!(activated["status"], "activated");
        assert_eq!(activated["process_status"], "activated");
        assert!(activated["activated_at"].is_string());
        let (_, shown) = shop.get(&path(id)).await;
        assert_eq!(shown["contract"]["status"], "activated");
        assert_eq!(shown["credit_application"]["process_status"], "activated");
    }
}

#[tokio::test]
async fn poland_spells_version_2_as_its_guide_does() {
    for (region, camel) in [
        (Region::Poland, true),
        (Region::Czechia, true),
        (Region::Estonia, false),
        (Region::Latvia, false),
        (Region::Lithuania, false),
    ] {
        let shop = Shop::open(region).await;
        let (_, contract) = shop.direct_contract("hire_purchase").await;
        let shown = shop.shown_contract(contract).await;
        let names = if camel {
            ["terminationReason", "payoutAccountNumber", "processStatus"]
        } else {
            [
                "termination_reason",
                "payout_account_number",
                "process_status",
            ]
        };
        for name in names {
            assert!(shown.get(name).is_some(), "{region} {shown}");
        }
        assert_eq!(shown["number"].is_number(), camel);
    }
    // A contract from e-POS keeps its own spelling, and knows no process.
    let shop = Shop::open(Region::Poland).await;
    let (_, contract) = shop.contract("hire_purchase").await;
    let shown = shop.shown_contract(contract).await;
    assert!(shown["payout_account_number"].is_string());
    assert_eq!(shown.get("process_status"), None);
    assert_eq!(shop.sandbox.process_status(contract), None);
}

#[tokio::test]
async fn the_merchant_approves_what_is_signed() {
    let shop = Shop::open(Region::Poland).await;
    let (_, contract) = shop.direct_contract("hire_purchase_approval").await;
    let approval = format!("v2/{{shop}}/contracts/{contract}/merchant_approval");
    let too_early = (422, json!({"message": ["can_not_approve"]}));
    assert_eq!(shop.act(&approval).await, too_early);
    shop.sign(contract, "digital").await;
    assert_eq!(shop.act(&approval).await, too_early);
    let shown = shop.shown_contract(contract).await;
    assert_eq!(shown["status"], "unsigned");
    assert_eq!(shown["customerSigned"], true);
    assert_eq!(shown["repSigned"], Value::Null);

    let shown = shop.shown_contract(contract).await;
    assert_eq!(shown["status"], "signed");
    assert_eq!(shown["processStatus"], "waiting_for_partners_confirmation");
    shop.sandbox.advance(Duration::from_hours(24));
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Signed)
    );
    assert_eq!(shop.act(&approval).await, (204, Value::Null));
    let shown = shop.shown_contract(contract).await;
    assert_eq!(shown["status"], "activated");
    assert_eq!(shown["processStatus"], "activated");
    assert!(shown["partnerApprovalAt"].is_string());
    assert_eq!(shop.act(&approval).await, too_early);
}

#[tokio::test]
async fn a_contract_on_its_way_to_activation_is_not_for_the_merchant_to_approve() {
    let shop = Shop::open(Region::Estonia).await;
    let (_, contract) = shop.direct_contract("hire_purchase").await;
    shop.sign(contract, "digital").await;
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Signed)
    );
    let approval = format!("v2/{{shop}}/contracts/{contract}/merchant_approval");
    assert_eq!(shop.act(&approval).await.0, 422);
}

#[tokio::test]
async fn a_cancelled_contract_stays_cancelled() {
    let shop = Shop::open(Region::Estonia).await;
    for signed in [false, true] {
        let (_, contract) = shop.direct_contract("hire_purchase").await;
        if signed {
            shop.sign(contract, "digital").await;
        }
        let cancel = format!("v2/{{shop}}/contracts/{contract}/cancel");
        assert_eq!(shop.act(&cancel).await, (204, Value::Null));
        shop.sandbox.advance(Duration::from_hours(1));
        shop.shown_contract(contract).await;
        assert_eq!(shop.shown_contract(contract).await["status"], "cancelled");
        assert_eq!(shop.act(&cancel).await.0, 422);
    }
}

#[tokio::test]
async fn poland_verifies_the_customer_after_the_signature() {
    let shop = Shop::open(Region::Poland).await;
    for (product, status, process) in [
        (
            "hire_purchase_verification",
            ContractStatus::Activated,
            ProcessStatus::Activated,
        ),
        (
            "hire_purchase_verification_approval",
            ContractStatus::Signed,
            ProcessStatus::WaitingForPartnersConfirmation,
        ),
    ] {
        let (id, contract) = shop.direct_contract(product).await;
        assert!(shop.sandbox.statement_shared(id).is_err(), "not signed yet");
        shop.sign(contract, "sms").await;
        shop.confirm(contract, json!("0000")).await;
        shop.sandbox.advance(Duration::from_hours(1));
        let shown = shop.shown_contract(contract).await;
        assert_eq!(shown["status"], "unsigned");
        assert_eq!(
            shown["processStatus"],
            "waiting_for_customer_digital_verification"
        );
        let retrieval = json!({
            "application_uuid": id,
            "return_url": "http://127.0.0.1:9/back",
            "bank_id": "24",
            "locale": "pl",
        });
        let initiate = "v2/{shop}/account_statements/initiate_retrieval";
        assert_eq!(shop.post(initiate, &retrieval).await.0, 201);
        shop.sandbox.statement_shared(id).unwrap();
        shop.shown_contract(contract).await;
        shop.shown_contract(contract).await;
        assert_eq!(shop.sandbox.contract(contract), Some(status));
        assert_eq!(shop.sandbox.process_status(contract), Some(process));
        assert_eq!(shop.post(initiate, &retrieval).await.0, 422);
    }
}

#[tokio::test]
async fn whose_bank_has_told_already_is_not_verified_again() {
    let shop = Shop::open(Region::Poland).await;
    let id = shop.send_for("hire_purchase_verification", "1500").await;
    shop.poll(id).await;
    shop.sandbox.statement_shared(id).unwrap();
    shop.poll(id).await;
    let contract = shop.accept(id).await;
    shop.sign(contract, "paper").await;
    shop.shown_contract(contract).await;
    assert_eq!(shop.shown_contract(contract).await["status"], "activated");
}

#[tokio::test]
async fn a_printout_is_kept_until_another_one_is_forced() {
    let shop = Shop::open(Region::Poland).await;
    let (_, contract) = shop.direct_contract("hire_purchase").await;
    let printouts = format!("v2/{{shop}}/contracts/{contract}/printouts");
    let (status, first) = shop.get(&printouts).await;
    assert_eq!(status, 200);
    assert_eq!(first.as_object().unwrap().len(), 2);
    let again = shop
        .get(&format!("{printouts}?force_regeneration=false"))
        .await;
    assert_eq!(again.1, first);
    let (_, forced) = shop
        .get(&format!("{printouts}?force_regeneration=true"))
        .await;
    assert_ne!(forced["uuid"], first["uuid"]);
    assert_eq!(shop.get(&printouts).await.1, forced);
    assert_eq!(
        shop.get(&format!("{printouts}?force_regeneration=maybe"))
            .await,
        (
            422,
            json!({"message": ["force_regeneration_does_not_have_a_valid_value"]})
        )
    );
    let (_, v3) = shop
        .get(&format!(
            "v3/{{shop}}/contracts/{contract}/printouts?forceRegeneration=true"
        ))
        .await;
    assert_ne!(v3["uuid"], forced["uuid"]);
    for printout in [first, forced, v3] {
        let link = printout["link"].as_str().unwrap();
        let page = shop.client.get(link).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(
            page.text()
                .await
                .unwrap()
                .contains("data-step=\"printout\"")
        );
    }
}
