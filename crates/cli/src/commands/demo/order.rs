use anyhow::{Context as _, Result, ensure};
use inbank::app::{News, Patience};
use inbank::domain::{Event, Financing, FinancingState, Step};

use super::journal::Journal;
use super::stage::Stage;

/// What the shop keeps of an order.
pub(super) struct Order {
    pub(super) financing: Financing,
    /// What it was told.
    events: Vec<Event>,
    /// The ways on which something came in.
    arrivals: Vec<String>,
}

impl Order {
    pub(super) const fn new(financing: Financing) -> Self {
        Self {
            financing,
            events: Vec::new(),
            arrivals: Vec::new(),
        }
    }

    /// Takes what has come in meanwhile, each twice: the second time it must change nothing.
    pub(super) async fn hear(
        &mut self,
        stage: &mut Stage,
        journal: &mut Journal<'_>,
    ) -> Result<()> {
        stage.settle().await?;
        while let Some(arrival) = stage.merchant.arrival() {
            ensure!(
                arrival.financing == self.financing.id.as_str(),
                "something came for another order"
            );
            self.arrivals.push(arrival.way.clone());
            // A browser that comes back without a form tells nothing.
            if arrival.body.is_empty() {
                journal.note(format!("{}: customer is back", arrival.way));
                continue;
            }
            let follow = stage.inbank.follow();
            let news = follow.callback(&arrival.body, &self.financing).await;
            self.take(
                news.with_context(|| arrival.way.clone())?,
                &arrival.way,
                journal,
            );
            let copy = follow.callback(&arrival.body, &self.financing).await?;
            ensure!(
                copy.step == Step::Unchanged,
                "a copy changed the order: {:?}",
                copy.step
            );
        }
        Ok(())
    }

    /// Asks the bank without being told to.
    pub(super) async fn read(&mut self, stage: &Stage, journal: &mut Journal<'_>) -> Result<()> {
        let news = stage.inbank.follow().refresh(&self.financing).await?;
        self.take(news, "read back", journal);
        Ok(())
    }

    /// Asks the bank until it has something new, or patience ends.
    pub(super) async fn wait(
        &mut self,
        stage: &Stage,
        patience: Patience,
        journal: &mut Journal<'_>,
    ) -> Result<()> {
        let news = stage
            .inbank
            .follow()
            .wait(&self.financing, patience)
            .await?;
        self.take(news, "polled", journal);
        Ok(())
    }

    fn take(&mut self, news: News, from: &str, journal: &mut Journal<'_>) {
        let seen = [
            news.session
                .map(|session| format!("session {}", session.status)),
            news.application
                .map(|application| format!("application {}", application.decision)),
            news.contract
                .map(|contract| format!("contract {}", contract.status)),
        ];
        let seen: Vec<String> = seen.into_iter().flatten().collect();
        let seen = format!("{from} ({})", seen.join(", "));
        match &news.step {
            Step::Moved(edge) => {
                journal.note(format!("{seen}: {}", edge.to.as_str()));
                self.events.push(edge.event);
            }
            Step::Unchanged => journal.note(format!("{seen}: nothing new")),
            Step::Anomaly(anomaly) => journal.note(format!("{seen}: {anomaly}")),
        }
        self.financing = news.financing;
    }

    /// Holds the end, what the shop was told and what came in to what they should be.
    pub(super) fn check(
        &self,
        end: FinancingState,
        events: &[Event],
        arrivals: &[&str],
    ) -> Result<()> {
        let state = self.financing.state;
        ensure!(
            state == end,
            "{} instead of {}",
            state.as_str(),
            end.as_str()
        );
        // A callback and a browser may overtake each other.
        let [came, expected] = [
            sorted(self.arrivals.iter().map(String::as_str)),
            sorted(arrivals.iter().copied()),
        ];
        ensure!(came == expected, "{came:?} came in instead of {expected:?}");
        ensure!(
            self.events == events,
            "the shop was told {:?} instead of {events:?}",
            self.events
        );
        Ok(())
    }
}

fn sorted<'a>(ways: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut ways: Vec<&str> = ways.collect();
    ways.sort_unstable();
    ways
}
