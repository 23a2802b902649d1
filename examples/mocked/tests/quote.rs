use std::sync::Arc;

use inbank::ports::{GatewayError, GatewayErrorKind, MockCallbackAuthenticator, MockEventSink};
use inbank::ports::{MockLedger, MockProductCatalogue};
use inbank::{Bank, Cart, Currency, Money, OrderError, Platform, Region, Shop};

#[tokio::test]
async fn a_product_that_the_bank_does_not_know_opens_nothing() {
    let mut products = MockProductCatalogue::new();
    let unknown = |_: &_| {
        Err(GatewayError::new(
            GatewayErrorKind::NotFound,
            "product.show",
        ))
    };
    products.expect_product().returning(unknown);
    let callbacks = Arc::new(MockCallbackAuthenticator::new());
    let mut bank = Bank::new(Region::ESTONIA, "bank", ["main"], callbacks);
    bank.products = Some(Arc::new(products));
    let platform = Platform::builder()
        .public_url("https://shop.example/inbank")
        .ledger(Arc::new(MockLedger::new())) // nothing is written: any call would fail the test
        .event_sink(Arc::new(MockEventSink::new()))
        .shop(Shop::at("main", bank));
    let shop = platform.build().await.unwrap().shop("main").unwrap();
    let cart = Cart::new("hp", Money::parse("100", Currency::EUR).unwrap());
    let refused = shop.order("1001").pay(&cart).await.unwrap_err();
    assert!(matches!(refused, OrderError::Bank(_)));
}
