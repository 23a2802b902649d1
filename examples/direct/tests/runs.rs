//! The application, at the bank.

use inbank::{Region, Shop};
use inbank_sandbox::Sandbox;

#[tokio::test]
async fn an_application_becomes_an_active_contract() {
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    let bank = builder.start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new("main", Region::ESTONIA, bank.shop(), bank.api_key());
    let shop = shop.with_base_url(bank.base_url());
    let database = format!("sqlite:{}/inbank.db", folder.path().display());
    let url = "http://127.0.0.1:9/inbank".to_owned();
    let (platform, mut events) = example_direct::platform(shop, url, database).await.unwrap();
    let running = platform.clone();
    tokio::spawn(async move { running.run(std::future::pending()).await });
    let order = platform.shop("main").unwrap().order("1001");
    assert!(example_direct::finance(&order, &mut events).await.unwrap());
}
