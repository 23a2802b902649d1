use super::*;
use crate::{AddOnCategory, AssetCategory, AssetModelId, Currency, PriceLimits};

fn euro(text: &str) -> Money {
    Money::parse(text, Currency::EUR).unwrap()
}

fn months(months: u16) -> Months {
    Months::new(months).unwrap()
}

fn hero(net: &str) -> Hero {
    Hero::new(AssetModelId::parse("m-1").unwrap(), euro(net))
}

fn cable(net: &str) -> AddOn {
    AddOn::new("Cable", AssetCategory::AddOn, euro(net))
}

fn cart(hero: Hero, add_ons: Vec<AddOn>) -> Result<RentalRequest, Invalid> {
    RentalRequest::new(&Region::ESTONIA, months(12), hero, add_ons)
}

/// The conditions of the guide's sample, with limits for its add-ons.
fn model() -> AssetModel {
    let id = AssetModelId::parse("m-1").unwrap();
    let mut model = AssetModel::new(id, "Phone", InsuranceRequirement::Optional, Vec::new());
    model.periods = [12, 24, 36].map(months).to_vec();
    model.trade_in_available = Some(false);
    model.campaign_discount_available = Some(false);
    model.limits = PriceLimits {
        min_net: Some(euro("5")),
        max_net: Some(euro("5000")),
        min_gross: Some(euro("6")),
        max_gross: Some(euro("6000")),
    };
    let mut add_on = AddOnCategory::new(AssetCategory::AddOn);
    add_on.limits.max_net = Some(euro("500"));
    model.add_on_categories = vec![add_on];
    model
}

fn broken(request: &RentalRequest, model: &AssetModel) -> String {
    request.check(model).unwrap_err().field().to_owned()
}

#[test]
fn prices_are_of_one_currency_and_not_negative() {
    let field = |cart: Result<RentalRequest, Invalid>| cart.unwrap_err().field().to_owned();
    let zloty = Money::parse("1", Currency::PLN).unwrap();
    let mut foreign = hero("1");
    foreign.net_price = zloty;
    assert_eq!(field(cart(foreign, Vec::new())), "currency");
    assert_eq!(field(cart(hero("-1"), Vec::new())), "assets[0].net_price");
    let mut gross = hero("1");
    gross.gross_price = Some(zloty);
    assert_eq!(field(cart(gross, Vec::new())), "assets[0].gross_price");
    let add_ons = vec![cable("0"), cable("-0.01")];
    assert_eq!(field(cart(hero("1"), add_ons)), "assets[2].net_price");
    for amount in [euro("-1"), zloty] {
        let cart = cart(hero("1"), Vec::new()).unwrap();
        let error = cart.clone().with_trade_in(amount).unwrap_err();
        assert_eq!(error.field(), "gross_trade_in_amount");
        let error = cart.with_campaign_discount(amount).unwrap_err();
        assert_eq!(error.field(), "gross_campaign_discount");
    }
}

#[test]
fn an_add_on_has_a_name_and_a_category() {
    for (name, category, field) in [
        (" ", "add_on", "assets[1].model_name"),
        ("Cable", "", "assets[1].category_code"),
    ] {
        let add_on = AddOn::new(name, category.into(), euro("1"));
        let error = cart(hero("1"), vec![add_on]).unwrap_err();
        assert_eq!(error.field(), field);
    }
    let odd = AddOn::new("11'' \"Black\"*", "case".into(), euro("31.3167"));
    let cart = cart(hero("332.5"), vec![odd]).unwrap();
    assert_eq!(cart.total_net_price().unwrap().to_string(), "363.8167 EUR");
}

#[test]
fn a_cart_within_the_conditions_passes() {
    let mut request = cart(hero("1000"), vec![cable("80")]).unwrap();
    assert!(request.check(&model()).is_ok());
    request.insurance_used = false;
    request = request.with_trade_in(euro("0")).unwrap();
    assert!(request.check(&model()).is_ok(), "nothing is traded in");
}

#[test]
fn the_condition_that_is_not_kept_is_named() {
    let request = cart(hero("1000"), vec![cable("80")]).unwrap();
    let mut other = model();
    other.id = AssetModelId::parse("m-2").unwrap();
    assert_eq!(broken(&request, &other), "assets[0].model_id");

    let mut short = request.clone();
    short.period = months(6);
    assert_eq!(broken(&short, &model()), "period");

    let reduced = request.clone().with_trade_in(euro("50")).unwrap();
    assert_eq!(broken(&reduced, &model()), "gross_trade_in_amount");
    let reduced = request.with_campaign_discount(euro("40")).unwrap();
    assert_eq!(broken(&reduced, &model()), "gross_campaign_discount");
    let mut generous = model();
    let reduced = reduced.with_trade_in(euro("50")).unwrap();
    for available in [Some(true), None] {
        generous.trade_in_available = available;
        generous.campaign_discount_available = available;
        assert!(reduced.check(&generous).is_ok(), "{available:?}");
    }
}

#[test]
fn insurance_follows_the_model() {
    for (requirement, used, fits) in [
        (InsuranceRequirement::Always, true, true),
        (InsuranceRequirement::Always, false, false),
        (InsuranceRequirement::Never, true, false),
        (InsuranceRequirement::Never, false, true),
        (InsuranceRequirement::from("SOMETIMES"), true, true),
        (InsuranceRequirement::from("SOMETIMES"), false, true),
    ] {
        let mut model = model();
        model.insurance = requirement;
        let mut request = cart(hero("1000"), Vec::new()).unwrap();
        request.insurance_used = used;
        let refused = request.check(&model).err();
        let field = refused.as_ref().map(Invalid::field);
        assert_eq!(field, (!fits).then_some("insurance_used"), "{used}");
    }
}

#[test]
fn the_heros_price_lies_within_the_models_limits_whatever_goes_along_with_it() {
    for (net, fits) in [
        ("4.99", false),
        ("5", true),
        ("5000", true),
        ("5000.01", false),
    ] {
        let request = cart(hero(net), vec![cable("300"), cable("400")]).unwrap();
        let broken = request.check(&model()).err();
        let field = broken.as_ref().map(Invalid::field);
        assert_eq!(field, (!fits).then_some("assets[0].net_price"), "{net}");
    }
    let mut dear = hero("4000");
    dear.gross_price = Some(euro("6000.01"));
    let request = cart(dear, vec![cable("1")]).unwrap();
    assert_eq!(broken(&request, &model()), "assets[0].net_price");
}

#[test]
fn a_hero_is_named_by_its_model_or_by_a_category_of_devices() {
    let by_category = |category: &str| {
        let hero = Hero::of_category("Phone", category.into(), euro("400"));
        cart(hero, vec![cable("1")])
    };
    for category in ["phone", "tablet", "computer", "watch", "drone"] {
        let request = by_category(category).unwrap();
        assert!(request.check(&model()).is_ok(), "{category}");
    }
    for category in ["add_on", "copying_fee", "shipping_fee", ""] {
        let error = by_category(category).unwrap_err();
        assert_eq!(error.field(), "assets[0].category_code", "{category}");
    }
    let nameless = Hero::of_category(" ", AssetCategory::Phone, euro("400"));
    let error = cart(nameless, Vec::new()).unwrap_err();
    assert_eq!(error.field(), "assets[0].model_name");
}

#[test]
fn add_ons_are_of_a_listed_category_and_within_its_limits() {
    let fee = AddOn::new("Delivery", AssetCategory::ShippingFee, euro("5"));
    let request = cart(hero("1000"), vec![cable("1"), fee]).unwrap();
    assert_eq!(broken(&request, &model()), "assets[2].category_code");
    let mut silent = model();
    silent.add_on_categories.clear();
    assert!(
        request.check(&silent).is_ok(),
        "where none is listed the bank decides"
    );
    let request = cart(hero("1000"), vec![cable("500.01")]).unwrap();
    assert_eq!(broken(&request, &model()), "assets[1].net_price");
}
