//! Callbacks: their records, and the queue in which they wait.

pub(crate) mod delivery;
mod event;
mod message;

use std::{collections::BTreeSet, time::Duration};

use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

pub use self::event::{ApplicationCallbackRecord, ApplicationEvent};
pub(crate) use self::message::SignedMessage;
use crate::{
    fault::CallbackFault,
    identifier::Identifiers,
    session::{Session, SessionStatus},
};

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

/// What a callback tells, and about what.
#[derive(Clone, Copy, Debug)]
enum Subject {
    Session(Uuid, SessionStatus),
    Application(Uuid, ApplicationEvent),
}

/// A callback, whatever it tells about.
#[derive(Clone, Debug)]
struct Entry {
    subject: Subject,
    url: String,
    body: String,
    attempts: u32,
    last_answer: Option<String>,
    outcome: CallbackOutcome,
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
    entries: Vec<Entry>,
    /// When, in which order among those due together, and which.
    queue: BTreeSet<(OffsetDateTime, u64, usize)>,
    queued_so_far: u64,
    held: Vec<Held>,
    in_flight: bool,
    /// Those that were sent, each once, in the order in which they first were.
    sent: Vec<usize>,
    /// The pauses before the second, third, … attempt.
    retries: Vec<Duration>,
}

impl Callbacks {
    pub(crate) const fn new(retries: Vec<Duration>) -> Self {
        Self {
            entries: Vec::new(),
            queue: BTreeSet::new(),
            queued_so_far: 0,
            held: Vec::new(),
            in_flight: false,
            sent: Vec::new(),
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
        let subject = Subject::Session(session.id, session.status);
        let url = &session.partner_urls.callback_url;
        self.line_up(subject, url, key, now, fault, |key| {
            SignedMessage::about(session, key, now)
        });
    }

    /// Signs a callback about an application and lines it up.
    pub(crate) fn announce_application(
        &mut self,
        (application, event): (Uuid, ApplicationEvent),
        url: &str,
        key: &str,
        now: OffsetDateTime,
        fault: Option<CallbackFault>,
    ) {
        let subject = Subject::Application(application, event);
        self.line_up(subject, url, key, now, fault, |key| {
            SignedMessage::about_application(application, event, key, now)
        });
    }

    fn line_up(
        &mut self,
        subject: Subject,
        url: &str,
        key: &str,
        now: OffsetDateTime,
        fault: Option<CallbackFault>,
        sign: impl FnOnce(&str) -> SignedMessage,
    ) {
        let signed = match fault {
            Some(CallbackFault::WrongSignature) => sign(&format!("not {key}")),
            _ => sign(key),
        };
        let copies = match fault {
            Some(CallbackFault::Duplicate { copies }) => copies,
            _ => 0,
        };
        let entry = Entry {
            subject,
            url: url.to_owned(),
            body: signed.form(),
            attempts: 0,
            last_answer: None,
            outcome: CallbackOutcome::Queued,
        };
        for _ in 0..=copies {
            let index = self.entries.len();
            self.entries.push(entry.clone());
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

    /// Whether nothing is being sent, and nothing is due.
    pub(crate) fn are_settled_at(&self, now: OffsetDateTime) -> bool {
        !self.in_flight && self.next_due().is_none_or(|due| due > now)
    }

    pub(crate) fn next_due(&self) -> Option<OffsetDateTime> {
        self.queue.first().map(|&(due, ..)| due)
    }

    /// Takes the next callback that is due.
    pub(crate) fn take_due(&mut self, now: OffsetDateTime) -> Option<(usize, String, String)> {
        let next = *self.queue.first().filter(|&&(due, ..)| due <= now)?;
        self.queue.remove(&next);
        let (.., index) = next;
        let entry = self.entries.get_mut(index)?;
        entry.attempts += 1;
        if entry.attempts == 1 {
            self.sent.push(index);
        }
        self.in_flight = true;
        Some((index, entry.url.clone(), entry.body.clone()))
    }

    /// Notes what came of an attempt, and lines up the next one unless it was the last.
    pub(crate) fn attempted(
        &mut self,
        index: usize,
        answer: Result<u16, String>,
        now: OffsetDateTime,
    ) {
        self.in_flight = false;
        let Some(entry) = self.entries.get_mut(index) else {
            return;
        };
        let delivered = matches!(answer, Ok(200..=299));
        entry.last_answer = Some(answer.map_or_else(|why| why, |status| status.to_string()));
        let attempts = usize::try_from(entry.attempts).unwrap_or(usize::MAX);
        if delivered {
            self.settle(index, CallbackOutcome::Delivered);
        } else if let Some(&pause) = self.retries.get(attempts.saturating_sub(1)) {
            self.enqueue(index, now + pause);
        } else {
            self.settle(index, CallbackOutcome::GivenUp);
        }
    }

    /// How many there are, whatever has become of them.
    pub(crate) const fn so_far(&self) -> usize {
        self.entries.len()
    }

    /// How many of them were sent.
    pub(crate) const fn sent_so_far(&self) -> usize {
        self.sent.len()
    }

    /// The address and the form of one that was sent, by its place among those.
    pub(crate) fn sent(&self, place: usize) -> Option<(&str, &str)> {
        let entry = self.entries.get(*self.sent.get(place)?)?;
        Some((&entry.url, &entry.body))
    }

    /// Has those that were lined up as the last ones, `from` on, sent so many times, later, and in an order of chance if there is any, which is then another one.
    /// How many wait then.
    pub(crate) fn repeat(
        &mut self,
        from: usize,
        times: u32,
        delay: Duration,
        order: Option<&mut Identifiers>,
    ) -> usize {
        let (earlier, ours): (BTreeSet<_>, BTreeSet<_>) = std::mem::take(&mut self.queue)
            .into_iter()
            .partition(|&(.., index)| index < from);
        self.queue = earlier;
        // Each is followed by its copies.
        let mut waiting = Vec::new();
        for (due, _, index) in ours {
            waiting.push((due, index));
            for _ in 1..times {
                if let Some(entry) = self.entries.get(index).cloned() {
                    waiting.push((due, self.entries.len()));
                    self.entries.push(entry);
                }
            }
        }
        if let Some(chance) = order {
            let straight = waiting.clone();
            for left in (1..waiting.len()).rev() {
                waiting.swap(left, chance.below(left + 1));
            }
            // Chance may leave everything in its place, which is not what was asked for.
            if self.bodies(&waiting).eq(self.bodies(&straight)) {
                waiting.reverse();
            }
        }
        for &(due, index) in &waiting {
            self.enqueue(index, due + delay);
        }
        waiting.len()
    }

    fn bodies(&self, waiting: &[(OffsetDateTime, usize)]) -> impl Iterator<Item = &str> {
        let entries = waiting
            .iter()
            .filter_map(|&(_, index)| self.entries.get(index));
        entries.map(|entry| entry.body.as_str())
    }

    fn enqueue(&mut self, index: usize, due: OffsetDateTime) {
        self.queue.insert((due, self.queued_so_far, index));
        self.queued_so_far += 1;
    }

    fn settle(&mut self, index: usize, outcome: CallbackOutcome) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.outcome = outcome;
        }
    }

    /// The callbacks about sessions.
    pub(crate) fn records(&self) -> Vec<CallbackRecord> {
        let record = |entry: &Entry| match entry.subject {
            Subject::Session(session, status) => Some(CallbackRecord {
                session,
                status,
                url: entry.url.clone(),
                body: entry.body.clone(),
                attempts: entry.attempts,
                last_answer: entry.last_answer.clone(),
                outcome: entry.outcome,
            }),
            Subject::Application(..) => None,
        };
        self.entries.iter().filter_map(record).collect()
    }

    /// The callbacks about applications.
    pub(crate) fn application_records(&self) -> Vec<ApplicationCallbackRecord> {
        let record = |entry: &Entry| match entry.subject {
            Subject::Application(application, event) => Some(ApplicationCallbackRecord {
                application,
                event,
                url: entry.url.clone(),
                body: entry.body.clone(),
                attempts: entry.attempts,
                last_answer: entry.last_answer.clone(),
                outcome: entry.outcome,
            }),
            Subject::Session(..) => None,
        };
        self.entries.iter().filter_map(record).collect()
    }

    /// How many callbacks there are, and how many of them a receiver has taken.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let delivered = |entry: &&Entry| entry.outcome == CallbackOutcome::Delivered;
        (
            self.entries.len(),
            self.entries.iter().filter(delivered).count(),
        )
    }

    /// The records as a JSON document.
    pub(crate) fn listed(&self) -> Value {
        json!({
            "callbacks": self.records(),
            "application_callbacks": self.application_records(),
        })
    }
}
