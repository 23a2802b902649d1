//! A rented device: activated once, for one device, and read where the guide has rentals.

use inbank::http::{ApiVersion, RegionProfile};
use inbank::{
    Activation, AssetIdentifiers, AssetModel, Cart, CommandOutcome, Hero, Imei, ModelIdentifier,
    Months, OrderError, ProductCode, RentalRequest, SerialNumber,
};
use inbank_sandbox::{Fault, Operation, SandboxBuilder};
use inbank_tests::stage::{Stage, Store};
use inbank_tests::{on_every_store, on_store};

use crate::{DAY, HOUR, MINUTE, SECOND};

on_every_store!(
    a_rental_is_activated_and_paid_in_either_version,
    a_rental_that_is_not_handed_over_is_cancelled_by_a_bank_that_has_it_or_in_its_portal,
);

on_store!(
    bank,
    Memory,
    an_activation_with_another_serial_number_says_that_this_device_was_not_sent,
    an_activation_behind_a_gateway_that_gave_up_is_sent_once,
    a_device_that_the_bank_does_not_take_is_not_activated,
);

const PRODUCT: &str = "smart_rent_product_code";

async fn model(stage: &Stage) -> AssetModel {
    let shop = stage.platform.shop(Stage::SHOP).unwrap();
    let product = ProductCode::parse(PRODUCT).unwrap();
    let phone = ModelIdentifier::ean("8806095299501").unwrap();
    shop.rental_model(&product, &phone).await.unwrap()
}

/// A rental that waits to be activated.
async fn granted(stage: &Stage, reference: &str) -> AssetModel {
    let model = model(stage).await;
    let hero = Hero::new(model.id.clone(), stage.money("400"));
    let region = &RegionProfile::ESTONIA.region;
    let request = RentalRequest::new(region, Months::new(12).unwrap(), hero, Vec::new());
    let cart = Cart::rental(PRODUCT, request.unwrap(), "a telephone");
    let session = stage.session(reference, &cart).await;
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(10 * SECOND).await;
    assert_eq!(stage.told(reference), ["awaits_merchant"]);
    model
}

fn device(serial: &str) -> AssetIdentifiers {
    let imei = Imei::parse("355889000000007").unwrap();
    AssetIdentifiers::new(Some(imei), Some(SerialNumber::parse(serial).unwrap()))
}

async fn a_rental_is_activated_and_paid_in_either_version(store: Store) {
    for version in [ApiVersion::V2, ApiVersion::V3] {
        let stage = Stage::at(store, version, |bank| bank).await;
        let model = granted(&stage, "1001").await;
        let order = stage.order("1001");
        let activated = order.activate(&model, &device("J7P3D7000000")).await;
        let activated = activated.unwrap();
        assert!(
            matches!(
                activated,
                Activation::Activated(CommandOutcome::Acknowledged(_))
            ),
            "{activated:?}"
        );
        stage.pass(MINUTE).await;
        assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
        assert_eq!(stage.asked(Operation::ActivateContract), 1);
    }
}

/// No guide has a call that cancels a rental.
async fn a_rental_that_is_not_handed_over_is_cancelled_by_a_bank_that_has_it_or_in_its_portal(
    store: Store,
) {
    for version in [ApiVersion::V2, ApiVersion::V3] {
        let stage = Stage::at(store, version, SandboxBuilder::rentals_among_contracts).await;
        granted(&stage, "1001").await;
        let cancelled = stage.order("1001").cancel().await.unwrap();
        assert!(
            matches!(cancelled, CommandOutcome::Acknowledged(_)),
            "{cancelled:?}"
        );
        stage.pass(MINUTE).await;
        let told = stage.told("1001");
        assert_eq!(told, ["awaits_merchant", "not_paid: cancelled"]);

        let stage = Stage::at(store, version, |bank| bank).await;
        granted(&stage, "1001").await;
        let refused = stage.order("1001").cancel().await;
        assert!(matches!(refused, Err(OrderError::Bank(_))), "{refused:?}");
        let contract = stage.contract_of("1001").await;
        stage.sandbox.portal_cancels(contract).unwrap();
        stage.pass(DAY).await;
        let told = stage.told("1001");
        assert!(told[1].starts_with("needs_person"), "{told:?}");
        assert_eq!(told[2..], ["not_paid: cancelled"]);
        assert_eq!(stage.asked(Operation::CancelContract), 1);
    }
}

async fn an_activation_with_another_serial_number_says_that_this_device_was_not_sent(store: Store) {
    let stage = Stage::new(store).await;
    let model = granted(&stage, "1001").await;
    let order = stage.order("1001");
    order
        .activate(&model, &device("J7P3D7000000"))
        .await
        .unwrap();
    for _ in 0..2 {
        let again = order.activate(&model, &device("OTHER0000000")).await;
        let again = again.unwrap();
        assert!(
            matches!(again, Activation::AlreadyActivated(_)),
            "{again:?}"
        );
        stage.pass(MINUTE).await;
    }
    let contract = stage.contract_of("1001").await;
    let known = stage.sandbox.asset_identifiers(contract);
    assert!(known.iter().any(|one| one.identifier == "J7P3D7000000"));
    assert!(known.iter().all(|one| one.identifier != "OTHER0000000"));
}

async fn an_activation_behind_a_gateway_that_gave_up_is_sent_once(store: Store) {
    let stage = Stage::at(store, ApiVersion::V3, |bank| bank).await;
    let model = granted(&stage, "1001").await;
    let late = Fault::CommitLater { seconds: 3 };
    stage.sandbox.fault(Operation::ActivateContract, late, 1);
    let order = stage.order("1001");
    let unclear = order.activate(&model, &device("J7P3D7000000")).await;
    assert!(
        matches!(
            unclear,
            Ok(Activation::Activated(CommandOutcome::Unclear(_)))
        ),
        "{unclear:?}"
    );
    stage.pass(HOUR).await;
    assert_eq!(stage.asked(Operation::ActivateContract), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

async fn a_device_that_the_bank_does_not_take_is_not_activated(store: Store) {
    let stage = Stage::new(store).await;
    let model = granted(&stage, "1001").await;
    let refused = Fault::Status {
        status: 422,
        retry_after: None,
    };
    let assign = Operation::AssignAssetIdentifiers;
    stage.sandbox.fault(assign, refused, 1);
    let order = stage.order("1001");
    let error = order.activate(&model, &device("J7P3D7000000")).await;
    assert!(matches!(error, Err(OrderError::Bank(_))), "{error:?}");
    stage.pass(HOUR).await;
    assert_eq!(stage.asked(Operation::ActivateContract), 0);
    assert_eq!(stage.told("1001"), ["awaits_merchant"]);
}
