use anyhow::{Result, anyhow};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::time::timeout;

use super::journal::Journal;
use super::stage::{PATIENCE, Stage};

/// A flow that was run, and how it ended.
#[derive(Serialize)]
pub(super) struct Flow {
    pub(super) guide: &'static str,
    pub(super) region: &'static str,
    pub(super) api_version: &'static str,
    pub(super) scenario: &'static str,
    /// The state in which the financing ended, why there is none, or what went otherwise.
    pub(super) outcome: String,
    pub(super) steps: Vec<String>,
    pub(super) requests: usize,
    pub(super) callbacks: usize,
    #[serde(skip)]
    pub(super) as_expected: bool,
}

/// Which flow is run.
#[derive(Clone, Copy)]
pub(super) struct Title {
    pub(super) guide: &'static str,
    pub(super) scenario: &'static str,
    /// The state in which the financing is to end, or why there is to be none.
    pub(super) outcome: &'static str,
}

impl Flow {
    /// Plays it, and counts what went over the wire meanwhile.
    pub(super) async fn run(
        stage: &mut Stage,
        title: Title,
        progress: &ProgressBar,
        play: impl AsyncFnOnce(&mut Stage, &mut Journal<'_>) -> Result<()>,
    ) -> Self {
        let (region, version) = (stage.profile.region.name, stage.version.as_str());
        let (requests, callbacks) = (stage.requests(), stage.callbacks());
        let shown = format!("{region} {version} {}", title.scenario);
        let mut journal = Journal::new(shown, progress);
        let played = timeout(PATIENCE, play(stage, &mut journal)).await;
        let played = played.unwrap_or_else(|_| Err(anyhow!("not done within {PATIENCE:?}")));
        progress.inc(1);
        Self {
            guide: title.guide,
            region,
            api_version: version,
            scenario: title.scenario,
            as_expected: played.is_ok(),
            outcome: match played {
                Ok(()) => title.outcome.to_owned(),
                Err(error) => format!("{error:#}"),
            },
            steps: journal.into_steps(),
            requests: stage.requests() - requests,
            callbacks: stage.callbacks() - callbacks,
        }
    }
}
