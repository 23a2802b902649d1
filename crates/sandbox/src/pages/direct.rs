//! The pages of direct applications: the customer's bank, the signature, the down payment, and the printout of a contract.

use std::sync::Arc;

use askama::Template;
use axum::{
    Form, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{money, page, percent};
use crate::{
    account_statement::BANKS, application::CreditApplication, bank::Bank, calculation::Instalment,
    clock::printed, contract::SigningMethod, payment_link::PaymentStatus, printout::Subject,
    shared::Shared,
};

type Sandboxed = State<Arc<Shared>>;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/account-statement/{id}",
            get(statement).post(leave_statement),
        )
        .route("/bank-icon/{id}", get(icon))
        .route("/signing/{id}", get(signing))
        .route("/signing/{id}/sign", post(sign))
        .route("/payment/{id}", get(payment).post(pay))
        .route("/printout/{id}", get(printout))
}

#[derive(Template)]
#[template(path = "statement.html")]
struct StatementPage {
    id: Uuid,
    bank: &'static str,
    customer: String,
}

#[derive(Template)]
#[template(path = "signing.html")]
struct SigningPage {
    contract: Uuid,
    number: String,
    customer: String,
    amount: String,
    down_payment: Option<String>,
    monthly: String,
    period: u32,
    interest: String,
    total: String,
}

#[derive(Template)]
#[template(path = "payment.html")]
struct PaymentPage {
    id: Uuid,
    number: String,
    amount: String,
    endings: [PaymentStatus; 3],
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    step: &'static str,
    title: &'static str,
    text: &'static str,
}

struct Row {
    number: u32,
    date: String,
    principal: String,
    interest: String,
    fee: String,
    total: String,
}

#[derive(Template)]
#[template(path = "printout.html")]
struct PrintoutPage {
    title: &'static str,
    number: String,
    status: &'static str,
    customer: String,
    product: String,
    description: Option<String>,
    amount: String,
    down_payment: String,
    interest: String,
    contract_fee: String,
    total: String,
    aprc: String,
    made_at: String,
    rows: Vec<Row>,
}

fn notice(
    status: StatusCode,
    step: &'static str,
    title: &'static str,
    text: &'static str,
) -> Response {
    page(status, &NoticePage { step, title, text })
}

fn missing() -> Response {
    notice(
        StatusCode::NOT_FOUND,
        "missing",
        "There is nothing here",
        "The link is wrong, or the sandbox was started anew since.",
    )
}

/// The customer's bank asks whether it may tell about the account.
async fn statement(State(shared): Sandboxed, Path(id): Path<String>) -> Response {
    let bank = shared.lock();
    show_statement(&bank, &id).unwrap_or_else(missing)
}

fn show_statement(bank: &Bank, id: &str) -> Option<Response> {
    let id = id.parse().ok()?;
    let retrieval = bank.direct.retrievals.get(&id)?;
    if retrieval.ended {
        return Some(notice(
            StatusCode::OK,
            "statement-ended",
            "You have been here already",
            "Go back to the shop. It can open your bank again if that is needed.",
        ));
    }
    let application = bank.application(retrieval.application)?;
    let shown = StatementPage {
        id,
        bank: retrieval.bank,
        customer: application.customer.name(),
    };
    Some(page(StatusCode::OK, &shown))
}

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    action: String,
}

/// Back to the shop, whatever the customer has chosen: it learns the decision by asking for the application.
async fn leave_statement(
    State(shared): Sandboxed,
    Path(id): Path<String>,
    Form(form): Form<Answered>,
) -> Response {
    let left = shared.with(|bank| {
        let id = id.parse().ok()?;
        let retrieval = bank.direct.retrievals.get_mut(&id)?;
        let first = !std::mem::replace(&mut retrieval.ended, true);
        let (application, return_url) = (retrieval.application, retrieval.return_url.clone());
        if first && form.action == "share" {
            // The application may have moved on since the page was opened; the way back is the same.
            let _ = bank.statement_shared(application);
        }
        Some(return_url)
    });
    left.map_or_else(missing, |url| Redirect::to(&url).into_response())
}

/// A disc in the bank's own shade.
async fn icon(Path(id): Path<String>) -> Response {
    const SHADES: [&str; 3] = ["#1d6fb8", "#c2571a", "#3b8f4a"];
    let shade = BANKS
        .iter()
        .zip(SHADES)
        .find(|(bank, _)| bank.id.to_string() == id);
    shade.map_or_else(missing, |(_, shade)| {
        let image = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="{shade}"/></svg>"#
        );
        ([(header::CONTENT_TYPE, "image/svg+xml")], image).into_response()
    })
}

async fn signing(State(shared): Sandboxed, Path(id): Path<String>) -> Response {
    let bank = shared.lock();
    show_signing(&bank, &id).unwrap_or_else(missing)
}

fn show_signing(bank: &Bank, id: &str) -> Option<Response> {
    let (contract, application) = bank.find_direct_contract(id).ok()?;
    if !contract
        .signing_under_way()
        .is_some_and(SigningMethod::has_page)
    {
        return Some(notice(
            StatusCode::OK,
            "signing-ended",
            "There is nothing to sign here",
            "The contract is signed or cancelled already, or it is signed in another way.",
        ));
    }
    let product = bank.product(&application.product_code).ok()?;
    let currency = bank.region.currency();
    let offer = application.calculation(product);
    let shown = SigningPage {
        contract: contract.id,
        number: contract.number().to_owned(),
        customer: application.customer.name(),
        amount: money(application.amount, currency),
        down_payment: (!application.down_payment.is_zero())
            .then(|| money(application.down_payment, currency)),
        monthly: money(offer.monthly, currency),
        period: application.period,
        interest: percent(product.terms.interest_rate_annual),
        total: money(offer.total_cost(), currency),
    };
    Some(page(StatusCode::OK, &shown))
}

/// The page's button signs only what is to be signed on it; a second press finds it done.
async fn sign(State(shared): Sandboxed, Path(id): Path<String>) -> Response {
    let signed = shared.with(|bank| {
        let contract = bank.find_direct_contract(&id).ok()?.0;
        let on_page = contract
            .signing_under_way()
            .is_some_and(SigningMethod::has_page);
        let id = contract.id;
        on_page.then(|| bank.customer_signs(id).ok()).flatten()
    });
    match signed {
        Some(()) => notice(
            StatusCode::OK,
            "signed",
            "Signed",
            "You can close this page: the shop learns of it by itself.",
        ),
        None => show_signing(&shared.lock(), &id).unwrap_or_else(missing),
    }
}

async fn payment(State(shared): Sandboxed, Path(id): Path<String>) -> Response {
    let bank = shared.lock();
    show_payment(&bank, &id).unwrap_or_else(missing)
}

fn show_payment(bank: &Bank, id: &str) -> Option<Response> {
    let id = id.parse().ok()?;
    let link = bank.direct.payment_links.get(&id)?;
    let contract = bank.contracts.get(&link.contract)?;
    if link.used || contract.down_payment_due().is_none() {
        return Some(notice(
            StatusCode::OK,
            "payment-ended",
            "This link is used up",
            "Each attempt to pay needs a new link from the shop.",
        ));
    }
    let shown = PaymentPage {
        id,
        number: contract.number().to_owned(),
        amount: money(link.amount, bank.region.currency()),
        endings: PaymentStatus::ALL,
    };
    Some(page(StatusCode::OK, &shown))
}

#[derive(Deserialize)]
struct Payment {
    status: String,
}

async fn pay(
    State(shared): Sandboxed,
    Path(id): Path<String>,
    Form(form): Form<Payment>,
) -> Response {
    let paid = shared.with(|bank| {
        let id = id.parse().ok()?;
        let status = PaymentStatus::ALL
            .into_iter()
            .find(|status| status.name() == form.status)?;
        let link = bank.direct.payment_links.get_mut(&id)?;
        if std::mem::replace(&mut link.used, true) {
            return None;
        }
        let (contract, url) = (link.contract, link.return_url(status));
        if status == PaymentStatus::Success {
            bank.down_payment_paid(contract).ok()?;
        }
        Some(url)
    });
    match paid {
        Some(url) => Redirect::to(&url).into_response(),
        None => show_payment(&shared.lock(), &id).unwrap_or_else(missing),
    }
}

async fn printout(State(shared): Sandboxed, Path(id): Path<String>) -> Response {
    let bank = shared.lock();
    show_printout(&bank, &id).unwrap_or_else(missing)
}

fn printed_application(
    bank: &Bank,
    title: &'static str,
    id: Uuid,
) -> Option<(&'static str, String, &'static str, CreditApplication)> {
    let application = bank.readable_application(&id.to_string()).ok()?;
    let number = application.number().to_owned();
    let status = application.decision.name();
    Some((title, number, status, application))
}

fn show_printout(bank: &Bank, id: &str) -> Option<Response> {
    let printout = bank.direct.printouts.get(&id.parse().ok()?)?;
    let (title, number, status, application) = match printout.subject {
        Subject::Contract(id) => {
            let (contract, application) = bank.printable(&id.to_string()).ok()?;
            let number = contract.number().to_owned();
            ("Contract", number, contract.status.name(), application)
        }
        Subject::Application(id) => printed_application(bank, "Application", id)?,
        Subject::Offer(id) => printed_application(bank, "Offer", id)?,
    };
    let product = bank.product(&application.product_code).ok()?;
    let currency = bank.region.currency();
    let offer = application.calculation(product);
    let row = |row: &Instalment| Row {
        number: row.number,
        date: row.date.to_string(),
        principal: money(row.principal, currency),
        interest: money(row.interest, currency),
        fee: money(row.admin_fee, currency),
        total: money(row.total(), currency),
    };
    let shown = PrintoutPage {
        title,
        number,
        status,
        customer: application.customer.name(),
        product: product.code.clone(),
        description: application.description().map(str::to_owned),
        amount: money(application.amount, currency),
        down_payment: money(application.down_payment, currency),
        interest: percent(product.terms.interest_rate_annual),
        contract_fee: money(offer.contract_fee, currency),
        total: money(offer.total_cost(), currency),
        aprc: percent(offer.final_aprc(application.created_at.date())),
        made_at: printed(printout.made_at),
        rows: offer.instalments.iter().map(row).collect(),
    };
    Some(page(StatusCode::OK, &shown))
}
