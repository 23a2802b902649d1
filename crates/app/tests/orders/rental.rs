use inbank_app::Activation;
use inbank_domain::{
    AssetIdentifiers, AssetModel, Cart, Hero, Imei, ModelIdentifier, Months, OrderStatus,
    ProductCode, Region, RentalRequest, SerialNumber, ShopName,
};
use inbank_testkit::FakeBank;

use crate::stage::{MINUTE, Stage, eur};

/// An order for a phone that the bank has granted.
async fn granted(stage: &Stage) -> AssetModel {
    let shop = stage.worker.shop(&ShopName::parse("main").unwrap());
    let (product, phone) = (
        ProductCode::parse("rent").unwrap(),
        ModelIdentifier::ean(FakeBank::EAN).unwrap(),
    );
    let rentals = shop.unwrap().bank().rentals.clone().unwrap();
    let model = rentals.asset_model(&product, &phone).await.unwrap();
    let hero = Hero::new(model.id.clone(), eur("400"));
    let request = RentalRequest::new(&Region::ESTONIA, Months::new(12).unwrap(), hero, Vec::new());
    let cart = Cart::rental("rent", request.unwrap(), "a telephone");
    let session = stage.session("1001", &cart).await;
    stage.bank.customer_applies(&session);
    stage.order("1001").refresh().await.unwrap();
    assert_eq!(stage.status("1001").await, OrderStatus::AwaitsMerchant);
    model
}

fn device(serial: &str) -> AssetIdentifiers {
    let imei = Imei::parse("355889000000007").unwrap();
    AssetIdentifiers::new(Some(imei), Some(SerialNumber::parse(serial).unwrap()))
}

#[test]
fn of_two_who_hand_over_different_devices_at_once_one_is_told_that_the_bank_has_another() {
    for seed in 0..20 {
        let stage = Stage::seeded(seed);
        let devices = [device("J7P3D7000001"), device("J7P3D7000002")];
        let activations = stage.play(async {
            let model = granted(&stage).await;
            let (a, b) = (stage.order("1001"), stage.order("1001"));
            let both = futures::join!(
                a.activate(&model, &devices[0]),
                b.activate(&model, &devices[1])
            );
            stage.pass(MINUTE).await;
            assert_eq!(stage.status("1001").await, OrderStatus::Paid, "seed {seed}");
            [both.0.unwrap(), both.1.unwrap()]
        });
        let order = stage.sim.block_on(stage.order("1001").find());
        let contract = order.unwrap().unwrap().attempts[0].contract.clone();
        let known = stage.bank.assigned(&contract.unwrap());
        for (device, activation) in devices.iter().zip(activations) {
            let activated = matches!(activation, Activation::Activated(_));
            assert_eq!(activated, *device == known, "seed {seed}: {activation:?}");
        }
    }
}
