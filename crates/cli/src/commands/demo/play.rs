mod end;

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use inbank::{
    Action, Attempt, AttemptState, CommandOutcome, CommandRefused, EventKind, NotPaid, Order,
    OrderError, OrderHandle, OrderStatus, ShopHandle,
};
use inbank_sandbox::{Fault, Operation};
use indicatif::ProgressBar;
use uuid::Uuid;

use super::customer::Customer;
use super::stage::{Callback, SHOP, Stage};

/// A flow that is being played: one order of a shop, on a stage.
pub(super) struct Play {
    pub(super) stage: Stage,
    /// What has happened so far; shown while it happens.
    pub(super) steps: Vec<String>,
    /// Where the order stands at the end.
    pub(super) outcome: String,
    reference: String,
    title: String,
    progress: ProgressBar,
    /// Requests before it.
    began: usize,
    /// How many of its callbacks are among the steps.
    noted: usize,
    /// How many events the flow has waited for.
    told: usize,
}

pub(super) const PAID: EventKind = EventKind::Paid { late: false };
/// The page of the shop on which customers end up who come back from a session.
pub(super) const BACK: &[&str] = &["orders"];

/// A gateway answers 504, and the bank goes on working.
pub(super) const LATER: Fault = Fault::CommitLater { seconds: 5 };

/// Time passes in steps as long as those of the bank at first, and in larger ones later.
const STEP: Duration = Duration::from_secs(3);
/// Longer than the rarest reading of an order that is over.
const NEVER: Duration = Duration::from_hours(3 * 24);

impl Play {
    pub(super) fn new(stage: Stage, scenario: &str, progress: ProgressBar) -> Self {
        let (region, version) = (&stage.profile.region, stage.version.as_str());
        let title = format!("{} {version} {scenario}", region.name);
        progress.set_message(title.clone());
        Self {
            // A name with spaces, which addresses and forms must bear.
            reference: format!("Order {} {version} {scenario}", region.country),
            steps: Vec::new(),
            outcome: String::new(),
            began: stage.sandbox.requests().len(),
            noted: 0,
            told: 0,
            title,
            progress,
            stage,
        }
    }

    pub(super) fn note(&mut self, step: impl Into<String>) {
        let step = step.into();
        self.progress.set_message(format!("{}: {step}", self.title));
        self.steps.push(step);
    }

    pub(super) fn reference(&self) -> &str {
        &self.reference
    }

    pub(super) fn shop(&self) -> Result<ShopHandle> {
        Ok(self.stage.platform.shop(SHOP)?)
    }

    pub(super) fn order(&self) -> Result<OrderHandle> {
        Ok(self.shop()?.order(self.reference.as_str()))
    }

    pub(super) async fn kept(&self) -> Result<Order> {
        let order = self.order()?.find().await?;
        order.context("the ledger has no such order")
    }

    pub(super) async fn attempt(&self) -> Result<Attempt> {
        let order = self.kept().await?;
        order.present().cloned().context("the order has no attempt")
    }

    pub(super) async fn contract(&self) -> Result<Uuid> {
        let contract = self.attempt().await?.contract;
        Ok(contract
            .context("the contract is not known")?
            .as_str()
            .parse()?)
    }

    pub(super) async fn application(&self) -> Result<Uuid> {
        let known = self.attempt().await?.application;
        Ok(known
            .context("the application is not known")?
            .as_str()
            .parse()?)
    }

    /// How often an operation was called in this flow.
    pub(super) fn calls(&self, operation: Operation) -> usize {
        let requests = self.stage.sandbox.requests();
        let calls = requests.iter().skip(self.began);
        calls
            .filter(|call| call.operation == Some(operation))
            .count()
    }

    /// Has the next call of an operation go wrong.
    pub(super) fn fault(&self, operation: Operation, fault: Fault) {
        self.stage.sandbox.fault(operation, fault, 1);
    }

    /// The customer follows the platform's redirect to the bank.
    pub(super) async fn arrive(&self, url: &str) -> Result<Customer> {
        Customer::arrive(&self.stage.browser, url).await
    }

    /// Lets everybody do what there is to do by now.
    pub(super) async fn calm(&mut self) -> Result<()> {
        self.stage.calm().await;
        let callbacks = self.callbacks().await?;
        for callback in callbacks.iter().skip(self.noted) {
            let answer = callback.answer.as_deref().unwrap_or("lost on the way");
            self.note(format!("callback {}: {answer}", callback.status));
        }
        self.noted = callbacks.len();
        Ok(())
    }

    /// Lets time pass.
    pub(super) async fn pass(&mut self, time: Duration) -> Result<()> {
        self.calm().await?;
        self.stage.advance(time).await;
        self.calm().await
    }

    /// Lets time pass until something has come about.
    async fn until<T>(
        &mut self,
        what: &str,
        find: impl AsyncFn(&Self) -> Result<Option<T>>,
    ) -> Result<T> {
        let mut waited = Duration::ZERO;
        loop {
            self.calm().await?;
            if let Some(found) = find(self).await? {
                return Ok(found);
            }
            ensure!(waited < NEVER, "{what} does not come about");
            let step = STEP.max(waited / 8);
            self.stage.advance(step).await;
            waited += step;
        }
    }

    /// Lets time pass until the shop is told the next thing.
    async fn next_event(&mut self) -> Result<EventKind> {
        let next = async |play: &Self| {
            let events = play.stage.diary.events(&play.reference);
            Ok(events.into_iter().nth(play.told))
        };
        let event = self.until("the next event", next).await?;
        self.told += 1;
        self.note(format!("told: {}", event.kind));
        ensure!(event.number == self.told as u64, "told out of order");
        Ok(event.kind)
    }

    /// Lets time pass until the shop is told this, and nothing else before.
    pub(super) async fn told(&mut self, expected: &EventKind) -> Result<()> {
        let waiting = self.next_event().await;
        let told = waiting.with_context(|| format!("the shop should be told {expected}"))?;
        ensure!(
            told == *expected,
            "the shop was told {told} instead of {expected}"
        );
        Ok(())
    }

    /// The same for what the customer is to do.
    pub(super) async fn asked(&mut self, action: Action) -> Result<()> {
        self.told(&EventKind::ActionWanted(action)).await
    }

    /// The same for what a person is to look at, with both amounts. Where the customer was faster than the cancellation of the former
    /// attempt, the bank's refusal of that is told before.
    pub(super) async fn told_person(&mut self, amounts: [&str; 2]) -> Result<()> {
        let mut told = self.next_event().await?;
        if matches!(&told, EventKind::NeedsPerson(why) if why.contains("refused to cancel")) {
            told = self.next_event().await?;
        }
        match told {
            EventKind::NeedsPerson(why) if amounts.iter().all(|both| why.contains(both)) => Ok(()),
            other => bail!("the shop was told {other} instead of both amounts"),
        }
    }

    /// Lets time pass until an attempt stands so, of which nothing is told.
    pub(super) async fn attempt_is(&mut self, number: u32, state: AttemptState) -> Result<()> {
        let stands = async |play: &Self| {
            let order = play.kept().await?;
            let attempt = order.attempt(number).context("there is no such attempt")?;
            Ok((attempt.state == state).then_some(()))
        };
        let what = format!("attempt {number} {}", state.as_str());
        self.until(&what, stands).await?;
        self.note(what);
        Ok(())
    }

    /// The merchant approves, and the bank takes it.
    pub(super) async fn approve(&mut self) -> Result<()> {
        self.note("merchant approves");
        let outcome = self.order()?.approve().await?;
        self.taken(outcome)
    }

    /// The merchant, or the customer, cancels, and the bank takes it.
    pub(super) async fn cancel(&mut self, who: &str) -> Result<()> {
        self.note(format!("{who} cancels"));
        let outcome = self.order()?.cancel().await?;
        self.taken(outcome)
    }

    pub(super) fn taken(&mut self, outcome: CommandOutcome) -> Result<()> {
        match outcome {
            CommandOutcome::Done(status) => self.note(format!("done: {status}")),
            CommandOutcome::Acknowledged(status) => self.note(format!("taken; still {status}")),
            CommandOutcome::Pending(_) | CommandOutcome::Unclear(_) => bail!("{outcome:?}"),
        }
        Ok(())
    }

    /// A gateway has answered for a bank that goes on working.
    pub(super) fn unclear(&mut self, outcome: CommandOutcome) -> Result<()> {
        ensure!(
            matches!(outcome, CommandOutcome::Unclear(_)),
            "{outcome:?}, and nothing was answered"
        );
        self.note("not answered: the bank is read, not asked again");
        Ok(())
    }

    /// The merchant approves, a gateway answers 504, and the bank does it later.
    pub(super) async fn approve_through_a_gateway(&mut self) -> Result<()> {
        self.fault(Operation::ApproveContract, LATER);
        self.note("merchant approves; a gateway answers 504");
        let outcome = self.order()?.approve().await?;
        self.unclear(outcome)
    }

    /// The merchant approves, while a colleague cancels.
    pub(super) async fn approve_and_cancel(&mut self) -> Result<()> {
        self.note("merchant approves");
        let order = self.order()?;
        let approving = self.cancel_during(Operation::ApproveContract, order.approve());
        let outcome = Box::pin(approving).await?;
        self.taken(outcome)
    }

    /// Has a colleague cancel what is just being carried out, while the bank has not answered yet.
    pub(super) async fn cancel_during<T>(
        &mut self,
        operation: Operation,
        carrying_out: impl Future<Output = Result<T, OrderError>>,
    ) -> Result<T> {
        self.fault(operation, Fault::Hold);
        let (order, sandbox) = (self.order()?, &self.stage.sandbox);
        let cancelling = async {
            sandbox.answer_held().await;
            let cancelled = order.cancel().await;
            sandbox.release_answers();
            cancelled
        };
        let (carried_out, cancelled) = tokio::join!(carrying_out, cancelling);
        match cancelled {
            Err(OrderError::Refused(why @ CommandRefused::Otherwise(_))) => {
                self.note(format!("a colleague cancels meanwhile: {why}"));
            }
            other => bail!("a colleague cancels meanwhile: {other:?}"),
        }
        Ok(carried_out?)
    }

    /// The platform ends, and another process takes over.
    pub(super) async fn restart(&mut self) -> Result<()> {
        self.stage.close().await;
        self.note("platform stops");
        self.stage.reopen().await?;
        self.note("platform starts anew on the same ledger");
        Ok(())
    }

    /// The callbacks about the order so far, copies among them.
    pub(super) async fn callbacks(&self) -> Result<Vec<Callback>> {
        let order = self.order()?.find().await?;
        let attempts = order.map(|order| order.attempts).unwrap_or_default();
        let ids = attempts.iter().map(|attempt| attempt.id.to_string());
        Ok(self.stage.callbacks(&ids.collect::<Vec<_>>()))
    }

    /// Ends with the shop being told that the order is paid.
    pub(super) async fn paid(&mut self, callbacks: usize, visits: &[&str]) -> Result<()> {
        self.told(&PAID).await?;
        self.end(OrderStatus::Paid, callbacks, visits).await
    }

    /// Ends with the shop being told that it is not.
    pub(super) async fn not_paid(
        &mut self,
        end: NotPaid,
        callbacks: usize,
        visits: &[&str],
    ) -> Result<()> {
        self.told(&EventKind::NotPaid(end)).await?;
        self.end(OrderStatus::NotPaid(end), callbacks, visits).await
    }
}
