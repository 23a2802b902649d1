use std::time::Duration;

use inbank_sandbox::{
    AssetIdentifierType, ContractStatus, CustomerError, Fault, Operation, Region, SessionStatus,
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    browser::Customer,
    control::control,
    receiver::{Callback, Receiver},
    shop::{Shop, read},
    tenant::{COMPUTER, PHONE, PRODUCT, WATCH, identifiers, refused, rental},
};

fn serial(number: &str) -> Value {
    json!([{"identifierType": "SERIAL_NUMBER", "identifier": number}])
}

fn v2_activation(contract: Uuid) -> String {
    format!("v2/{{shop}}/contracts/{contract}/activation")
}

fn v3_activation(contract: Uuid) -> String {
    format!("{PRODUCT}/contracts/{contract}/activation")
}

#[tokio::test]
async fn an_identified_device_is_activated_once_in_version_2() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let body = rental(&shop.sandbox, PHONE, "400", &receiver.url);
    let session = shop.open_session(&body).await;
    shop.sandbox.customer_applies(session).unwrap();
    let contract = shop.sandbox.session(session).unwrap().contract.unwrap();
    let path = format!("v2/{{shop}}/contracts/{contract}");
    let (_, shown) = shop.get(&path).await;
    assert_eq!(shown["status"], "signed");
    assert_eq!(shown["activated_at"], Value::Null);
    assert_eq!(shown["product_code"], "example_code");
    assert_eq!(shown["identification_satisfied"], true);
    assert_eq!(shown.as_object().unwrap().len(), 15);

    let missing = json!({"message": ["asset_identifiers_is_missing"]});
    assert_eq!(
        shop.act(&v2_activation(contract)).await,
        (422, missing.clone())
    );
    assert_eq!(shop.assign(contract, &serial("J7")).await.0, 204);
    assert_eq!(shop.act(&v2_activation(contract)).await, (422, missing));
    assert_eq!(
        shop.assign(contract, &identifiers()).await,
        (204, Value::Null)
    );
    let assigned = shop.sandbox.asset_identifiers(contract);
    assert_eq!(assigned.len(), 2);
    assert_eq!(assigned[0].identifier_type, AssetIdentifierType::Imei);
    assert_eq!(assigned[1].identifier, "J7P3D7000000");

    assert_eq!(shop.act(&v2_activation(contract)).await, (204, Value::Null));
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Activated)
    );
    let (_, shown) = shop.get(&path).await;
    assert_eq!(shown["status"], "activated");
    assert!(shown["partner_approval_at"].is_string());
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Completed
    );
    shop.sandbox.idle().await;
    assert_eq!(receiver.statuses(), ["granted", "completed"]);
    assert!(
        receiver
            .bodies()
            .iter()
            .all(|body| Callback::read(body).is_authentic(shop.sandbox.api_key()))
    );

    let again = json!({"message": ["can_not_activate"]});
    assert_eq!(shop.act(&v2_activation(contract)).await, (422, again));
    let late = shop.assign(contract, &identifiers()).await;
    assert_eq!(
        (refused(&late).0, refused(&late).1),
        (422, "CONTRACT_STATUS_NOT_ALLOWED")
    );
}

#[tokio::test]
async fn version_3_activates_and_shows_a_contract_under_its_product() {
    let shop = Shop::open(Region::Latvia).await;
    let (_, contract) = shop.rented(COMPUTER).await;
    let answer = shop.act(&v3_activation(contract)).await;
    assert_eq!(refused(&answer).1, "ASSET_IDENTIFIERS_MISSING");
    let wrapped = json!({"assetIdentifiers": serial("PF4XYZ")});
    assert_eq!(shop.assign(contract, &wrapped).await, (204, Value::Null));
    assert_eq!(shop.act(&v3_activation(contract)).await, (204, Value::Null));
    let answer = shop.act(&v3_activation(contract)).await;
    assert_eq!(refused(&answer).1, "CONTRACT_STATUS_NOT_ALLOWED");

    let path = format!("{PRODUCT}/contracts/{contract}");
    let (status, shown) = shop.get(&path).await;
    assert_eq!(status, 200);
    assert_eq!(shown["status"], "activated");
    assert!(shown["referenceNumber"].is_string());
    assert!(shown["activatedAt"].is_string() && shown["partnerApprovalAt"].is_string());
    assert_eq!(shown["productCode"], "example_code");
    let details = &shown["details"];
    assert_eq!(details["totalNetPrice"], 400);
    assert_eq!(details["totalGrossPrice"], 484);
    assert_eq!(details["grossTradeInAmount"], 0);
    assert_eq!(details["insuranceUsed"], true);
    // 400 × 1.06 ÷ 12 and 1.60 for insurance.
    assert_eq!(
        details["rentalSchedule"],
        json!({"grossMonthlyPayment": 44.69, "vat": 7.76, "netMonthlyPayment": 36.93, "period": 12})
    );
    for path in [
        path.replace("example_code", "smart_rent_product_code"),
        format!("{PRODUCT}/contracts/{}", Uuid::nil()),
        format!("{PRODUCT}/contracts/d315a2c6-7a01--0000-1111"),
    ] {
        let answer = shop.get(&path).await;
        assert_eq!(answer, (404, json!({"message": "not_found"})), "{path}");
    }
}

#[tokio::test]
async fn identifiers_are_checked() {
    let shop = Shop::open(Region::Estonia).await;
    let (_, phone) = shop.rented(PHONE).await;
    let (_, computer) = shop.rented(COMPUTER).await;
    let imei = |number: &str| json!([{"identifierType": "IMEI", "identifier": number}]);
    let constraint = "CONSTRAINTS_VIOLATED_GENERAL";
    for (contract, body, status, code, message) in [
        (
            phone,
            imei(""),
            400,
            constraint,
            "resources[0].identifier: must not be blank",
        ),
        (
            phone,
            json!({"assetIdentifiers": [{"identifier": "1"}]}),
            400,
            constraint,
            "resources[0].identifierType: must not be blank",
        ),
        (
            phone,
            json!([]),
            400,
            constraint,
            "resources: must not be empty",
        ),
        (
            phone,
            json!({}),
            400,
            constraint,
            "assetIdentifiers: must not be empty",
        ),
        (
            phone,
            json!("IMEI"),
            400,
            constraint,
            "resources: is not valid",
        ),
        (
            phone,
            json!([{"identifierType": "MAC", "identifier": "1"}]),
            400,
            constraint,
            "resources[0].identifierType: is not valid",
        ),
        (
            phone,
            imei("355889000000008"),
            422,
            "ASSET_IDENTIFIER_NOT_VALID",
            "",
        ),
        (
            phone,
            imei("3558890000007"),
            422,
            "ASSET_IDENTIFIER_NOT_VALID",
            "",
        ),
        (
            computer,
            identifiers(),
            422,
            "ASSET_IDENTIFIER_TYPE_NOT_ALLOWED",
            "",
        ),
        (
            computer,
            json!([serial("a")[0], serial("b")[0]]),
            422,
            "ASSET_IDENTIFIER_TYPE_REPEATED",
            "",
        ),
    ] {
        let answer = shop.assign(contract, &body).await;
        let (told_status, told, words) = refused(&answer);
        assert_eq!((told_status, told), (status, code), "{body}");
        assert!(message.is_empty() || words == message, "{words}");
        assert!(shop.sandbox.asset_identifiers(contract).is_empty());
    }
    let unsigned = shop.rent(WATCH).await;
    let page = format!("{}/session/{unsigned}", shop.sandbox.base_url());
    let order = Customer::visit(&page).await;
    assert!(order.page.contains(": Rent<"));
    let (_, contract) = shop.contract("hire_purchase_approval").await;
    assert_eq!(shop.assign(contract, &identifiers()).await.0, 404);
    assert_eq!(shop.act(&v2_activation(contract)).await.0, 404);
}

#[tokio::test]
async fn a_contract_is_activated_in_the_portal_as_well() {
    let shop = Shop::open(Region::Estonia).await;
    let (session, contract) = shop.rented(PHONE).await;
    // A rental is activated, not approved.
    let approval = format!("v2/{{shop}}/contracts/{contract}/merchant_approval");
    assert_eq!(shop.act(&approval).await.0, 404);
    shop.sandbox.portal_activates(contract).unwrap();
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Completed
    );
    assert_eq!(
        shop.sandbox.portal_activates(contract),
        Err(CustomerError::WrongState)
    );
    assert_eq!(shop.act(&v2_activation(contract)).await.0, 422);
    let (_, financed) = shop.contract("hire_purchase_approval").await;
    assert_eq!(
        shop.sandbox.portal_activates(financed),
        Err(CustomerError::NotFound)
    );
}

#[tokio::test]
async fn rentals_are_controlled_over_http() {
    let shop = Shop::open(Region::Estonia).await;
    let (_, contract) = shop.rented(WATCH).await;
    let (_, listed) = read(control(&shop, Method::GET, "models")).await;
    assert_eq!(listed["models"][0]["ean"], "88845632734657");
    assert_eq!(listed["models"][0]["limits"]["max_net_price"], "5000");
    shop.assign(contract, &serial("W1")).await;
    let path = format!("contracts/{contract}/asset-identifiers");
    assert_eq!(
        read(control(&shop, Method::GET, &path)).await,
        (
            200,
            json!({"asset_identifiers": [{"identifier_type": "SERIAL_NUMBER", "identifier": "W1"}]})
        )
    );
    let path = format!("contracts/{contract}/portal-activate");
    for status in [204, 409] {
        assert_eq!(read(control(&shop, Method::POST, &path)).await.0, status);
    }
    let path = format!("contracts/{}/asset-identifiers", Uuid::nil());
    assert_eq!(read(control(&shop, Method::GET, &path)).await.0, 404);
}

#[tokio::test]
async fn a_rental_is_declined_cancelled_and_expires() {
    let shop = Shop::open(Region::Estonia).await;
    let declined = rental(&shop.sandbox, PHONE, "850", "http://127.0.0.1:9");
    let declined = shop.open_session(&declined).await;
    shop.sandbox.customer_applies(declined).unwrap();
    let cancelled = shop.rent(PHONE).await;
    shop.sandbox.customer_cancels(cancelled).unwrap();
    let (expired, contract) = shop.rented(PHONE).await;
    shop.sandbox.advance(Duration::from_hours(7 * 24));
    for (session, status) in [
        (declined, SessionStatus::Declined),
        (cancelled, SessionStatus::Cancelled),
        (expired, SessionStatus::Expired),
    ] {
        assert_eq!(shop.sandbox.session(session).unwrap().status, status);
    }
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Cancelled)
    );
    assert_eq!(shop.assign(contract, &identifiers()).await.0, 422);
    assert_eq!(shop.act(&v2_activation(contract)).await.0, 422);
}

#[tokio::test]
async fn an_activation_whose_answer_is_lost_has_happened() {
    let shop = Shop::open(Region::Estonia).await;
    let (_, contract) = shop.rented(WATCH).await;
    shop.assign(contract, &serial("W1")).await;
    shop.sandbox
        .fault(Operation::ActivateContract, Fault::AnswerLost, 1);
    let path = v3_activation(contract);
    assert!(shop.request(Method::POST, &path).send().await.is_err());
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Activated)
    );
    let operations: Vec<_> = shop
        .sandbox
        .requests()
        .into_iter()
        .filter_map(|request| request.operation)
        .collect();
    assert_eq!(
        operations,
        [
            Operation::CreateSession,
            Operation::AssignAssetIdentifiers,
            Operation::ActivateContract
        ]
    );
}

#[tokio::test]
async fn the_customer_rents_on_the_pages() {
    let shop = Shop::open(Region::Estonia).await;
    let session = shop.rent(PHONE).await;
    let page = format!("{}/session/{session}", shop.sandbox.base_url());
    let order = Customer::visit(&page).await;
    assert!(order.page.contains(": Rent<") && order.page.contains("F731B Galaxy Flip5"));
    // 36.93 and 24 %.
    assert!(order.page.contains("id=\"monthly-gross\">45.79\u{a0}EUR"));
    assert!(!order.page.contains("id=\"aprc\"") && !order.page.contains("period-form"));
    // The period is the merchant's.
    let other = Customer::visit(&format!("{page}?period=36")).await;
    assert_eq!(other.form("continue-form").fields["period"], "12");
    let applicant = [
        ("first_name", "Mari"),
        ("last_name", "Maasikas"),
        ("identity_code", "a code"),
        ("mobile", "+372 5123 1412"),
        ("email", "mari@example.com"),
    ];
    let application = order.submit("continue-form", &[]).await;
    let offer = application.submit("apply-form", &applicant).await;
    assert!(offer.page.contains("Midagi ei ole kokku lepitud"));
    let signature = offer.submit("accept-form", &[]).await;
    assert!(signature.page.contains("Allkirjasta leping"));
    let result = signature.submit("sign-form", &[]).await;
    assert_eq!((result.step(), result.status()), ("result", "granted"));
    assert!(result.page.contains("Taotlus on rahuldatud"));
}
