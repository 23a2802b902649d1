//! What came of a form, and how it is told: the form leads to a page, whose address names what is said there. That is signed for the session,
//! the page and the time, so that no link can have a page say what isn't so, and it is said for a minute, so that it isn't said again of what
//! was long ago.

use axum::http::StatusCode;
use inbank_ports::LedgerError;
use time::{Duration, OffsetDateTime};

use crate::address::Address;
use crate::frame::Notice;
use crate::refusal::Refusal;
use crate::session;
use crate::visitor::{Fields, Visitor};

/// So long something is said.
const SAID_FOR: Duration = Duration::MINUTE;

/// What came of a form.
pub(crate) type Came = Result<Done, Undone>;

/// It was done.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    /// Where whoever sent the form is led.
    pub(crate) to: Address,
    /// What is said there; none where the page says it by itself.
    pub(crate) said: Option<Said>,
    /// Whether the form had been sent before.
    pub(crate) again: bool,
}

/// It was not done.
#[derive(Clone, Debug)]
pub(crate) enum Undone {
    /// A page of its own says why.
    Refused(Refusal),
    /// The form is shown again, with this.
    Problem(StatusCode, String),
}

impl Undone {
    /// A field of the form is wrong.
    pub(crate) fn wrong(problem: impl Into<String>) -> Self {
        Self::Problem(StatusCode::UNPROCESSABLE_ENTITY, problem.into())
    }
}

impl From<Refusal> for Undone {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<LedgerError> for Undone {
    fn from(error: LedgerError) -> Self {
        Self::Refused(error.into())
    }
}

impl Done {
    pub(crate) const fn new(to: Address, said: Said) -> Self {
        Self {
            to,
            said: Some(said),
            again: false,
        }
    }

    /// The address to which whoever sent the form is led.
    pub(crate) fn address(&self, visitor: &Visitor, now: OffsetDateTime) -> Address {
        let Some(said) = self.said else {
            return self.to.clone();
        };
        let again = if self.again { "again" } else { "first" };
        let came = format!("{}.{again}.{}", said.name(), now.unix_timestamp());
        match signed(visitor, &self.to, &came) {
            Some(signature) => self.to.clone().with("came", &format!("{came}.{signature}")),
            None => self.to.clone(),
        }
    }
}

fn signed(visitor: &Visitor, page: &Address, came: &str) -> Option<String> {
    visitor
        .session
        .sign(&visitor.user, &format!("{page}\n{came}"))
}

/// What is to be said on this page, if a form of this session has led here just now.
pub(crate) fn notice(
    visitor: &Visitor,
    fields: &Fields,
    page: &Address,
    now: OffsetDateTime,
) -> Option<Notice> {
    let (came, signature) = fields.get("came").rsplit_once('.')?;
    if !session::same(&signed(visitor, page, came)?, signature) {
        return None;
    }
    let mut parts = came.split('.');
    let (said, again, at) = (Said::named(parts.next()?)?, parts.next()?, parts.next()?);
    let at = OffsetDateTime::from_unix_timestamp(at.parse().ok()?).ok()?;
    if now >= at + SAID_FOR {
        return None;
    }
    let (class, text) = said.words();
    let until_shown = said.is_until_shown();
    Some(match again {
        "again" => Notice {
            class: "wait",
            text: format!(
                "You had sent this form already, and nothing is done twice. What came of it then: {text}"
            ),
            until_shown,
        },
        _ => Notice {
            class,
            text: text.to_owned(),
            until_shown,
        },
    })
}

/// What is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Said {
    Acknowledged,
    ActivatedBefore,
    Added,
    Done,
    Enabled,
    Keys,
    NothingResent,
    Pending,
    Refreshed,
    Removed,
    Resent,
    ResentDead,
    ResentDeadOff,
    ResentDeadPaused,
    ResentOff,
    ResentPaused,
    Seen,
    Unclear,
}

impl Said {
    const ALL: [Self; 18] = [
        Self::Acknowledged,
        Self::ActivatedBefore,
        Self::Added,
        Self::Done,
        Self::Enabled,
        Self::Keys,
        Self::NothingResent,
        Self::Pending,
        Self::Refreshed,
        Self::Removed,
        Self::Resent,
        Self::ResentDead,
        Self::ResentDeadOff,
        Self::ResentDeadPaused,
        Self::ResentOff,
        Self::ResentPaused,
        Self::Seen,
        Self::Unclear,
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::ActivatedBefore => "activated-before",
            Self::Added => "added",
            Self::Done => "done",
            Self::Enabled => "enabled",
            Self::Keys => "keys",
            Self::NothingResent => "nothing-resent",
            Self::Pending => "pending",
            Self::Refreshed => "refreshed",
            Self::Removed => "removed",
            Self::Resent => "resent",
            Self::ResentDead => "resent-dead",
            Self::ResentDeadOff => "resent-dead-off",
            Self::ResentDeadPaused => "resent-dead-paused",
            Self::ResentOff => "resent-off",
            Self::ResentPaused => "resent-paused",
            Self::Seen => "seen",
            Self::Unclear => "unclear",
        }
    }

    /// Whether it is of a command that is under way: where none is any more, the order shows what came of it.
    const fn is_until_shown(self) -> bool {
        match self {
            Self::Acknowledged | Self::Pending | Self::Unclear => true,
            Self::ActivatedBefore
            | Self::Added
            | Self::Done
            | Self::Enabled
            | Self::Keys
            | Self::NothingResent
            | Self::Refreshed
            | Self::Removed
            | Self::Resent
            | Self::ResentDead
            | Self::ResentDeadOff
            | Self::ResentDeadPaused
            | Self::ResentOff
            | Self::ResentPaused
            | Self::Seen => false,
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Acknowledged => (
                "good",
                "The bank has taken it. This page shows it once the bank does.",
            ),
            Self::ActivatedBefore => (
                "wait",
                "It was activated before, so these identifiers were not sent. The bank may have those of another device: look in its Partner Portal.",
            ),
            Self::Added => (
                "good",
                "The shop is added. Check it, to see whether the bank takes its key.",
            ),
            Self::Done => ("good", "It is done: the bank shows it."),
            Self::Enabled => ("good", "The webhook is switched on."),
            Self::Keys => (
                "good",
                "The keys are changed. Check the shop, to see whether the bank takes them.",
            ),
            Self::Pending => (
                "wait",
                "It is written down, and is sent as soon as the bank can be asked.",
            ),
            Self::Refreshed => ("good", "The bank was read just now."),
            Self::Removed => (
                "good",
                "The shop is removed. Its orders stay in the ledger.",
            ),
            Self::Resent => ("good", "The event is sent again."),
            Self::ResentDead => ("good", "The events are sent again."),
            Self::NothingResent => (
                "wait",
                "There was nothing to send again: no event of this shop is given up.",
            ),
            Self::ResentDeadOff => (
                "wait",
                "The webhook is switched off: the events are kept, and sent once it is switched on.",
            ),
            Self::ResentDeadPaused => (
                "wait",
                "The events are sent again once the webhook’s pause is over: see below until when.",
            ),
            Self::ResentOff => (
                "wait",
                "The webhook is switched off: the event is kept, and sent once it is switched on.",
            ),
            Self::ResentPaused => (
                "wait",
                "The event is sent again once the webhook’s pause is over: the shop’s page says until when.",
            ),
            Self::Seen => ("good", "It was marked as seen to."),
            Self::Unclear => (
                "wait",
                "It was sent, and the bank did not answer. It may have arrived: the bank is read to find out. Don't decide it again.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_found_by_its_name() {
        for said in Said::ALL {
            assert_eq!(Said::named(said.name()), Some(said));
        }
        assert_eq!(Said::named("paid"), None);
    }
}
