mod act;
mod cart;
mod scenario;

use std::cmp::Ordering;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use inbank::app::{RentalQuote, Started};
use inbank::domain::{
    AssetModel, FinancingId, Locale, ModelIdentifier, OrderReference, ProductCode, ProductFamily,
    Purchase, RentalRequest, SessionRequest,
};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::{GatewayErrorKind, Sessions};
use inbank_sandbox::Operation;
use indicatif::ProgressBar;

use self::scenario::{Ending, Model, Scenario};
use super::customer::Customer;
use super::flow::{Flow, Title};
use super::journal::Journal;
use super::order::Order;
use super::stage::Stage;

/// Where devices are rented.
const REGIONS: [&RegionProfile; 2] = [&RegionProfile::ESTONIA, &RegionProfile::LATVIA];

/// Every scenario, in each region, in both versions.
pub(super) async fn run(progress: &ProgressBar) -> Result<Vec<Flow>> {
    let scenarios = scenario::ALL;
    let count = REGIONS.len() * ApiVersion::ALL.len() * scenarios.len();
    progress.inc_length(u64::try_from(count)?);
    let mut flows = Vec::with_capacity(count);
    for profile in REGIONS {
        for version in ApiVersion::ALL {
            let mut stage = Stage::set(profile, *version).await?;
            for scenario in scenarios {
                let title = Title {
                    guide: "smart-rent",
                    scenario: scenario.name,
                    outcome: scenario.outcome(),
                };
                let play = async |stage: &mut Stage, journal: &mut Journal<'_>| {
                    play(stage, scenario, journal).await
                };
                flows.push(Flow::run(&mut stage, title, progress, play).await);
            }
        }
    }
    Ok(flows)
}

/// Runs a scenario from the conditions to its end.
async fn play(stage: &mut Stage, scenario: &Scenario, journal: &mut Journal<'_>) -> Result<()> {
    let product = ProductCode::parse(scenario.product)?;
    let (sessions, seen) = (stage.sandbox.session_count(), stage.requests());
    let Some(model) = conditions(stage, scenario, &product, journal).await? else {
        ensure!(scenario.end.is_none(), "the bank does not know the model");
        ensure!(
            stage.sandbox.session_count() == sessions && stage.requests() == seen + 1,
            "something was done about a model that can't be rented"
        );
        return Ok(());
    };
    let end = scenario.end.context("the bank knows the model")?;
    let cart = scenario.cart.request(&stage.profile.region, &model)?;
    let (mut order, customer) = check_out(stage, scenario, &model, &cart, journal).await?;
    let hero = scenario.model.in_catalogue(&stage.sandbox)?;
    for sent in [
        (Operation::CreateRentalCalculation, None),
        (Operation::CreateSession, Some("rentalapplicationdata")),
    ] {
        scenario.cart.check_arrived(stage, &hero, sent)?;
    }
    let customer = dialog(stage, scenario, &mut order, customer, journal).await?;
    order.hear(stage, journal).await?;
    customer.go_back_to_merchant().await?;
    order.hear(stage, journal).await?;
    if let Some(act) = &scenario.act {
        act.play(stage, &order, (&product, &model), journal).await?;
        order.hear(stage, journal).await?;
    }
    order.read(stage, journal).await?;
    order.check(end, scenario.events, scenario.arrivals)
}

/// The conditions of the scenario's model, unless the bank does not know it.
async fn conditions(
    stage: &Stage,
    scenario: &Scenario,
    product: &ProductCode,
    journal: &mut Journal<'_>,
) -> Result<Option<AssetModel>> {
    let identifier = match scenario.model {
        Model::Ean(ean) => ModelIdentifier::ean(ean)?,
        Model::Code(code) => ModelIdentifier::manufacturer_product_code(code)?,
    };
    let asked = format!("conditions asked by {}", identifier.kind());
    match stage.inbank.rent().model(product, &identifier).await {
        Ok(model) => {
            journal.note(format!("{asked}: {}", model.name));
            Ok(Some(model))
        }
        Err(error) => {
            let codes = error.bank_codes();
            ensure!(
                error.kind() == GatewayErrorKind::NotFound && codes == ["ASSET_MODEL_NOT_FOUND"],
                "{error} instead of not found"
            );
            journal.note(format!("{asked}: {}", codes.join(", ")));
            Ok(None)
        }
    }
}

/// Quotes the cart, opens a session for it and sends the customer there.
async fn check_out(
    stage: &Stage,
    scenario: &Scenario,
    model: &AssetModel,
    cart: &RentalRequest,
    journal: &mut Journal<'_>,
) -> Result<(Order, Customer)> {
    let region = &stage.profile.region;
    let product = ProductCode::parse(scenario.product)?;
    let quote = match stage.inbank.rent().quote(&product, model, cart).await? {
        RentalQuote::Offered(quote) => quote,
        RentalQuote::Unavailable(condition) => bail!("no quote: {condition}"),
    };
    journal.note(format!("quoted at {} a month", quote.gross_monthly_payment));
    let name = scenario.name.replace('_', "-");
    let id = FinancingId::parse(format!(
        "{}-{}-{name}",
        region.country,
        stage.version.as_str()
    ))?;
    let locale = region.locales.first().context("the region has no locale")?;
    let mut purchase = Purchase::new(OrderReference::parse(format!("Order {id}"))?);
    purchase.description = Some(model.name.clone());
    let (locale, urls) = (Locale::parse(locale)?, stage.merchant.urls(&id)?);
    let request = SessionRequest::rental(region, product, locale, urls, purchase, cart.clone())?;
    let checkout = stage.inbank.checkout();
    let started = checkout.start(id, ProductFamily::SmartRent, &request).await;
    let (financing, redirect_url) = match started {
        Started::Open {
            financing,
            redirect_url,
        } => (financing, redirect_url),
        Started::Unknown { error, .. } | Started::Refused { error, .. } => return Err(error.into()),
        other => bail!("the session is not open: {other:?}"),
    };
    journal.note("session opened");
    let session = financing.session.as_ref().context("it has no session")?;
    let total = stage.inbank.api().session(session).await?.total;
    let quoted = quote.total_gross_price_with_discount;
    let as_quoted = match (total, quoted) {
        (Some(total), Some(quoted)) => total.compare(quoted) == Ok(Ordering::Equal),
        _ => false,
    };
    ensure!(
        as_quoted,
        "the session costs {total:?}, and {quoted:?} was quoted"
    );
    let customer = Customer::arrive(&stage.browser, redirect_url.as_str()).await?;
    Ok((Order::new(financing), customer))
}

/// The customer's part of it.
async fn dialog(
    stage: &mut Stage,
    scenario: &Scenario,
    order: &mut Order,
    customer: Customer,
    journal: &mut Journal<'_>,
) -> Result<Customer> {
    match scenario.customer {
        Ending::GivesUp => {
            journal.note("customer cancels");
            customer.cancel().await
        }
        Ending::IsLate => {
            journal.note("time passes");
            // Longer than any session is valid.
            stage.sandbox.advance(Duration::from_hours(400 * 24));
            order.hear(stage, journal).await?;
            order.read(stage, journal).await?;
            customer.reload().await
        }
        Ending::IsDeclined => {
            journal.note("customer applies");
            customer.apply().await
        }
        Ending::Signs => {
            journal.note("customer applies, accepts and signs");
            customer.apply().await?.sign().await
        }
    }
}
