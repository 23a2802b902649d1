//! Reads attempts at the bank, and takes in what it says.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use inbank_domain::{Attempt, AttemptId, Order, Reading};
use inbank_ports::{GatewayError, GatewayErrorKind, ReceivedCallback, Subject};
use time::OffsetDateTime;

use super::{Round, RoundResult};
use crate::Bank;
use crate::deadline::within;
use crate::worker::pace;
use crate::worker::refresh::refresh;

/// What came of reading one attempt.
pub(super) enum Read {
    /// Of an attempt that nothing was known of but by callbacks also what it was asked about.
    Said(u32, Option<Subject>, Box<Reading>),
    Missing(u32),
    /// The bank doesn't know yet what its own callback named: a read may show the past.
    NotYet(u32),
}

impl Round {
    /// The attempts to be read now.
    pub(super) fn to_be_read(&self, sent_again: bool) -> Vec<u32> {
        let now = self.store.now();
        let called = |attempt: &Attempt| self.inbox.iter().any(|c| c.attempt == attempt.id);
        let due = |attempt: &Attempt| attempt.refresh_at.is_some_and(|at| at <= now);
        let is_due = |attempt: &&Attempt| {
            if sent_again {
                attempt.command.is_some()
            } else {
                called(attempt)
                    || due(attempt)
                    || (self.woken && is_asked_for(&self.order, attempt))
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
    pub(super) async fn read(
        &self,
        number: u32,
    ) -> Result<Result<Option<Read>, GatewayError>, RoundResult> {
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
        let (clock, caller) = (self.store.runtime.clock().clone(), self.caller());
        let mut found = None;
        for subject in candidates {
            if self.stopping.load(Ordering::Relaxed) && !self.sent {
                return Err(RoundResult::Stopped);
            }
            let reading = refresh(bank, &caller, attempt, subject);
            let reading = within(clock.as_ref(), self.left(), reading);
            let Some(reading) = reading.await else {
                self.note_asked::<Reading>(None);
                return Err(RoundResult::Stopped);
            };
            let Some(reading) = reading else {
                return Ok(Ok(None));
            };
            self.note_asked(Some(&reading));
            match reading {
                Ok(reading) => {
                    // A valid callback of another order can be posted to this address. Each is
                    // checked, so that a foreign one does not block the others.
                    if self.order.check_is_ours(number, &reading).is_ok() {
                        let about = subject.cloned();
                        return Ok(Ok(Some(Read::Said(number, about, Box::new(reading)))));
                    }
                    tracing::warn!(order = %self.order.key, attempt = number, "the bank names another order");
                }
                Err(error) if error.kind() == GatewayErrorKind::NotFound => {
                    if subject.is_none() {
                        return Ok(Ok(Some(Read::Missing(number))));
                    }
                    found = Some(Read::NotYet(number));
                }
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(found))
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

    /// Leaves callbacks for later whose subject the bank doesn't show yet, and says after which pause.
    pub(super) fn not_shown_yet(
        &self,
        read: &[Read],
        inbox: &mut Vec<ReceivedCallback>,
    ) -> BTreeMap<AttemptId, Duration> {
        let now = self.store.now();
        let mut pauses = BTreeMap::new();
        for what in read {
            let Read::NotYet(number) = what else { continue };
            let Some(attempt) = self.order.attempt(*number) else {
                continue;
            };
            inbox.retain(|callback| {
                let pause = pace::until_shown(now - callback.received_at);
                let Some(pause) = pause.filter(|_| callback.attempt == attempt.id) else {
                    return true;
                };
                let least = pauses.entry(attempt.id.clone()).or_insert(pause);
                *least = pause.min(*least);
                false
            });
        }
        pauses
    }
}

pub(super) fn was_read(read: &[Read], attempt: &Attempt) -> bool {
    read.iter().any(|what| match what {
        Read::Said(number, _, _) | Read::Missing(number) | Read::NotYet(number) => {
            *number == attempt.number
        }
    })
}

/// Whether a callback came to an attempt that nothing else was known of, and another one's subject was read in its
/// place: where that turns out to be another attempt's, this one may name the attempt's own.
pub(super) fn was_passed_over(order: &Order, callback: &ReceivedCallback, read: &[Read]) -> bool {
    let mut attempts = order.attempts.iter();
    let to = attempts.find(|attempt| attempt.id == callback.attempt);
    read.iter().any(|what| match what {
        Read::Said(number, Some(about), _) => {
            to.is_some_and(|to| to.number == *number) && callback.subject.as_ref() != Some(about)
        }
        Read::Said(..) | Read::Missing(_) | Read::NotYet(_) => false,
    })
}

/// What the inbox and the readings do to an order.
pub(super) fn take_in(
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
            Read::Said(number, _, reading) => order.observe(*number, reading, now),
            Read::Missing(number) => order.missing(*number, now),
            Read::NotYet(_) => {}
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

/// Whether whoever wakes an order wants to know of an attempt: while it lives, and while it is the one that
/// says where the order stands, since the bank may be late.
pub(super) fn is_asked_for(order: &Order, attempt: &Attempt) -> bool {
    let present = order.present().map(|present| present.number);
    attempt.is_live() || present == Some(attempt.number)
}
