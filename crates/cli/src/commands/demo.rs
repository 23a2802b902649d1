mod customer;
mod diary;
mod direct;
mod epos;
mod flow;
mod play;
mod rent;
mod report;
mod stage;
mod time;

use std::time::Instant;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::spawn_blocking;

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

Nothing leaves this machine: bank, shop and customer run inside the process. Exit code 1 when a flow \
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
    let flows = flows.map_err(|error| {
        Failure::other(
            format!("{error:#}"),
            "see that the temporary folder has room and loopback is open, and run it again",
        )
    })?;
    let report = Report::new(flows, begun.elapsed());
    output::answer(settings.output, &report)?;
    match report.failed() {
        0 => Ok(()),
        failed => Err(Failure::other(
            format!("{failed} of the flows ended otherwise than they should"),
            "see their outcomes above, and report them: nothing outside this process was asked",
        )),
    }
}

/// Runs the guides side by side, each place in a thread of its own: most of the time passes in waiting
/// for the disk.
async fn flows(wanted: Guide) -> anyhow::Result<Vec<Flow>> {
    let progress = progress();
    let guides = [
        (Guide::Epos, epos::GUIDE),
        (Guide::DirectEeLv, direct::EE_LV),
        (Guide::DirectPl, direct::PL),
        (Guide::SmartRent, rent::GUIDE),
    ];
    let guides = guides.into_iter();
    let guides = guides.filter(|(name, _)| wanted == Guide::All || *name == wanted);
    let mut playing = Vec::new();
    for place in guides.flat_map(|(_, guide)| guide.places()) {
        progress.inc_length(place.count().try_into()?);
        let progress = progress.clone();
        playing.push(spawn_blocking(move || place.play(&progress)));
    }
    let mut flows = Vec::new();
    for played in playing {
        flows.extend(played.await??);
    }
    progress.finish_and_clear();
    Ok(flows)
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
