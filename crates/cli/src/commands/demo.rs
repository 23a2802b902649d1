mod clock;
mod customer;
mod diary;
mod direct;
mod epos;
mod flow;
mod journal;
mod order;
mod rent;
mod report;
mod session;
mod shop;
mod stage;

use std::time::Instant;

use clap::{Args, ValueEnum};
use futures::FutureExt as _;
use futures::future::try_join_all;
use indicatif::{ProgressBar, ProgressStyle};

use self::flow::Flow;
use self::report::Report;
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank demo
  inbank demo --guide epos --output json
  inbank demo --guide direct-pl
  inbank demo --guide smart-rent

Nothing leaves this machine: bank, shop and customer run inside the process. Exit code 1 when a flow
ended otherwise than it should.")]
pub(crate) struct Demo {
    /// Whose flows to run
    #[arg(long, value_enum, default_value_t)]
    guide: Guide,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
enum Guide {
    /// Every guide's
    #[default]
    All,
    /// The customer applies on the bank's pages
    Epos,
    /// The customer applies in the shop: Estonia and Latvia
    DirectEeLv,
    /// The customer applies in the shop: Poland
    DirectPl,
    /// The customer rents a device
    SmartRent,
}

pub(crate) async fn run(demo: &Demo, settings: &Settings) -> Result<(), Failure> {
    let begun = Instant::now();
    let flows = flows(demo.guide).await;
    let flows = flows.map_err(|error| Failure::Other(format!("{error:#}")))?;
    let report = Report::new(flows, begun.elapsed());
    output::answer(settings.output, &report)?;
    match report.failed() {
        0 => Ok(()),
        failed => Err(Failure::Other(format!(
            "{failed} of the flows ended otherwise than they should; see their outcomes"
        ))),
    }
}

/// Runs the guides side by side, as each does with its stages.
async fn flows(guide: Guide) -> anyhow::Result<Vec<Flow>> {
    let progress = progress();
    let guides = [
        (Guide::Epos, epos::run(&progress).boxed_local()),
        (
            Guide::DirectEeLv,
            direct::run(&direct::EE_LV, &progress).boxed_local(),
        ),
        (
            Guide::DirectPl,
            direct::run(&direct::PL, &progress).boxed_local(),
        ),
        (Guide::SmartRent, rent::run(&progress).boxed_local()),
    ];
    let guides = guides.into_iter();
    let wanted = guides.filter(|(name, _)| guide == Guide::All || *name == guide);
    let flows = try_join_all(wanted.map(|(_, flows)| flows)).await?;
    progress.finish_and_clear();
    Ok(flows.concat())
}

/// Shows on stderr; hides itself where that is no terminal.
fn progress() -> ProgressBar {
    let progress = ProgressBar::new(0);
    // A template of our own that could not be read would only cost the looks.
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len}  {msg}") {
        progress.set_style(style);
    }
    progress
}
