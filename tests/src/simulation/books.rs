//! What a bank truly has, whatever it answers.

mod fake;
mod sandbox;

use inbank::Money;
use time::OffsetDateTime;

pub(super) use self::fake::FakeBooks;
pub(super) use self::sandbox::SandboxBooks;

/// A bank from the inside: what it has, what its customers do, and what it sends.
pub(super) trait Books: Send + Sync {
    /// What it sells.
    fn catalogue(&self) -> Catalogue;
    /// The bank's clock shows this now.
    fn catch_up(&self, now: OffsetDateTime);
    /// How long nothing happens at the bank by itself; none where nothing will.
    fn until_next(&self) -> Option<std::time::Duration>;
    /// Whatever it has taken is done.
    fn settle(&self);
    /// The next reads show what is now.
    fn lag(&self);
    /// A customer goes through the whole dialog.
    fn applies(&self, session: &str);
    /// A customer leaves the dialog.
    fn gives_up(&self, session: &str);
    /// A session's time is over.
    fn expires(&self, session: &str);
    /// The bank says yes or no, or offers something else; the application that takes the other's place then.
    fn decide(&self, application: &str, verdict: Verdict) -> Option<String>;
    /// Whether an application is for more than the bank lends, where it does not say so by itself.
    fn is_too_much(&self, application: &str) -> bool;
    /// An active contract is ended.
    fn terminate(&self, contract: &str);
    /// Takes the callbacks that have not left.
    fn callbacks(&self) -> Vec<Sent>;
    /// Every contract of what was opened.
    fn contracts(&self, opened: &[String]) -> Vec<Held>;
    /// Whether a session or application can go no further by itself; its contract aside.
    fn is_over(&self, id: &str) -> bool;
    /// What a session is for, where the books say that.
    fn total(&self, session: &str) -> Option<Money>;
    /// Whether this is a session.
    fn is_session(&self, id: &str) -> bool;
}

/// What a shop sells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Catalogue {
    /// One that the bank pays out by itself, two that wait for approval, one that is too much.
    pub(super) carts: [(&'static str, &'static str); 4],
    /// The product that rents, and what.
    pub(super) rent: (&'static str, &'static str),
}

/// What the bank says to an application.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verdict {
    Yes,
    No,
    Otherwise,
}

/// A callback that leaves.
pub(super) struct Sent {
    /// The session or application; none where only the address says it.
    pub(super) about: Option<String>,
    /// Where it goes, where the bank knows that by itself.
    pub(super) url: Option<String>,
    pub(super) body: Vec<u8>,
}

/// A contract at the bank.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) id: String,
    /// The session or application that it comes from.
    pub(super) origin: String,
    pub(super) amount: Option<Money>,
    pub(super) state: State,
}

/// Where a contract stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// Not signed.
    Open,
    /// It waits for the merchant.
    Granted,
    Active,
    /// Over, before it was active or after.
    Ended,
}
