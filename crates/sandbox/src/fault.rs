//! Faults on order: what can go wrong between a client and the bank.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// A fault of the API. Each is ordered for an operation and a number of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// Answers with this status and does nothing; with `Retry-After` in seconds if given.
    Status {
        /// The status, e.g. 503 or 429.
        status: u16,
        /// The value of `Retry-After`, however large; an [`Alteration`](crate::Alteration) sends a date or anything else.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Closes the connection before doing anything.
    ResetBefore,
    /// Does what was asked and closes the connection instead of answering.
    AnswerLost,
    /// Answers 504, as a gateway in front of the bank does, and does what was asked this much later on the sandbox's clock.
    ///
    /// The guides know no gateway; their answer of 403 is worded as one's.
    CommitLater {
        /// How much later.
        seconds: u64,
    },
    /// Does what was asked and answers once the sandbox's clock has gone on this far, or answers are released.
    Late {
        /// The delay.
        seconds: u64,
    },
    /// Does what was asked and answers after this long.
    Slow {
        /// The delay, in real time.
        milliseconds: u64,
    },
    /// Does what was asked and keeps the answer back until answers are released.
    Hold,
    /// Does what was asked, announces the whole answer and closes the connection half-way through.
    ///
    /// An answer without a body has no half: its connection is closed instead.
    CutBody,
    /// Does what was asked and answers with the usual status, but a page of HTML.
    HtmlBody,
    /// Does what was asked and answers with a body that never ends.
    EndlessBody,
}

/// A fault of the callbacks. Each is ordered for a number of callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallbackFault {
    /// Sends this many further copies, byte for byte.
    Duplicate {
        /// How many copies besides the callback itself.
        copies: u32,
    },
    /// Keeps callbacks back until they are released, and sends the last one first then.
    Reorder,
    /// Keeps callbacks back until they are released.
    Hold,
    /// Sends it this much later on the sandbox's clock.
    Delay {
        /// The delay.
        seconds: u64,
    },
    /// Never sends it.
    Drop,
    /// Signs it with another key.
    WrongSignature,
}

impl CallbackFault {
    pub(crate) const fn delay(self) -> Duration {
        match self {
            Self::Delay { seconds } => Duration::from_secs(seconds),
            _ => Duration::ZERO,
        }
    }
}

/// What is on order.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    api: Vec<(Operation, Fault, u32)>,
    callbacks: Vec<(CallbackFault, u32)>,
}

impl Orders {
    pub(crate) fn order(&mut self, operation: Operation, fault: Fault, times: u32) {
        if times > 0 {
            self.api.push((operation, fault, times));
        }
    }

    pub(crate) fn order_callback(&mut self, fault: CallbackFault, times: u32) {
        if times > 0 {
            self.callbacks.push((fault, times));
        }
    }

    /// The fault for a call of this operation: the one that was ordered first.
    pub(crate) fn take(&mut self, operation: Operation) -> Option<Fault> {
        let position = self
            .api
            .iter()
            .position(|(ordered, ..)| *ordered == operation)?;
        let (_, fault, times) = self.api.get_mut(position)?;
        let fault = *fault;
        *times -= 1;
        if *times == 0 {
            self.api.remove(position);
        }
        Some(fault)
    }

    pub(crate) fn take_callback(&mut self) -> Option<CallbackFault> {
        let (fault, times) = self.callbacks.first_mut()?;
        let fault = *fault;
        *times -= 1;
        if *times == 0 {
            self.callbacks.remove(0);
        }
        Some(fault)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_the_ordered_operation_the_ordered_number_of_times() {
        let mut orders = Orders::default();
        orders.order(Operation::GetSession, Fault::ResetBefore, 2);
        orders.order(Operation::GetSession, Fault::AnswerLost, 1);
        assert_eq!(orders.take(Operation::CreateSession), None);
        assert_eq!(orders.take(Operation::GetSession), Some(Fault::ResetBefore));
        assert_eq!(orders.take(Operation::GetSession), Some(Fault::ResetBefore));
        assert_eq!(orders.take(Operation::GetSession), Some(Fault::AnswerLost));
        assert_eq!(orders.take(Operation::GetSession), None);
    }
}
