//! A phone is rented, and handed over, at a sandbox.

use std::sync::Arc;

use example_rental::{check_out, hand_over, model};
use inbank::{Platform, Region, Shop};
use inbank_sandbox::Sandbox;
use inbank_testkit::{MemoryLedger, RecordingSink};

#[tokio::test]
async fn a_phone_is_rented_and_handed_over() {
    let sandbox = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    let sandbox = sandbox.start().await.unwrap();
    let sink = Arc::new(RecordingSink::new());
    let shop = Shop::new("main", Region::ESTONIA, sandbox.shop(), sandbox.api_key())
        .with_base_url(sandbox.base_url());
    let platform = Platform::builder()
        // No callback comes here: the bank is polled.
        .public_url("http://127.0.0.1:9")
        .ledger(Arc::new(MemoryLedger::new()))
        .event_sink(sink.clone())
        .shop(shop)
        .build()
        .await
        .unwrap();
    let worker = platform.clone();
    tokio::spawn(async move { worker.run(std::future::pending()).await });
    let shop = platform.shop("main").unwrap();
    let order = shop.order("1001");

    let phone = model(&shop, "88845632734657").await.unwrap();
    let bank = check_out(&order, &phone, "400").await.unwrap().unwrap();
    assert!(bank.as_str().starts_with(sandbox.base_url()), "{bank}");
    sandbox.customer_applies(sandbox.sessions()[0]).unwrap();
    sink.delivered(1).await;
    assert_eq!(sink.events("1001")[0].kind.name(), "awaits_merchant");
    hand_over(&order, &phone, "355889000000007", "J7P3D7000000")
        .await
        .unwrap();
    sink.delivered(2).await;
    assert_eq!(sink.events("1001")[1].kind.name(), "paid");
}
