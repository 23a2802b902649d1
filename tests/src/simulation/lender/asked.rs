use inbank::OrderKey;
use inbank::ports::Lease;

use super::Lender;
use crate::simulation::{Invariant, Mark};

/// What was asked for, with what came of it.
#[derive(Debug, Default)]
pub(super) struct Asked {
    under_way: u32,
    /// Calls that may have arrived.
    may_have_arrived: u32,
    /// Answered with a success in a round with this lease, which has not been written down yet.
    answered: Option<(OrderKey, Lease)>,
    /// That was written down.
    acknowledged: bool,
}

/// What is a command: sent in a round, once.
const COMMANDS: [&str; 6] = [
    "application.accept",
    "application.cancel",
    "contract.approve",
    "contract.cancel",
    "contract.sign",
    "rental.activate",
];
/// What must not be asked for again once it may have arrived.
const ONCE: [&str; 3] = ["application.accept", "application.submit", "session.open"];

/// One call that changes something, until it is answered.
pub(in crate::simulation) struct Asking<'a> {
    lender: &'a Lender,
    what: (&'static str, String),
    lease: Option<(OrderKey, Lease)>,
}

/// What it was asked to do.
impl Lender {
    /// Begins a call; tells the judge where it should not be.
    pub(in crate::simulation) fn asked(
        &self,
        operation: &'static str,
        about: &str,
        life: u32,
    ) -> Asking<'_> {
        let what = (operation, about.to_owned());
        let mut lease = None;
        if COMMANDS.contains(&operation)
            && let Some(key) = self.order_of(about)
        {
            lease = self.around.lease_of(&key, life).map(|l| (key, l));
            if lease.is_none() {
                let what = format!("{operation} about {about} by process {life}");
                self.around.violated(Invariant::SentWithoutLease, &what);
            }
        }
        let mut state = self.state();
        let asked = state.asked.entry(what.clone()).or_default();
        let (again, acknowledged) = (asked.may_have_arrived > 0, asked.acknowledged);
        asked.under_way += 1;
        asked.may_have_arrived += 1;
        drop(state);
        if acknowledged && COMMANDS.contains(&operation) {
            let what = format!("{operation} about {about}");
            self.around
                .violated(Invariant::SentAfterAcknowledged, &what);
        } else if again && ONCE.contains(&operation) {
            let what = format!("{operation} about {about}");
            self.around.violated(Invariant::AskedTwice, &what);
        } else if again {
            self.around.mark(Mark::SentOnceMore);
        }
        Asking {
            lender: self,
            what,
            lease,
        }
    }

    /// What a round did under this lease is written down.
    pub(in crate::simulation) fn written(&self, key: &OrderKey, lease: Lease) {
        for asked in self.state().asked.values_mut() {
            if asked.answered.as_ref() == Some(&(key.clone(), lease)) {
                asked.acknowledged = true;
            }
        }
    }

    /// A process was killed.
    pub(in crate::simulation) fn killed_while_asking(&self) {
        let state = self.state();
        for ((operation, _), asked) in &state.asked {
            if asked.under_way > 0 {
                let opening = ["session.open", "application.submit"].contains(operation);
                self.around.mark(if opening {
                    Mark::KilledWhileOpening
                } else {
                    Mark::KilledWhileSending
                });
            }
        }
    }
}

impl Asking<'_> {
    /// Nothing was done, and whoever asked is told so.
    pub(in crate::simulation) fn did_not_arrive(&self) {
        let mut state = self.lender.state();
        if let Some(asked) = state.asked.get_mut(&self.what) {
            asked.may_have_arrived -= 1;
        }
    }

    /// It is done, and whoever asked is told so.
    pub(in crate::simulation) fn succeeded(&self) {
        let mut state = self.lender.state();
        if let Some(asked) = state.asked.get_mut(&self.what) {
            asked.answered.clone_from(&self.lease);
        }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(asked) = self.lender.state().asked.get_mut(&self.what) {
            asked.under_way -= 1;
        }
    }
}
