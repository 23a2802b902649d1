//! Every case that says something in Norway.

use std::sync::Arc;

use example_region::{NORWAY, shop};
use inbank::{IdentityCode, Platform};
use inbank_testkit::conformance::{BankUnderTest as _, cases};
use inbank_testkit::{FakeUnderTest, MemoryLedger, RecordingSink};

#[tokio::test]
async fn every_case_holds() {
    let cases = cases(FakeUnderTest::new(NORWAY).ports());
    assert!(cases.len() > 40);
    for case in cases {
        println!("{}", case.name);
        case.run(&FakeUnderTest::new(NORWAY)).await;
    }
}

#[test]
fn an_identity_code_is_one_of_norway() {
    IdentityCode::parse(&NORWAY, "010180 12345").unwrap();
    IdentityCode::parse(&NORWAY, "010180-12345").unwrap_err();
}

#[tokio::test]
async fn its_shop_is_one_of_a_platform() {
    let shop = shop("a93f1f44-d5dd-4469-bfcc-c1de9e969213", "key");
    let platform = Platform::builder()
        .public_url("https://shop.example")
        .ledger(Arc::new(MemoryLedger::new()))
        .event_sink(Arc::new(RecordingSink::new()))
        .shop(shop);
    let platform = platform.build().await.unwrap();
    assert_eq!(platform.shop("oslo").unwrap().bank().region, NORWAY);
}
