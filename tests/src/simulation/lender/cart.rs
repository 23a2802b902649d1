use time::Duration;

use super::Lender;

/// What was marked as sent in a round before the cart changed has left by then.
const UNDER_WAY: Duration = Duration::seconds(150);

/// What customers were sent to pay for.
impl Lender {
    /// A customer is sent to pay in a session.
    pub(in crate::simulation) fn sends(&self, session: &str) {
        let now = self.around.now();
        self.state().sends.push((now, session.to_owned()));
    }

    /// A session with another cart that the customer was sent to instead of this one, and that can still be paid.
    pub(super) fn changed_to(&self, about: &str) -> Option<String> {
        let own = self.opened_by(about)?;
        let origin = self.origin(about).unwrap_or_else(|| about.to_owned());
        let total = self.books.total(&origin)?;
        let now = self.around.now();
        let later: Vec<String> = {
            let state = self.state();
            let sends = state.sends.iter().filter(|(at, session)| {
                let opened = state.opened.get(session);
                let is_later = opened.is_some_and(|opened| {
                    let of_order = opened.order == own.order && opened.url != own.url;
                    of_order && opened.since > own.since
                });
                is_later && now - *at > UNDER_WAY
            });
            sends.map(|(_, session)| session.clone()).collect()
        };
        later.into_iter().find(|session| {
            let other = self.books.total(session);
            other.is_some_and(|other| other != total) && !self.is_over(session)
        })
    }
}
