use inbank::domain::{
    ApplicationRequest, Consent, Contact, Customer, Email, IdentityCode, Invalid, Money, Months,
    OrderReference, PhoneNumber, ProductCode, Purchase, Region,
};

use super::scenario::Scenario;

/// The application of the demo's one customer of a region.
pub(super) fn request(
    region: &Region,
    scenario: &Scenario,
    order: &OrderReference,
) -> Result<ApplicationRequest, Invalid> {
    let (identity_code, mobile, consent) = match region.country {
        "LV" => ("010190-12345", "+37120000000", Some("DATA_PROCESSING")),
        "PL" => ("44051401359", "+48500000000", None),
        _ => ("60001019906", "+37250000000", Some("EMTA_REGISTRY_QUERY")),
    };
    let customer = Customer {
        identity_code: Some(IdentityCode::parse(region, identity_code)?),
        first_name: Some("Mari".to_owned().into()),
        last_name: Some("Maasikas".to_owned().into()),
        gender: None,
    };
    let contact = Contact {
        email: Some(Email::parse("mari@example.com")?),
        mobile: Some(PhoneNumber::parse(mobile)?),
        phone: None,
    };
    let mut request = ApplicationRequest::new(
        region,
        ProductCode::parse(scenario.product)?,
        Money::parse(scenario.amount, region.currency)?,
        Months::new(scenario.period())?,
        customer,
        contact,
    )?;
    if let Some(down_payment) = scenario.down_payment {
        request = request.with_down_payment(Money::parse(down_payment, region.currency)?)?;
    }
    request.consents.extend(consent.map(|kind| Consent {
        kind: kind.to_owned(),
        given: true,
        text: None,
    }));
    request.purchase = Some(Purchase::new(order.clone()));
    Ok(request)
}
