//! Callbacks: what they say, how they are signed, and the queue in which they wait.

pub(crate) mod delivery;

use std::{collections::BTreeSet, fmt::Write as _, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use sha2::Sha512;
use time::OffsetDateTime;
use url::form_urlencoded;
use uuid::Uuid;

use crate::{
    answer::Node,
    fault::CallbackFault,
    session::{Session, SessionStatus},
};

/// The three fields of a callback and of the browser's return (e-POS 2.10, Request Structure).
#[derive(Clone, Debug)]
pub(crate) struct SignedMessage {
    pub(crate) message: String,
    pub(crate) hmac: String,
    pub(crate) timestamp: String,
}

impl SignedMessage {
    /// Tells the session's status as it is now (e-POS 2.10, Callback Message Content).
    ///
    /// Version 3 spells `purchaseReference` by its general rule; no public document settles the casing of the message there.
    /// The version is the one in which the session was opened: guides silent.
    pub(crate) fn about(session: &Session, key: &str, now: OffsetDateTime) -> Self {
        let message = Node::object([
            ("uuid", session.id.to_string().into()),
            ("status", session.status.name().into()),
            (
                "purchase_reference",
                session.purchase_reference.as_str().into(),
            ),
        ])
        .write(session.dialect);
        let timestamp = now.unix_timestamp().to_string();
        Self {
            hmac: signature(key, &timestamp, &message),
            message,
            timestamp,
        }
    }

    fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("message", &self.message)
            .append_pair("hmac", &self.hmac)
            .append_pair("timestamp", &self.timestamp)
            .finish()
    }
}

/// HMAC-SHA512 over `timestamp.message` with the shop's API key, in lower-case hexadecimal (e-POS 2.10, Callback Authenticity Validation).
fn signature(key: &str, timestamp: &str, message: &str) -> String {
    // A key of any length is taken, so the error cannot happen; an empty signature verifies nowhere.
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(key.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(message.as_bytes());
    mac.finalize()
        .into_bytes()
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a `String` does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// What has become of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackOutcome {
    /// Waits for its turn, or for another attempt.
    Queued,
    /// Kept back by a fault until callbacks are released.
    Held,
    /// The receiver answered 2xx.
    Delivered,
    /// No attempt succeeded.
    GivenUp,
    /// A fault has it never sent.
    Dropped,
}

/// A callback the bank has sent or means to send.
#[derive(Clone, Debug, Serialize)]
pub struct CallbackRecord {
    /// The session it tells about.
    pub session: Uuid,
    /// The status it tells.
    pub status: SessionStatus,
    /// Where it goes.
    pub url: String,
    /// The form, ready to be sent.
    pub body: String,
    /// How often it was sent.
    pub attempts: u32,
    /// What came of the last attempt: a status, or why there is none.
    pub last_answer: Option<String>,
    /// What has become of it.
    pub outcome: CallbackOutcome,
}

impl CallbackRecord {
    /// Whether a receiver has answered 2xx.
    pub fn delivered(&self) -> bool {
        self.outcome == CallbackOutcome::Delivered
    }
}

/// A callback that is kept back.
#[derive(Clone, Copy, Debug)]
struct Held {
    record: usize,
    reversed: bool,
}

/// All callbacks, and which of them are due when.
#[derive(Debug)]
pub(crate) struct Callbacks {
    pub(crate) records: Vec<CallbackRecord>,
    /// When, in which order among those due together, and which.
    queue: BTreeSet<(OffsetDateTime, u64, usize)>,
    queued_so_far: u64,
    held: Vec<Held>,
    in_flight: bool,
    /// The pauses before the second, third, … attempt.
    retries: Vec<Duration>,
}

impl Callbacks {
    pub(crate) const fn new(retries: Vec<Duration>) -> Self {
        Self {
            records: Vec::new(),
            queue: BTreeSet::new(),
            queued_so_far: 0,
            held: Vec::new(),
            in_flight: false,
            retries,
        }
    }

    /// Signs a callback about the session as it is now and lines it up.
    ///
    /// Guides silent on copies; chosen: signed once, so that every further attempt sends the same bytes.
    pub(crate) fn announce(
        &mut self,
        session: &Session,
        key: &str,
        now: OffsetDateTime,
        fault: Option<CallbackFault>,
    ) {
        let signed = match fault {
            Some(CallbackFault::WrongSignature) => {
                SignedMessage::about(session, &format!("not {key}"), now)
            }
            _ => SignedMessage::about(session, key, now),
        };
        let copies = match fault {
            Some(CallbackFault::Duplicate { copies }) => copies,
            _ => 0,
        };
        let record = CallbackRecord {
            session: session.id,
            status: session.status,
            url: session.partner_urls.callback_url.clone(),
            body: signed.form(),
            attempts: 0,
            last_answer: None,
            outcome: CallbackOutcome::Queued,
        };
        for _ in 0..=copies {
            let index = self.records.len();
            self.records.push(record.clone());
            match fault {
                Some(CallbackFault::Drop) => self.settle(index, CallbackOutcome::Dropped),
                Some(fault @ (CallbackFault::Hold | CallbackFault::Reorder)) => {
                    self.settle(index, CallbackOutcome::Held);
                    self.held.push(Held {
                        record: index,
                        reversed: fault == CallbackFault::Reorder,
                    });
                }
                _ => self.enqueue(
                    index,
                    now + fault.map_or(Duration::ZERO, CallbackFault::delay),
                ),
            }
        }
    }

    /// Lets go of everything that is kept back; those on order to be reordered go last, the newest first.
    pub(crate) fn release(&mut self, now: OffsetDateTime) {
        let (reversed, straight): (Vec<Held>, Vec<Held>) =
            self.held.drain(..).partition(|held| held.reversed);
        for held in straight.into_iter().chain(reversed.into_iter().rev()) {
            self.settle(held.record, CallbackOutcome::Queued);
            self.enqueue(held.record, now);
        }
    }

    /// Whether nothing waits to be sent. What is held back waits for its release, not to be sent.
    pub(crate) fn are_settled(&self) -> bool {
        self.queue.is_empty() && !self.in_flight
    }

    pub(crate) fn next_due(&self) -> Option<OffsetDateTime> {
        self.queue.first().map(|&(due, ..)| due)
    }

    /// Takes the next callback that is due.
    fn take_due(&mut self, now: OffsetDateTime) -> Option<(usize, String, String)> {
        let next = *self.queue.first().filter(|&&(due, ..)| due <= now)?;
        self.queue.remove(&next);
        let (.., index) = next;
        let record = self.records.get_mut(index)?;
        record.attempts += 1;
        self.in_flight = true;
        Some((index, record.url.clone(), record.body.clone()))
    }

    /// Notes what came of an attempt, and lines up the next one unless it was the last.
    fn attempted(&mut self, index: usize, answer: Result<u16, String>, now: OffsetDateTime) {
        self.in_flight = false;
        let Some(record) = self.records.get_mut(index) else {
            return;
        };
        let delivered = matches!(answer, Ok(200..=299));
        record.last_answer = Some(answer.map_or_else(|why| why, |status| status.to_string()));
        let attempts = usize::try_from(record.attempts).unwrap_or(usize::MAX);
        if delivered {
            self.settle(index, CallbackOutcome::Delivered);
        } else if let Some(&pause) = self.retries.get(attempts.saturating_sub(1)) {
            self.enqueue(index, now + pause);
        } else {
            self.settle(index, CallbackOutcome::GivenUp);
        }
    }

    fn enqueue(&mut self, index: usize, due: OffsetDateTime) {
        self.queue.insert((due, self.queued_so_far, index));
        self.queued_so_far += 1;
    }

    fn settle(&mut self, index: usize, outcome: CallbackOutcome) {
        if let Some(record) = self.records.get_mut(index) {
            record.outcome = outcome;
        }
    }

    /// The records as a JSON document.
    pub(crate) fn listed(&self) -> Value {
        serde_json::to_value(&self.records).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_an_independent_tool() {
        // printf '1549411200.{"uuid":"u"}' | openssl dgst -sha512 -hmac key
        assert_eq!(
            signature("key", "1549411200", r#"{"uuid":"u"}"#),
            "f34c2cb2869a148a61b0c638f9523c76a6cce20e0304d978ae9d0512ac7944bcb9b952ee3814c2510812665b9ff474efc8c460c5c54436afbdc740503f545349"
        );
    }

    #[test]
    fn the_form_is_encoded_as_the_guide_prints_it() {
        let signed = SignedMessage {
            message: r#"{"purchase_reference":"Id #1"}"#.to_owned(),
            hmac: "00".to_owned(),
            timestamp: "1549411200".to_owned(),
        };
        assert_eq!(
            signed.form(),
            "message=%7B%22purchase_reference%22%3A%22Id+%231%22%7D&hmac=00&timestamp=1549411200"
        );
    }
}
