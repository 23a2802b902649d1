//! What is decided about an order. Each command is written down before it is sent, and sent once: repeat it
//! as often as you like.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use inbank::{
    Activation, ApplicationId, AssetIdentifiers, CommandOutcome, ConfirmationCode, Imei,
    ModelIdentifier, OrderError, OrderHandle, ProductCode, Regeneration, SerialNumber,
    SigningMethod, SigningOutcome, WebAddress,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use super::body::Sent;
use super::caller::{Caller, Named, OrderPath};
use super::idempotency::Before;
use super::pay::found;
use super::problem::{Problem, Problems};
use crate::answer::OrderAnswer;

/// How far a command is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Progress {
    /// The bank shows it, or it stood so already.
    Done,
    /// The bank has taken it and does not show it yet; an event tells when it does.
    Acknowledged,
    /// It was sent and not answered: the bank is read until it is known whether it arrived.
    Unclear,
    /// It is written down, and will be sent.
    Pending,
}

/// The order, and how far the command is.
#[derive(Serialize, ToSchema)]
pub(super) struct Commanded {
    order: OrderAnswer,
    command: Progress,
}

type Answer = Result<Response, Problem>;

/// What commands are answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "described, and never made")]
pub(super) enum Commands {
    /// The bank shows it
    #[response(status = 200)]
    Done(Commanded),
    /// The bank has taken it, or will be asked: an event tells when it shows
    #[response(status = 202)]
    UnderWay(Commanded),
}

async fn commanded(order: &OrderHandle, outcome: CommandOutcome) -> Result<Response, Problem> {
    let (status, command) = match outcome {
        CommandOutcome::Done(_) => (StatusCode::OK, Progress::Done),
        CommandOutcome::Acknowledged(_) => (StatusCode::ACCEPTED, Progress::Acknowledged),
        CommandOutcome::Unclear(_) => (StatusCode::ACCEPTED, Progress::Unclear),
        CommandOutcome::Pending(_) => (StatusCode::ACCEPTED, Progress::Pending),
    };
    let order = found(order).await?;
    Ok((status, Json(Commanded { order, command })).into_response())
}

/// Approves a granted order. A rental is activated instead.
#[utoipa::path(
    post,
    path = "/v1/shops/{shop}/orders/{reference}/approve",
    tag = "commands",
    params(OrderPath),
    responses(Commands, Problems)
)]
pub(super) async fn approve(caller: Caller, Named(path): Named<OrderPath>) -> Answer {
    let order = caller.decides(&path)?;
    commanded(&order, order.approve().await?).await
}

/// Cancels the contract, or the application while there is no contract.
#[utoipa::path(
    post,
    path = "/v1/shops/{shop}/orders/{reference}/cancel",
    tag = "commands",
    params(OrderPath),
    responses(Commands, Problems)
)]
pub(super) async fn cancel(caller: Caller, Named(path): Named<OrderPath>) -> Answer {
    let order = caller.decides(&path)?;
    commanded(&order, order.cancel().await?).await
}

/// Which offer the customer accepts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Accept {
    /// The application whose offer was read.
    application_id: String,
}

/// Accepts the offer of this application, and of none that took its place.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/accept", tag = "commands",
    params(OrderPath), request_body = Accept, responses(Commands, Problems))]
pub(super) async fn accept(caller: Caller, Named(path): Named<OrderPath>, body: Sent) -> Answer {
    let order = caller.decides(&path)?;
    let offer = ApplicationId::parse(body.json::<Accept>()?.application_id);
    let offer = offer.map_err(|error| error.named("application_id"))?;
    commanded(&order, order.accept(&offer).await?).await
}

/// The device that is handed over. Its identifiers are told to the bank, and kept nowhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Activate {
    /// The product's code.
    product: String,
    /// The model's European article number; or its code.
    ean: Option<String>,
    /// The code that the manufacturer gives the model.
    manufacturer_code: Option<String>,
    imei: Option<String>,
    serial_number: Option<String>,
}

/// Activates a granted rental, for the device with these identifiers.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/activate", tag = "commands",
    params(OrderPath), request_body = Activate, responses(Commands, Problems))]
pub(super) async fn activate(caller: Caller, Named(path): Named<OrderPath>, body: Sent) -> Answer {
    let order = caller.decides(&path)?;
    let body: Activate = body.json()?;
    let product = product(body.product)?;
    let model = model(body.ean, body.manufacturer_code)?;
    let imei = body.imei.as_deref().map(Imei::parse).transpose()?;
    let serial_number = body.serial_number.map(SerialNumber::parse).transpose()?;
    let identifiers = AssetIdentifiers::new(imei, serial_number);
    let shop = caller.writes(&path.shop)?;
    let model = shop.rental_model(&product, &model).await?;
    let outcome = match order.activate(&model, &identifiers).await? {
        Activation::Activated(outcome) | Activation::AlreadyActivated(outcome) => outcome,
    };
    commanded(&order, outcome).await
}

/// A product, by the name that the service has for its field.
pub(super) fn product(code: String) -> Result<ProductCode, inbank::Invalid> {
    ProductCode::parse(code).map_err(|error| error.named("product"))
}

/// A model by the one or the other name.
pub(super) fn model(
    ean: Option<String>,
    code: Option<String>,
) -> Result<ModelIdentifier, inbank::Invalid> {
    match (ean, code) {
        (Some(ean), None) => ModelIdentifier::ean(ean),
        (None, Some(code)) => ModelIdentifier::manufacturer_product_code(code),
        (Some(_), Some(_)) | (None, None) => {
            let problem = "must be there, or `manufacturer_code`, and not both";
            Err(inbank::Invalid::new("ean", problem))
        }
    }
}

/// How it is signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sign {
    /// `sms`, `redirect`, `digital`, `paper`, … : those that the product has.
    #[schema(example = "sms")]
    method: String,
}

/// How the customer goes on.
#[derive(Serialize, ToSchema)]
pub(super) struct Signing {
    order: OrderAnswer,
    /// Send the customer's browser there, where it is given; else the bank has sent the customer a message.
    redirect_url: Option<String>,
}

/// Has the contract signed; before there is one, the application. By the shop's own means or on paper the bank
/// is told that it is signed; by the other methods each call has the bank send something to the customer.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/sign", tag = "commands", request_body = Sign,
    params(OrderPath),
    responses((status = 200, description = "The bank knows", body = Signing),
        Problems))]
pub(super) async fn sign(
    caller: Caller,
    Named(path): Named<OrderPath>,
    before: Before,
    body: Sent,
) -> Result<Json<Signing>, Problem> {
    let order = caller.decides(&path)?;
    let body: Sign = body.json()?;
    let method = SigningMethod::from(body.method.as_str());
    let is_wanted = match method {
        // The bank is told, by a command that is written down and safe to repeat.
        SigningMethod::Digital | SigningMethod::Paper => true,
        // The customer would be sent a second message, and what the first one brought would do no more.
        SigningMethod::Sms
        | SigningMethod::SendToSigningEmail
        | SigningMethod::SendToSigningSms => before.once()?,
        SigningMethod::Redirect | SigningMethod::Unrecognised(_) => {
            before.once_for_an_address()?;
            true
        }
    };
    let redirect_url = if is_wanted {
        match order.sign(&method).await.map_err(after_asking)? {
            SigningOutcome::Told(_) => None,
            SigningOutcome::Started(started) => started.redirect_url,
        }
    } else {
        None
    };
    let redirect_url = redirect_url.map(|url| url.as_str().to_owned());
    let order = found(&order).await?;
    Ok(Json(Signing {
        order,
        redirect_url,
    }))
}

/// What went wrong with that which the bank does each time that it is asked. Where the ledger fails, the bank may have been asked.
pub(super) fn after_asking(error: OrderError) -> Problem {
    match error {
        OrderError::Ledger(error) => {
            tracing::error!(%error, "the ledger gave no answer after the bank was asked");
            Problem::not_known()
        }
        OrderError::Busy => Problem::not_known(),
        error => error.into(),
    }
}

/// What the customer got by text message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirm {
    code: String,
}

/// Brings the code back that the customer got by text message.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/confirm", tag = "commands", request_body = Confirm,
    params(OrderPath),
    responses((status = 200, description = "It is signed", body = OrderAnswer),
        Problems))]
pub(super) async fn confirm(
    caller: Caller,
    Named(path): Named<OrderPath>,
    before: Before,
    body: Sent,
) -> Result<Json<OrderAnswer>, Problem> {
    let order = caller.decides(&path)?;
    let code = ConfirmationCode::parse(&body.json::<Confirm>()?.code)
        .map_err(|error| error.named("code"))?;
    // The bank takes a code once, and refuses it then.
    if before != Before::Done {
        order.confirm(&code).await?;
    }
    Ok(Json(found(&order).await?))
}

/// A document for the customer.
#[derive(Serialize, ToSchema)]
pub(super) struct PrintoutAnswer {
    id: Option<String>,
    /// Opens the customer's contract: show it to nobody else.
    link: String,
}

/// The contract as a document for the customer to read.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/printout", tag = "commands",
    params(OrderPath),
    responses((status = 200, description = "Where it is", body = PrintoutAnswer),
        Problems))]
pub(super) async fn printout(
    caller: Caller,
    Named(path): Named<OrderPath>,
) -> Result<Json<PrintoutAnswer>, Problem> {
    let order = caller.decides(&path)?;
    let printout = order.printout(Regeneration::default()).await?;
    Ok(Json(PrintoutAnswer {
        id: printout.id,
        link: printout.link.as_str().to_owned(),
    }))
}

/// Where the customer comes back to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentLink {
    /// Ends in the literal `{status}`, which the bank fills in.
    #[schema(example = "https://shop.example.com/orders/1001?down-payment={status}")]
    return_url: String,
}

/// Where the customer makes the down payment.
#[derive(Serialize, ToSchema)]
pub(super) struct Link {
    url: String,
}

/// An address where the customer makes the down payment; each try needs a new one.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/payment-link", tag = "commands", request_body = PaymentLink,
    params(OrderPath),
    responses((status = 200, description = "Send the customer there", body = Link),
        Problems))]
pub(super) async fn payment_link(
    caller: Caller,
    Named(path): Named<OrderPath>,
    body: Sent,
) -> Result<Json<Link>, Problem> {
    let order = caller.decides(&path)?;
    let return_url = WebAddress::parse(&body.json::<PaymentLink>()?.return_url);
    let return_url = return_url.map_err(|error| error.named("return_url"))?;
    let url = order.payment_link(&return_url).await?;
    let url = url.as_str().to_owned();
    Ok(Json(Link { url }))
}

/// Reads the bank about the order now, as a callback would have it read.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{reference}/refresh", tag = "commands",
    params(OrderPath),
    responses((status = 200, description = "As the bank has it", body = OrderAnswer),
        Problems))]
pub(super) async fn refresh(
    caller: Caller,
    Named(path): Named<OrderPath>,
) -> Result<Json<OrderAnswer>, Problem> {
    let order = caller.decides(&path)?;
    order.refresh().await?;
    Ok(Json(found(&order).await?))
}
