//! One lease of an order: send what was decided, read the bank, write down what follows, release.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use inbank_domain::{Attempt, Command, CommandStage, Order, Reading, SendOutcome};
use inbank_ports::{
    Claim, Due, GatewayError, GatewayErrorKind, Lease, ReceivedCallback, Rest, Subject,
};
use time::OffsetDateTime;

use super::{pace, refresh::refresh};
use crate::deadline::within;
use crate::send::{outcome, send};
use crate::store::{How, NotWritten, Store, due_in};
use crate::{Bank, Shop};

/// How long an order is worked on alone: longer than the longest round.
pub(crate) const LEASE: Duration = Duration::from_mins(2);
/// A round ends before its lease does, also when the bank hangs.
const LONGEST_ROUND: Duration = Duration::from_secs(90);
/// Nothing is sent unless its answer can be waited for within the lease.
const LONGEST_SEND: Duration = Duration::from_secs(45);
/// What is left for the answer once the sending is written down.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);
/// How often in one round commands are sent that follow from what was read.
const SENDINGS: usize = 3;

pub(crate) struct Round {
    store: Store,
    shop: Arc<Shop>,
    order: Order,
    lease: Lease,
    inbox: Vec<ReceivedCallback>,
    woken: bool,
    ends_by: OffsetDateTime,
    /// Raised when the process is to stop: what has not been sent isn't.
    stopping: Arc<AtomicBool>,
    refusals: Vec<(u32, Command, GatewayError)>,
}

/// What a round leaves behind.
pub(crate) struct RoundEnd {
    /// The order as it stands, as far as is known.
    pub(crate) order: Order,
    /// What the bank refused in this round.
    pub(crate) refusals: Vec<(u32, Command, GatewayError)>,
    /// How it went.
    pub(crate) result: RoundResult,
}

/// How a round went.
#[derive(Debug)]
pub(crate) enum RoundResult {
    /// All that was to be done is done.
    Done,
    /// The bank gave no answer.
    Bank(GatewayError),
    /// The ledger did not, or the lease passed on: what was learnt is dropped.
    NotWritten(NotWritten),
    /// It took too long, or the process is to stop.
    Stopped,
}

/// What came of reading one attempt.
enum Read {
    Said(u32, Box<Reading>),
    Missing(u32),
}

impl Round {
    /// A round on a claim that was asked for at `claimed_at`: the lease is counted from the request,
    /// since the process may have been stopped before its answer.
    pub(crate) fn new(
        store: Store,
        shop: Arc<Shop>,
        claim: Claim,
        claimed_at: OffsetDateTime,
        stopping: Arc<AtomicBool>,
    ) -> Self {
        Self {
            store,
            shop,
            order: claim.order,
            lease: claim.lease,
            inbox: claim.inbox,
            woken: claim.woken,
            ends_by: claimed_at + LONGEST_ROUND,
            stopping,
            refusals: Vec::new(),
        }
    }

    pub(crate) async fn run(mut self) -> RoundEnd {
        let result = match self.work().await {
            Ok(()) => RoundResult::Done,
            Err(result) => {
                self.give_back(&result).await;
                result
            }
        };
        RoundEnd {
            order: self.order,
            refusals: self.refusals,
            result,
        }
    }

    async fn work(&mut self) -> Result<(), RoundResult> {
        for sending in 0..=SENDINGS {
            if sending < SENDINGS {
                self.send_what_is_wanted().await?;
            }
            let mut read = Vec::new();
            for number in self.to_be_read(sending > 0) {
                match self.read(number).await? {
                    Ok(Some(what)) => read.push(what),
                    Ok(None) => {}
                    Err(error) => {
                        self.keep_what_was_read(&read, number, &error).await?;
                        return Err(RoundResult::Bank(error));
                    }
                }
            }
            if self.conclude(&read, sending < SENDINGS).await? {
                break;
            }
        }
        Ok(())
    }

    /// Sends each command that is written down and not sent yet.
    async fn send_what_is_wanted(&mut self) -> Result<(), RoundResult> {
        // Whoever had the lease before had sent it, and was not heard of again.
        self.order.abandon_sent();
        let wanted: Vec<(u32, Command)> = wanted(&self.order);
        for (number, command) in wanted {
            if self.stopping.load(Ordering::Relaxed) || self.left() < LONGEST_SEND {
                return Err(RoundResult::Stopped);
            }
            let how = self.how();
            let marked = self.store.change(&mut self.order, &how, |order, now| {
                order.abandon_sent();
                // Somebody may have changed the order meanwhile.
                let still = self::wanted(order).contains(&(number, command.clone()));
                (still && order.sending(number, now), Due::Leased)
            });
            if !marked.await.map_err(RoundResult::NotWritten)? {
                continue;
            }
            if self.left() < LONGEST_ANSWER {
                // Writing it down took long, or the process stood still meanwhile.
                self.take_back(number, &command).await?;
                return Err(RoundResult::Stopped);
            }
            let Some(attempt) = self.order.attempt(number).cloned() else {
                continue;
            };
            let bank = self.shop.bank();
            let clock = self.store.runtime.clock().clone();
            let sent = within(clock.as_ref(), self.left(), send(bank, &attempt, &command)).await;
            let Some(sent) = sent else {
                return Err(RoundResult::Stopped);
            };
            self.write_answer(number, &command, sent).await?;
        }
        Ok(())
    }

    /// Marks a command as not sent after all, unless the lease has passed on: then whoever has it now
    /// takes it for sent, and reads.
    async fn take_back(&mut self, number: u32, command: &Command) -> Result<(), RoundResult> {
        let how = self.how();
        let taken_back = self.store.change(&mut self.order, &how, |order, now| {
            order.sent(number, command, &SendOutcome::NotSent, now);
            ((), Due::Leased)
        });
        taken_back.await.map_err(RoundResult::NotWritten)
    }

    async fn write_answer(
        &mut self,
        number: u32,
        command: &Command,
        sent: Result<Option<inbank_domain::ContractId>, GatewayError>,
    ) -> Result<(), RoundResult> {
        let outcome = outcome(&sent);
        let take_in = |order: &mut Order, now| {
            order.sent(number, command, &outcome, now);
            ((), Due::Leased)
        };
        let until = self.ends_by;
        let how = self.how();
        let written = self
            .store
            .insist(&mut self.order, &how, until, take_in)
            .await;
        match written {
            // The answer is true whoever has the lease now, and is known to nobody else.
            Err(NotWritten::Lost) => {
                let how = How::default();
                let again = self.store.change(&mut self.order, &how, take_in).await;
                again.map_err(RoundResult::NotWritten)?;
                return Err(RoundResult::NotWritten(NotWritten::Lost));
            }
            written => written.map_err(RoundResult::NotWritten)?,
        }
        match sent {
            Ok(_) => Ok(()),
            Err(error) => {
                let (kind, operation) = (error.kind().as_str(), error.operation());
                tracing::warn!(order = %self.order.key, attempt = number, %command, kind, operation, "a command was not taken");
                let passing = !matches!(outcome, SendOutcome::Refused(_))
                    && error.kind() != GatewayErrorKind::OutcomeUnknown;
                if passing {
                    return Err(RoundResult::Bank(error));
                }
                if matches!(outcome, SendOutcome::Refused(_)) {
                    self.refusals.push((number, command.clone(), error));
                }
                Ok(())
            }
        }
    }

    /// The attempts to be read now.
    fn to_be_read(&self, sent_again: bool) -> Vec<u32> {
        let now = self.store.now();
        let called = |attempt: &Attempt| self.inbox.iter().any(|c| c.attempt == attempt.id);
        let due = |attempt: &Attempt| attempt.refresh_at.is_some_and(|at| at <= now);
        let is_due = |attempt: &&Attempt| {
            if sent_again {
                attempt.command.is_some()
            } else {
                called(attempt) || due(attempt) || (self.woken && attempt.is_live())
            }
        };
        self.order
            .attempts
            .iter()
            .filter(is_due)
            .map(|attempt| attempt.number)
            .collect()
    }

    /// Reads one attempt: the outer error ends the round, the inner one is the bank's.
    async fn read(&self, number: u32) -> Result<Result<Option<Read>, GatewayError>, RoundResult> {
        let Some(attempt) = self.order.attempt(number) else {
            return Ok(Ok(None));
        };
        let heard_of = self.heard_of(attempt);
        let candidates: Vec<Option<&Subject>> = if attempt.is_known() || heard_of.is_empty() {
            vec![None]
        } else {
            heard_of.into_iter().map(Some).collect()
        };
        let bank: &Bank = self.shop.bank();
        let clock = self.store.runtime.clock().clone();
        for subject in candidates {
            if self.stopping.load(Ordering::Relaxed) {
                return Err(RoundResult::Stopped);
            }
            let reading = within(clock.as_ref(), self.left(), refresh(bank, attempt, subject));
            let Some(reading) = reading.await else {
                return Err(RoundResult::Stopped);
            };
            match reading {
                None => return Ok(Ok(None)),
                Some(Ok(reading)) => {
                    // A valid callback of another order can be posted to this address. Each is
                    // checked, so that a foreign one does not block the others.
                    if self.order.check_is_ours(number, &reading).is_ok() {
                        return Ok(Ok(Some(Read::Said(number, Box::new(reading)))));
                    }
                    tracing::warn!(order = %self.order.key, attempt = number, "the bank names another order");
                }
                Some(Err(error)) if error.kind() == GatewayErrorKind::NotFound => {
                    if subject.is_none() {
                        return Ok(Ok(Some(Read::Missing(number))));
                    }
                }
                Some(Err(error)) => return Ok(Err(error)),
            }
        }
        Ok(Ok(None))
    }

    /// What callbacks are about that came for an attempt whose opening was never answered, each once.
    fn heard_of(&self, attempt: &Attempt) -> Vec<&Subject> {
        let mut subjects = Vec::new();
        for callback in self.inbox.iter().filter(|c| c.attempt == attempt.id) {
            if let Some(subject) = &callback.subject
                && !subjects.contains(&subject)
            {
                subjects.push(subject);
            }
        }
        subjects
    }

    /// Takes in what was read, and ends the lease unless more is to be sent.
    async fn conclude(&mut self, read: &[Read], may_send: bool) -> Result<bool, RoundResult> {
        let inbox = std::mem::take(&mut self.inbox);
        let how = How {
            lease: Some(self.lease),
            worked_on: inbox.iter().map(|callback| callback.key.clone()).collect(),
        };
        let woken = std::mem::take(&mut self.woken);
        let written = self.store.change(&mut self.order, &how, |order, now| {
            order.abandon_sent();
            take_in(order, &inbox, read, woken, now);
            order.tend(now);
            if may_send && !wanted(order).is_empty() {
                return (false, Due::Leased);
            }
            order.failures = 0;
            for attempt in &mut order.attempts {
                if woken
                    || attempt.refresh_at.is_some_and(|at| at <= now)
                    || was_read(read, attempt)
                {
                    attempt.refresh_at = pace::next_refresh(attempt, now);
                }
            }
            (true, due_in(order, now))
        });
        match written.await {
            Ok(done) => Ok(done),
            Err(NotWritten::Taken) => {
                self.tell_taken(&how).await?;
                Ok(true)
            }
            Err(error) => Err(RoundResult::NotWritten(error)),
        }
    }

    /// One attempt could not be read: what was read of the others is kept, and it stays due. So does
    /// the inbox. An answer that can't be read is remembered, since one that stays so needs a person.
    async fn keep_what_was_read(
        &mut self,
        read: &[Read],
        number: u32,
        error: &GatewayError,
    ) -> Result<(), RoundResult> {
        let how = self.how();
        let woken = std::mem::take(&mut self.woken);
        let unreadable = (error.kind() == GatewayErrorKind::Undecodable).then(|| error.to_string());
        let written = self.store.change(&mut self.order, &how, |order, now| {
            order.abandon_sent();
            take_in(order, &[], read, woken, now);
            if let Some(why) = &unreadable {
                order.unreadable(number, why, now);
            }
            order.tend(now);
            for attempt in &mut order.attempts {
                if was_read(read, attempt) {
                    attempt.refresh_at = pace::next_refresh(attempt, now);
                } else if woken && attempt.is_live() {
                    attempt.refresh_at = Some(now);
                }
            }
            ((), Due::Leased)
        });
        match written.await {
            Ok(()) => Ok(()),
            Err(NotWritten::Taken) => self.tell_taken(&how).await,
            Err(error) => Err(RoundResult::NotWritten(error)),
        }
    }

    /// A callback named a session or application of another order: nothing of it is taken on.
    async fn tell_taken(&mut self, how: &How) -> Result<(), RoundResult> {
        let told = self.store.change(&mut self.order, how, |order, now| {
            if let Some(number) = order.attempts.last().map(|attempt| attempt.number) {
                let why = "a callback named a session or application of another order";
                order.tell_person(number, why.to_owned(), now);
            }
            for attempt in &mut order.attempts {
                attempt.refresh_at = pace::next_refresh(attempt, now);
            }
            ((), due_in(order, now))
        });
        told.await.map_err(RoundResult::NotWritten)
    }

    /// Ends the lease of a round that could not go on.
    async fn give_back(&mut self, result: &RoundResult) {
        let failures = self.order.failures;
        let (failures, due_in) = match result {
            RoundResult::Done => return,
            RoundResult::Bank(error) => {
                tracing::warn!(order = %self.order.key, %error, "the bank gave no answer");
                // A host that is away must not leave its orders with the longest pauses.
                let failures = failures.saturating_add(1);
                let failures = if error.is_host_failure() {
                    failures.min(3)
                } else {
                    failures
                };
                let pause = self.store.runtime.spread(pace::after_failure(failures));
                (failures, pause.max(error.retry_after().unwrap_or_default()))
            }
            RoundResult::NotWritten(NotWritten::Lost) => {
                tracing::debug!(order = %self.order.key, "overtaken");
                return;
            }
            RoundResult::NotWritten(error) => {
                tracing::warn!(order = %self.order.key, ?error, "not written");
                let failures = failures.saturating_add(1);
                let pause = pace::after_failure(failures);
                (failures, self.store.runtime.spread(pause))
            }
            RoundResult::Stopped => (failures, Duration::ZERO),
        };
        let rest = Rest {
            due_in: Some(due_in),
            failures,
            aside: false,
        };
        let key = &self.order.key;
        self.store
            .release(key, self.lease, rest, self.ends_by)
            .await;
    }

    fn how(&self) -> How {
        How {
            lease: Some(self.lease),
            worked_on: Vec::new(),
        }
    }

    fn left(&self) -> Duration {
        let left = self.ends_by - self.store.now();
        left.try_into().unwrap_or(Duration::ZERO)
    }
}

fn was_read(read: &[Read], attempt: &Attempt) -> bool {
    read.iter().any(|what| match what {
        Read::Said(number, _) | Read::Missing(number) => *number == attempt.number,
    })
}

fn wanted(order: &Order) -> Vec<(u32, Command)> {
    order
        .attempts
        .iter()
        .filter_map(|attempt| {
            let standing = attempt.command.as_ref()?;
            let wanted = standing.stage == CommandStage::Wanted;
            wanted.then(|| (attempt.number, standing.command.clone()))
        })
        .collect()
}

/// What the inbox and the readings do to an order.
fn take_in(
    order: &mut Order,
    inbox: &[ReceivedCallback],
    read: &[Read],
    woken: bool,
    now: OffsetDateTime,
) {
    if woken {
        for attempt in order.attempts.iter_mut().filter(|a| a.is_live()) {
            attempt.news_at = now;
        }
    }
    for what in read {
        match what {
            Read::Said(number, reading) => order.observe(*number, reading, now),
            Read::Missing(number) => order.missing(*number, now),
        }
    }
    for callback in inbox {
        let asks = callback
            .status
            .eq_ignore_ascii_case("INCOME_PROOF_REQUIRED");
        let number = order.attempts.iter().find(|a| a.id == callback.attempt);
        if let Some(number) = number.map(|a| a.number)
            && asks
        {
            order.proof_called_for(number, now);
        }
    }
}
