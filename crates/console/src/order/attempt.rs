//! An attempt as a card, with how far its command is.

use inbank_domain::{Attempt, CommandStage, Opening, Order};
use inbank_ports::AuditRecord;
use time::OffsetDateTime;

use super::amount;
use super::button::{self, Button};
use super::decided::Decided;
use crate::moment::Moment;
use crate::order::graph::Graph;
use crate::status::Tag;

pub(crate) struct Card {
    pub(crate) number: u32,
    pub(crate) state: Tag,
    /// Whether it is the one that counts.
    pub(crate) is_present: bool,
    pub(crate) superseded: bool,
    pub(crate) kind: &'static str,
    pub(crate) product: String,
    pub(crate) amount: String,
    pub(crate) other_amount: Option<String>,
    pub(crate) period: Option<String>,
    pub(crate) opened: Moment,
    /// What is not known of its opening.
    pub(crate) opening: &'static str,
    pub(crate) read_next: Option<Moment>,
    /// The bank's names for it.
    pub(crate) ids: Vec<(&'static str, String)>,
    pub(crate) command: Option<Progress>,
    pub(crate) anomaly: Option<String>,
    pub(crate) buttons: Vec<Button>,
    pub(crate) graph: Graph,
}

/// How far a command is.
pub(crate) struct Progress {
    pub(crate) name: String,
    pub(crate) by: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) meaning: &'static str,
}

pub(crate) struct Step {
    pub(crate) word: &'static str,
    pub(crate) done: bool,
    pub(crate) at: Option<Moment>,
}

impl Progress {
    fn of(attempt: &Attempt, records: Option<&[AuditRecord]>, now: OffsetDateTime) -> Option<Self> {
        let standing = attempt.command.as_ref()?;
        let decided = Decided::of(attempt, standing, records, now);
        let moment = |at| Moment::new(at, now);
        let (sent, taken) = match standing.stage {
            CommandStage::Wanted => (standing.sends > 0, false),
            CommandStage::Sent | CommandStage::Unclear => (true, false),
            CommandStage::Acknowledged => (true, true),
        };
        let step = |word, done, at| Step { word, done, at };
        Some(Self {
            name: decided.command,
            by: decided.by,
            steps: vec![
                step("wanted", true, Some(decided.at)),
                step("sent", sent, standing.sent_at.map(moment)),
                step("acknowledged", taken, None),
                // Once it shows, it stands no more.
                step("shown", false, None),
            ],
            meaning: decided.stage,
        })
    }
}

impl Card {
    pub(crate) fn of(
        order: &Order,
        attempt: &Attempt,
        events: &[inbank_domain::OrderEvent],
        offered: &button::Offered<'_>,
        records: Option<&[AuditRecord]>,
    ) -> Self {
        let now = offered.now;
        let is_present = order.present().is_some_and(|a| a.number == attempt.number);
        let terms = &attempt.terms;
        let ids = [
            ("Session", attempt.session.as_ref().map(ToString::to_string)),
            (
                "Application",
                attempt.application.as_ref().map(ToString::to_string),
            ),
            (
                "Contract",
                attempt.contract.as_ref().map(ToString::to_string),
            ),
        ];
        let ids = ids.into_iter().filter_map(|(name, id)| Some((name, id?)));
        Self {
            number: attempt.number,
            state: Tag::of_state(attempt.state),
            is_present,
            superseded: attempt.superseded,
            kind: terms.kind.as_str(),
            product: terms.product.to_string(),
            amount: amount(attempt),
            other_amount: attempt
                .other_amount
                .map(|other| other.in_coins().to_string()),
            period: terms
                .period
                .map(|months| format!("{} months", months.get())),
            opened: Moment::new(attempt.opened_at, now),
            opening: match attempt.opening_at(now) {
                Opening::NotSent => "Nothing was sent to the bank yet, or nothing arrived.",
                Opening::Sent(_) => "A call that opens it is under way.",
                Opening::Unclear => {
                    "The call that opened it was not answered: whether the bank has it is found out by a callback."
                }
                Opening::Answered => "",
            },
            read_next: attempt.refresh_at.map(|at| Moment::new(at, now)),
            ids: ids.collect(),
            command: Progress::of(attempt, records, now),
            anomaly: attempt.anomaly.clone(),
            buttons: if is_present {
                Vec::new()
            } else {
                offered.of_former(order, attempt)
            },
            graph: Graph::of(attempt, events),
        }
    }
}
