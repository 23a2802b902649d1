mod scenario;

use anyhow::{Context as _, Result, bail};
use inbank::app::Quote;
use inbank::domain::{
    CalculationRequest, Locale, Money, Months, ProductCode, Purchase, SessionRequest,
};
use inbank::http::RegionProfile;
use inbank::ports::ProductCatalogue;
use inbank_sandbox::Operation;
use indicatif::ProgressBar;

use self::scenario::{Act, Scenario};
use super::customer::Customer;
use super::flow::{self, Flow};
use super::journal::Journal;
use super::order::Order;
use super::session;
use super::stage::Stage;

/// One for each currency.
const REGIONS: [&RegionProfile; 3] = [
    &RegionProfile::ESTONIA,
    &RegionProfile::POLAND,
    &RegionProfile::CZECHIA,
];

/// Every scenario, in each region, in both versions.
pub(super) async fn run(progress: &ProgressBar) -> Result<Vec<Flow>> {
    let scenarios: Vec<&Scenario> = scenario::ALL.iter().collect();
    flow::play_all("epos", &REGIONS, &scenarios, progress).await
}

impl flow::Scenario for Scenario {
    fn name(&self) -> &'static str {
        self.name
    }

    fn outcome(&self) -> &'static str {
        self.end.as_str()
    }

    async fn play(&self, stage: &mut Stage, journal: &mut Journal<'_>) -> Result<()> {
        let mishap = self.mishap;
        let (mut order, customer) = check_out(stage, self, journal).await?;
        let way = (self.customer, mishap);
        session::play(stage, &mut order, customer, way, journal).await?;
        match self.act {
            None => {}
            Some(Act::Decide(decision)) => order.decide(stage, decision, journal).await?,
            Some(Act::ApproveAndCancel) => {
                journal.note("merchant approves, and cancels meanwhile");
                let id = order.id().clone();
                let approving = Box::pin(stage.shop.desk.approve(&id));
                order
                    .cancel_during((Operation::ApproveContract, approving), stage, journal)
                    .await?;
            }
        }
        let outcome = (self.end, self.events, self.callbacks);
        session::check(stage, &mut order, mishap, outcome, journal).await
    }
}

/// Quotes the cart, opens a session for it and sends the customer there.
async fn check_out(
    stage: &Stage,
    scenario: &Scenario,
    journal: &mut Journal<'_>,
) -> Result<(Order, Customer)> {
    let region = &stage.profile.region;
    let code = ProductCode::parse(scenario.product)?;
    let total = Money::parse(scenario.amount, region.currency)?;
    let product = stage.inbank.api().product(&code).await?;
    let question = CalculationRequest::new(region, code.clone(), total, Months::new(12)?)?;
    match stage.inbank.quotes().quote_for(&product, &question).await? {
        Quote::Offered(quote) => {
            journal.note(format!("quoted at {} a month", quote.monthly_payment));
        }
        Quote::Unavailable(why) => bail!("no quote: {why:?}"),
    }
    let locale = region.locales.first().context("the region has no locale")?;
    let reference = stage.order_reference(scenario.name)?;
    let request = SessionRequest::new(
        region,
        code,
        total,
        Locale::parse(locale)?,
        stage.shop.desk.urls(&reference, 1)?,
        Purchase::new(reference),
    )?;
    session::open(stage, request, product.family, scenario.mishap, journal).await
}
