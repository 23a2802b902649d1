//! A direct application in Estonia, from submission to the active contract.

use std::error::Error;

use inbank::{
    Action, ApplicationRequest, ApplyOutcome, Contact, Currency, Customer, Email, EventKind,
    IdentityCode, Money, Months, OrderEvent, OrderHandle, PhoneNumber, Platform, ProductCode,
    Regeneration, Region, Shop, SigningMethod,
};
use tokio::sync::mpsc;

/// Wires the platform; what happens comes out of the channel.
pub async fn platform(
    shop: Shop,
    public_url: String,
    database: String,
) -> Result<(Platform, mpsc::UnboundedReceiver<OrderEvent>), Box<dyn Error>> {
    let (told, events) = mpsc::unbounded_channel();
    let platform = Platform::builder()
        .public_url(public_url)
        .database(database)
        .shop(shop)
        .on_event(move |event| {
            let told = told.clone();
            async move { told.send(event) }
        })
        .build()
        .await?;
    Ok((platform, events))
}

/// What the customer has filled in.
pub fn application() -> Result<ApplicationRequest, inbank::Invalid> {
    let customer = Customer {
        identity_code: Some(IdentityCode::parse(&Region::ESTONIA, "38808050001")?),
        first_name: Some("Mari".to_owned().into()),
        last_name: Some("Maasikas".to_owned().into()),
        ..Customer::default()
    };
    let contact = Contact {
        email: Some(Email::parse("mari@example.com")?),
        mobile: Some(PhoneNumber::parse("+37253630000")?),
        ..Contact::default()
    };
    let product = ProductCode::parse("hire_purchase")?;
    let (amount, period) = (Money::parse("400", Currency::EUR)?, Months::new(12)?);
    ApplicationRequest::new(&Region::ESTONIA, product, amount, period, customer, contact)
}

/// Takes the customer from the application to the active contract, as events ask for it.
pub async fn finance(
    order: &OrderHandle,
    events: &mut mpsc::UnboundedReceiver<OrderEvent>,
) -> Result<bool, Box<dyn Error>> {
    if let ApplyOutcome::NotOffered(why) = order.apply(&application()?).await? {
        println!("not offered: {why:?}");
        return Ok(false);
    }
    while let Some(event) = events.recv().await {
        match event.kind {
            EventKind::ActionWanted(Action::Offer) => {
                let offer = order.offer().await?; // show it to the customer, who agrees
                order.accept(&offer.id).await?;
            }
            EventKind::ActionWanted(Action::Signature) => {
                order.printout(Regeneration::NotNeeded).await?; // to be read, and then signed
                order.sign(&SigningMethod::Digital).await?;
            }
            EventKind::Paid { .. } => return Ok(true),
            EventKind::NotPaid(end) => {
                println!("{}: {}", event.order, end.as_str());
                return Ok(false);
            }
            other => println!("{}: {other}", event.order),
        }
    }
    Ok(false)
}
