use inbank_domain::{
    AssetModelId, Currency, FinancingState, Hero, Locale, Money, Months, OrderReference,
    PartnerUrls, ProductCode, Purchase, Region, RentalRequest,
};
use inbank_ports::GatewayErrorKind;
use inbank_ports::fake::FakeBank;

use super::*;

async fn start(bank: Arc<FakeBank>) -> Started {
    let url = |text| WebAddress::parse(text).unwrap();
    let request = SessionRequest::new(
        &Region::ESTONIA,
        ProductCode::parse("hp").unwrap(),
        Money::parse("100", Currency::EUR).unwrap(),
        Locale::parse("et-ET").unwrap(),
        PartnerUrls {
            return_url: url("https://shop.example/return"),
            cancel_url: url("https://shop.example/cancel"),
            callback_url: url("https://shop.example/callbacks/f-1"),
        },
        Purchase::new(OrderReference::parse("ORDER 1").unwrap()),
    );
    let id = FinancingId::parse("f-1").unwrap();
    let checkout = Checkout::new(bank);
    checkout
        .start(id, ProductFamily::HirePurchase, &request.unwrap())
        .await
}

#[tokio::test]
async fn an_open_session_has_an_address_to_go_to() {
    let started = start(Arc::new(FakeBank::new(Region::ESTONIA))).await;
    let Started::Open {
        financing,
        redirect_url,
    } = started
    else {
        panic!("{started:?}")
    };
    assert_eq!(financing.state, FinancingState::Pending);
    assert_eq!(financing.session.unwrap().as_str(), "session-1");
    assert_eq!(redirect_url.as_str(), "https://fake.example/session-1");
}

#[tokio::test]
async fn a_lost_answer_is_neither_success_nor_failure() {
    let bank = Arc::new(FakeBank::new(Region::ESTONIA));
    bank.lose_next_answer();
    let started = start(bank.clone()).await;
    let Started::Unknown { financing, .. } = started else {
        panic!("{started:?}")
    };
    assert_eq!(financing.state, FinancingState::Opening);
    assert_eq!(bank.session_count(), 1, "asked once");
}

#[tokio::test]
async fn a_refusal_ends_the_attempt_and_an_unreachable_bank_does_not() {
    for (kind, state) in [
        (GatewayErrorKind::Refused, FinancingState::Failed),
        (GatewayErrorKind::NotAuthorised, FinancingState::Failed),
        (GatewayErrorKind::Unreachable, FinancingState::Opening),
        (GatewayErrorKind::RateLimited, FinancingState::Opening),
    ] {
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        bank.fail_next(kind);
        let started = start(bank.clone()).await;
        let Started::Refused { financing, error } = started else {
            panic!("{started:?}")
        };
        assert_eq!((financing.state, error.kind()), (state, kind));
        assert_eq!(bank.session_count(), 0);
    }
}

#[tokio::test]
async fn a_rental_is_checked_out_as_one_whatever_the_products_family_is_called() {
    let bank = Arc::new(FakeBank::new(Region::ESTONIA));
    let url = |text| WebAddress::parse(text).unwrap();
    let hero = Hero::new(
        AssetModelId::parse("b748b6b0-58d0-421d-9d52-c7edd22511f1").unwrap(),
        Money::parse("400", Currency::EUR).unwrap(),
    );
    let period = Months::new(12).unwrap();
    let cart = RentalRequest::new(&Region::ESTONIA, period, hero, Vec::new()).unwrap();
    let mut purchase = Purchase::new(OrderReference::parse("ORDER 1").unwrap());
    purchase.description = Some("A phone".to_owned());
    let request = SessionRequest::rental(
        &Region::ESTONIA,
        ProductCode::parse("rent").unwrap(),
        Locale::parse("et-ET").unwrap(),
        PartnerUrls {
            return_url: url("https://shop.example/return"),
            cancel_url: url("https://shop.example/cancel"),
            callback_url: url("https://shop.example/callbacks/f-1"),
        },
        purchase,
        cart,
    );
    let id = FinancingId::parse("f-1").unwrap();
    let checkout = Checkout::new(bank);
    let started = checkout.start(id, "rental".into(), &request.unwrap()).await;
    let Started::Open { financing, .. } = started else {
        panic!("{started:?}")
    };
    assert_eq!(financing.state, FinancingState::Pending);
    assert_eq!(financing.family, ProductFamily::SmartRent);
}
