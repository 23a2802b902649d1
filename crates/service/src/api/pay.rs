//! Opening: pay, apply, rent. The same cart of an order finds the same attempt.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use inbank::{ApplyOutcome, Money, Opening, Order, OrderError, OrderHandle, PayOutcome};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::body::Sent;
use super::caller::{Caller, Named, OrderPath};
use super::document;
use super::problem::{Problem, Problems};
use crate::answer::OrderAnswer;

/// So long an earlier call that opens the same is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What is to be paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pay {
    /// The product's code, as Inbank gave it.
    #[schema(example = "hire_purchase")]
    product: String,
    /// All that the customer is to pay.
    #[schema(example = "499.90")]
    amount: String,
    #[schema(example = "EUR")]
    currency: String,
    /// The dialog's language; the region's usual one without it.
    #[schema(example = "et-EE")]
    locale: Option<String>,
    /// How long to repay, in months; the customer decides where it is left out.
    period: Option<u16>,
    /// What else the guide's body has: `purchase`, `customer_data`, …
    #[serde(default)]
    #[schema(value_type = Object)]
    request: Map<String, Value>,
}

/// The order, and where to send the customer.
#[derive(Serialize, ToSchema)]
pub(super) struct Opened {
    order: OrderAnswer,
    /// Send the customer's browser there; none where the order is further along.
    redirect_url: Option<String>,
}

/// Opens a payment session for a cart.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/pay", tag = "orders", request_body = Pay,
    params(OrderPath),
    responses((status = 200, description = "It is open, now or since an earlier call", body = Opened),
        Problems))]
pub(super) async fn pay(
    caller: Caller,
    Named(path): Named<OrderPath>,
    body: Sent,
) -> Result<Json<Opened>, Problem> {
    let shop = caller.writes(&path.shop)?;
    let pay: Pay = body.json()?;
    let ours = |problem: Problem| problem.called(ours);
    let amount = pay.amount()?;
    let document = pay.into_document()?;
    let cart = document::cart(document, &path.reference, &shop.bank().region);
    let cart = cart.map_err(|invalid| ours(invalid.into()))?;
    let order = shop.order(path.reference);
    let outcome = answered(&order, order.pay(&cart)).await.map_err(ours)?;
    opened(&order, outcome, Some(amount)).await.map_err(ours)
}

/// What the service calls a field of the guide's session, which it makes of its own and of `request`.
fn ours(field: &str) -> String {
    let name = match field {
        "total_amount" => "amount",
        "product_code" => "product",
        "period" | "credit_application_data.period" => "period",
        "purchase_reference" | "purchase.purchase_reference" => "reference",
        "amount" | "currency" | "locale" | "product" | "reference" => field,
        within if within.starts_with("request.") => within,
        within => return format!("request.{within}"),
    };
    name.to_owned()
}

impl Pay {
    /// Of an amount nobody can pay the tenth part of a cent, and a bank that rounds it finances another.
    fn amount(&self) -> Result<Money, inbank::Invalid> {
        let amount = Money::parse(&self.amount, self.currency.parse()?)?;
        amount.checked_coins()?;
        Ok(amount)
    }

    /// As the guide has it. What stands in both is refused: which of them is meant?
    fn into_document(self) -> Result<Map<String, Value>, inbank::Invalid> {
        let mut document = self.request;
        let locale = self.locale.map(Value::from);
        let given = [
            (
                "product_code",
                "productCode",
                Some(Value::from(self.product)),
            ),
            (
                "total_amount",
                "totalAmount",
                Some(Value::from(self.amount)),
            ),
            ("currency", "currency", Some(Value::from(self.currency))),
            ("locale", "locale", locale),
        ];
        for (key, camel, value) in given {
            if document.contains_key(key) || document.contains_key(camel) {
                let problem = "must not be there: it stands beside `request`";
                return Err(inbank::Invalid::new(format!("request.{key}"), problem));
            }
            if let Some(value) = value {
                document.insert(key.to_owned(), value);
            }
        }
        if let Some(period) = self.period {
            let key = if document.contains_key("creditApplicationData") {
                "creditApplicationData"
            } else {
                "credit_application_data"
            };
            let prefill = document
                .entry(key)
                .or_insert_with(|| Value::Object(Map::new()));
            match prefill {
                Value::Object(prefill) if !prefill.contains_key("period") => {
                    prefill.insert("period".to_owned(), Value::from(period));
                }
                _ => {
                    let problem =
                        "must be an object without `period`, which stands beside `request`";
                    return Err(inbank::Invalid::new(format!("request.{key}"), problem));
                }
            }
        }
        Ok(document)
    }
}

/// Opens a session in which a device is rented. The body is the guide's (Smart Rent 3.04, Session Initiation), without
/// `partner_urls`.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/rent", tag = "orders", request_body = Object,
    params(OrderPath),
    responses((status = 200, description = "It is open, now or since an earlier call", body = Opened),
        Problems))]
pub(super) async fn rent(
    caller: Caller,
    Named(path): Named<OrderPath>,
    body: Sent,
) -> Result<Json<Opened>, Problem> {
    let shop = caller.writes(&path.shop)?;
    let cart = document::cart(body.json()?, &path.reference, &shop.bank().region)?;
    let order = shop.order(path.reference);
    let outcome = answered(&order, order.rent(&cart)).await?;
    // What a rental comes to is for the bank to say.
    opened(&order, outcome, None).await
}

/// What an opening comes to. Where an earlier call has asked the bank and gets no answer (its process may have ended), whoever asks
/// again isn't kept waiting until it is over, but told when it will be.
async fn answered<T>(
    order: &OrderHandle,
    opening: impl Future<Output = Result<T, OrderError>>,
) -> Result<T, Problem> {
    let began = OffsetDateTime::now_utc();
    tokio::pin!(opening);
    if let Ok(done) = tokio::time::timeout(LONGEST_WAIT, &mut opening).await {
        return Ok(done?);
    }
    let found = order.find().await?;
    let last = found.as_ref().and_then(|order| order.attempts.last());
    let earlier = last.filter(|attempt| attempt.opened_at < began);
    let now = OffsetDateTime::now_utc();
    match earlier.map(|attempt| attempt.opening_at(now)) {
        Some(Opening::Sent(until)) => {
            let wait = Duration::try_from(until - now).unwrap_or_default();
            Err(Problem::opening_under_way(wait))
        }
        Some(Opening::NotSent | Opening::Unclear | Opening::Answered) | None => Ok(opening.await?),
    }
}

/// What came of opening. An order that is further along is the answer to the cart that it stands for, and to no other.
async fn opened(
    order: &OrderHandle,
    outcome: PayOutcome,
    asked: Option<Money>,
) -> Result<Json<Opened>, Problem> {
    let redirect_url = match outcome {
        PayOutcome::Redirect(url) => Some(url.as_str().to_owned()),
        PayOutcome::Standing(_) => {
            let found = order.find().await?.ok_or_else(Problem::no_order)?;
            stands_for(&found, asked)?;
            let order = OrderAnswer::from(&found);
            return Ok(Json(Opened {
                order,
                redirect_url: None,
            }));
        }
        PayOutcome::NotOffered(why) => return Err(why.into()),
        PayOutcome::Busy(wait) => return Err(Problem::busy(wait)),
    };
    let order = found(order).await?;
    Ok(Json(Opened {
        order,
        redirect_url,
    }))
}

fn stands_for(order: &Order, asked: Option<Money>) -> Result<(), Problem> {
    let stands = order.present().and_then(|attempt| attempt.terms.amount);
    match (stands, asked) {
        (Some(stands), Some(asked)) if stands != asked => {
            Err(Problem::other_cart(order.status(), stands, asked))
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

/// The order as it stands after a call.
pub(super) async fn found(order: &OrderHandle) -> Result<OrderAnswer, Problem> {
    let found = order.find().await?.ok_or_else(Problem::no_order)?;
    Ok(OrderAnswer::from(&found))
}

/// What came of applying.
#[derive(Serialize, ToSchema)]
pub(super) struct Applied {
    order: OrderAnswer,
    /// Whether the bank has it; where that is not known, it is not sent again, and its first callback tells.
    sent: bool,
}

/// Submits a direct application. The body is the guide's (Direct API, Create a new application).
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/apply", tag = "orders", request_body = Object,
    params(OrderPath),
    responses((status = 200, description = "The bank has it, now or since an earlier call", body = Applied),
        (status = 202, description = "It was sent, and the bank has not answered; tell the customer that it is being processed", body = Applied),
        Problems))]
pub(super) async fn apply(
    caller: Caller,
    Named(path): Named<OrderPath>,
    body: Sent,
) -> Result<Response, Problem> {
    let shop = caller.writes(&path.shop)?;
    let request = document::application(body.json()?, &shop.bank().region)?;
    let order = shop.order(path.reference);
    let outcome = answered(&order, order.apply(&request)).await?;
    let (status, sent) = match outcome {
        ApplyOutcome::Sent(_, _) => (StatusCode::OK, true),
        ApplyOutcome::Unclear(_) => (StatusCode::ACCEPTED, false),
        ApplyOutcome::NotOffered(why) => return Err(why.into()),
        ApplyOutcome::Busy(wait) => return Err(Problem::busy(wait)),
    };
    let found = order.find().await?.ok_or_else(Problem::no_order)?;
    stands_for(&found, Some(request.amount()))?;
    let order = OrderAnswer::from(&found);
    Ok((status, Json(Applied { order, sent })).into_response())
}
