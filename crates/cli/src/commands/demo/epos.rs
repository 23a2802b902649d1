//! The customer applies on the bank's pages.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use inbank::http::RegionProfile;
use inbank::{
    AttemptState, CalculationRequest, Cart, EventKind, Money, Months, NotPaid, OrderError,
    OrderStatus, PayOutcome, ProductCode, Quote,
};
use inbank_sandbox::{ContractStatus, Fault, Operation};

use super::customer::Customer;
use super::flow::{Guide, scenarios};
use super::play::{BACK, PAID, Play};
use super::stage::Post;

pub(super) const GUIDE: Guide = Guide {
    name: "epos",
    // One for each currency.
    regions: &[
        &RegionProfile::ESTONIA,
        &RegionProfile::POLAND,
        &RegionProfile::CZECHIA,
    ],
    scenarios: &[scenarios![
        completed,
        approved,
        cancelled_by_merchant,
        declined,
        cancelled_by_customer,
        expired,
        callbacks_dropped,
        opening_answer_lost,
        shop_restarted,
        approved_and_cancelled_at_once,
        double_click,
        changed_cart,
        changed_cart_paid_in_the_old_tab,
        approval_committed_later,
        completed_after_all,
        terminated,
    ]],
};

const DIRECTLY: &str = "hire_purchase";
const BY_MERCHANT: &str = "hire_purchase_approval";
/// The demo environment decides by the amount, in the same way in every region.
const GRANTED: &str = "300";
const TOO_MUCH: &str = "900";
/// Longer than a session is valid.
const A_WEEK_LATER: Duration = Duration::from_hours(8 * 24);

async fn completed(play: &mut Play) -> Result<()> {
    let customer = check_out(play, DIRECTLY, GRANTED).await?;
    sign_and_return(play, customer).await?;
    play.paid(1, BACK).await
}

async fn approved(play: &mut Play) -> Result<()> {
    grant(play).await?;
    play.approve().await?;
    play.paid(2, BACK).await
}

async fn cancelled_by_merchant(play: &mut Play) -> Result<()> {
    grant(play).await?;
    play.cancel("merchant").await?;
    play.not_paid(NotPaid::Cancelled, 2, BACK).await
}

async fn declined(play: &mut Play) -> Result<()> {
    let customer = check_out(play, DIRECTLY, TOO_MUCH).await?;
    is_declined(play, customer).await
}

async fn cancelled_by_customer(play: &mut Play) -> Result<()> {
    let customer = check_out(play, DIRECTLY, GRANTED).await?;
    gives_up(play, customer).await
}

async fn expired(play: &mut Play) -> Result<()> {
    let customer = check_out(play, DIRECTLY, GRANTED).await?;
    is_late(play, customer).await
}

async fn callbacks_dropped(play: &mut Play) -> Result<()> {
    play.stage.deliver(Post::Lost);
    let customer = check_out(play, BY_MERCHANT, GRANTED).await?;
    customer.apply().await?.sign().await?;
    play.note("customer signs and closes the window, and no callback comes");
    play.told(&EventKind::AwaitsMerchant).await?;
    play.approve().await?;
    play.paid(2, &[]).await
}

async fn opening_answer_lost(play: &mut Play) -> Result<()> {
    play.fault(Operation::CreateSession, Fault::AnswerLost);
    let cart = cart(play, BY_MERCHANT, GRANTED)?;
    opening_is_unclear(play, &cart).await?;
    grant(play).await?;
    play.approve().await?;
    play.told(&PAID).await?;
    // Nobody was sent to what the bank may have opened first: it ends by itself.
    play.pass(A_WEEK_LATER).await?;
    play.attempt_is(1, AttemptState::Expired).await?;
    play.end(OrderStatus::Paid, 2, BACK).await
}

async fn shop_restarted(play: &mut Play) -> Result<()> {
    let customer = check_out(play, BY_MERCHANT, GRANTED).await?;
    play.calm().await?;
    play.stage.close().await;
    play.note("platform stops");
    let customer = customer.apply().await?.sign().await?;
    play.note("customer signs meanwhile");
    play.stage.reopen().await?;
    play.note("platform starts anew on the same ledger");
    play.told(&EventKind::AwaitsMerchant).await?;
    customer.go_back_to_merchant().await?;
    play.approve().await?;
    // What another process has sent, and the bank has taken, is only read.
    play.restart().await?;
    play.paid(2, BACK).await
}

async fn approved_and_cancelled_at_once(play: &mut Play) -> Result<()> {
    grant(play).await?;
    play.approve_and_cancel().await?;
    play.paid(2, BACK).await
}

async fn double_click(play: &mut Play) -> Result<()> {
    let cart = cart(play, DIRECTLY, GRANTED)?;
    let customer = pay_twice_at_once(play, &cart).await?;
    sign_and_return(play, customer).await?;
    play.paid(1, BACK).await
}

async fn changed_cart(play: &mut Play) -> Result<()> {
    let old_tab = check_out(play, BY_MERCHANT, GRANTED).await?;
    let new_tab = check_out(play, BY_MERCHANT, "400").await?;
    old_tab.apply().await?.sign().await?;
    play.note("customer signs in the old tab");
    // Granted for the former cart: nobody waits for the merchant.
    play.attempt_is(1, AttemptState::Cancelled).await?;
    sign_and_return(play, new_tab).await?;
    play.told(&EventKind::AwaitsMerchant).await?;
    play.approve().await?;
    play.paid(4, BACK).await
}

async fn changed_cart_paid_in_the_old_tab(play: &mut Play) -> Result<()> {
    let old_tab = check_out(play, DIRECTLY, GRANTED).await?;
    check_out(play, DIRECTLY, "400").await?;
    sign_and_return(play, old_tab).await?;
    play.told_person(["300", "400"]).await?;
    play.end(OrderStatus::NeedsPerson, 1, BACK).await
}

async fn approval_committed_later(play: &mut Play) -> Result<()> {
    grant(play).await?;
    play.approve_through_a_gateway().await?;
    play.paid(2, BACK).await
}

async fn completed_after_all(play: &mut Play) -> Result<()> {
    let customer = check_out(play, DIRECTLY, GRANTED).await?;
    customer.cancel().await?.go_back_to_merchant().await?;
    play.note("customer cancels");
    play.told(&EventKind::NotPaid(NotPaid::Cancelled)).await?;
    let session = play.attempt().await?.session.context("no session")?;
    play.stage
        .sandbox
        .complete_after_all(session.as_str().parse()?)?;
    play.note("the bank completes it all the same");
    play.told(&EventKind::Paid { late: true }).await?;
    play.end(OrderStatus::Paid, 2, BACK).await
}

async fn terminated(play: &mut Play) -> Result<()> {
    let customer = check_out(play, DIRECTLY, GRANTED).await?;
    sign_and_return(play, customer).await?;
    play.told(&PAID).await?;
    is_terminated(play).await?;
    play.end(OrderStatus::Terminated, 1, BACK).await
}

/// Ends the active contract. No callback tells of it: the platform reads what is over now and then.
pub(super) async fn is_terminated(play: &mut Play) -> Result<()> {
    let contract = play.contract().await?;
    play.stage.sandbox.terminate_untold(contract)?;
    play.note("contract terminated in the Partner Portal");
    play.told(&EventKind::Terminated).await?;
    let status = play.stage.sandbox.contract(contract);
    ensure!(status == Some(ContractStatus::Terminated), "{status:?}");
    Ok(())
}

/// A purchase that the bank has granted, and that waits for the merchant.
async fn grant(play: &mut Play) -> Result<()> {
    let customer = check_out(play, BY_MERCHANT, GRANTED).await?;
    sign_and_return(play, customer).await?;
    play.told(&EventKind::AwaitsMerchant).await
}

fn cart(play: &Play, product: &str, amount: &str) -> Result<Cart> {
    let total = Money::parse(amount, play.stage.profile.region.currency)?;
    Ok(Cart::new(product, total))
}

/// Quotes the cart, pays, and sends the customer to the bank.
pub(super) async fn check_out(play: &mut Play, product: &str, amount: &str) -> Result<Customer> {
    let region = &play.stage.profile.region;
    let cart = cart(play, product, amount)?;
    let total = cart.total().context("the cart has no total")?;
    let code = ProductCode::parse(product)?;
    let question = CalculationRequest::new(region, code, total, Months::new(12)?)?;
    match play.shop()?.quote(&question).await? {
        Quote::Offered(quote) => play.note(format!("quoted at {} a month", quote.monthly_payment)),
        Quote::Unavailable(why) => bail!("no quote: {why:?}"),
    }
    let outcome = play.order()?.pay(&cart).await?;
    arrive(play, outcome).await
}

/// Sends the customer where the platform says.
pub(super) async fn arrive(play: &mut Play, outcome: PayOutcome) -> Result<Customer> {
    let PayOutcome::Redirect(url) = outcome else {
        bail!("no session is open: {outcome:?}");
    };
    play.note("customer sent to the bank");
    play.arrive(url.as_str()).await
}

/// Pays, and hears nothing.
pub(super) async fn opening_is_unclear(play: &mut Play, cart: &Cart) -> Result<()> {
    match play.order()?.pay(cart).await {
        Err(OrderError::Unclear(_)) => play.note("the answer to the opening gets lost"),
        other => bail!("{other:?}, and no answer came"),
    }
    Ok(())
}

/// Two calls at once, as of a customer who clicks twice.
pub(super) async fn pay_twice_at_once(play: &mut Play, cart: &Cart) -> Result<Customer> {
    let order = play.order()?;
    let (first, second) = tokio::join!(order.pay(cart), order.pay(cart));
    match (first?, second?) {
        (PayOutcome::Redirect(first), PayOutcome::Redirect(second)) if first == second => {
            play.note("customer clicks twice: one session");
            play.arrive(first.as_str()).await
        }
        other => bail!("a customer who clicks twice is sent to {other:?}"),
    }
}

pub(super) async fn sign_and_return(play: &mut Play, customer: Customer) -> Result<()> {
    let customer = customer.apply().await?.sign().await?;
    play.note("customer applies, accepts and signs");
    customer.go_back_to_merchant().await?;
    Ok(())
}

pub(super) async fn is_declined(play: &mut Play, customer: Customer) -> Result<()> {
    customer.apply().await?.go_back_to_merchant().await?;
    play.note("customer applies");
    play.not_paid(NotPaid::Declined, 1, BACK).await
}

pub(super) async fn gives_up(play: &mut Play, customer: Customer) -> Result<()> {
    customer.cancel().await?.go_back_to_merchant().await?;
    play.note("customer cancels");
    play.not_paid(NotPaid::Cancelled, 1, BACK).await
}

/// The bank says nothing of it: the platform looks for itself.
pub(super) async fn is_late(play: &mut Play, customer: Customer) -> Result<()> {
    play.pass(A_WEEK_LATER).await?;
    play.note("time passes");
    play.told(&EventKind::NotPaid(NotPaid::Expired)).await?;
    customer.reload().await?.go_back_to_merchant().await?;
    play.end(OrderStatus::NotPaid(NotPaid::Expired), 0, BACK)
        .await
}
