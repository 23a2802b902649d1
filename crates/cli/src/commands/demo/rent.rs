//! The customer rents a device, applying on the bank's pages.

mod cart;
mod device;

use std::cmp::Ordering;

use anyhow::{Context as _, Result, bail, ensure};
use inbank::http::RegionProfile;
use inbank::ports::GatewayErrorKind;
use inbank::{
    Activation, AssetModel, AttemptState, EventKind, ModelIdentifier, Money, NotPaid, OrderError,
    OrderStatus, ProductCode, RentalQuote,
};
use inbank_sandbox::{Fault, Operation};

use self::cart::Cart;
use self::device::{Model, check_activated, device};
use super::customer::Customer;
use super::epos::{
    arrive, gives_up, is_declined, is_late, is_terminated, opening_is_unclear, pay_twice_at_once,
    sign_and_return,
};
use super::flow::{Guide, scenarios};
use super::play::{BACK, LATER, PAID, Play};
use super::stage::Post;

pub(super) const GUIDE: Guide = Guide {
    name: "smart-rent",
    regions: &[&RegionProfile::ESTONIA, &RegionProfile::LATVIA],
    scenarios: &[scenarios![
        activated_by_ean = activated(PRODUCT, Model::PHONE, &Cart::FULL),
        activated_by_manufacturer_code = activated(PRODUCT, Model::NEW_PHONE, &Cart::FULL),
        activated_guides_cart = activated("example_code", Model::TABLET, &Cart::GUIDES),
        activation_answer_lost,
        activation_committed_later,
        identifier_missing,
        approved_in_portal,
        cancelled_by_merchant,
        declined,
        cancelled_by_customer,
        expired,
        model_not_approved,
        callbacks_dropped,
        opening_answer_lost,
        shop_restarted,
        activated_and_cancelled_at_once,
        double_click,
        terminated,
    ]],
};

const PRODUCT: &str = "smart_rent_product_code";

/// A rental: what is in the cart, the conditions of its model, its price.
struct Rental {
    cart: inbank::Cart,
    model: AssetModel,
    /// What the bank wants for it all.
    quoted: Option<Money>,
}

async fn activated(play: &mut Play, product: &str, model: Model, cart: &Cart) -> Result<()> {
    let rental = quoted(play, product, model, cart).await?;
    grant(play, &rental).await?;
    activate(play, &rental).await?;
    end_activated(play, &rental).await
}

async fn activation_answer_lost(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    grant(play, &rental).await?;
    play.fault(Operation::ActivateContract, Fault::AnswerLost);
    activation_is_unclear(play, &rental).await?;
    play.told(&PAID).await?;
    let order = play.order()?;
    let again = order
        .activate(&rental.model, &device(&rental.model)?)
        .await?;
    ensure!(
        matches!(again, Activation::AlreadyActivated(_)),
        "{again:?}"
    );
    play.note("activated once more: nothing to do");
    check_activated(play, &rental.model).await?;
    play.end(OrderStatus::Paid, 2, BACK).await
}

async fn activation_committed_later(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    grant(play, &rental).await?;
    play.fault(Operation::ActivateContract, LATER);
    activation_is_unclear(play, &rental).await?;
    end_activated(play, &rental).await
}

async fn identifier_missing(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    grant(play, &rental).await?;
    let seen = play.stage.sandbox.requests().len();
    let mut incomplete = device(&rental.model)?;
    incomplete.imei = None;
    match play.order()?.activate(&rental.model, &incomplete).await {
        Err(OrderError::Invalid(missing)) => play.note(format!("not activated: {missing}")),
        other => bail!("{other:?} without the IMEI"),
    }
    ensure!(
        play.stage.sandbox.requests().len() == seen,
        "something was sent without the IMEI"
    );
    activate(play, &rental).await?;
    end_activated(play, &rental).await
}

async fn approved_in_portal(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    grant(play, &rental).await?;
    let contract = play.contract().await?;
    play.stage.sandbox.portal_activates(contract)?;
    play.note("merchant approves in the Partner Portal");
    play.paid(2, BACK).await
}

/// The guide has no call for it.
async fn cancelled_by_merchant(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    grant(play, &rental).await?;
    let contract = play.contract().await?;
    play.stage.sandbox.portal_cancels(contract)?;
    play.note("merchant cancels in the Partner Portal");
    play.not_paid(NotPaid::Cancelled, 2, BACK).await
}

async fn declined(play: &mut Play) -> Result<()> {
    // With the VAT of either country between 1001 and 1100.
    let cart = Cart {
        price: "850",
        ..Cart::PLAIN
    };
    let rental = quoted(play, PRODUCT, Model::PHONE, &cart).await?;
    let customer = check_out(play, &rental).await?;
    is_declined(play, customer).await
}

async fn cancelled_by_customer(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    let customer = check_out(play, &rental).await?;
    gives_up(play, customer).await
}

async fn expired(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    let customer = check_out(play, &rental).await?;
    is_late(play, customer).await
}

async fn model_not_approved(play: &mut Play) -> Result<()> {
    let product = ProductCode::parse(PRODUCT)?;
    let identifier = ModelIdentifier::ean("4006381333931")?;
    let Err(error) = play.shop()?.rental_model(&product, &identifier).await else {
        bail!("the bank knows the model");
    };
    ensure!(
        error.kind() == GatewayErrorKind::NotFound
            && error.bank_codes() == ["ASSET_MODEL_NOT_FOUND"],
        "{error} instead of not found"
    );
    play.note("conditions asked: the bank does not know the model");
    "not_found".clone_into(&mut play.outcome);
    Ok(())
}

async fn callbacks_dropped(play: &mut Play) -> Result<()> {
    play.stage.deliver(Post::Lost);
    let rental = plain(play).await?;
    let customer = check_out(play, &rental).await?;
    customer.apply().await?.sign().await?;
    play.note("customer signs and closes the window, and no callback comes");
    play.told(&EventKind::AwaitsMerchant).await?;
    activate(play, &rental).await?;
    play.paid(2, &[]).await
}

async fn opening_answer_lost(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    play.fault(Operation::CreateSession, Fault::AnswerLost);
    opening_is_unclear(play, &rental.cart).await?;
    grant(play, &rental).await?;
    activate(play, &rental).await?;
    play.told(&PAID).await?;
    play.attempt_is(1, AttemptState::Opening).await?;
    play.end(OrderStatus::Paid, 2, BACK).await
}

async fn shop_restarted(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    let customer = check_out(play, &rental).await?;
    play.restart().await?;
    sign_and_return(play, customer).await?;
    play.told(&EventKind::AwaitsMerchant).await?;
    activate(play, &rental).await?;
    // What another process has sent, and the bank has taken, is only read.
    play.restart().await?;
    end_activated(play, &rental).await
}

async fn activated_and_cancelled_at_once(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    grant(play, &rental).await?;
    play.note("device assigned and rental activated");
    let (order, device) = (play.order()?, device(&rental.model)?);
    let activating = order.activate(&rental.model, &device);
    let activation = play.cancel_during(Operation::ActivateContract, activating);
    match Box::pin(activation).await? {
        Activation::Activated(outcome) => play.taken(outcome)?,
        other @ Activation::AlreadyActivated(_) => bail!("{other:?}"),
    }
    end_activated(play, &rental).await
}

async fn double_click(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    let customer = pay_twice_at_once(play, &rental.cart).await?;
    sign_and_return(play, customer).await?;
    play.told(&EventKind::AwaitsMerchant).await?;
    activate(play, &rental).await?;
    end_activated(play, &rental).await
}

async fn terminated(play: &mut Play) -> Result<()> {
    let rental = plain(play).await?;
    grant(play, &rental).await?;
    activate(play, &rental).await?;
    play.told(&PAID).await?;
    is_terminated(play).await?;
    play.end(OrderStatus::Terminated, 2, BACK).await
}

/// A phone, and nothing else in the cart.
async fn plain(play: &mut Play) -> Result<Rental> {
    quoted(play, PRODUCT, Model::PHONE, &Cart::PLAIN).await
}

/// Asks for the model's conditions, and quotes the cart.
async fn quoted(play: &mut Play, product: &str, model: Model, cart: &Cart) -> Result<Rental> {
    let product = ProductCode::parse(product)?;
    let identifier = model.identifier()?;
    let shop = play.shop()?;
    let rented = shop.rental_model(&product, &identifier).await?;
    play.note(format!(
        "conditions asked by {}: {}",
        identifier.kind(),
        rented.name
    ));
    let request = cart.request(&play.stage.profile.region, &rented)?;
    let quote = match shop.rental_quote(&product, &rented, &request).await? {
        RentalQuote::Offered(quote) => quote,
        RentalQuote::Unavailable(condition) => bail!("no quote: {condition}"),
    };
    play.note(format!("quoted at {} a month", quote.gross_monthly_payment));
    let hero = model.in_catalogue(&play.stage.sandbox)?;
    let sent = (Operation::CreateRentalCalculation, None);
    cart.check_arrived(&play.stage, &hero, sent)?;
    Ok(Rental {
        cart: inbank::Cart::rental(product.as_str(), request, rented.name.as_str()),
        model: rented,
        quoted: quote.total_gross_price_with_discount,
    })
}

/// Opens a session, whose total must be the one that is quoted, and sends the customer there.
async fn check_out(play: &mut Play, rental: &Rental) -> Result<Customer> {
    let outcome = play.order()?.rent(&rental.cart).await?;
    let customer = arrive(play, outcome).await?;
    let session = play.attempt().await?.session.context("no session")?;
    let sessions = play.shop()?.bank().sessions.clone();
    let sessions = sessions.context("the bank opens no sessions")?;
    let (total, quoted) = (sessions.session(&session).await?.total, rental.quoted);
    let same = total
        .zip(quoted)
        .map(|(total, quoted)| total.compare(quoted));
    ensure!(
        same == Some(Ok(Ordering::Equal)),
        "the session costs {total:?}, and {quoted:?} was quoted"
    );
    Ok(customer)
}

/// A rental that the bank has granted, and that waits for the merchant.
async fn grant(play: &mut Play, rental: &Rental) -> Result<()> {
    let customer = check_out(play, rental).await?;
    sign_and_return(play, customer).await?;
    play.told(&EventKind::AwaitsMerchant).await
}

/// Tells the bank which device it is, and activates the contract.
async fn activate(play: &mut Play, rental: &Rental) -> Result<()> {
    let device = device(&rental.model)?;
    play.note("device assigned and rental activated");
    match play.order()?.activate(&rental.model, &device).await? {
        Activation::Activated(outcome) => play.taken(outcome),
        other @ Activation::AlreadyActivated(_) => bail!("{other:?}"),
    }
}

async fn activation_is_unclear(play: &mut Play, rental: &Rental) -> Result<()> {
    let device = device(&rental.model)?;
    play.note("device assigned and rental activated; the answer gets lost");
    match play.order()?.activate(&rental.model, &device).await? {
        Activation::Activated(outcome) => play.unclear(outcome),
        other @ Activation::AlreadyActivated(_) => bail!("{other:?}"),
    }
}

async fn end_activated(play: &mut Play, rental: &Rental) -> Result<()> {
    play.told(&PAID).await?;
    check_activated(play, &rental.model).await?;
    play.end(OrderStatus::Paid, 2, BACK).await
}
