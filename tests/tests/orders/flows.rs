//! From a quote to the active contract, in every region and version.

use inbank::http::ApiVersion;
use inbank::{CalculationRequest, Cart, Months, OrderStatus, ProductCode, Quote, SigningMethod};
use inbank_sandbox::Outcome;
use inbank_tests::SandboxBank;
use inbank_tests::stage::{Stage, Store};

use crate::{DAY, MINUTE, SECOND};

#[tokio::test]
async fn every_region_in_every_version_goes_from_a_quote_to_the_active_contract() {
    for (profile, version) in SandboxBank::every() {
        let stage = Stage::in_region(Store::Memory, profile, version).await;
        let shop = stage.platform.shop(Stage::SHOP).unwrap();
        let product = ProductCode::parse(Stage::APPROVAL).unwrap();
        let (total, period) = (stage.money("499.90"), Months::new(12).unwrap());
        let question = CalculationRequest::new(&profile.region, product, total, period).unwrap();
        let quote = shop.quote(&question).await.unwrap();
        let checked = quote.checked().unwrap();
        assert!(checked.agrees(), "{checked:?}");
        assert!(quote.representative_example().is_some());
        let Quote::Offered(offer) = quote else {
            panic!("{quote:?}")
        };
        assert_eq!(offer.total_cost.currency(), profile.region.currency);
        stage.granted("1001").await;
        stage.order("1001").approve().await.unwrap();
        stage.pass(MINUTE).await;
        let told = stage.told("1001");
        let place = profile.region.name;
        assert_eq!(told, ["awaits_merchant", "paid"], "{place} {version}");
    }
}

#[tokio::test]
async fn every_region_in_every_version_takes_a_direct_application_to_the_active_contract() {
    for (profile, version) in SandboxBank::every() {
        let stage = Stage::in_region(Store::Memory, profile, version).await;
        stage.accepted("1001").await;
        let order = stage.order("1001");
        order.sign(&SigningMethod::Digital).await.unwrap();
        stage.pass(10 * SECOND).await;
        order.approve().await.unwrap();
        stage.pass(MINUTE).await;
        assert_eq!(
            stage.told("1001"),
            [
                "action_wanted: offer",
                "action_wanted: signature",
                "awaits_merchant",
                "paid"
            ],
            "{} {version}",
            profile.region.name
        );
        assert_eq!(stage.sandbox.contract_count(), 1);
    }
}

#[tokio::test]
async fn every_end_is_told_once_as_what_it_is() {
    for &version in ApiVersion::ALL {
        let stage = Stage::at(Store::Memory, version, |bank| bank).await;
        let cart = |amount| Stage::cart(Stage::APPROVAL, amount);
        let declined = stage.session("declined", &cart("600")).await;
        stage.sandbox.customer_applies(declined).unwrap();
        let cancelled = stage.session("cancelled", &cart("100")).await;
        stage.sandbox.customer_cancels(cancelled).unwrap();
        stage.session("expired", &cart("100")).await;
        stage.granted("by us").await;
        stage.order("by us").cancel().await.unwrap();
        stage.applied("negative").await;
        stage.decided("negative", Outcome::Negative).await;
        stage.pass(15 * DAY).await;
        for (order, told) in [
            ("declined", &["not_paid: declined"][..]),
            ("cancelled", &["not_paid: cancelled"]),
            ("expired", &["not_paid: expired"]),
            ("by us", &["awaits_merchant", "not_paid: cancelled"]),
            ("negative", &["not_paid: declined"]),
        ] {
            assert_eq!(stage.told(order), told, "{order} {version}");
            let status = stage.order(order).status().await.unwrap();
            assert!(matches!(status, OrderStatus::NotPaid(_)), "{order}");
        }
    }
}

#[tokio::test]
async fn what_is_not_to_be_had_for_a_cart_is_not_asked_for() {
    let stage = Stage::new(Store::Memory).await;
    let cart = Cart::new(Stage::APPROVAL, stage.money("1000000"));
    let offered = stage.order("1001").pay(&cart).await.unwrap();
    assert!(
        matches!(offered, inbank::PayOutcome::NotOffered(_)),
        "{offered:?}"
    );
    assert_eq!(stage.sandbox.session_count(), 0);
}
