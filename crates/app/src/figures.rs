//! Figures for whoever collects metrics, told where they arise, by the facade of the crate `metrics`. Without the
//! feature `metrics` nothing is told. Labels are a shop, a host, an outcome; never an order.

#[cfg(not(feature = "metrics"))]
use silent as to;
#[cfg(feature = "metrics")]
use told as to;

use crate::inbox::InboxError;
use crate::store::NotWritten;
use crate::worker::RoundResult;
use inbank_domain::ShopName;
use inbank_ports::Kept;

/// A callback came in. What anybody can send has no label but the verdict.
pub(crate) fn callback(shop: &str, received: &Result<Kept, InboxError>) {
    let verdict = match received {
        Ok(Kept::Written) => "kept",
        Ok(Kept::Copy) => "copy",
        Ok(Kept::Foreign) | Err(InboxError::Foreign) => "foreign",
        Ok(Kept::NoAttempt) | Err(InboxError::NoAttempt) => "no_attempt",
        Err(InboxError::Busy) => "busy",
        Err(InboxError::Callback(_)) => "not_authentic",
        Err(InboxError::Ledger(_)) => "not_kept",
        Err(InboxError::NoShop) => "no_shop",
    };
    let shop = match received {
        Err(InboxError::NoShop) => "",
        Ok(_) | Err(_) => shop,
    };
    to::callback(shop, verdict);
}

/// A round has ended; none where it panicked.
pub(crate) fn round(shop: &ShopName, result: Option<&RoundResult>) {
    let outcome = match result {
        Some(RoundResult::Done) => "done",
        Some(RoundResult::Bank(_)) => "no_answer",
        Some(RoundResult::NotWritten(NotWritten::Lost)) => "lease_lost",
        Some(RoundResult::NotWritten(
            NotWritten::Gone | NotWritten::Ledger(_) | NotWritten::Taken,
        )) => "not_written",
        Some(RoundResult::Stopped) => "stopped",
        None => "panicked",
    };
    to::round(shop.as_str(), outcome);
}

/// Events of a shop were delivered, or put aside.
pub(crate) fn events(shop: &ShopName, delivered: u64, put_aside: u64) {
    to::events(shop.as_str(), delivered, put_aside);
}

/// A host is left alone, or asked again.
pub(crate) fn breaker(host: &str, is_open: bool) {
    to::breaker(host, is_open);
}

#[cfg(feature = "metrics")]
mod told {
    use metrics::{counter, gauge};

    pub(super) fn callback(shop: &str, verdict: &'static str) {
        let shop = shop.to_owned();
        counter!("inbank_callbacks_total", "shop" => shop, "verdict" => verdict).increment(1);
    }

    pub(super) fn round(shop: &str, outcome: &'static str) {
        let shop = shop.to_owned();
        counter!("inbank_rounds_total", "shop" => shop, "outcome" => outcome).increment(1);
    }

    pub(super) fn events(shop: &str, delivered: u64, put_aside: u64) {
        for (outcome, count) in [("delivered", delivered), ("put_aside", put_aside)] {
            if count > 0 {
                let shop = shop.to_owned();
                counter!("inbank_events_total", "shop" => shop, "outcome" => outcome)
                    .increment(count);
            }
        }
    }

    pub(super) fn breaker(host: &str, is_open: bool) {
        let open = gauge!("inbank_breaker_open", "host" => host.to_owned());
        open.set(if is_open { 1.0 } else { 0.0 });
        if is_open {
            counter!("inbank_breaker_openings_total", "host" => host.to_owned()).increment(1);
        }
    }
}

#[cfg(not(feature = "metrics"))]
mod silent {
    pub(super) const fn callback(_: &str, _: &'static str) {}

    pub(super) const fn round(_: &str, _: &'static str) {}

    pub(super) const fn events(_: &str, _: u64, _: u64) {}

    pub(super) const fn breaker(_: &str, _: bool) {}
}
