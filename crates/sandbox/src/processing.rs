//! What the bank does by itself, and when: after some polls, or after some time on the sandbox's clock.

use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::bank::Bank;

/// How long the bank takes for a step of its own.
///
/// The guides ask to poll once a second for at most 15 or 30 seconds and say no more; chosen: one poll finds a thing unchanged and the
/// next one finds it done, or ten seconds pass.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) polls: u32,
    pub(crate) time: Duration,
}

impl Pace {
    /// Whether the bank takes no time at all.
    pub(crate) const fn is_instant(self) -> bool {
        self.polls == 0 && self.time.is_zero()
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            polls: 1,
            time: Duration::from_secs(10),
        }
    }
}

/// When a step that is under way ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    at: OffsetDateTime,
    polls: u32,
}

impl Due {
    /// Counts a poll; true if this one finds the step done.
    pub(crate) const fn polled(&mut self) -> bool {
        if self.polls == 0 {
            return true;
        }
        self.polls -= 1;
        false
    }
}

impl Bank {
    /// Begins a step of an application or a contract.
    pub(crate) fn begin(&mut self, id: Uuid) -> Due {
        let pace = self.direct.pace;
        let due = Due {
            at: self.now() + pace.time,
            polls: pace.polls,
        };
        self.direct.steps.insert((due.at, id));
        due
    }

    /// Lets everything happen whose time has come.
    pub(crate) fn catch_up(&mut self) {
        self.expire_sessions();
        let now = self.now();
        while let Some(&(at, id)) = self.direct.steps.first().filter(|(at, _)| *at <= now) {
            self.direct.steps.remove(&(at, id));
            // A step that a poll has ended before, or that was begun anew since, is not due now.
            let is_due = |due: Option<Due>| due.is_some_and(|due| due.at == at);
            if is_due(self.application(id).and_then(|found| found.due)) {
                self.end_decision(id);
            } else if is_due(self.contract_due(id)) {
                self.end_contract_step(id);
            }
        }
    }
}
