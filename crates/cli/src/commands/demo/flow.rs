use anyhow::{Error, Result, anyhow};
use futures::future::try_join_all;
use inbank::http::{ApiVersion, RegionProfile};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::time::timeout;

use super::journal::Journal;
use super::stage::{PATIENCE, Post, Stage};

/// A flow that was run, and how it ended.
#[derive(Clone, Serialize)]
pub(super) struct Flow {
    pub(super) guide: &'static str,
    pub(super) region: &'static str,
    pub(super) api_version: &'static str,
    pub(super) scenario: &'static str,
    /// The state in which the financing ended, why there is none, or what went otherwise.
    pub(super) outcome: String,
    pub(super) steps: Vec<String>,
    pub(super) requests: usize,
    /// Each counts once, however often it came.
    pub(super) callbacks: usize,
    #[serde(skip)]
    pub(super) as_expected: bool,
}

/// A way in which a financing goes, from the cart to its end.
pub(super) trait Scenario {
    fn name(&self) -> &'static str;

    /// The state in which the financing is to end, or why there is to be none.
    fn outcome(&self) -> &'static str;

    async fn play(&self, stage: &mut Stage, journal: &mut Journal<'_>) -> Result<()>;
}

/// Plays every scenario of a guide in each of its regions, in both versions. The stages are played side
/// by side: most of the time passes in waiting for the disk.
pub(super) async fn play_all<S: Scenario>(
    guide: &'static str,
    regions: &[&'static RegionProfile],
    scenarios: &[&S],
    progress: &ProgressBar,
) -> Result<Vec<Flow>> {
    let count = regions.len() * ApiVersion::ALL.len() * scenarios.len();
    progress.inc_length(u64::try_from(count)?);
    let versions = |profile| {
        ApiVersion::ALL
            .iter()
            .map(move |version| (profile, *version))
    };
    let stages = regions.iter().copied().flat_map(versions);
    let played = stages.map(async |(profile, version)| {
        let mut stage = Stage::set(profile, version).await?;
        let mut flows = Vec::with_capacity(scenarios.len());
        for scenario in scenarios {
            flows.push(Flow::play(&mut stage, guide, *scenario, progress).await);
        }
        Ok::<_, Error>(flows)
    });
    Ok(try_join_all(played).await?.concat())
}

impl Flow {
    /// Plays a scenario, and counts what went over the wire meanwhile.
    async fn play(
        stage: &mut Stage,
        guide: &'static str,
        scenario: &impl Scenario,
        progress: &ProgressBar,
    ) -> Self {
        let (region, version) = (stage.profile.region.name, stage.version.as_str());
        // Whatever a flow before has left.
        stage.deliver(Post::Twice);
        let (requests, callbacks) = (stage.requests(), stage.recorded());
        let shown = format!("{region} {version} {}", scenario.name());
        let mut journal = Journal::new(shown, progress);
        let played = timeout(PATIENCE, scenario.play(stage, &mut journal)).await;
        let played = played.unwrap_or_else(|_| Err(anyhow!("not done within {PATIENCE:?}")));
        progress.inc(1);
        Self {
            guide,
            region,
            api_version: version,
            scenario: scenario.name(),
            as_expected: played.is_ok(),
            outcome: match played {
                Ok(()) => scenario.outcome().to_owned(),
                Err(error) => format!("{error:#}"),
            },
            steps: journal.into_steps(),
            requests: stage.requests() - requests,
            callbacks: (stage.recorded() - callbacks) / stage.post.copies(),
        }
    }
}

#[cfg(test)]
mod tests;
