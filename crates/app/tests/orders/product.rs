use inbank_app::{ApplyOutcome, NotOffered, PayOutcome, Quote, ShopHandle, Unavailable};
use inbank_domain::{
    CalculationRequest, Cart, Months, PaymentDay, Product, ProductCode, ProductFamily, Rate,
    Region, ShopName,
};
use inbank_ports::GatewayErrorKind;
use time::{Date, Month};

use crate::stage::{Stage, application, cart, eur};

fn product(code: &str) -> Product {
    let code = ProductCode::parse(code).unwrap();
    Product::new(code, "Hire purchase", ProductFamily::HirePurchase)
}

/// Why an application for 400 with a down payment of 50 is not submitted.
fn refused(product: Product) -> Option<Unavailable> {
    let mut request = application("400").with_down_payment(eur("50")).unwrap();
    request.product_code = product.code.clone();
    request.payment_day = Some(PaymentDay::new(7).unwrap());
    let stage = Stage::new();
    stage.bank.add_product(product);
    let outcome = stage.play(async { stage.order("1001").apply(&request).await.unwrap() });
    let submitted = stage.bank.calls("application.submit");
    match outcome {
        ApplyOutcome::NotOffered(NotOffered::Unavailable(why)) => {
            assert_eq!(submitted, 0);
            Some(why)
        }
        ApplyOutcome::Sent(..) => {
            assert_eq!(submitted, 1);
            None
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_product_does_not_have_is_not_applied_for() {
    assert_eq!(refused(product("any")), None);

    let mut without_part = product("without_part");
    without_part.down_payment = Some(false);
    assert_eq!(refused(without_part), Some(Unavailable::DownPayment));

    let mut larger_part = product("larger_part");
    larger_part.min_down_payment = Some(20.into());
    assert_eq!(refused(larger_part), Some(Unavailable::DownPayment));

    let mut less_financed = product("less_financed");
    less_financed.max_financed = Some(eur("349.99"));
    let why = refused(less_financed);
    assert!(matches!(why, Some(Unavailable::Financed { .. })), "{why:?}");

    let mut other_days = product("other_days");
    other_days.payment_days = vec![PaymentDay::new(5).unwrap()];
    let why = refused(other_days);
    assert!(
        matches!(why, Some(Unavailable::PaymentDay { .. })),
        "{why:?}"
    );

    let mut other_periods = product("other_periods");
    other_periods.periods = vec![Months::new(3).unwrap()];
    let why = refused(other_periods);
    assert!(matches!(why, Some(Unavailable::Period { .. })), "{why:?}");

    let mut ended = product("ended");
    let last = Date::from_calendar_date(1970, Month::January, 1).unwrap();
    ended.valid_to = Some(last);
    assert_eq!(refused(ended), Some(Unavailable::Ended { last }));
}

#[test]
fn a_part_that_is_told_as_a_fraction_is_paid_at_once_too() {
    let submitted = |rate: &str, max: &str| {
        let mut product = product("limited");
        product.max_financed = Some(eur(max));
        let mut request = application("400");
        request.product_code = product.code.clone();
        request.down_payment_rate = Some(Rate::from_fraction(rate.parse().unwrap()));
        let stage = Stage::new();
        stage.bank.add_product(product);
        stage.play(async { stage.order("1").apply(&request).await.unwrap() });
        stage.bank.calls("application.submit") == 1
    };
    assert!(submitted("0.2", "320"));
    assert!(!submitted("0.2", "319.99"));
    // Twenty per cent, perhaps: the bank's to judge.
    assert!(submitted("20", "320"));
}

#[test]
fn another_fraction_at_once_is_another_application() {
    let stage = Stage::new();
    stage.play(async {
        for rate in ["0.2", "0.2", "0.3"] {
            let mut request = application("400");
            request.down_payment_rate = Some(Rate::from_fraction(rate.parse().unwrap()));
            stage.order("1").apply(&request).await.unwrap();
        }
    });
    assert_eq!(stage.bank.calls("application.submit"), 2);
}

#[test]
fn what_a_sessions_customer_may_pay_at_once_is_agreed_on_at_the_bank() {
    let paid = |change: &dyn Fn(&mut Product)| {
        let mut product = product("limited");
        change(&mut product);
        let stage = Stage::new();
        stage.bank.add_product(product);
        let cart = Cart::new("limited", eur("400"));
        stage.play(async { stage.order("1").pay(&cart).await.unwrap() })
    };
    let offered = |outcome| matches!(outcome, PayOutcome::Redirect(_));
    assert!(offered(paid(&|p| p.max_financed = Some(eur("300")))));
    assert!(offered(paid(&|p| p.min_down_payment = Some(20.into()))));
    assert!(!offered(paid(&|p| p.min_financed = Some(eur("400.01")))));
    assert!(!offered(paid(&|p| {
        p.max_financed = Some(eur("300"));
        p.down_payment = Some(false);
    })));
}

fn shop(stage: &Stage) -> ShopHandle {
    stage
        .worker
        .shop(&ShopName::parse("main").unwrap())
        .unwrap()
}

#[test]
fn a_shop_that_is_told_of_no_products_has_quotes_all_the_same() {
    let region = Region::ESTONIA;
    let code = ProductCode::parse("hire_purchase").unwrap();
    let months = Months::new(12).unwrap();
    let request = CalculationRequest::new(&region, code, eur("400"), months).unwrap();
    for kind in [GatewayErrorKind::NotAuthorised, GatewayErrorKind::NotFound] {
        let stage = Stage::new();
        stage.bank.add_product(product("hire_purchase"));
        stage.bank.fail_next(kind);
        let quote = stage.play(async { shop(&stage).quote(&request).await.unwrap() });
        assert!(matches!(quote, Quote::Offered(_)), "{kind:?} {quote:?}");
    }
    let stage = Stage::new();
    stage.bank.fail_next(GatewayErrorKind::Unreachable);
    assert!(stage.play(async { shop(&stage).quote(&request).await.is_err() }));
}

#[test]
fn a_shop_that_is_told_of_no_products_applies_and_pays_all_the_same() {
    for kind in [
        GatewayErrorKind::NotAuthorised,
        GatewayErrorKind::NotFound,
        GatewayErrorKind::Refused,
        GatewayErrorKind::Undecodable,
    ] {
        let stage = Stage::new();
        stage.play(async {
            stage.bank.fail_next(kind);
            let applied = stage.order("1").apply(&application("400")).await.unwrap();
            assert!(
                matches!(applied, ApplyOutcome::Sent(..)),
                "{kind:?} {applied:?}"
            );
            stage.bank.fail_next(kind);
            let paid = stage.order("2").pay(&cart("400")).await.unwrap();
            assert!(matches!(paid, PayOutcome::Redirect(_)), "{kind:?} {paid:?}");
        });
    }
}

#[test]
fn a_product_that_the_bank_does_not_know_is_the_banks_to_refuse() {
    let stage = Stage::new();
    stage.play(async {
        let paid = stage.order("1").pay(&Cart::new("nothing", eur("10"))).await;
        let refused = matches!(paid, Ok(PayOutcome::NotOffered(NotOffered::Refused(_))));
        assert!(refused, "{paid:?}");
    });
    assert_eq!(stage.bank.calls("session.open"), 1);
}

#[test]
fn a_bank_that_can_not_be_reached_is_asked_for_nothing_more() {
    let stage = Stage::new();
    stage.play(async {
        stage.bank.fail_next(GatewayErrorKind::Unreachable);
        assert!(stage.order("1").apply(&application("400")).await.is_err());
    });
    assert_eq!(stage.bank.calls("application.submit"), 0);
}
