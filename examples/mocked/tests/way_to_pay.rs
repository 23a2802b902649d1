//! A unit test with a mock of the one port that it is about.

use std::sync::Arc;

use example_mocked::way_to_pay;
use inbank::ports::{GatewayError, GatewayErrorKind, MockCallbackAuthenticator, MockSessions};
use inbank::{Bank, Platform, Region, Shop};
use inbank_testkit::{MemoryLedger, RecordingSink};

#[tokio::test]
async fn a_customer_whom_the_bank_refuses_is_offered_other_ways_to_pay() {
    let mut sessions = MockSessions::new();
    let refused = GatewayError::new(GatewayErrorKind::Refused, "session.open");
    sessions.expect_open().return_once(|_| Err(refused));
    let callbacks = Arc::new(MockCallbackAuthenticator::new());
    let mut bank = Bank::new(Region::ESTONIA, "mock", ["mock"], callbacks);
    bank.sessions = Some(Arc::new(sessions));
    let platform = Platform::builder()
        .public_url("https://shop.example")
        .ledger(Arc::new(MemoryLedger::new()))
        .event_sink(Arc::new(RecordingSink::new()))
        .shop(Shop::at("main", bank));
    let platform = platform.build().await.unwrap();
    let shop = platform.shop("main").unwrap();
    let way = way_to_pay(&shop, "1001", 499).await;
    assert_eq!(way.unwrap(), "/other-ways-to-pay");
}
