//! What the ledger keeps: neither personal data nor a key, in any byte of its files.

use std::sync::Arc;

use inbank::{
    Cart, CommandOutcome, Contact, Currency, Customer, Email, IdentityCode, Item, Money,
    OrderStatus, PayOutcome, PhoneNumber, Platform, Region, Shop,
};
use inbank_sandbox::Sandbox;
use inbank_testkit::RecordingSink;
use inbank_tests::Shown;

const CANARIES: [&str; 6] = [
    "canary",
    "38808050001",
    "700001",
    "770003",
    "Mari",
    "the-secret-key",
];

#[tokio::test]
async fn no_canary_is_in_any_byte_of_the_ledger_or_in_any_log() {
    let mut shown = Shown::default();
    let _logs = shown.logs();
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    let bank = builder.api_key("the-secret-key").start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sink = Arc::new(RecordingSink::new());
    let shop = Shop::new("main", Region::ESTONIA, bank.shop(), bank.api_key());
    let platform = Platform::builder()
        .public_url("http://127.0.0.1:9")
        .database(format!("sqlite:{}/ledger.db", folder.path().display()))
        .event_sink(sink)
        .shop(shop.with_base_url(bank.base_url()))
        .build()
        .await
        .unwrap();
    let total = Money::parse("499.90", Currency::EUR).unwrap();
    let mut cart = Cart::new("hire_purchase_approval", total);
    cart.customer = Some(Customer {
        identity_code: Some(IdentityCode::parse(&Region::ESTONIA, "38808050001").unwrap()),
        first_name: Some("Mari".to_owned().into()),
        last_name: Some("canary-last".to_owned().into()),
        gender: None,
    });
    cart.contact = Some(Contact {
        email: Some(Email::parse("canary@email.example").unwrap()),
        mobile: Some(PhoneNumber::parse("+372700001").unwrap()),
        phone: None,
    });
    cart.items.push(Item {
        serial_number: Some("canary-serial".to_owned().into()),
        amount: Some(total),
        ..Item::default()
    });
    let order = platform.shop("main").unwrap().order("1001");
    let paid = order.pay(&cart).await.unwrap();
    assert!(matches!(paid, PayOutcome::Redirect(_)));
    bank.customer_applies(bank.sessions()[0]).unwrap();
    assert_eq!(order.refresh().await.unwrap(), OrderStatus::AwaitsMerchant);
    let approved = order.approve().await.unwrap();
    assert!(matches!(approved, CommandOutcome::Done(_)), "{approved:?}");
    shown.debug(&(&platform, &order, &cart, order.find().await.unwrap()));
    let mut read = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        read += bytes.len();
        for canary in CANARIES {
            let found = bytes
                .windows(canary.len())
                .any(|part| part == canary.as_bytes());
            assert!(!found, "{canary} is in the ledger's files");
        }
    }
    assert!(read > 10_000, "the ledger has files");
    shown.holds_none_of(&CANARIES);
}
