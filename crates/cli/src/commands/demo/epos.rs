mod scenario;

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use inbank::app::{Decision, Quote, Started};
use inbank::domain::{
    CalculationRequest, FinancingId, Locale, Money, Months, OrderReference, ProductCode, Purchase,
    SessionRequest,
};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::ProductCatalogue;
use indicatif::ProgressBar;

use self::scenario::Scenario;
use super::customer::Customer;
use super::flow::{Flow, Title};
use super::journal::Journal;
use super::order::Order;
use super::stage::Stage;

/// One for each currency.
const REGIONS: [&RegionProfile; 3] = [
    &RegionProfile::ESTONIA,
    &RegionProfile::POLAND,
    &RegionProfile::CZECHIA,
];

/// Every scenario, in each region, in both versions.
pub(super) async fn run(progress: &ProgressBar) -> Result<Vec<Flow>> {
    let count = REGIONS.len() * ApiVersion::ALL.len() * Scenario::ALL.len();
    progress.inc_length(u64::try_from(count)?);
    let mut flows = Vec::with_capacity(count);
    for profile in REGIONS {
        for version in ApiVersion::ALL {
            let mut stage = Stage::set(profile, *version).await?;
            for scenario in Scenario::ALL {
                let title = Title {
                    guide: "epos",
                    scenario: scenario.name(),
                    outcome: scenario.end().as_str(),
                };
                let play = async |stage: &mut Stage, journal: &mut Journal<'_>| {
                    play(stage, *scenario, journal).await
                };
                flows.push(Flow::run(&mut stage, title, progress, play).await);
            }
        }
    }
    Ok(flows)
}

/// Runs a scenario from the cart to its end.
async fn play(stage: &mut Stage, scenario: Scenario, journal: &mut Journal<'_>) -> Result<()> {
    let (mut order, customer) = check_out(stage, scenario, journal).await?;
    let customer = match scenario {
        Scenario::CancelledByCustomer => {
            journal.note("customer cancels");
            customer.cancel().await?
        }
        Scenario::Declined => {
            journal.note("customer applies");
            customer.apply().await?
        }
        Scenario::Expired => {
            journal.note("time passes");
            // Longer than any session is valid.
            stage.sandbox.advance(Duration::from_hours(400 * 24));
            order.hear(stage, journal).await?;
            order.read(stage, journal).await?;
            customer.reload().await?
        }
        Scenario::Completed | Scenario::Approved | Scenario::CancelledByMerchant => {
            journal.note("customer applies");
            let customer = customer.apply().await?;
            journal.note("customer accepts and signs");
            customer.sign().await?
        }
    };
    order.hear(stage, journal).await?;
    customer.go_back_to_merchant().await?;
    order.hear(stage, journal).await?;
    let decision = match scenario {
        Scenario::Approved => Some((Decision::Approve, "merchant approves")),
        Scenario::CancelledByMerchant => Some((Decision::Cancel, "merchant cancels")),
        _ => None,
    };
    if let Some((decision, step)) = decision {
        journal.note(step);
        let decide = stage.inbank.decide();
        decide.decide(&order.financing, decision).await?;
        order.hear(stage, journal).await?;
    }
    order.read(stage, journal).await?;
    order.check(scenario.end(), scenario.events(), scenario.arrivals())
}

/// Quotes the cart, opens a session for it and sends the customer there.
async fn check_out(
    stage: &Stage,
    scenario: Scenario,
    journal: &mut Journal<'_>,
) -> Result<(Order, Customer)> {
    let region = &stage.profile.region;
    let code = ProductCode::parse(scenario.product())?;
    let total = Money::parse(scenario.amount(), region.currency)?;
    let product = stage.inbank.api().product(&code).await?;
    let question = CalculationRequest::new(region, code.clone(), total, Months::new(12)?)?;
    match stage.inbank.quotes().quote_for(&product, &question).await? {
        Quote::Offered(quote) => {
            journal.note(format!("quoted at {} a month", quote.monthly_payment));
        }
        Quote::Unavailable(why) => bail!("no quote: {why:?}"),
    }
    let name = scenario.name().replace('_', "-");
    let id = FinancingId::parse(format!(
        "{}-{}-{name}",
        region.country,
        stage.version.as_str()
    ))?;
    let locale = region.locales.first().context("the region has no locale")?;
    let request = SessionRequest::new(
        region,
        code,
        total,
        Locale::parse(locale)?,
        stage.merchant.urls(&id)?,
        Purchase::new(OrderReference::parse(format!("Order {id}"))?),
    )?;
    match stage
        .inbank
        .checkout()
        .start(id, product.family, &request)
        .await
    {
        Started::Open {
            financing,
            redirect_url,
        } => {
            journal.note("session opened");
            let customer = Customer::arrive(&stage.browser, redirect_url.as_str()).await?;
            Ok((Order::new(financing), customer))
        }
        Started::Unknown { error, .. } | Started::Refused { error, .. } => Err(error.into()),
        other => bail!("the session is not open: {other:?}"),
    }
}
