//! A direct application in Estonia, in a shop's own form, from its submission to an active contract.

use inbank::{
    Action, ApplicationRequest, ApplyOutcome, Contact, Currency, Customer, Email, IdentityCode,
    Money, Months, NotOffered, OrderError, OrderHandle, OrderStatus, PhoneNumber, ProductCode,
    Regeneration, Region, SigningMethod,
};

/// What the customer has filled in.
pub struct Form<'a> {
    pub identity_code: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub email: &'a str,
    pub mobile: &'a str,
    pub months: u16,
}

/// What the shop shows next.
pub enum Next {
    Wait,
    TryAgain,
    OtherWaysToPay,
    Done(OrderStatus),
}

pub async fn submit(order: &OrderHandle, total: &str, form: &Form<'_>) -> Result<Next, OrderError> {
    let region = Region::ESTONIA;
    let customer = Customer {
        identity_code: Some(IdentityCode::parse(&region, form.identity_code)?),
        first_name: Some(form.first_name.to_owned().into()),
        last_name: Some(form.last_name.to_owned().into()),
        gender: None,
    };
    let contact = Contact {
        email: Some(Email::parse(form.email)?),
        mobile: Some(PhoneNumber::parse(form.mobile)?),
        phone: None,
    };
    let request = ApplicationRequest::new(
        &region,
        ProductCode::parse("hirepurchase_epos_0.0%_ab12")?,
        Money::parse(total, Currency::EUR)?,
        Months::new(form.months)?,
        customer,
        contact,
    )?;
    Ok(match order.apply(&request).await? {
        ApplyOutcome::Sent(..) | ApplyOutcome::Unclear(_) => Next::Wait,
        ApplyOutcome::NotOffered(NotOffered::Refused(_) | NotOffered::Unavailable(_)) => {
            Next::OtherWaysToPay
        }
        ApplyOutcome::Busy(_) => Next::TryAgain,
    })
}

/// The customer has done what an `action_wanted` event asked for: read the offer and wished to have
/// it, read the contract and signed it.
pub async fn done(order: &OrderHandle, action: Action) -> Result<Next, OrderError> {
    match action {
        Action::Offer => {
            let offer = order.offer().await?;
            order.accept(&offer.id).await?;
        }
        Action::Signature => {
            let contract = order.printout(Regeneration::NotNeeded).await?;
            println!("the customer has read {}", contract.link);
            order.sign(&SigningMethod::Digital).await?;
        }
        // Of products that are signed by text message, in Poland.
        // Proof of income, a down payment: not in this shop.
        _ => return Ok(Next::OtherWaysToPay),
    }
    Ok(Next::Done(order.status().await?))
}
