use anyhow::Result;
use inbank::{
    ApplicationRequest, Consent, Contact, Customer, Email, IdentityCode, Money, Months,
    OrderReference, PhoneNumber, ProductCode, Purchase,
};

use crate::commands::demo::play::Play;

/// What is applied for.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) product: &'static str,
    /// The sandbox decides by it, in the same way in every region.
    pub(super) amount: &'static str,
    pub(super) down_payment: Option<&'static str>,
}

impl Terms {
    /// An amount that is granted.
    pub(super) const fn of(product: &'static str) -> Self {
        Self {
            product,
            ..Self::over("300")
        }
    }

    pub(super) const fn over(amount: &'static str) -> Self {
        Self {
            product: "hire_purchase",
            amount,
            down_payment: None,
        }
    }

    /// Split into parts has one period.
    fn period(self) -> u16 {
        if self.product == "split_into_parts" {
            3
        } else {
            12
        }
    }
}

/// The application of the demo's one customer of a region.
pub(super) fn request(play: &Play, terms: Terms) -> Result<ApplicationRequest> {
    let region = &play.stage.profile.region;
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
        ProductCode::parse(terms.product)?,
        Money::parse(terms.amount, region.currency)?,
        Months::new(terms.period())?,
        customer,
        contact,
    )?;
    if let Some(down_payment) = terms.down_payment {
        request = request.with_down_payment(Money::parse(down_payment, region.currency)?)?;
    }
    request.consents.extend(consent.map(|kind| Consent {
        kind: kind.to_owned(),
        given: true,
        text: None,
    }));
    request.purchase = Some(Purchase::new(OrderReference::parse(play.reference())?));
    Ok(request)
}
