//! Sends what was decided: written down, marked as sent, sent, and the answer written down.

use std::sync::atomic::Ordering;
use std::time::Duration;

use inbank_domain::{Command, ContractId, Order, SendOutcome};
use inbank_ports::{Due, GatewayError, GatewayErrorKind};

use super::{Round, RoundResult};
use crate::deadline::within;
use crate::send::{outcome, send};
use crate::store::{How, NotWritten};

/// Nothing is sent unless its answer can be waited for within the lease.
const LONGEST_SEND: Duration = Duration::from_secs(45);
/// What is left for the answer once the sending is written down.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);

impl Round {
    /// Sends each command that is written down and not sent yet.
    pub(super) async fn send_what_is_wanted(&mut self) -> Result<(), RoundResult> {
        // Whoever had the lease before had sent it, and was not heard of again.
        self.order.abandon_sent();
        let commands = wanted(&self.order);
        for (number, command) in commands {
            if self.stopping.load(Ordering::Relaxed) || self.left() < LONGEST_SEND {
                return Err(RoundResult::Stopped);
            }
            let how = self.how();
            let marked = self.store.change(&mut self.order, &how, |order, now| {
                order.abandon_sent();
                // Somebody may have changed the order meanwhile.
                let still = wanted(order).contains(&(number, command.clone()));
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
            let caller = self.caller();
            let sending = send(bank, &caller, &attempt, &command);
            let sent = within(clock.as_ref(), self.left(), sending).await;
            self.note_asked(sent.as_ref());
            self.sent = true;
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
        sent: Result<Option<ContractId>, GatewayError>,
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
}

pub(super) fn wanted(order: &Order) -> Vec<(u32, Command)> {
    order
        .attempts
        .iter()
        .filter_map(|attempt| {
            let standing = attempt.command.as_ref()?;
            let sendable = order.may_be_sent(attempt.number);
            sendable.then(|| (attempt.number, standing.command.clone()))
        })
        .collect()
}
