mod customer;
mod flow;
mod journal;
mod merchant;
mod report;
mod scenario;
mod stage;

use std::time::Instant;

use clap::{Args, ValueEnum};
use inbank::http::{ApiVersion, RegionProfile};
use indicatif::{ProgressBar, ProgressStyle};

use self::flow::Flow;
use self::report::Report;
use self::scenario::Scenario;
use self::stage::Stage;
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank demo
  inbank demo --guide epos --output json

Nothing leaves this machine: bank, shop and customer run inside the process. Exit code 1 when a flow
ended otherwise than it should.")]
pub(crate) struct Demo {
    /// Whose flows to run
    #[arg(long, value_enum, default_value_t)]
    guide: Guide,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Guide {
    /// Every guide's
    #[default]
    All,
    /// The customer applies on the bank's pages
    Epos,
}

/// One for each currency.
const REGIONS: [&RegionProfile; 3] = [
    &RegionProfile::ESTONIA,
    &RegionProfile::POLAND,
    &RegionProfile::CZECHIA,
];

pub(crate) async fn run(demo: &Demo, settings: &Settings) -> Result<(), Failure> {
    let begun = Instant::now();
    let flows = match demo.guide {
        Guide::All | Guide::Epos => epos().await?,
    };
    let report = Report::new(flows, begun.elapsed());
    output::answer(settings.output, &report)?;
    match report.failed() {
        0 => Ok(()),
        failed => Err(Failure::Other(format!(
            "{failed} of the flows ended otherwise than they should; see their outcomes"
        ))),
    }
}

/// Every scenario, in each region, in both versions.
async fn epos() -> Result<Vec<Flow>, Failure> {
    let count = REGIONS.len() * ApiVersion::ALL.len() * Scenario::ALL.len();
    let progress = progress(count);
    let mut flows = Vec::with_capacity(count);
    for profile in REGIONS {
        for version in ApiVersion::ALL {
            let stage = Stage::set(profile, *version).await;
            let mut stage = stage.map_err(|error| Failure::Other(format!("{error:#}")))?;
            for scenario in Scenario::ALL {
                flows.push(flow::run(&mut stage, *scenario, &progress).await);
                progress.inc(1);
            }
        }
    }
    progress.finish_and_clear();
    Ok(flows)
}

/// Shows on stderr; hides itself where that is no terminal.
fn progress(count: usize) -> ProgressBar {
    let progress = ProgressBar::new(u64::try_from(count).unwrap_or_default());
    // A template of our own that could not be read would only cost the looks.
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len}  {msg}") {
        progress.set_style(style);
    }
    progress
}
