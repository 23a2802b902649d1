mod act;
mod applicant;
mod scenario;

use anyhow::{Result, bail};
use inbank::app::Submitted;
use inbank::domain::{FinancingId, OrderReference, ProductCode};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::ProductCatalogue;
use indicatif::ProgressBar;

use self::scenario::Scenario;
use super::flow::{Flow, Title};
use super::journal::Journal;
use super::order::Order;
use super::stage::Stage;

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
    let count = guide.regions.len() * ApiVersion::ALL.len() * scenarios.len();
    progress.inc_length(u64::try_from(count)?);
    let mut flows = Vec::with_capacity(count);
    for profile in guide.regions {
        for version in ApiVersion::ALL {
            let mut stage = Stage::set(profile, *version).await?;
            for scenario in &scenarios {
                let title = Title {
                    guide: guide.name,
                    scenario: scenario.name,
                    outcome: scenario.end.as_str(),
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

/// Runs a scenario from the submission to its end.
async fn play(stage: &mut Stage, scenario: &Scenario, journal: &mut Journal<'_>) -> Result<()> {
    let mut order = submit(stage, scenario, journal).await?;
    for act in scenario.acts {
        act.play(stage, &mut order, journal).await?;
        // While the bank is on its way, each reading may find something else.
        if !act.sets_the_bank_going() {
            order.hear(stage, journal).await?;
        }
    }
    // Nothing more is to come of it.
    order.read(stage, journal).await?;
    let events = scenario.events_in(&stage.profile.region);
    order.check(scenario.end, &events, &scenario.arrivals())
}

async fn submit(stage: &Stage, scenario: &Scenario, journal: &mut Journal<'_>) -> Result<Order> {
    let name = scenario.name.replace('_', "-");
    let region = &stage.profile.region;
    let id = FinancingId::parse(format!(
        "{}-{}-{name}",
        region.country,
        stage.version.as_str()
    ))?;
    let order = OrderReference::parse(format!("Order {id}"))?;
    let code = ProductCode::parse(scenario.product)?;
    let family = stage.inbank.api().product(&code).await?.family;
    let mut request = applicant::request(region, scenario, &order)?;
    request.callback_url = Some(stage.merchant.urls(&id)?.callback_url);
    let apply = stage.inbank.apply();
    match apply.submit(id, order, family, &request).await {
        Submitted::Sent {
            financing,
            application,
        } => {
            journal.note(format!("application submitted: {}", application.decision));
            Ok(Order::new(financing))
        }
        Submitted::Unknown { error, .. } | Submitted::Refused { error, .. } => Err(error.into()),
        other => bail!("the application is not submitted: {other:?}"),
    }
}
