//! What is looked at every few seconds.

use std::time::Duration;

use super::process::Resources;

/// One look at everything.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// Since the first orders came.
    pub(crate) at: Duration,
    /// Of each process of the platform; none while it is dead.
    pub(crate) processes: Vec<Option<Resources>>,
    /// Orders that arrived so far.
    pub(crate) came: u64,
    /// Orders that have ended so far.
    pub(crate) ended: u64,
    /// Orders that were taken and have not ended.
    pub(crate) open: u64,
    /// Orders that are due and not worked on, as the ledger has it.
    pub(crate) due: u64,
    /// From the callback to the event, in microseconds: median and 99th percentile since the look before.
    pub(crate) late: Option<(i64, i64)>,
    /// From the customer's click to the address of the bank's page, likewise.
    pub(crate) took: Option<(i64, i64)>,
    /// Answers that said busy, so far.
    pub(crate) busy: u64,
}
