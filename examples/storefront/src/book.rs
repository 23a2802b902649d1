//! The shop's own orders, and what events do to them.

use inbank::{EventKind, Money, Months, OrderEvent, SinkError};
use inbank_pages::Rows;
use serde::Serialize;

use crate::catalogue::{Article, Way};

/// What a customer ordered: a row of the shop's own database.
#[derive(Clone, Serialize)]
pub(crate) struct Placed {
    pub(crate) article: Article,
    #[serde(skip)]
    pub(crate) months: Months,
    pub(crate) way: Option<Way>,
    pub(crate) signing: Signing,
    /// Paid, and ours to deliver.
    pub(crate) delivers: bool,
}

/// How far the customer is with a signature by text message.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signing {
    Wanted,
    CodeSent,
    Confirmed,
}

/// What an event does to an order. Each may come twice, so each only says how the order is now.
pub(crate) fn take_in(orders: &Rows<Placed>, event: &OrderEvent) -> Result<(), SinkError> {
    let order = event.order.as_str();
    // A rental's event has no amount: the bank works its total out.
    let price = |paid: Money| Some(orders.find(order)?.article.price(paid.currency()));
    match &event.kind {
        EventKind::Paid { .. } if event.amount.and_then(price) != event.amount => {
            return Err(SinkError::Never("another amount was paid".into()));
        }
        EventKind::Paid { .. } => orders.change(order, |placed| placed.delivers = true),
        EventKind::ActionWanted(_) => {
            orders.change(order, |placed| placed.signing = Signing::Wanted);
        }
        // What the pages show of these is the order's status.
        EventKind::AwaitsMerchant
        | EventKind::NeedsPerson(_)
        | EventKind::NotPaid(_)
        | EventKind::Terminated => orders.change(order, |_| ()),
    }
    Ok(())
}
