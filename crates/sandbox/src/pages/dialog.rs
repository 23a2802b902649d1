//! The e-POS dialog: order, application, offer, signature, and the way back to the merchant.

use std::sync::Arc;

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    money, page,
    price::{Offer, Price},
    words::Words,
};
use crate::{
    bank::Bank,
    callback::SignedMessage,
    session::{CustomerError, Session, SessionStatus},
    shared::Shared,
};

type Sandboxed = State<Arc<Shared>>;

/// What every page of the dialog shows.
struct Frame {
    session: Uuid,
    merchant: String,
    reference: String,
    total: String,
    status: SessionStatus,
    /// The step the customer is at, counted from one.
    step: usize,
    /// Whether a device is rented, not a purchase financed.
    rents: bool,
    words: &'static Words,
}

impl Frame {
    fn new(bank: &Bank, session: &Session, step: usize) -> Self {
        Self {
            session: session.id,
            merchant: session
                .merchant
                .clone()
                .unwrap_or_else(|| "the merchant".to_owned()),
            reference: session.purchase_reference.clone(),
            total: money(session.total_amount, bank.region.currency()),
            status: session.status,
            step,
            rents: session.rental.is_some(),
            words: Words::of(&session.locale),
        }
    }
}

struct OrderLine {
    description: String,
    quantity: Option<u32>,
    amount: Option<String>,
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage {
    frame: Frame,
    description: Option<String>,
    lines: Vec<OrderLine>,
    periods: Vec<u32>,
    offer: Offer,
}

#[derive(Template)]
#[template(path = "application.html")]
struct ApplicationPage {
    frame: Frame,
    offer: Offer,
    form: ApplicationForm,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "offer.html")]
struct OfferPage {
    frame: Frame,
    offer: Offer,
}

#[derive(Template)]
#[template(path = "signature.html")]
struct SignaturePage {
    frame: Frame,
    offer: Offer,
    by_sms: bool,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "result.html")]
struct ResultPage {
    frame: Frame,
    destination: String,
    signed: SignedMessage,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct MissingPage;

#[derive(Deserialize)]
pub(super) struct Choice {
    period: Option<u32>,
}

/// What the customer tells about themselves. The sandbox keeps none of it.
#[derive(Default, Deserialize)]
pub(super) struct ApplicationForm {
    period: u32,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    identity_code: String,
    #[serde(default)]
    mobile: String,
    #[serde(default)]
    email: String,
}

impl ApplicationForm {
    fn is_complete(&self) -> bool {
        [
            &self.first_name,
            &self.last_name,
            &self.identity_code,
            &self.mobile,
            &self.email,
        ]
        .iter()
        .all(|field| !field.trim().is_empty())
    }
}

#[derive(Deserialize)]
pub(super) struct SignatureForm {
    #[serde(default)]
    code: Option<String>,
}

/// The page for the state the session is in.
pub(super) async fn show(
    State(shared): Sandboxed,
    Path(id): Path<String>,
    Query(choice): Query<Choice>,
) -> Response {
    let bank = shared.lock();
    current(&bank, &id, choice.period, false)
}

/// The form, once the customer has chosen a period.
pub(super) async fn application(
    State(shared): Sandboxed,
    Path(id): Path<String>,
    Query(choice): Query<Choice>,
) -> Response {
    let bank = shared.lock();
    let Some(session) = find(&bank, &id) else {
        return missing();
    };
    if session.status != SessionStatus::Pending || session.application.is_some() {
        return current(&bank, &id, None, false);
    }
    let Some(period) = chosen_period(&bank, session, choice.period) else {
        return missing();
    };
    let known = session.prefill.clone();
    let form = ApplicationForm {
        period,
        first_name: known.first_name.unwrap_or_default(),
        last_name: known.last_name.unwrap_or_default(),
        identity_code: known.identity_code.unwrap_or_default(),
        mobile: known.mobile.unwrap_or_default(),
        email: known.email.unwrap_or_default(),
    };
    ask(&bank, session, form, None)
}

pub(super) async fn apply(
    State(shared): Sandboxed,
    Path(id): Path<String>,
    Form(form): Form<ApplicationForm>,
) -> Response {
    if !form.is_complete() {
        let bank = shared.lock();
        return find(&bank, &id).map_or_else(missing, |session| {
            let words = Words::of(&session.locale);
            ask(&bank, session, form, Some(words.fill_in))
        });
    }
    step(&shared, &id, |bank, id| {
        bank.apply(id, Some(form.period)).map(drop)
    })
}

pub(super) async fn accept(State(shared): Sandboxed, Path(id): Path<String>) -> Response {
    step(&shared, &id, Bank::accept)
}

pub(super) async fn sign(
    State(shared): Sandboxed,
    Path(id): Path<String>,
    Form(form): Form<SignatureForm>,
) -> Response {
    step(&shared, &id, |bank, id| {
        bank.sign(id, form.code.as_deref().map(str::trim)).map(drop)
    })
}

pub(super) async fn cancel(State(shared): Sandboxed, Path(id): Path<String>) -> Response {
    step(&shared, &id, Bank::cancel_by_customer)
}

/// Takes a step and leads the browser to the page of the state it ends in.
///
/// A step that is not possible any more (a second press of a button, a stale page) leads there as well.
fn step(
    shared: &Shared,
    id: &str,
    take: impl FnOnce(&mut Bank, Uuid) -> Result<(), CustomerError>,
) -> Response {
    let Ok(session) = id.parse() else {
        return missing();
    };
    match shared.with(|bank| take(bank, session)) {
        Ok(()) | Err(CustomerError::WrongState) => {
            Redirect::to(&format!("/session/{session}")).into_response()
        }
        Err(CustomerError::NotFound | CustomerError::NoApplication) => missing(),
        Err(CustomerError::Period) => current(&shared.lock(), id, None, false),
        Err(CustomerError::SmsCode) => current(&shared.lock(), id, None, true),
    }
}

fn current(bank: &Bank, id: &str, period: Option<u32>, wrong_code: bool) -> Response {
    find(bank, id)
        .and_then(|session| match session.status {
            SessionStatus::Pending => {
                let error = wrong_code.then(|| Words::of(&session.locale).wrong_code);
                pending(bank, session, period, error)
            }
            _ => Some(finished(bank, session)),
        })
        .unwrap_or_else(missing)
}

fn pending(
    bank: &Bank,
    session: &Session,
    period: Option<u32>,
    error: Option<&'static str>,
) -> Option<Response> {
    let product = bank.product(&session.product_code).ok()?;
    let Some(application) = &session.application else {
        let period = chosen_period(bank, session, period)?;
        let lines = session.lines.iter().map(|line| OrderLine {
            description: line.description.clone(),
            quantity: line.quantity.filter(|quantity| *quantity > 1),
            amount: line
                .amount
                .map(|amount| money(amount, bank.region.currency())),
        });
        let order = OrderPage {
            frame: Frame::new(bank, session, 1),
            description: session.description.clone(),
            lines: lines.collect(),
            periods: session
                .rental
                .as_ref()
                .map_or_else(|| product.periods.clone(), |rental| vec![rental.period]),
            offer: Offer::new(bank, session, period)?,
        };
        return Some(page(StatusCode::OK, &order));
    };
    let offer = Offer::new(bank, session, application.period)?;
    if session.contract.is_none() {
        let frame = Frame::new(bank, session, 3);
        return Some(page(StatusCode::OK, &OfferPage { frame, offer }));
    }
    let signature = SignaturePage {
        frame: Frame::new(bank, session, 4),
        offer,
        by_sms: product.family.signs_by_sms(),
        error,
    };
    Some(page(refused_if(error), &signature))
}

/// The end of the dialog: the browser returns to the merchant by a form of the same content as the callback.
///
/// To `cancel_url` after a deliberate cancellation, to `return_url` whatever else has happened (e-POS 2.10, Callbacks).
fn finished(bank: &Bank, session: &Session) -> Response {
    let urls = &session.partner_urls;
    let destination = match session.status {
        SessionStatus::Cancelled => urls.cancel_url.clone(),
        _ => urls.return_url.clone(),
    };
    let result = ResultPage {
        frame: Frame::new(bank, session, Words::of(&session.locale).steps.len() + 1),
        destination,
        signed: bank.browser_return(session),
    };
    page(StatusCode::OK, &result)
}

fn ask(
    bank: &Bank,
    session: &Session,
    form: ApplicationForm,
    error: Option<&'static str>,
) -> Response {
    let offer = chosen_period(bank, session, Some(form.period))
        .and_then(|period| Offer::new(bank, session, period));
    let Some(offer) = offer else {
        return missing();
    };
    let application = ApplicationPage {
        frame: Frame::new(bank, session, 2),
        offer,
        form,
        error,
    };
    page(refused_if(error), &application)
}

fn refused_if(error: Option<&str>) -> StatusCode {
    error.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY)
}

/// The period the customer asks for if it is on offer, or else the merchant's wish, or else the product's default.
///
/// That of a rental was chosen at the merchant's.
fn chosen_period(bank: &Bank, session: &Session, asked: Option<u32>) -> Option<u32> {
    if let Some(rental) = &session.rental {
        return Some(rental.period);
    }
    let product = bank.product(&session.product_code).ok()?;
    asked
        .filter(|period| product.periods.contains(period))
        .or(session.prefill.period)
        .or_else(|| Some(product.default_period()))
}

fn find<'a>(bank: &'a Bank, id: &str) -> Option<&'a Session> {
    id.parse().ok().and_then(|id| bank.session(id))
}

fn missing() -> Response {
    page(StatusCode::NOT_FOUND, &MissingPage)
}
