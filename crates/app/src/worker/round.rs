//! One lease of an order: send what was decided, read the bank, write down what follows, release.

mod reading;
mod sending;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use inbank_domain::{Command, Concern, Order};
use inbank_ports::{Claim, Due, GatewayError, GatewayErrorKind, Lease, ReceivedCallback, Rest};
use time::OffsetDateTime;

use self::reading::{Read, is_asked_for, take_in, was_passed_over, was_read};
use self::sending::wanted;
use super::pace;
use crate::Shop;
use crate::calls::Caller;
use crate::store::{How, NotWritten, Store, due_in};

/// How long an order is worked on alone: longer than the longest round.
pub(crate) const LEASE: Duration = Duration::from_mins(2);
/// A round ends before its lease does, also when the bank hangs.
const LONGEST_ROUND: Duration = Duration::from_secs(90);
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
    /// Whether something was sent: its effect is read also when the process is to stop.
    sent: bool,
    refusals: Vec<(u32, Command, GatewayError)>,
    /// Whether the bank was asked anything.
    asked: AtomicBool,
}

/// What a round leaves behind.
pub(crate) struct RoundEnd {
    /// The order as it stands, as far as is known.
    pub(crate) order: Order,
    /// What the bank refused in this round.
    pub(crate) refusals: Vec<(u32, Command, GatewayError)>,
    /// Whether the bank was asked anything.
    pub(crate) asked: bool,
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
            sent: false,
            refusals: Vec::new(),
            asked: AtomicBool::new(false),
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
            asked: self.asked.into_inner(),
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

    /// Takes in what was read, and ends the lease unless more is to be sent.
    async fn conclude(&mut self, read: &[Read], may_send: bool) -> Result<bool, RoundResult> {
        let mut inbox = std::mem::take(&mut self.inbox);
        let not_yet = self.not_shown_yet(read, &mut inbox);
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
                if let Some(pause) = not_yet.get(&attempt.id) {
                    let pause = time::Duration::try_from(*pause).unwrap_or(time::Duration::DAY);
                    attempt.refresh_at = Some(now.saturating_add(pause));
                }
            }
            (true, due_in(order, now))
        });
        match written.await {
            Ok(done) => Ok(done),
            Err(NotWritten::Taken) => {
                // Those are for another round, which is due at once.
                inbox.retain(|callback| was_passed_over(&self.order, callback, read));
                let mut how = how;
                how.worked_on
                    .retain(|key| inbox.iter().all(|left| left.key != *key));
                self.tell_taken(&how, !inbox.is_empty()).await?;
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
            let asked_for = order.attempts.iter().filter(|a| is_asked_for(order, a));
            let asked_for: Vec<u32> = asked_for.map(|attempt| attempt.number).collect();
            for attempt in &mut order.attempts {
                if was_read(read, attempt) {
                    attempt.refresh_at = pace::next_refresh(attempt, now);
                } else if woken && asked_for.contains(&attempt.number) {
                    attempt.refresh_at = Some(now);
                }
            }
            ((), Due::Leased)
        });
        match written.await {
            Ok(()) => Ok(()),
            Err(NotWritten::Taken) => self.tell_taken(&how, false).await,
            Err(error) => Err(RoundResult::NotWritten(error)),
        }
    }

    /// A callback named a session or application of another attempt: nothing of it is taken on.
    async fn tell_taken(&mut self, how: &How, goes_on: bool) -> Result<(), RoundResult> {
        let told = self.store.change(&mut self.order, how, |order, now| {
            if let Some(number) = order.attempts.last().map(|attempt| attempt.number) {
                order.tell_person(number, Concern::CallbackTaken, now);
            }
            for attempt in &mut order.attempts {
                attempt.refresh_at = pace::next_refresh(attempt, now);
            }
            let due = if goes_on {
                Due::Now
            } else {
                due_in(order, now)
            };
            ((), due)
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

    /// Notes that the bank was asked, unless it has no such call; none is an answer that did not come in time.
    fn note_asked<T>(&self, answer: Option<&Result<T, GatewayError>>) {
        let no_call =
            matches!(answer, Some(Err(error)) if error.kind() == GatewayErrorKind::Unsupported);
        self.asked.fetch_or(!no_call, Ordering::Relaxed);
    }

    /// Calls the bank about this order.
    fn caller(&self) -> Caller {
        Caller::new(&self.store.runtime, &self.shop, Some(&self.order.key))
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
