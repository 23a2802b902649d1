use inbank_domain::{ApplicationId, Attempt, AttemptId, AttemptKind, SessionId, ShopName};
use time::OffsetDateTime;

/// An authentic callback as it is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReceivedCallback {
    /// The shop whose key signed it.
    pub shop: ShopName,
    /// The attempt whose address it came to.
    pub attempt: AttemptId,
    /// The same for every copy, and another for any other callback to the order.
    pub key: String,
    /// What it is about; none where the message is not understood.
    pub subject: Option<Subject>,
    /// The status that it names, in the bank's words: a trigger, never a fact.
    pub status: String,
    /// What was signed, and the signature; nothing else of the request.
    pub content: Vec<u8>,
    /// When it came.
    pub received_at: OffsetDateTime,
}

impl ReceivedCallback {
    /// Whether it can be about an attempt. A session names itself in every callback. An application may
    /// be another one by now, since the bank gives changed conditions a new name; and what is not
    /// understood may be about anything.
    pub fn may_be_about(&self, attempt: &Attempt) -> bool {
        let of_application = attempt.terms.kind == AttemptKind::Application;
        match &self.subject {
            None => true,
            Some(Subject::Application(_)) => of_application,
            Some(Subject::Session(session)) => {
                !of_application && attempt.session.as_ref().is_none_or(|own| own == session)
            }
        }
    }
}

/// What of the bank's a callback is about.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Subject {
    /// A direct application.
    Application(ApplicationId),
    /// A payment session.
    Session(SessionId),
}

/// What came of keeping a callback.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It is kept.
    Written,
    /// It had been kept before.
    Copy,
    /// There is no such attempt; nothing is kept.
    NoAttempt,
    /// It is about another session than the attempt's, or about a session where the attempt is an
    /// application, or the reverse; nothing is kept.
    Foreign,
}
