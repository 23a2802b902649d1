use std::time::Duration;

use anyhow::{Result, anyhow};
use futures::future::LocalBoxFuture;
use inbank::http::{ApiVersion, RegionProfile};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::play::Play;
use super::stage::{Post, Stage};

/// A flow that was run, and how it ended.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Flow {
    pub(super) guide: &'static str,
    pub(super) region: &'static str,
    pub(super) api_version: &'static str,
    pub(super) scenario: &'static str,
    /// Where the order stands at the end, why there is none, or what went otherwise.
    pub(super) outcome: String,
    pub(super) steps: Vec<String>,
    pub(super) requests: usize,
    /// Each counts once, however often it came.
    pub(super) callbacks: usize,
    #[serde(skip)]
    pub(super) as_expected: bool,
}

/// A way in which an order goes, from the cart to its end.
#[derive(Clone, Copy)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) script: fn(&mut Play) -> LocalBoxFuture<'_, Result<()>>,
}

/// Scenarios that are called as their scripts are, or otherwise: `name = script(…)`.
macro_rules! scenarios {
    ($($name:ident $(= $script:ident($($with:expr),*))?),* $(,)?) => {
        &[$($crate::commands::demo::flow::Scenario {
            name: stringify!($name),
            script: |play| Box::pin(scenarios!(@call play $name $($script $($with),*)?)),
        }),*]
    };
    (@call $play:ident $name:ident) => { $name($play) };
    (@call $play:ident $name:ident $script:ident $($with:expr),*) => { $script($play, $($with),*) };
}
pub(super) use scenarios;

/// A guide's scenarios, and where it holds.
#[derive(Clone, Copy)]
pub(super) struct Guide {
    pub(super) name: &'static str,
    pub(super) regions: &'static [&'static RegionProfile],
    pub(super) scenarios: &'static [&'static [Scenario]],
}

/// Where a guide's scenarios are played, one after the other, in one version.
#[derive(Clone, Copy)]
pub(super) struct Place {
    guide: Guide,
    profile: &'static RegionProfile,
    version: ApiVersion,
}

/// Far longer than anything here takes: only to end a demo that would hang.
const PATIENCE: Duration = Duration::from_mins(1);

impl Guide {
    pub(super) fn places(self) -> impl Iterator<Item = Place> {
        let place = move |(profile, version)| Place {
            guide: self,
            profile,
            version,
        };
        let versions = |profile| {
            ApiVersion::ALL
                .iter()
                .map(move |version| (profile, *version))
        };
        let places = self.regions.iter().copied().flat_map(versions);
        places.map(place)
    }

    fn all(self) -> impl Iterator<Item = &'static Scenario> {
        self.scenarios.iter().copied().flatten()
    }
}

impl Place {
    pub(super) fn count(self) -> usize {
        self.guide.all().count()
    }

    /// Plays all of the guide's scenarios here, in this thread alone: what was woken first has its
    /// turn first, so that nobody is passed over when time is moved on.
    pub(super) fn play(self, progress: &ProgressBar) -> Result<Vec<Flow>> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut stage = Stage::set(self.profile, self.version).await?;
            let mut flows = Vec::with_capacity(self.count());
            for scenario in self.guide.all() {
                let (flow, after) = Flow::play(self.guide.name, stage, scenario, progress).await;
                stage = after;
                flows.push(flow);
                progress.inc(1);
            }
            stage.close().await;
            Ok(flows)
        })
    }
}

impl Flow {
    /// Plays a scenario, and counts what went over the wire meanwhile.
    async fn play(
        guide: &'static str,
        mut stage: Stage,
        scenario: &Scenario,
        progress: &ProgressBar,
    ) -> (Self, Stage) {
        // Whatever a flow before has left.
        stage.deliver(Post::Twice);
        let (region, version) = (stage.profile.region.name, stage.version.as_str());
        let requests = stage.sandbox.requests().len();
        let mut play = Play::new(stage, scenario.name, progress.clone());
        let played = timeout(PATIENCE, (scenario.script)(&mut play)).await;
        let played = played.unwrap_or_else(|_| Err(anyhow!("not done within {PATIENCE:?}")));
        let callbacks = play.callbacks().await.unwrap_or_default();
        let Play {
            stage,
            steps,
            outcome,
            ..
        } = play;
        let flow = Self {
            guide,
            region,
            api_version: version,
            scenario: scenario.name,
            as_expected: played.is_ok(),
            outcome: match played {
                Ok(()) => outcome,
                Err(error) => format!("{error:#}"),
            },
            steps,
            requests: stage.sandbox.requests().len() - requests,
            callbacks: callbacks.len() / stage.post.copies(),
        };
        (flow, stage)
    }
}

#[cfg(test)]
mod tests;
