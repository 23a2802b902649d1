//! How a webhook stands, for people and programs to look at.

use inbank_adapters_sql::Webhook;

/// How a webhook stands, in a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// Events are sent as they happen.
    Active,
    /// There have been failures and nothing else for a while; it goes on trying.
    Failing,
    /// It is switched off.
    Disabled,
}

pub(crate) const fn standing(webhook: &Webhook) -> Standing {
    if webhook.disabled.is_some() {
        Standing::Disabled
    } else if webhook.failing_since.is_some() {
        Standing::Failing
    } else {
        Standing::Active
    }
}

/// Where it goes, without a query.
pub(crate) fn address(webhook: &Webhook) -> &str {
    without_query(&webhook.target.url)
}

/// There may be a token in a query.
pub(crate) fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}
