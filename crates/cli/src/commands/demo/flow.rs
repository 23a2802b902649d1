use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use inbank::app::{Decision, News, Quote, Started};
use inbank::domain::{
    CalculationRequest, Event, Financing, FinancingId, Locale, Money, Months, OrderReference,
    ProductCode, Purchase, SessionRequest, Step,
};
use inbank::ports::ProductCatalogue;
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::time::timeout;

use super::customer::Customer;
use super::journal::Journal;
use super::scenario::Scenario;
use super::stage::{PATIENCE, Stage};

/// A flow that was run, and how it ended.
#[derive(Serialize)]
pub(super) struct Flow {
    pub(super) guide: &'static str,
    pub(super) region: &'static str,
    pub(super) api_version: &'static str,
    pub(super) scenario: &'static str,
    /// The state in which the financing ended, or what went otherwise.
    pub(super) outcome: String,
    pub(super) steps: Vec<String>,
    pub(super) requests: usize,
    pub(super) callbacks: usize,
    #[serde(skip)]
    pub(super) as_expected: bool,
}

/// Runs a scenario from the cart to its end.
pub(super) async fn run(stage: &mut Stage, scenario: Scenario, progress: &ProgressBar) -> Flow {
    let (region, version) = (stage.profile.region.name, stage.version.as_str());
    let before = (
        stage.sandbox.requests().len(),
        stage.sandbox.callbacks().len(),
    );
    let title = format!("{region} {version} {}", scenario.name());
    let mut journal = Journal::new(title, progress);
    let played = timeout(PATIENCE, play(stage, scenario, &mut journal)).await;
    let played = played.unwrap_or_else(|_| bail_late());
    Flow {
        guide: "epos",
        region,
        api_version: version,
        scenario: scenario.name(),
        as_expected: played.is_ok(),
        outcome: match played {
            Ok(()) => scenario.end().as_str().to_owned(),
            Err(error) => format!("{error:#}"),
        },
        steps: journal.into_steps(),
        requests: stage.sandbox.requests().len() - before.0,
        callbacks: stage.sandbox.callbacks().len() - before.1,
    }
}

fn bail_late() -> Result<()> {
    bail!("not done within {PATIENCE:?}")
}

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
    order.check(scenario)
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
            let order = Order {
                financing,
                events: Vec::new(),
                arrivals: Vec::new(),
            };
            Ok((order, customer))
        }
        Started::Unknown { error, .. } | Started::Refused { error, .. } => Err(error.into()),
        other => bail!("the session is not open: {other:?}"),
    }
}

/// What the shop keeps of an order.
struct Order {
    financing: Financing,
    /// What it was told.
    events: Vec<Event>,
    /// The ways on which something came in.
    arrivals: Vec<String>,
}

impl Order {
    /// Takes what has come in meanwhile, each twice: the second time it must change nothing.
    async fn hear(&mut self, stage: &mut Stage, journal: &mut Journal<'_>) -> Result<()> {
        stage.settle().await?;
        while let Some(arrival) = stage.merchant.arrival() {
            ensure!(
                arrival.financing == self.financing.id.as_str(),
                "something came for another order"
            );
            let follow = stage.inbank.follow();
            let news = follow.callback(&arrival.body, &self.financing).await;
            self.take(
                news.with_context(|| arrival.way.clone())?,
                &arrival.way,
                journal,
            );
            let copy = follow.callback(&arrival.body, &self.financing).await?;
            ensure!(
                copy.step == Step::Unchanged,
                "a copy changed the order: {:?}",
                copy.step
            );
            self.arrivals.push(arrival.way);
        }
        Ok(())
    }

    /// Asks the bank without being told to.
    async fn read(&mut self, stage: &Stage, journal: &mut Journal<'_>) -> Result<()> {
        let news = stage.inbank.follow().refresh(&self.financing).await?;
        let session = &news.session.status;
        let contract = news.contract.as_ref().map(|contract| &contract.status);
        let seen = match contract {
            Some(contract) => format!("read back (session {session}, contract {contract})"),
            None => format!("read back (session {session})"),
        };
        self.take(news, &seen, journal);
        Ok(())
    }

    fn take(&mut self, news: News, from: &str, journal: &mut Journal<'_>) {
        match &news.step {
            Step::Moved(edge) => {
                journal.note(format!("{from}: {}", edge.to.as_str()));
                self.events.push(edge.event);
            }
            Step::Unchanged => journal.note(format!("{from}: nothing new")),
            Step::Anomaly(anomaly) => journal.note(format!("{from}: {anomaly}")),
        }
        self.financing = news.financing;
    }

    fn check(&self, scenario: Scenario) -> Result<()> {
        let (state, end) = (self.financing.state, scenario.end());
        ensure!(
            state == end,
            "{} instead of {}",
            state.as_str(),
            end.as_str()
        );
        ensure!(
            self.arrivals == scenario.arrivals(),
            "{:?} came in instead of {:?}",
            self.arrivals,
            scenario.arrivals()
        );
        ensure!(
            self.events == scenario.events(),
            "the shop was told {:?} instead of {:?}",
            self.events,
            scenario.events()
        );
        Ok(())
    }
}
