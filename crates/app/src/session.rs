//! Payment sessions, and rentals, which are sessions too.

use std::fmt::Display;

use inbank_domain::{
    AttemptKind, Cart, Money, OpenedSession, ProductFamily, SessionRequest, SessionStatus, Terms,
};
use inbank_ports::GatewayError;

use crate::bank::port;
use crate::calls::Caller;
use crate::order::fingerprint;
use crate::quote::{Asked, Unavailable};
use crate::{Bank, Runtime, Shop};

/// What a cart's attempt is for; why not, where its product is not to be had for it.
pub(crate) async fn terms(
    shop: &Shop,
    runtime: &Runtime,
    cart: &Cart,
    request: &SessionRequest,
) -> Result<Result<Terms, Unavailable>, GatewayError> {
    let period = match cart.rental_request() {
        Some(rental) => Some(rental.period),
        None => request.application.as_ref().and_then(|a| a.period),
    };
    let kind = match cart.rental_request() {
        Some(_) => AttemptKind::Rental,
        None => AttemptKind::Session,
    };
    let mut terms = Terms {
        kind,
        product: request.product_code.clone(),
        family: ProductFamily::HirePurchase,
        amount: cart.total(),
        period,
        fingerprint: of_cart(kind, cart, request),
        merchant_approval: true,
        application_signature: false,
    };
    // A lender without a catalogue decides by itself, and so does one that describes no product to this shop.
    if let Some(product) = shop.product_if_told(runtime, &request.product_code).await? {
        let today = runtime.now().date();
        if let Some(total) = cart.total()
            && let Some(why) = Unavailable::why(&product, &Asked::of_session(total), today)
        {
            return Ok(Err(why));
        }
        terms.merchant_approval = product.requires_merchant_approval != Some(false);
        terms.family = product.family;
    }
    if kind == AttemptKind::Rental {
        // How the bank spells this family is not known, and a rental must never pass for another.
        terms.family = ProductFamily::SmartRent;
    }
    Ok(Ok(terms))
}

pub(crate) async fn open(
    bank: &Bank,
    caller: &Caller,
    request: &SessionRequest,
) -> Result<OpenedSession, GatewayError> {
    let sessions = port(bank.sessions.as_ref(), "session.open")?;
    let session = caller.call("session.open", sessions.open(request)).await?;
    if session.status != SessionStatus::Pending {
        tracing::warn!(status = %session.status, "a new session is not pending");
    }
    Ok(session)
}

/// Tells carts apart by what is to be paid, by which product and for how long: not by the customer's data, so that
/// a corrected address opens no second session.
fn of_cart(kind: AttemptKind, cart: &Cart, request: &SessionRequest) -> inbank_domain::Fingerprint {
    let mut parts: Vec<Box<dyn Display>> = vec![Box::new(request.product_code.clone())];
    parts.push(Box::new(amount(cart.total())));
    let asked = request.application.as_ref().and_then(|a| a.period);
    parts.push(Box::new(asked.map_or_else(String::new, |p| p.to_string())));
    for item in &cart.items {
        parts.push(Box::new(item.reference.clone().unwrap_or_default()));
        parts.push(Box::new(item.description.clone().unwrap_or_default()));
        parts.push(Box::new(item.quantity.unwrap_or_default()));
        parts.push(Box::new(amount(item.amount)));
    }
    if let Some(rental) = cart.rental_request() {
        parts.push(Box::new(rental.period));
        parts.push(Box::new(rental.insurance_used));
        let hero = rental.hero();
        match (&hero.model_id, &hero.category) {
            (Some(model), _) => parts.push(Box::new(model.clone())),
            (None, category) => {
                parts.push(Box::new(
                    category.clone().map_or_else(String::new, |c| c.to_string()),
                ));
                parts.push(Box::new(hero.name.clone().unwrap_or_default()));
            }
        }
        parts.push(Box::new(amount(Some(hero.net_price))));
        for add_on in rental.add_ons() {
            parts.push(Box::new(add_on.name.clone()));
            parts.push(Box::new(amount(Some(add_on.net_price))));
        }
        parts.push(Box::new(amount(rental.trade_in())));
        parts.push(Box::new(amount(rental.campaign_discount())));
    }
    let parts: Vec<&dyn Display> = parts.iter().map(AsRef::as_ref).collect();
    fingerprint(kind, &parts)
}

/// An amount however many zeros it was written with.
pub(crate) fn amount(money: Option<Money>) -> String {
    money.map_or_else(String::new, |money| {
        format!("{} {}", money.amount().normalize(), money.currency())
    })
}
