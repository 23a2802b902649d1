//! The rental, with a customer and the bank.

use inbank::{Activation, OrderStatus, Platform, Region, Shop};
use inbank_sandbox::Sandbox;

#[tokio::test]
async fn a_device_is_rented_and_handed_over() {
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    let bank = builder.start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new("main", Region::ESTONIA, bank.shop(), bank.api_key());
    let platform = Platform::builder()
        .public_url("http://127.0.0.1:9/inbank")
        .database(format!("sqlite:{}/inbank.db", folder.path().display()))
        .shop(shop.with_base_url(bank.base_url()))
        .on_event(|event| async move {
            println!("{}", event.kind);
            Ok::<_, std::io::Error>(())
        })
        .build()
        .await
        .unwrap();
    let shop = platform.shop("main").unwrap();
    assert!(example_rental::rent(&shop, "1001").await.unwrap().is_some());
    bank.customer_applies(bank.sessions()[0]).unwrap();
    let order = shop.order("1001");
    assert_eq!(order.refresh().await.unwrap(), OrderStatus::AwaitsMerchant);
    let activated = example_rental::hand_over(&shop, &order, "J7P3D7000000")
        .await
        .unwrap();
    assert!(
        matches!(activated, Activation::Activated(_)),
        "{activated:?}"
    );
    assert_eq!(order.status().await.unwrap(), OrderStatus::Paid);
}
