//! One thing under two names, or in two notations.

use inbank_domain::{ApplicationId, Currency, SigningMethod, WebAddress};
use serde_json::{Value, json};

use super::fixture;
use crate::dialect::{decode, settled};
use crate::failure::DecodeError;
use crate::wire::{calculation, income_proof, offer, rental, signing};

/// As the door reads an answer.
fn read<T>(
    body: &Value,
    decode: impl Fn(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let body = body.to_string();
    decode(body.as_bytes())
        .or_else(|error| settled(body.as_bytes()).map_or(Err(error), |body| decode(&body)))
}

const ADDRESS: &str = "https://sign.example/x";

#[test]
fn an_address_may_stand_under_both_of_its_names() {
    let expected = WebAddress::parse(ADDRESS).ok();
    for method in [SigningMethod::Redirect, SigningMethod::Sms] {
        for answer in [
            json!({ "url": ADDRESS, "redirect_url": ADDRESS }),
            json!({ "url": null, "redirectUrl": ADDRESS }),
            json!({ "url": ADDRESS, "redirect_url": "" }),
            json!({ "signing": { "url": ADDRESS, "redirect_url": ADDRESS } }),
            json!({ "signing": { "redirectUrl": ADDRESS, "url": 7 } }),
        ] {
            let started = read(&answer, |body| signing::started(body, &method)).unwrap();
            assert_eq!(started.redirect_url, expected, "{answer}");
        }
    }
    for answer in [
        json!({ "url": ADDRESS, "redirect_url": ADDRESS }),
        json!({ "url": ADDRESS }),
        json!({ "redirect_url": null, "url": ADDRESS }),
    ] {
        let link = read(&answer, signing::payment_link).unwrap();
        assert_eq!(Some(link), expected, "{answer}");
    }
    assert!(read(&json!({ "url": 7 }), signing::payment_link).is_err());
}

#[test]
fn a_bank_with_two_pictures_is_listed() {
    let list = json!({ "bank_list": [
        { "id": 1, "name": "A", "icon_url": ADDRESS, "logo_url": ADDRESS, "icon": null },
        { "id": 2, "name": "B", "logoUrl": ADDRESS },
    ]});
    let banks = read(&list, income_proof::banks).unwrap();
    let shown: Vec<_> = banks.iter().map(|bank| bank.icon_url.as_deref()).collect();
    assert_eq!(shown, [Some(ADDRESS), Some(ADDRESS)]);
}

#[test]
fn a_schedule_by_itself_may_be_wrapped_or_bare() {
    let details = fixture!("direct-ee-lv-2.05/application-details.response.json");
    let details: Value = serde_json::from_str(details).unwrap();
    let mut bare = details["payment_schedule"].clone();
    bare["credit_application_uuid"] = json!("A-1");
    let asked = ApplicationId::parse("a-1").unwrap();
    for answer in [json!({ "payment_schedule": bare }), bare.clone()] {
        let offer = read(&answer, |body| offer::schedule(body, &asked, Currency::EUR));
        assert_eq!(offer.unwrap().amount.to_string(), "1001.0 EUR");
        let other = ApplicationId::parse("b-1").unwrap();
        assert!(read(&answer, |body| offer::schedule(body, &other, Currency::EUR)).is_err());
    }
}

#[test]
fn a_models_identifier_may_name_its_kind_twice() {
    let mut model: Value =
        serde_json::from_str(fixture!("smart-rent-3.04/model.response.json")).unwrap();
    model["identifiers"] =
        json!([{ "type": "EAN", "identifierType": "EAN", "identifier": 88_845_632_734_657_u64 }]);
    let model = read(&model, |body| {
        Ok(decode::<rental::Model<'_>>(body)?.into_model(Currency::EUR)?)
    });
    assert_eq!(model.unwrap().identifiers[0].as_str(), "88845632734657");
}

#[test]
fn a_figure_in_both_spellings_may_be_a_number_in_one_and_a_text_in_the_other() {
    let asked = super::guide_fields::calculation_request();
    let sample: Value =
        serde_json::from_str(fixture!("epos-2.10/calculation.response.json")).unwrap();
    for (again, read_as) in [
        (json!(2134.26), Some("2134.26")),
        (json!("2134.260"), Some("2134.26")),
        (json!(""), Some("2134.26")),
        (json!("null"), Some("2134.26")),
        (json!(2134.3), None),
    ] {
        let mut answer = sample.clone();
        answer["totalCost"] = again.clone();
        let total = read(&answer, |body| {
            decode::<calculation::Answer<'_>>(body)?.into_calculation(&asked)
        });
        let total = total
            .ok()
            .map(|read| read.total_cost.amount().normalize().to_string());
        assert_eq!(total.as_deref(), read_as, "{again}");
    }
}
