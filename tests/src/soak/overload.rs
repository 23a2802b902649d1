//! Twice what a platform sustains.

use std::time::Duration;

use super::Plan;
use super::customer::Counts;
use super::run::{Kind, Latencies, Overload, Stage, checks};
use super::sample::Sample;

/// Each rate is tried for so long, …
const TRIED: Duration = Duration::from_secs(24);
/// … of which the last part counts: an order takes the bank some six seconds.
const COUNTED: Duration = Duration::from_secs(10);
/// A customer of a platform that keeps up is sent on within a second, in 99 of a hundred cases.
const SENT_ON: i64 = 1_000_000;
/// No machine that this runs on sustains more.
const MOST: u32 = 5_000;

impl Stage {
    /// Finds what is sustained, and then has twice as much arrive.
    pub(crate) async fn overload(&mut self, plan: Plan) -> anyhow::Result<Overload> {
        let sustained = self.sustained(plan.rate).await?;
        // What was measured so far is of other rates.
        let _ = Latencies::take(self);
        let (all, quiet) = (self.market.counts(Some(0)), self.market.counts(Some(1)));
        let samples = self
            .phase(2 * sustained, plan.overload, Kind::Undisturbed)
            .await?;
        let took = Latencies::take(self).took;
        let drained_in = self.drain().await?;
        let checks = checks(&samples, 2 * sustained, self.engine, plan.overload);
        // The backlog may grow: what was taken is worked off when fewer come.
        let checks = checks
            .into_iter()
            .filter(|check| !check.what.starts_with("orders"));
        Ok(Overload {
            sustained,
            samples,
            counts: since(self.market.counts(Some(0)), all),
            quiet: since(self.market.counts(Some(1)), quiet),
            took,
            drained_in,
            checks: checks.collect(),
        })
    }
}

impl Stage {
    /// The highest rate that was tried at which it keeps up: by steps of a half more, and then once between the
    /// last two.
    async fn sustained(&mut self, known: u32) -> anyhow::Result<u32> {
        let mut sustained = known;
        let mut rate = known * 3 / 2;
        while rate < MOST && self.keeps_up(rate).await? {
            sustained = rate;
            rate = rate * 3 / 2;
        }
        let between = sustained.midpoint(rate);
        if self.keeps_up(between).await? {
            sustained = between;
        }
        Ok(sustained)
    }

    async fn keeps_up(&mut self, rate: u32) -> anyhow::Result<bool> {
        let samples = self.phase(rate, TRIED, Kind::Undisturbed).await?;
        let keeps_up = keeps_up(&samples, rate);
        self.drain().await?;
        Ok(keeps_up)
    }
}

fn since(now: Counts, before: Counts) -> Counts {
    Counts {
        came: now.came - before.came,
        taken: now.taken - before.taken,
        busy: now.busy - before.busy,
        failed: now.failed - before.failed,
    }
}

/// Whether as many orders ended as arrived, nobody was turned away, and customers were sent on soon.
fn keeps_up(samples: &[Sample], rate: u32) -> bool {
    let from = samples.iter().find(|sample| sample.at + COUNTED >= TRIED);
    let (Some(from), Some(to)) = (from, samples.last()) else {
        return false;
    };
    let (ended, came) = (to.ended - from.ended, to.came - from.came);
    let slow = samples.iter().filter(|sample| sample.at >= from.at);
    let slow = slow.filter(|s| s.took.is_none_or(|(_, last)| last > SENT_ON));
    let busy = to.busy > samples.first().map_or(0, |first| first.busy);
    // Three looks in a row may each have a moment of the machine's.
    let kept_up = ended * 10 >= came * 9 && !busy && slow.count() <= 2;
    eprintln!("soak: {rate} a second: {ended} ended while {came} came; kept up: {kept_up}");
    kept_up
}
