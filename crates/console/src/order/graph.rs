//! An attempt on the state graph, drawn from the table that drives the code: the states it has passed, and where it can go from here.

use askama::Template;
use askama::filters::HtmlSafe;
use inbank_domain::{Attempt, AttemptState, EventKind, OrderEvent, TRANSITIONS};

use crate::status::state_words;

/// The picture, and the same in words.
#[derive(Template)]
#[template(path = "order/graph.html")]
pub(crate) struct Graph {
    /// Tells its title from those of other pictures of the page.
    number: u32,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    height: usize,
    /// The states that it is known to have passed, in order.
    passed: Vec<&'static str>,
    next: Vec<&'static str>,
}

/// Its template has escaped what is in it.
impl HtmlSafe for Graph {}

struct Node {
    word: &'static str,
    class: &'static str,
    x: usize,
    y: usize,
}

struct Edge {
    class: &'static str,
    path: String,
}

const ROW: usize = 42;
const WIDTH: usize = 224;
const LEFT: usize = 72;
const RIGHT: usize = 444;

impl Graph {
    /// Of an attempt, with the events of its order.
    pub(crate) fn of(attempt: &Attempt, events: &[OrderEvent]) -> Self {
        let passed = passed(attempt, events);
        let next = next(attempt.state);
        let nodes = AttemptState::ALL.iter().map(|state| {
            let (x, y) = place(*state);
            let class = if *state == attempt.state {
                "here"
            } else if passed.contains(state) {
                "passed"
            } else if next.contains(state) {
                "next"
            } else {
                "other"
            };
            Node {
                word: state_words(*state),
                class,
                x,
                y,
            }
        });
        let ways = next.iter().map(|to| Edge {
            class: "next",
            path: path(attempt.state, *to),
        });
        let taken = passed.windows(2).map(|pair| Edge {
            class: "passed",
            path: path(pair[0], pair[1]),
        });
        Self {
            number: attempt.number,
            nodes: nodes.collect(),
            // What was taken is drawn over what can be.
            edges: ways.chain(taken).collect(),
            height: ROW * rows() + 8,
            passed: passed.iter().map(|state| state_words(*state)).collect(),
            next: next.iter().map(|state| state_words(*state)).collect(),
        }
    }
}

/// Where a transition leads to from a state.
fn next(from: AttemptState) -> Vec<AttemptState> {
    let leads = TRANSITIONS.iter().filter(|t| t.from.contains(&from));
    leads.map(|transition| transition.to).collect()
}

/// The states that an attempt is known to have passed: those that its events tell of. The bank may have passed others between two readings.
fn passed(attempt: &Attempt, events: &[OrderEvent]) -> Vec<AttemptState> {
    let mut passed = vec![AttemptState::Opening];
    if attempt.is_known() && attempt.state != AttemptState::Opening {
        let first = if attempt.terms.application_signature {
            AttemptState::ApplicationSignatureWanted
        } else {
            AttemptState::Pending
        };
        passed.push(first);
    }
    let own = events
        .iter()
        .filter(|event| event.attempt == attempt.number);
    let told = own.filter_map(|event| told(&event.kind));
    for state in told.chain([attempt.state]) {
        if passed.last() != Some(&state) {
            passed.push(state);
        }
    }
    passed
}

/// The state that an event tells of.
fn told(kind: &EventKind) -> Option<AttemptState> {
    let mut states = AttemptState::ALL.iter().copied();
    match kind {
        EventKind::ActionWanted(action) => states.find(|state| state.action() == Some(*action)),
        EventKind::AwaitsMerchant => Some(AttemptState::Granted),
        EventKind::NotPaid(end) => {
            states.find(|state| inbank_domain::NotPaid::of(*state) == Some(*end))
        }
        EventKind::Paid { .. } => Some(AttemptState::Completed),
        EventKind::Terminated => Some(AttemptState::Terminated),
        EventKind::NeedsPerson(_) => None,
    }
}

fn rows() -> usize {
    AttemptState::ALL
        .iter()
        .filter(|state| !state.is_over())
        .count()
}

/// The middle of a state's box: those that live one below the other, the ends beside them.
fn place(state: AttemptState) -> (usize, usize) {
    let same = |other: &&AttemptState| other.is_over() == state.is_over();
    let column = AttemptState::ALL.iter().filter(same);
    let row = column.take_while(|other| **other != state).count();
    if state.is_over() {
        let ends = AttemptState::ALL.len() - rows();
        let step = ROW * (rows() - 1) / (ends - 1).max(1);
        (RIGHT + WIDTH / 2, ROW / 2 + 4 + row * step)
    } else {
        (LEFT + WIDTH / 2, ROW / 2 + 4 + row * ROW)
    }
}

/// From one box to another: straight between neighbours, else round those in between.
fn path(from: AttemptState, to: AttemptState) -> String {
    let ((x1, y1), (x2, y2)) = (place(from), place(to));
    let (half, high) = (WIDTH / 2, 15);
    match (from.is_over(), to.is_over()) {
        (false, true) => format!("M{} {y1}L{} {y2}", x1 + half, x2 - half),
        (true, false) => format!("M{} {y1}L{} {y2}", x1 - half, x2 + half),
        (false, false) if y2 == y1 + ROW => format!("M{x1} {}L{x2} {}", y1 + high, y2 - high),
        (false, false) => {
            let away = (y1.abs_diff(y2) / 6).clamp(14, LEFT - 6);
            let (edge, out) = (x1 - half, x1 - half - away);
            format!("M{edge} {y1}C{out} {y1} {out} {y2} {edge} {y2}")
        }
        (true, true) => {
            let (edge, out) = (x1 + half, x1 + half + 24);
            format!("M{edge} {y1}C{out} {y1} {out} {y2} {edge} {y2}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_place_of_its_own() {
        let mut places: Vec<_> = AttemptState::ALL
            .iter()
            .map(|state| place(*state))
            .collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), AttemptState::ALL.len());
    }

    #[test]
    fn what_can_follow_is_what_the_table_says() {
        let next = next(AttemptState::Granted);
        for state in AttemptState::ALL {
            let moves =
                inbank_domain::step(AttemptState::Granted, *state) == inbank_domain::Step::Moved;
            assert_eq!(next.contains(state), moves, "{state:?}");
        }
    }
}
