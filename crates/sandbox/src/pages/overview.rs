//! The overview: what this sandbox is, what it sells, how it decides, and what has happened in it lately.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{money, page};
use crate::{
    application::TABLE,
    bank::Bank,
    clock::printed,
    contract::{Contract, ProcessStatus},
    decision::positive_ranges,
    product::{Family, Product},
    rental::{AssetModel, InsuranceRequirement},
    shared::Shared,
};

/// How many of the latest sessions are listed.
const LATEST: usize = 20;

struct ProductRow {
    code: String,
    family: &'static str,
    approval: bool,
    amounts: String,
    periods: String,
}

struct DecisionRow {
    family: &'static str,
    positive: String,
}

struct ModelRow {
    name: &'static str,
    ean: &'static str,
    code: &'static str,
    prices: String,
    periods: String,
    identifiers: Vec<&'static str>,
    insurance: &'static str,
    deductions: Vec<&'static str>,
    approved: bool,
}

struct CourseRow {
    amounts: String,
    words: &'static str,
}

struct ApplicationRow {
    id: String,
    product: String,
    amount: String,
    decision: &'static str,
    contract: &'static str,
    process: &'static str,
    created: String,
}

struct SessionRow {
    url: String,
    reference: String,
    product: String,
    amount: String,
    status: &'static str,
    contract: &'static str,
    created: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    region: String,
    currency: &'static str,
    base_url: String,
    shop: String,
    now: String,
    products: Vec<ProductRow>,
    models: Vec<ModelRow>,
    decisions: Vec<DecisionRow>,
    courses: Vec<CourseRow>,
    sessions: Vec<SessionRow>,
    applications: Vec<ApplicationRow>,
    session_count: usize,
    callback_count: usize,
    delivered_count: usize,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Response {
    let bank = shared.lock();
    let (callback_count, delivered_count) = bank.callbacks.counts();
    let overview = OverviewPage {
        region: bank.region.to_string(),
        currency: bank.region.currency(),
        base_url: bank.base_url.clone(),
        shop: bank.shop.to_string(),
        now: printed(bank.now()),
        products: bank.products.iter().map(product_row).collect(),
        models: bank.models().iter().map(model_row).collect(),
        decisions: decision_rows(&bank),
        courses: course_rows(),
        sessions: session_rows(&bank),
        applications: application_rows(&bank),
        session_count: bank.sessions.len(),
        callback_count,
        delivered_count,
    };
    page(StatusCode::OK, &overview)
}

fn product_row(product: &Product) -> ProductRow {
    let periods: Vec<String> = product.periods.iter().map(u32::to_string).collect();
    ProductRow {
        code: product.code.clone(),
        family: product.family.name(),
        approval: product.merchant_approval,
        amounts: format!("{} – {}", product.min_amount, product.max_amount),
        periods: periods.join(", "),
    }
}

fn model_row(model: &AssetModel) -> ModelRow {
    let periods: Vec<String> = model.periods.iter().map(u32::to_string).collect();
    let identifiers = model.asset_identifier_types.iter();
    let deductions = [
        (model.trade_in_available, "trade-in"),
        (model.campaign_discount_available, "campaign"),
    ];
    let deductions = deductions.into_iter().filter(|(available, _)| *available);
    ModelRow {
        name: model.name,
        ean: model.ean,
        code: model.manufacturer_product_code,
        prices: format!(
            "{} – {}",
            model.limits.min_net_price, model.limits.max_net_price
        ),
        periods: periods.join(", "),
        identifiers: identifiers.map(|kind| kind.name()).collect(),
        insurance: match model.insurance_requirement {
            InsuranceRequirement::Never => "never",
            InsuranceRequirement::Optional => "optional",
            InsuranceRequirement::Always => "always",
        },
        deductions: deductions.map(|(_, words)| words).collect(),
        approved: model.approved,
    }
}

/// One row for each family that the shop sells.
fn decision_rows(bank: &Bank) -> Vec<DecisionRow> {
    let mut families: Vec<Family> = Vec::new();
    for product in &bank.products {
        if !families.contains(&product.family) {
            families.push(product.family);
        }
    }
    let row = |family: Family| DecisionRow {
        family: family.name(),
        positive: positive_ranges(bank.region, family)
            .iter()
            .map(|(from, to)| {
                to.map_or_else(|| format!("from {from}"), |to| format!("{from} – {to}"))
            })
            .collect::<Vec<_>>()
            .join(", "),
    };
    families.into_iter().map(row).collect()
}

fn session_rows(bank: &Bank) -> Vec<SessionRow> {
    let mut sessions: Vec<_> = bank.sessions.values().collect();
    sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    sessions
        .into_iter()
        .take(LATEST)
        .map(|session| SessionRow {
            url: bank.page_url(session.id),
            reference: session.purchase_reference.clone(),
            product: session.product_code.clone(),
            amount: money(session.total_amount, bank.region.currency()),
            status: session.status.name(),
            contract: session
                .contract
                .and_then(|id| bank.contracts.get(&id))
                .map_or("–", |contract| contract.status.name()),
            created: printed(session.created_at),
        })
        .collect()
}

/// How the amount of a direct application decides.
fn course_rows() -> Vec<CourseRow> {
    let row = |row: &crate::application::Row| CourseRow {
        amounts: row.to.map_or_else(
            || format!("over {}", row.over),
            |to| format!("over {} – {to}", row.over),
        ),
        words: row.words,
    };
    TABLE.iter().map(row).collect()
}

fn application_rows(bank: &Bank) -> Vec<ApplicationRow> {
    let mut applications: Vec<_> = bank.direct.applications.values().collect();
    applications.sort_by_key(|application| std::cmp::Reverse(application.created_at));
    applications
        .into_iter()
        .take(LATEST)
        .map(|application| {
            let contract = application.contract.and_then(|id| bank.contracts.get(&id));
            let process = contract.and_then(Contract::process);
            ApplicationRow {
                id: application.id.to_string(),
                product: application.product_code.clone(),
                amount: money(application.amount, bank.region.currency()),
                decision: application.decision.name(),
                contract: contract.map_or("–", |contract| contract.status.name()),
                process: process.map_or("–", ProcessStatus::name),
                created: printed(application.created_at),
            }
        })
        .collect()
}
