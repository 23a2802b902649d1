//! The document of the state graph, held to the table.

use std::collections::HashMap;

use super::super::*;
use crate::{EventKind, NotPaid};

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/state-graph.md");
    std::fs::read_to_string(path).unwrap()
}

/// The rows of the table that has this heading, each by its cells.
fn rows(document: &str, heading: &str) -> Vec<Vec<String>> {
    let rows: Vec<_> = document
        .lines()
        .skip_while(|line| *line != heading)
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect();
    assert!(!rows.is_empty(), "no table {heading}");
    rows
}

fn quoted(state: AttemptState) -> String {
    format!("`{}`", state.as_str())
}

#[test]
fn the_documents_table_is_the_table_of_transitions() {
    let table: Vec<_> = TRANSITIONS
        .iter()
        .map(|transition| {
            let from: Vec<_> = transition.from.iter().map(|from| quoted(*from)).collect();
            vec![quoted(transition.to), from.join(", ")]
        })
        .collect();
    assert_eq!(rows(&document(), "| to | from |"), table);
}

#[test]
fn every_state_has_its_meaning_and_the_event_that_follows() {
    let rows = rows(&document(), "| state | meaning | event |");
    let events: HashMap<_, _> = rows
        .iter()
        .map(|row| (row[0].as_str(), row[2].as_str()))
        .collect();
    assert_eq!(events.len(), AttemptState::ALL.len());
    for state in AttemptState::ALL {
        let event = match state {
            AttemptState::Opening | AttemptState::Pending => "–".to_owned(),
            AttemptState::Granted => format!("`{}`", EventKind::AwaitsMerchant.name()),
            AttemptState::Completed => format!("`{}`", EventKind::Paid { late: false }.name()),
            AttemptState::Terminated => format!("`{}`", EventKind::Terminated.name()),
            AttemptState::ApplicationSignatureWanted
            | AttemptState::IncomeProofWanted
            | AttemptState::StatementsWanted
            | AttemptState::Offered
            | AttemptState::SignatureWanted
            | AttemptState::VerificationWanted
            | AttemptState::DownPaymentWanted => {
                format!("`{}`", EventKind::ActionWanted(state.action().unwrap()))
            }
            AttemptState::Cancelled
            | AttemptState::Declined
            | AttemptState::Expired
            | AttemptState::Failed => {
                format!("`{}`", EventKind::NotPaid(NotPaid::of(*state).unwrap()))
            }
        };
        let written = events.get(quoted(*state).as_str());
        assert_eq!(written, Some(&event.as_str()), "{state:?}");
    }
}
