//! Why a page is not shown, or a form not taken.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use inbank_app::OrderError;
use inbank_ports::LedgerError;

use crate::console::LARGEST_FORM;
use crate::{DeskError, Scope};

/// Why nothing was done. The guard makes a page of it, since it knows who asks.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// Nobody has signed in, or not any more.
    SignIn,
    /// It isn't there, or not for this user.
    NotFound,
    /// The user's token doesn't allow it.
    Forbidden(Scope),
    /// There is no audit log.
    ReadOnly,
    /// A form of another site.
    Foreign,
    /// A form of a session that has ended.
    Stale,
    /// The request can't be read.
    Unreadable,
    /// The form is larger than any of ours.
    TooLarge,
    /// Too many wrong tokens from there.
    TooMany(Duration),
    /// The ledger gave no answer.
    Ledger(Arc<LedgerError>),
    /// Something broke here.
    Broken,
}

impl Refusal {
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden(_) | Self::ReadOnly | Self::Foreign | Self::Stale => {
                StatusCode::FORBIDDEN
            }
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Ledger(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) const fn title(&self) -> &'static str {
        match self {
            Self::SignIn => "Your session has ended",
            Self::NotFound => "There is no such page",
            Self::Forbidden(_) => "Your token does not allow this",
            Self::ReadOnly => "Nothing can be decided here",
            Self::Foreign => "This form came from another site",
            Self::Stale => "This form is too old",
            Self::Unreadable => "The request can't be read",
            Self::TooLarge => "This form is too large",
            Self::TooMany(_) => "Too many tries",
            Self::Ledger(_) => "The ledger gives no answer",
            Self::Broken => "Something broke",
        }
    }

    /// What it means and what to do; of a form, if one was sent.
    pub(crate) fn text(&self, of_form: bool) -> String {
        match self {
            Self::SignIn => "Nothing was done. Sign in: then you are asked again, with nothing filled in.".to_owned(),
            Self::NotFound => "It was erased, or it belongs to a shop that your token does not name, or the address is \
                mistyped. Nothing was done."
                .to_owned(),
            Self::Forbidden(scope) => format!(
                "It needs a token of the scope “{}”. Nothing was done.",
                scope.as_str()
            ),
            Self::ReadOnly => "This console was given no place to write down who decides what, so it only shows. Nothing \
                was done."
                .to_owned(),
            Self::Foreign => "Forms are taken from this console's own pages alone. Nothing was done.".to_owned(),
            Self::Stale => "You signed in anew since it was shown. Nothing was done: open it anew, and send it again."
                .to_owned(),
            Self::Unreadable => "Nothing was done.".to_owned(),
            Self::TooLarge => format!(
                "It has more than {} KiB, and nothing that is asked for here is so long. Nothing was done: go back and shorten it.",
                LARGEST_FORM >> 10
            ),
            Self::TooMany(wait) => format!(
                "Too many wrong tokens came from your address, or from its network, within a minute. Try again in {} s.",
                wait.as_secs().max(1)
            ),
            Self::Ledger(error) if of_form => format!(
                "{error}. Whether it was written down is not known: look how it stands before you send it again. What was written down \
                is not lost, and is done."
            ),
            Self::Ledger(error) => format!("{error}. Nothing is lost; reload this page in a moment."),
            Self::Broken => "Whether it was done is not known: look at the order before you try again. The log says more."
                .to_owned(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Ledger(error) = &self {
            let error: &dyn std::error::Error = &**error;
            tracing::warn!(error, "the console can't ask the ledger");
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(Arc::new(error))
    }
}

impl From<DeskError> for Refusal {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Ledger(error) => error.into(),
            DeskError::Missing => Self::NotFound,
            why @ (DeskError::Changed | DeskError::Refused(_)) => {
                tracing::warn!(%why, "the console can't ask about a shop");
                Self::Broken
            }
        }
    }
}

/// Of what only reads.
impl From<OrderError> for Refusal {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Ledger(error) => error.into(),
            OrderError::Invalid(_) | OrderError::NotFound => Self::NotFound,
            OrderError::Bank(_)
            | OrderError::Kept(_)
            | OrderError::Refused(_)
            | OrderError::Taken
            | OrderError::TooMany(_)
            | OrderError::Unclear(_)
            | OrderError::Busy => Self::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use inbank_ports::LedgerErrorKind;

    use super::*;

    #[test]
    fn what_is_not_known_to_have_been_done_is_not_to_be_sent_again_unseen() {
        let refusal = Refusal::from(LedgerError::new(LedgerErrorKind::Unavailable));
        let says = "Whether it was written down is not known: look how it stands before you send it again.";
        assert!(refusal.text(true).contains(says));
        assert!(
            !refusal.text(false).contains(says),
            "a page changes nothing"
        );
    }
}
