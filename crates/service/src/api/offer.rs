//! The offer of a direct application: what a customer reads before accepting.

use axum::Json;
use inbank::{Instalment, Money, Offer, PaymentDay};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::{Caller, Named, OrderPath};
use super::problem::{Problem, Problems};
use crate::answer::{currency, digits};

/// What the bank says of an order's application.
#[derive(Serialize, ToSchema)]
pub(super) struct OfferAnswer {
    /// Give it to `accept`, once the customer has read these conditions.
    application_id: String,
    /// The bank's decision, in its own word.
    #[schema(example = "positive")]
    decision: String,
    /// Whether the bank changed what was applied for.
    changed_conditions: bool,
    /// Until when the offer stands.
    #[schema(format = Date)]
    valid_to: Option<String>,
    /// What to tell the customer about the decision.
    messages: Vec<String>,
    /// The conditions; none while there is no offer, or where a part of it can't be read that every offer has.
    offer: Option<Conditions>,
}

/// The customer's own conditions. All amounts are in `currency`.
#[derive(Serialize, ToSchema)]
struct Conditions {
    #[schema(example = "EUR")]
    currency: String,
    /// Down payment included.
    #[schema(example = "499.90")]
    amount: String,
    /// How long to repay, in months.
    period: u16,
    down_payment: Option<String>,
    payment_amount_monthly: String,
    /// The day of the month to pay on.
    payment_day: Option<u8>,
    /// A fraction: `0.099` is 9.9 %.
    interest_rate_annual: String,
    /// The APRC, as a fraction.
    credit_cost_rate_annual: String,
    /// All that is repaid.
    total_cost: Option<String>,
    /// What of that is the credit's price.
    total_cost_of_credit: Option<String>,
    /// The credit itself.
    net_credit_amount: Option<String>,
    interest_total: Option<String>,
    contract_fee: Option<String>,
    admin_fee_monthly: Option<String>,
    admin_fee_total: Option<String>,
    insurance_fee_monthly: Option<String>,
    insurance_fee_total: Option<String>,
    /// What is left to pay after the last instalment.
    residual: Option<String>,
    first_payment: Option<Payment>,
    last_payment: Option<Payment>,
    /// Every payment, where the bank lists them.
    schedule: Vec<Payment>,
}

/// A payment.
#[derive(Serialize, ToSchema)]
struct Payment {
    #[schema(format = Date)]
    due: String,
    amount: String,
}

/// Shows the offer that the customer is to read, as the bank gives it now: for direct applications.
#[utoipa::path(get, operation_id = "show_offer", path = "/v1/shops/{shop}/orders/{reference}/offer", tag = "orders",
    params(OrderPath),
    responses((status = 200, description = "What the bank says", body = OfferAnswer),
        Problems))]
pub(super) async fn show(
    caller: Caller,
    Named(path): Named<OrderPath>,
) -> Result<Json<OfferAnswer>, Problem> {
    let order = caller.reads(&path.shop)?.order(path.reference);
    let application = order.offer().await?;
    Ok(Json(OfferAnswer {
        application_id: application.id.to_string(),
        decision: application.decision.to_string(),
        changed_conditions: application.changed_conditions,
        valid_to: application.offer_valid_to.map(|day| day.to_string()),
        offer: application.offer.as_ref().map(Conditions::from),
        messages: application.messages,
    }))
}

impl From<&Offer> for Conditions {
    fn from(offer: &Offer) -> Self {
        let some = |amount: Option<Money>| amount.map(digits);
        let payment = |payment: Option<(_, Money)>| {
            payment.map(|(due, amount): (time::Date, Money)| Payment {
                due: due.to_string(),
                amount: digits(amount),
            })
        };
        Self {
            currency: currency(offer.amount),
            amount: digits(offer.amount),
            period: offer.period.get(),
            down_payment: some(offer.down_payment),
            payment_amount_monthly: digits(offer.monthly_payment),
            payment_day: offer.payment_day.map(PaymentDay::get),
            interest_rate_annual: offer.interest_rate.fraction().to_string(),
            credit_cost_rate_annual: offer.aprc.fraction().to_string(),
            total_cost: some(offer.total_cost),
            total_cost_of_credit: some(offer.cost_of_credit),
            net_credit_amount: some(offer.net_credit_amount),
            interest_total: some(offer.interest_total),
            contract_fee: some(offer.contract_fee),
            admin_fee_monthly: some(offer.admin_fee_monthly),
            admin_fee_total: some(offer.admin_fee_total),
            insurance_fee_monthly: some(offer.insurance_fee_monthly),
            insurance_fee_total: some(offer.insurance_fee_total),
            residual: some(offer.residual),
            first_payment: payment(offer.first_payment),
            last_payment: payment(offer.last_payment),
            schedule: offer.schedule.iter().map(Payment::from).collect(),
        }
    }
}

impl From<&Instalment> for Payment {
    fn from(row: &Instalment) -> Self {
        Self {
            due: row.due.to_string(),
            amount: digits(row.total),
        }
    }
}
