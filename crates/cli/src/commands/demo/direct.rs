mod act;
mod applicant;
mod scenario;

use anyhow::{Context as _, Result, bail, ensure};
use inbank::app::Filed;
use inbank::domain::{ApplicationRequest, OrderReference, ProductCode, ProductFamily};
use inbank::http::RegionProfile;
use inbank::ports::ProductCatalogue;
use inbank_sandbox::{Fault, Operation};
use indicatif::ProgressBar;

use self::scenario::Scenario;
use super::flow::{self, Flow};
use super::journal::Journal;
use super::order::{Order, Outcome};
use super::session::Mishap;
use super::stage::{Post, Stage};

/// A guide to direct applications.
pub(super) struct Guide {
    name: &'static str,
    regions: &'static [&'static RegionProfile],
    scenarios: &'static [&'static [Scenario]],
}

pub(super) const EE_LV: Guide = Guide {
    name: "direct-ee-lv",
    regions: &[&RegionProfile::ESTONIA, &RegionProfile::LATVIA],
    scenarios: &[scenario::EVERYWHERE, scenario::EE_LV],
};

pub(super) const PL: Guide = Guide {
    name: "direct-pl",
    regions: &[&RegionProfile::POLAND],
    scenarios: &[scenario::EVERYWHERE, scenario::PL],
};

/// Every scenario of a guide, in each of its regions, in both versions.
pub(super) async fn run(guide: &Guide, progress: &ProgressBar) -> Result<Vec<Flow>> {
    let scenarios: Vec<&Scenario> = guide.scenarios.iter().copied().flatten().collect();
    flow::play_all(guide.name, guide.regions, &scenarios, progress).await
}

impl flow::Scenario for Scenario {
    fn name(&self) -> &'static str {
        self.name
    }

    fn outcome(&self) -> &'static str {
        self.end.as_str()
    }

    async fn play(&self, stage: &mut Stage, journal: &mut Journal<'_>) -> Result<()> {
        if self.mishap == Some(Mishap::CallbacksDropped) {
            stage.deliver(Post::Lost);
        }
        let mut order = submit(stage, self, journal).await?;
        order.catch_up(stage, journal).await?;
        for act in self.acts() {
            act.play(stage, &mut order, journal).await?;
            // While the bank is on its way, what comes next is awaited.
            if act.sets_the_bank_going() {
                stage.delivered().await?;
            } else {
                order.catch_up(stage, journal).await?;
            }
        }
        // Nothing more is to come of it.
        stage.shop.desk.refresh(order.id()).await?;
        order.settle(stage, journal).await?;
        let outcome = Outcome {
            end: self.end,
            events: &self.events_in(&stage.profile.region),
            callbacks: self.callbacks,
            visits: self.visits,
        };
        order.check(stage, &outcome).await
    }
}

async fn submit(stage: &Stage, scenario: &Scenario, journal: &mut Journal<'_>) -> Result<Order> {
    let desk = &stage.shop.desk;
    let order = stage.order_reference(scenario.name)?;
    let code = ProductCode::parse(scenario.product)?;
    let family = stage.inbank.api().product(&code).await?.family;
    let mut request = applicant::request(&stage.profile.region, scenario, &order)?;
    request.callback_url = Some(desk.urls(&order, 1)?.callback_url);
    if scenario.mishap == Some(Mishap::OpeningUnanswered) {
        return submit_unanswered(stage, &order, &request, family, journal).await;
    }
    match desk.file(&order, &request, family, 1).await? {
        Filed::Sent {
            entry,
            application: Some(application),
        } => {
            journal.note(format!("application submitted: {}", application.decision));
            Ok(Order::new(*entry))
        }
        Filed::Unknown {
            error: Some(error), ..
        }
        | Filed::Refused { error, .. } => Err(error.into()),
        other => bail!("the application is not submitted: {other:?}"),
    }
}

/// Submits, hears nothing, and submits once more: the bank must not get it twice. Its first callback
/// brings it home.
async fn submit_unanswered(
    stage: &Stage,
    order: &OrderReference,
    request: &ApplicationRequest,
    family: ProductFamily,
    journal: &mut Journal<'_>,
) -> Result<Order> {
    let desk = &stage.shop.desk;
    let applications = stage.sandbox.application_count();
    let lost = Operation::CreateApplication;
    stage.sandbox.fault(lost, Fault::AnswerLost, 1);
    for _ in 0..2 {
        let filed = desk.file(order, request, family.clone(), 1).await?;
        ensure!(matches!(filed, Filed::Unknown { .. }), "{filed:?}");
    }
    ensure!(
        stage.sandbox.application_count() == applications + 1,
        "the bank got one application twice"
    );
    journal.note("the answer to the submission gets lost");
    let attempts = desk.attempts(order).await?;
    let entry = attempts.into_iter().next();
    Ok(Order::new(entry.context("the ledger has no such order")?))
}
