//! Figures for whoever collects metrics, by the facade of the crate `metrics`. Without the feature `metrics` nothing is
//! told. Labels are an operation, a host and an outcome; never what the call was about.

use std::time::Duration;

/// A call has ended, with all its tries.
#[cfg(feature = "metrics")]
pub(crate) fn call(host: &str, operation: &'static str, outcome: &'static str, took: Duration) {
    let host = host.to_owned();
    metrics::histogram!("inbank_bank_call_seconds", "host" => host, "operation" => operation, "outcome" => outcome)
        .record(took);
}

#[cfg(not(feature = "metrics"))]
pub(crate) const fn call(_: &str, _: &'static str, _: &'static str, _: Duration) {}

/// A try of a call is followed by another.
#[cfg(feature = "metrics")]
pub(crate) fn retry(host: &str, operation: &'static str) {
    let host = host.to_owned();
    metrics::counter!("inbank_bank_retries_total", "host" => host, "operation" => operation)
        .increment(1);
}

#[cfg(not(feature = "metrics"))]
pub(crate) const fn retry(_: &str, _: &'static str) {}
