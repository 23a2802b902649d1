use axum::extract::RawPathParams;
use axum::extract::rejection::RawPathParamsRejection;
use inbank_domain::{AttemptId, ShopName};
use tracing::Span;
use tracing::field::Empty;

/// Which attempt a request is about. What can't be a name never gets further, not even to a log.
pub(crate) struct Address {
    pub(crate) shop: ShopName,
    pub(crate) attempt: AttemptId,
}

/// As axum hands the parts of the path over.
pub(crate) type RawAddress = Result<RawPathParams, RawPathParamsRejection>;

impl Address {
    pub(crate) fn read(raw: &RawAddress) -> Option<Self> {
        let raw = raw.as_ref().ok()?;
        // By name, and the last of a name: nested under a path that has places itself, theirs come first.
        let last = |wanted| raw.iter().filter(|(name, _)| *name == wanted).last();
        Some(Self {
            shop: ShopName::parse(last("shop")?.1).ok()?,
            attempt: AttemptId::parse(last("attempt")?.1).ok()?,
        })
    }

    /// The span of a request; the outcome is recorded when it is known.
    pub(crate) fn span(&self, route: &'static str) -> Span {
        tracing::info_span!(
            "receive",
            route,
            shop = %self.shop,
            attempt = %self.attempt,
            outcome = Empty,
        )
    }
}
