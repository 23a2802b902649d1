use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use inbank::app::{Carried, Decision, DeskError, Patience};
use inbank::domain::{
    ApplicationId, ContractId, Event, Financing, FinancingId, FinancingState, Occurrence,
};
use inbank::ports::Entry;
use inbank_sandbox::{CallbackOutcome, ContractStatus, Fault, Operation};

use super::journal::Journal;
use super::stage::{Post, Stage};

/// An attempt to finance an order, as the ledger has it.
pub(super) struct Order {
    pub(super) entry: Entry,
    /// How many of its callbacks and events are in the journal.
    noted: (usize, usize),
    /// How many events the flow was waiting for so far.
    awaited: usize,
}

/// A decision on its way. In a box, since it is as large as everything that it may have to do.
pub(super) type CarryingOut<'a> =
    Pin<Box<dyn Future<Output = Result<Carried, DeskError>> + Send + 'a>>;

/// How an order is to stand at the end.
pub(super) struct Outcome<'a> {
    pub(super) end: FinancingState,
    /// What the shop is to be told: each once, in this order.
    pub(super) events: &'a [Event],
    /// How many callbacks the bank is to send, not counting copies.
    pub(super) callbacks: usize,
    /// The pages of the shop on which the customer is to end up.
    pub(super) visits: &'a [&'a str],
}

impl Order {
    pub(super) const fn new(entry: Entry) -> Self {
        Self {
            entry,
            noted: (0, 0),
            awaited: 0,
        }
    }

    pub(super) const fn id(&self) -> &FinancingId {
        &self.entry.financing.id
    }

    pub(super) const fn financing(&self) -> &Financing {
        &self.entry.financing
    }

    pub(super) fn application(&self) -> Result<&ApplicationId> {
        let known = self.financing().application.as_ref();
        known.context("the application is not known")
    }

    pub(super) fn contract(&self) -> Result<&ContractId> {
        let known = self.financing().contract.as_ref();
        known.context("the contract is not known")
    }

    /// Lets the bank deliver what it has to say, and the platform do what is due, until nothing is.
    pub(super) async fn settle(&mut self, stage: &Stage, journal: &mut Journal<'_>) -> Result<()> {
        loop {
            stage.delivered().await?;
            if stage.shop.platform.worker().turn().await? == 0 {
                break;
            }
        }
        self.entry = stage.shop.desk.financing(self.id()).await?;
        let callbacks = stage.callbacks(self.id());
        for callback in callbacks.iter().skip(self.noted.0) {
            let answer = callback.answer.as_deref().unwrap_or("lost on the way");
            journal.note(format!("callback {}: {answer}", callback.status));
        }
        let events = stage.shop.diary().events(self.id());
        for event in events.iter().skip(self.noted.1) {
            journal.note(format!("told: {}", event.occurrence));
        }
        self.noted = (callbacks.len(), events.len());
        Ok(())
    }

    /// Settles, and counts what the shop was told by now as known.
    pub(super) async fn catch_up(
        &mut self,
        stage: &Stage,
        journal: &mut Journal<'_>,
    ) -> Result<()> {
        self.settle(stage, journal).await?;
        self.awaited = self.noted.1;
        Ok(())
    }

    /// Lets time pass until the shop is told something that it did not know, or patience ends.
    pub(super) async fn wait(
        &mut self,
        stage: &Stage,
        patience: Patience,
        journal: &mut Journal<'_>,
    ) -> Result<()> {
        let mut waited = Duration::ZERO;
        self.settle(stage, journal).await?;
        while self.noted.1 == self.awaited && waited < patience.at_most {
            stage.sandbox.advance(patience.every);
            waited += patience.every;
            self.settle(stage, journal).await?;
        }
        self.awaited = self.noted.1;
        Ok(())
    }

    /// Has the merchant decide, and the bank carry it out at once.
    pub(super) async fn decide(
        &mut self,
        stage: &Stage,
        decision: Decision,
        journal: &mut Journal<'_>,
    ) -> Result<()> {
        let desk = &stage.shop.desk;
        let carried = match decision {
            Decision::Approve => {
                journal.note("merchant approves");
                desk.approve(self.id()).await?
            }
            Decision::Cancel => {
                journal.note("merchant cancels");
                desk.cancel(self.id()).await?
            }
        };
        ensure!(matches!(carried, Carried::Out(_)), "not carried out");
        self.catch_up(stage, journal).await
    }

    /// Has a colleague cancel what is just being carried out, while the bank has not answered yet.
    pub(super) async fn cancel_during(
        &mut self,
        (operation, carrying_out): (Operation, CarryingOut<'_>),
        stage: &Stage,
        journal: &mut Journal<'_>,
    ) -> Result<()> {
        stage.sandbox.fault(operation, Fault::Hold, 1);
        let cancelling = async {
            stage.sandbox.answer_held().await;
            let cancelled = stage.shop.desk.cancel(self.id()).await;
            stage.sandbox.release_answers();
            cancelled
        };
        let (carried, cancelled) = tokio::join!(carrying_out, Box::pin(cancelling));
        ensure!(
            carried? == Carried::Out(FinancingState::Completed),
            "what was decided first is not carried out"
        );
        match cancelled {
            Err(error @ DeskError::Otherwise(_)) => journal.note(format!("not cancelled: {error}")),
            other => bail!("a colleague cancels meanwhile: {other:?}"),
        }
        self.catch_up(stage, journal).await
    }

    /// Holds the end, what the shop was told and what came in to what they should be; each by the
    /// records of both sides.
    pub(super) async fn check(&self, stage: &Stage, outcome: &Outcome<'_>) -> Result<()> {
        let (ended, end) = (self.financing().state, outcome.end);
        ensure!(
            ended == end,
            "{} instead of {}",
            ended.as_str(),
            end.as_str()
        );
        self.check_events(stage, outcome.events).await?;
        self.check_callbacks(stage, outcome.callbacks)?;
        let whose = [self.id().as_str(), self.financing().order.as_str()];
        let visits = stage.shop.diary().visits(&whose);
        ensure!(
            visits == outcome.visits,
            "customers came to {visits:?} instead of {:?}",
            outcome.visits
        );
        self.check_contract(stage)
    }

    async fn check_events(&self, stage: &Stage, expected: &[Event]) -> Result<()> {
        let told = stage.shop.diary().events(self.id());
        let moved = told.iter().map(|event| &event.occurrence);
        ensure!(
            moved.eq(&expected
                .iter()
                .map(|event| Occurrence::Moved(*event))
                .collect::<Vec<_>>()),
            "the shop was told {:?} instead of {expected:?}",
            told.iter()
                .map(|event| event.occurrence.to_string())
                .collect::<Vec<_>>()
        );
        let numbers = told.iter().map(|event| event.number);
        ensure!(numbers.eq(1..=expected.len() as u64), "out of order");
        ensure!(
            told == stage.shop.desk.events(self.id()).await?,
            "the ledger has other events than the shop was told"
        );
        Ok(())
    }

    fn check_callbacks(&self, stage: &Stage, expected: usize) -> Result<()> {
        let callbacks = stage.callbacks(self.id());
        ensure!(
            callbacks.len() == expected * stage.post.copies(),
            "{} callbacks with their copies, where {expected} should come",
            callbacks.len()
        );
        for callback in callbacks {
            let came = (callback.outcome, callback.answer.as_deref());
            let expected = match stage.post {
                Post::Twice => (CallbackOutcome::Delivered, Some("200")),
                Post::Lost => (CallbackOutcome::Dropped, None),
            };
            ensure!(came == expected, "callback {}: {came:?}", callback.status);
        }
        Ok(())
    }

    /// A shop that delivers needs an active contract at the bank, and none otherwise.
    fn check_contract(&self, stage: &Stage) -> Result<()> {
        let ended = self.financing().state;
        let contract = self.financing().contract.as_ref();
        let status = match contract {
            Some(contract) => stage.sandbox.contract(contract.as_str().parse()?),
            None => None,
        };
        ensure!(
            (status == Some(ContractStatus::Activated)) == (ended == FinancingState::Completed),
            "{}, and the contract is {status:?} at the bank",
            ended.as_str()
        );
        Ok(())
    }
}
