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
        let again = former.is_some_and(|former| {
            let is_recent = former.under_way && now - former.since < UNCLEAR_AFTER;
            let (Some(former), Some(session)) = (&former.session, session) else {
                return false;
            };
            // Each has addresses of its own.
            let mut same = session.clone();
            same.urls = former.urls.clone();
            is_recent && same == *former
        });
        let number = state.openings.len();
        state.openings.push(Opening {
            order: order.cloned(),
            session: session.cloned(),
            since: now,
            under_way: true,
        });
        drop(state);
        if again && knows {
            let what = format!("session.open for {order:?}, which is being opened");
            self.around.violated(Invariant::AskedTwice, &what);
        }
        UnderWay {
            lender: self,
            number,
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(opening) = self.lender.state().openings.get_mut(self.number) {
            opening.under_way = false;
        }
    }
}
