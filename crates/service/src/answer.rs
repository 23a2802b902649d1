//! Orders as they are answered.

use inbank::{Attempt, Money, Order, OrderStatus};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

/// Where an order stands, in a word for programs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Open at the bank, or on its way there.
    Open,
    /// The bank waits for the customer; `detail` says for what.
    ActionWanted,
    /// The bank said yes and waits for the merchant: approve, activate or cancel.
    AwaitsMerchant,
    /// The contract is active: deliver.
    Paid,
    /// Nothing is financed; `detail` says how it ended.
    NotPaid,
    /// A person should look; `needs_person` says at what.
    NeedsPerson,
    /// The active contract was ended.
    Terminated,
}

impl From<OrderStatus> for Status {
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Opening | OrderStatus::Pending => Self::Open,
            OrderStatus::ActionWanted(_) => Self::ActionWanted,
            OrderStatus::AwaitsMerchant => Self::AwaitsMerchant,
            OrderStatus::Paid => Self::Paid,
            OrderStatus::NotPaid(_) => Self::NotPaid,
            OrderStatus::NeedsPerson => Self::NeedsPerson,
            OrderStatus::Terminated => Self::Terminated,
        }
    }
}

/// An order over its attempts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderAnswer {
    shop: String,
    /// The order, as the shop calls it.
    reference: String,
    status: Status,
    /// What the status says besides: the customer's next action, how it ended.
    detail: Option<&'static str>,
    /// What a person should look at.
    needs_person: Option<String>,
    /// Of the attempt that counts; none for a rental, whose total the bank works out.
    #[schema(example = "499.90")]
    amount: Option<String>,
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// When it was opened.
    #[schema(format = DateTime)]
    opened_at: String,
    attempts: Vec<AttemptAnswer>,
}

/// One try to finance it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptAnswer {
    /// From 1.
    number: u32,
    state: &'static str,
    /// Whether another attempt took its place.
    superseded: bool,
    #[schema(example = "499.90")]
    amount: Option<String>,
    #[schema(example = "EUR")]
    currency: Option<String>,
    session_id: Option<String>,
    application_id: Option<String>,
    contract_id: Option<String>,
    /// What was decided and has not come about yet.
    command: Option<&'static str>,
    /// How far that is.
    command_stage: Option<&'static str>,
}

impl From<&Order> for OrderAnswer {
    fn from(order: &Order) -> Self {
        let status = order.status();
        let terms = order.present().map(|attempt| &attempt.terms);
        let amount = terms.and_then(|terms| terms.amount);
        Self {
            shop: order.key.shop.to_string(),
            reference: order.key.reference.to_string(),
            status: status.into(),
            detail: status.detail(),
            needs_person: order.needs_person.clone(),
            amount: amount.map(digits),
            currency: amount.map(currency),
            opened_at: moment(order.opened_at),
            attempts: order.attempts.iter().map(AttemptAnswer::from).collect(),
        }
    }
}

impl From<&Attempt> for AttemptAnswer {
    fn from(attempt: &Attempt) -> Self {
        let amount = attempt.terms.amount;
        let standing = attempt.command.as_ref();
        Self {
            number: attempt.number,
            state: attempt.state.as_str(),
            superseded: attempt.superseded,
            amount: amount.map(digits),
            currency: amount.map(currency),
            session_id: attempt.session.as_ref().map(ToString::to_string),
            application_id: attempt.application.as_ref().map(ToString::to_string),
            contract_id: attempt.contract.as_ref().map(ToString::to_string),
            command: standing.map(|standing| standing.command.name()),
            command_stage: standing.map(|standing| standing.stage.as_str()),
        }
    }
}

/// The digits of an amount, as they came.
pub(crate) fn digits(amount: Money) -> String {
    amount.amount().to_string()
}

pub(crate) fn currency(amount: Money) -> String {
    amount.currency().to_string()
}

/// RFC 3339.
pub(crate) fn moment(at: OffsetDateTime) -> String {
    // Fails only for years that RFC 3339 can't write.
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}
