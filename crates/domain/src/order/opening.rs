//! Which attempt a call to pay is about: one that there is, or a new one.

use time::{Duration, OffsetDateTime};

use super::{Concern, Order};
use crate::{
    Attempt, AttemptKind, AttemptState, Fingerprint, Opening, SessionId, Terms, WebAddress,
};

/// As ledgers keep them: in microseconds.
fn is_same_moment(one: OffsetDateTime, other: OffsetDateTime) -> bool {
    (one - other).abs() < Duration::MICROSECOND
}

/// How many attempts at one order are opened within an hour at the most: a loop in a shop's pages
/// must not flood the bank.
pub const OPENINGS_AN_HOUR: usize = 12;

/// What a call to pay has to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OpeningPlan {
    /// Open another attempt; those that live are superseded.
    Open,
    /// Ask for this attempt again, of which nothing arrived at the bank.
    Reopen(u32),
    /// This attempt is the answer, as it stands.
    Standing(u32),
    /// Too many were opened within the last hour; try again at this time.
    TooMany(OffsetDateTime),
    /// Another call is opening this attempt, until this time at the most: wait for it.
    Wait(OffsetDateTime),
}

impl Order {
    /// What a call to pay has to do.
    ///
    /// The same cart finds the attempt that lives. A changed cart supersedes it, unless the order is
    /// taken by it already. A session to which nobody can be sent, since the answer that opened it was
    /// lost, is superseded too. An application is not: it decides itself without the customer.
    pub fn plan_opening(
        &self,
        kind: AttemptKind,
        fingerprint: &Fingerprint,
        now: OffsetDateTime,
    ) -> OpeningPlan {
        if let Some(taken) = self.attempts.iter().find(|a| a.takes_the_order()) {
            return OpeningPlan::Standing(taken.number);
        }
        let open = self.attempts.iter().rfind(|a| a.is_open());
        if let Some(open) = open
            && open.terms.fingerprint == *fingerprint
            && open.terms.kind == kind
        {
            match open.opening_at(now) {
                Opening::NotSent if now < open.answer_by => {
                    return OpeningPlan::Reopen(open.number);
                }
                Opening::Sent(until) => return OpeningPlan::Wait(until),
                Opening::Answered | Opening::Unclear if !open.leads_nowhere() => {
                    return OpeningPlan::Standing(open.number);
                }
                Opening::NotSent | Opening::Answered | Opening::Unclear => {}
            }
        }
        let hour_ago = now.saturating_sub(Duration::HOUR);
        let mut recent = self.attempts.iter().filter(|a| a.opened_at > hour_ago);
        match recent.next() {
            Some(first) if recent.count() + 1 >= OPENINGS_AN_HOUR => {
                OpeningPlan::TooMany(first.opened_at.saturating_add(Duration::HOUR))
            }
            _ => OpeningPlan::Open,
        }
    }

    /// Adds an attempt that is about to be asked for; those that live are superseded.
    pub fn open(&mut self, attempt: Attempt, now: OffsetDateTime) {
        for older in &mut self.attempts {
            if older.is_open() {
                older.supersede(now);
            }
        }
        self.attempts.push(attempt);
    }

    /// The number of the next attempt.
    pub fn next_number(&self) -> u32 {
        let last = self.attempts.last().map_or(0, |attempt| attempt.number);
        last.saturating_add(1)
    }

    /// Asks for an attempt again of which nothing had arrived.
    pub fn reopen(&mut self, number: u32, until: OffsetDateTime) {
        if let Some(attempt) = self.attempt_mut(number)
            && attempt.opening == Opening::NotSent
            && attempt.is_open()
        {
            attempt.opening = Opening::Sent(until);
            attempt.refresh_at = Some(until);
        }
    }

    /// The bank has opened a session; of an attempt that was given up while it did, also: nobody is
    /// sent there then.
    pub fn opened(
        &mut self,
        number: u32,
        session: SessionId,
        redirect_url: WebAddress,
        now: OffsetDateTime,
    ) {
        if self.attempt(number).is_some_and(Attempt::is_given_up) {
            self.adopt(number, now);
        }
        if let Some(attempt) = self.attempt_mut(number) {
            attempt.session = Some(session);
            attempt.redirect_url = Some(redirect_url);
            attempt.opening = Opening::Answered;
            attempt.news_at = now;
            if attempt.state == AttemptState::Opening {
                self.go(number, AttemptState::Pending, now);
            }
        }
    }

    /// Asking for an attempt came to nothing: nothing was sent, or nothing arrived. Said by the call that was to
    /// end by `until`, and of that call alone: where saying so is repeated, since the ledger did not answer, another
    /// call may be asking by then.
    pub fn opening_not_sent(&mut self, number: u32, until: OffsetDateTime) {
        if let Some(attempt) = self.attempt_mut(number)
            && attempt.state == AttemptState::Opening
            && matches!(attempt.opening, Opening::Sent(of) if is_same_moment(of, until))
        {
            attempt.opening = Opening::NotSent;
            // It waits for the next call; should none come, it expires.
            attempt.refresh_at = Some(attempt.answer_by);
        }
    }

    /// Asking for an attempt was not answered.
    pub fn opening_unclear(&mut self, number: u32) {
        if let Some(attempt) = self.attempt_mut(number)
            && attempt.state == AttemptState::Opening
        {
            attempt.opening = Opening::Unclear;
            attempt.refresh_at = Some(attempt.answer_by);
        }
    }

    /// The bank has refused to open an attempt. Should it have been heard of all the same, that counts.
    pub fn opening_refused(&mut self, number: u32, now: OffsetDateTime) {
        if let Some(attempt) = self.attempt_mut(number)
            && attempt.state == AttemptState::Opening
            && !attempt.is_known()
        {
            attempt.opening = Opening::Answered;
            attempt.refresh_at = None;
            self.go(number, AttemptState::Failed, now);
        }
    }

    /// The bank has answered with a session or application that another attempt has: nobody is sent there,
    /// nothing of it is taken on, and a person has to find out what the bank has opened.
    pub fn opening_taken(&mut self, number: u32, now: OffsetDateTime) {
        let why = Concern::OpeningTaken { attempt: number };
        self.tell_person(number, why, now);
        self.opening_refused(number, now);
    }

    /// Gives up what was asked for, never answered, and not heard of in all its time; or at once,
    /// where the platform says so. `to` is the end that it comes to.
    pub fn give_up(&mut self, number: u32, to: AttemptState, now: OffsetDateTime) {
        if let Some(attempt) = self.attempt_mut(number)
            && attempt.state == AttemptState::Opening
            && !attempt.is_known()
            && !matches!(attempt.opening_at(now), Opening::Sent(_))
            && matches!(to, AttemptState::Cancelled | AttemptState::Expired)
        {
            attempt.refresh_at = None;
            self.go(number, to, now);
        }
    }

    /// Writes down what a product says about an attempt's terms.
    pub fn set_terms(&mut self, number: u32, terms: Terms) {
        if let Some(attempt) = self.attempt_mut(number) {
            attempt.terms = terms;
        }
    }
}

impl Attempt {
    /// Whether it needs the customer at the bank's pages, and nobody knows their address: the answer
    /// that opened it was lost.
    fn leads_nowhere(&self) -> bool {
        let of_customer = match self.terms.kind {
            AttemptKind::Application => false,
            AttemptKind::Rental | AttemptKind::Session => true,
        };
        let begun = matches!(self.state, AttemptState::Opening | AttemptState::Pending);
        of_customer && begun && self.redirect_url.is_none()
    }
}
