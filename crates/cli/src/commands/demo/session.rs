use std::time::Duration;

use anyhow::{Result, bail, ensure};
use inbank::app::{CheckedOut, Patience};
use inbank::domain::{Event, FinancingState, ProductFamily, SessionRequest};
use inbank_sandbox::{Fault, Operation};

use super::customer::Customer;
use super::journal::Journal;
use super::order::{Order, Outcome};
use super::stage::{Post, Stage};

/// How the customer leaves the bank's dialog.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Ending {
    Signs,
    IsDeclined,
    GivesUp,
    IsLate,
}

/// What goes wrong on the way.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Mishap {
    /// No callback comes, and the customer doesn't come back either.
    CallbacksDropped,
    /// The answer to the opening gets lost.
    OpeningUnanswered,
    /// The platform ends after it has kept a callback and before it has acted on it.
    ShopRestarted,
}

/// From the customer's last step at the bank until the platform, left alone, has looked.
const LEFT_ALONE: Patience = Patience {
    every: Duration::from_secs(5),
    at_most: Duration::from_mins(10),
};
/// Longer than the platform waits for word of an opening that was never answered.
const GIVEN_UP: Duration = Duration::from_hours(9 * 24);

/// Opens a session for an order and sends the customer there.
pub(super) async fn open(
    stage: &Stage,
    mut request: SessionRequest,
    family: ProductFamily,
    mishap: Option<Mishap>,
    journal: &mut Journal<'_>,
) -> Result<(Order, Customer)> {
    let desk = &stage.shop.desk;
    let mut attempt = 1;
    if mishap == Some(Mishap::OpeningUnanswered) {
        request.urls = desk.urls(&request.purchase.reference, attempt)?;
        lose_answer(stage, &request, &family).await?;
        journal.note("the answer to the opening gets lost: the next attempt");
        attempt += 1;
    }
    request.urls = desk.urls(&request.purchase.reference, attempt)?;
    match desk.checkout(&request, family, attempt).await? {
        CheckedOut::Open {
            entry,
            redirect_url,
        } => {
            journal.note("session opened");
            let customer = Customer::arrive(&stage.browser, redirect_url.as_str()).await?;
            Ok((Order::new(*entry), customer))
        }
        CheckedOut::Unknown {
            error: Some(error), ..
        }
        | CheckedOut::Refused { error, .. } => Err(error.into()),
        other => bail!("the session is not open: {other:?}"),
    }
}

/// Checks out, hears nothing, and checks out once more: the bank must not be asked twice.
async fn lose_answer(
    stage: &Stage,
    request: &SessionRequest,
    family: &ProductFamily,
) -> Result<()> {
    let sessions = stage.sandbox.session_count();
    let lost = Operation::CreateSession;
    stage.sandbox.fault(lost, Fault::AnswerLost, 1);
    for _ in 0..2 {
        let desk = &stage.shop.desk;
        let opened = desk.checkout(request, family.clone(), 1).await?;
        ensure!(matches!(opened, CheckedOut::Unknown { .. }), "{opened:?}");
    }
    ensure!(
        stage.sandbox.session_count() == sessions + 1,
        "the bank was asked twice for one attempt"
    );
    Ok(())
}

/// The customer's part of it, until the shop knows how it ended.
pub(super) async fn play(
    stage: &mut Stage,
    order: &mut Order,
    customer: Customer,
    (ending, mishap): (Ending, Option<Mishap>),
    journal: &mut Journal<'_>,
) -> Result<()> {
    if mishap == Some(Mishap::CallbacksDropped) {
        stage.deliver(Post::Lost);
    }
    order.catch_up(stage, journal).await?;
    let customer = match ending {
        Ending::Signs => {
            journal.note("customer applies, accepts and signs");
            customer.apply().await?.sign().await?
        }
        Ending::IsDeclined => {
            journal.note("customer applies");
            customer.apply().await?
        }
        Ending::GivesUp => {
            journal.note("customer cancels");
            customer.cancel().await?
        }
        Ending::IsLate => {
            journal.note("time passes");
            // Longer than any session is valid. The bank says nothing: the platform looks for itself.
            stage.sandbox.advance(Duration::from_hours(400 * 24));
            order.settle(stage, journal).await?;
            customer.reload().await?
        }
    };
    match mishap {
        Some(Mishap::CallbacksDropped) => {
            journal.note("customer closes the window, and no callback comes");
            return order.wait(stage, LEFT_ALONE, journal).await;
        }
        Some(Mishap::ShopRestarted) => {
            stage.delivered().await?;
            stage.shop.restart().await?;
            journal.note("shop starts anew, with its callbacks kept");
        }
        Some(Mishap::OpeningUnanswered) | None => {}
    }
    order.settle(stage, journal).await?;
    customer.go_back_to_merchant().await?;
    order.catch_up(stage, journal).await
}

/// Looks once more, when nothing more is to come of it, and holds the order to what it should be.
pub(super) async fn check(
    stage: &Stage,
    order: &mut Order,
    mishap: Option<Mishap>,
    (end, events, callbacks): (FinancingState, &[Event], usize),
    journal: &mut Journal<'_>,
) -> Result<()> {
    if mishap == Some(Mishap::OpeningUnanswered) {
        stage.sandbox.advance(GIVEN_UP);
    }
    stage.shop.desk.refresh(order.id()).await?;
    order.settle(stage, journal).await?;
    let visits: &[&str] = match mishap {
        Some(Mishap::CallbacksDropped) => &[],
        _ => &["orders"],
    };
    let outcome = Outcome {
        end,
        events: &[&[Event::Opened], events].concat(),
        callbacks,
        visits,
    };
    order.check(stage, &outcome).await?;
    if mishap == Some(Mishap::OpeningUnanswered) {
        check_first_attempt(stage, order).await?;
    }
    Ok(())
}

/// The attempt whose answer was lost, and to which nobody was sent, ends by itself.
async fn check_first_attempt(stage: &Stage, order: &Order) -> Result<()> {
    let attempts = stage.shop.desk.attempts(&order.financing().order).await?;
    let [_, first] = attempts.as_slice() else {
        bail!("{} attempts instead of two", attempts.len());
    };
    let outcome = Outcome {
        end: FinancingState::Expired,
        events: &[Event::Expired],
        callbacks: 0,
        // The order's, not the attempt's.
        visits: &["orders"],
    };
    Order::new(first.clone()).check(stage, &outcome).await
}
