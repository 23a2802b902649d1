//! What was decided about an attempt and is being carried out: by whom, when, and how far it is.

use inbank_domain::{Attempt, AttemptState, Decider, Order, StandingCommand};
use inbank_ports::AuditRecord;
use time::{Duration, OffsetDateTime};

use crate::moment::Moment;
use crate::status::stage_meaning;

/// A decision that is made here is written down first. Its command follows within this, an activation's after a call to the bank.
const FOLLOWS_WITHIN: Duration = Duration::minutes(2);

pub(crate) struct Decided {
    pub(crate) command: String,
    pub(crate) by: String,
    pub(crate) at: Moment,
    /// How far it is, and what that means.
    pub(crate) stage: &'static str,
}

impl Decided {
    /// By the order's records, none where those can't be had.
    pub(crate) fn of(
        attempt: &Attempt,
        standing: &StandingCommand,
        records: Option<&[AuditRecord]>,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            command: standing.command.name().replace('_', " "),
            by: by(attempt.number, standing, records),
            at: Moment::new(standing.wanted_at, now),
            stage: stage_meaning(standing.stage),
        }
    }

    /// About the attempt that counts, while it goes on.
    pub(crate) fn of_present(
        order: &Order,
        records: Option<&[AuditRecord]>,
        now: OffsetDateTime,
    ) -> Option<Self> {
        let goes_on = |a: &&Attempt| a.is_live() && a.state != AttemptState::Completed;
        let attempt = order.present().filter(goes_on)?;
        let standing = attempt.command.as_ref()?;
        Some(Self::of(attempt, standing, records, now))
    }
}

/// Who decided on a command of an attempt.
pub(super) fn by(
    attempt: u32,
    standing: &StandingCommand,
    records: Option<&[AuditRecord]>,
) -> String {
    match (standing.by, records) {
        (Decider::Rules, _) => "the rules of an order: another attempt took its place".to_owned(),
        (Decider::Platform, None) => "somebody here or a call".to_owned(),
        (Decider::Platform, Some(records)) => {
            let name = standing.command.name();
            let what = format!("order.{name} attempt {attempt}");
            let leads = |record: &&AuditRecord| {
                let before = standing.wanted_at - record.at;
                // Ledgers keep times less finely than clocks tell them.
                record.entry.what == what && before > -Duration::SECOND && before < FOLLOWS_WITHIN
            };
            let record = records.iter().find(leads);
            record.map_or_else(|| "a call".to_owned(), |record| record.entry.who.clone())
        }
    }
}
