use inbank_domain::{ApplicationId, ContractId, ContractStatus};
use inbank_ports::GatewayError;

use super::contract::{Decision, FakeContract};
use super::{FakeBank, State};

/// When a command that the bank has taken takes effect.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Effects {
    /// Before the bank answers.
    #[default]
    Instant,
    /// After so many more reads of sessions, applications or contracts have shown the past.
    AfterReads(u32),
    /// When the test says so: [`FakeBank::settle`].
    WhenSettled,
}

/// What is still to happen.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    Accept(ApplicationId, ContractId),
    CancelApplication(ApplicationId),
    Decide(ContractId, Decision),
    Sign(ContractId),
    SignApplication(ApplicationId),
}

#[derive(Clone, Debug)]
pub(super) struct Pending {
    effect: Effect,
    /// How many reads still show the past; none for as long as the test wants.
    reads: Option<u32>,
}

impl FakeBank {
    /// Decides when approvals, activations, cancellations, acceptances and signatures take effect from
    /// now on. Until then the bank takes the same command again, and what was first takes effect.
    /// Callbacks leave with the effect.
    ///
    /// An acceptance that is answered has made its contract by then, and the effect is that the
    /// application names it; one whose answer is lost makes it later.
    pub fn set_effects(&self, effects: Effects) {
        self.state().effects = effects;
    }

    /// All that the bank has taken takes effect.
    pub fn settle(&self) {
        let mut state = self.state();
        for pending in std::mem::take(&mut state.pending) {
            state.happen(pending.effect);
        }
    }
}

impl State {
    /// Lets something happen in the bank's own time.
    pub(super) fn take(&mut self, effect: Effect) {
        let reads = match self.effects {
            Effects::Instant => return self.happen(effect),
            Effects::AfterReads(reads) => Some(reads),
            Effects::WhenSettled => None,
        };
        self.pending.push(Pending { effect, reads });
    }

    /// Begins a read: what has waited for enough of them happens first.
    pub(super) fn begin_read(&mut self, operation: &'static str) -> Result<(), GatewayError> {
        self.fail(operation)?;
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|pending| pending.reads == Some(0));
        self.pending = later;
        for pending in &mut self.pending {
            pending.reads = pending.reads.map(|reads| reads - 1);
        }
        for pending in now {
            self.happen(pending.effect);
        }
        Ok(())
    }

    fn happen(&mut self, effect: Effect) {
        match effect {
            Effect::Accept(application, contract) => self.accepted(&application, contract),
            Effect::CancelApplication(id) => self.cancel_application(&id),
            Effect::Decide(id, decision) => {
                let contract = self.contracts.get(&id);
                if contract.is_some_and(|contract| contract.can_be(decision)) {
                    self.carry_out(&id, decision);
                }
            }
            Effect::Sign(id) => self.customer_signs(&id),
            Effect::SignApplication(id) => self.application_signed(&id),
        }
    }
}

impl FakeContract {
    /// Whether the merchant may still decide so.
    pub(super) fn can_be(&self, decision: Decision) -> bool {
        let unsigned = self.contract.status == ContractStatus::Unsigned;
        match decision {
            Decision::Approve => self.waits_for_the_merchant(),
            Decision::Cancel => self.waits_for_the_merchant() || unsigned,
        }
    }
}
