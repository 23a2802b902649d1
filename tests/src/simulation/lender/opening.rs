use inbank::{OrderReference, SessionRequest};
use time::{Duration, OffsetDateTime};

use super::Lender;
use crate::simulation::Invariant;

/// From then on a call that opens counts as one whose outcome is unclear, and the next one may open another;
/// a little less than the platform's two minutes.
const UNCLEAR_AFTER: Duration = Duration::seconds(110);

/// What was asked for, in the order in which it was.
#[derive(Debug)]
pub(super) struct Opening {
    order: Option<OrderReference>,
    /// None of an application.
    session: Option<SessionRequest>,
    since: OffsetDateTime,
    under_way: bool,
    /// Since when what it asks for was being opened when it was asked for; none where it wasn't.
    again: Option<OffsetDateTime>,
}

impl Opening {
    fn is_for(&self, session: Option<&SessionRequest>) -> bool {
        match (&self.session, session) {
            (Some(own), Some(session)) => {
                // Each has addresses of its own.
                let mut same = session.clone();
                same.urls = own.urls.clone();
                same == *own
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

/// A call that opens something, until it is answered.
pub(in crate::simulation) struct UnderWay<'a> {
    lender: &'a Lender,
    number: usize,
}

/// What is being opened.
impl Lender {
    /// Begins to open a session, or an application for an order.
    pub(in crate::simulation) fn opens(
        &self,
        order: Option<&OrderReference>,
        session: Option<&SessionRequest>,
    ) -> UnderWay<'_> {
        let now = self.around.now();
        // A process that ended, or an answer of the ledger that was lost, may leave the platform not knowing what
        // it has begun; and clocks that are apart disagree about when that is too long ago.
        let knows = self.is_undisturbed() && self.around.setting.clocks_ahead.is_none();
        let mut state = self.state();
        let mut former = state.openings.iter().rev();
        let former = former.find(|former| former.order.as_ref() == order);
        let again = former.filter(|former| {
            let is_recent = former.under_way && now - former.since < UNCLEAR_AFTER;
            knows && is_recent && session.is_some_and(|session| former.is_for(Some(session)))
        });
        let again = again.map(|former| former.since);
        let number = state.openings.len();
        state.openings.push(Opening {
            order: order.cloned(),
            session: session.cloned(),
            since: now,
            under_way: true,
            again,
        });
        drop(state);
        UnderWay {
            lender: self,
            number,
        }
    }
}

impl Lender {
    /// A call has ended; what was wrong with it, where something was. What calls wrote down in the same moment may stand in
    /// another order than they ask: something else of the same order, that was asked in the moment of either, may have come
    /// between the two that are the same.
    fn ends(&self, number: usize) -> Option<String> {
        let mut state = self.state();
        state.openings.get_mut(number)?.under_way = false;
        let this = state.openings.get(number)?;
        let since = this.again?;
        let is_between = |other: &Opening| {
            other.order == this.order
                && (other.since == this.since || other.since == since)
                && !other.is_for(this.session.as_ref())
        };
        let is_wrong = !state.openings.iter().any(is_between);
        is_wrong.then(|| {
            format!(
                "session.open for {:?} at {}, which was being opened since {since}",
                this.order, this.since
            )
        })
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(what) = self.lender.ends(self.number) {
            self.lender.around.violated(Invariant::AskedTwice, &what);
        }
    }
}
