//! What an attempt goes through, from the table of transitions.

use std::cmp::Ordering;

use inbank::{AttemptState, TRANSITIONS, Transition};

use super::canvas::{AMBER, At, BLUE, Canvas, GREEN, GREY, INK, RED};

const BOX: At = (210, 30);
const ROW: i32 = 58;
/// Where the columns begin: what sessions go through, what applications go through besides, the ends.
const COLUMNS: [i32; 3] = [40, 330, 690];
const TOP: i32 = 84;

/// Every arrow is a transition. Of those that lead on, the ones that skip a state are left out, by the states that a
/// session goes through and by all that an application does.
pub(super) fn draw() -> String {
    let live: Vec<_> = all().filter(|state| !state.is_over()).collect();
    let ends: Vec<_> = all().filter(|state| state.is_over()).collect();
    let rows = i32::try_from(live.len()).unwrap();
    let foot = TOP + rows * ROW;
    let mut canvas = Canvas::new(940, foot + 40, "The states of an attempt");
    canvas.bold((COLUMNS[0] + BOX.0 / 2, 30), "middle", "every attempt");
    canvas.bold(
        (COLUMNS[1] + BOX.0 / 2, 30),
        "middle",
        "direct applications only",
    );
    canvas.bold((COLUMNS[2] + BOX.0 / 2, 30), "middle", "over");
    canvas.frame((20, 50), (560, foot - 50), GREY, "#f6f8fa");
    canvas.frame(
        (COLUMNS[2] - 20, 50),
        (BOX.0 + 40, foot - 50),
        GREY,
        "#f6f8fa",
    );
    for states in [
        live.iter().copied().filter(|s| of_sessions(*s)).collect(),
        live.clone(),
    ] {
        for (from, to) in next_of(&states) {
            arrow(&mut canvas, from, to, BLUE, "");
        }
    }
    for from in &live {
        for to in live.iter().filter(|to| rank(**to) < rank(*from)) {
            if leads(*from, *to) {
                bow_back(&mut canvas, *from, *to);
            }
        }
    }
    // From wherever it lives: said of all at once where that is so.
    for end in &ends {
        let from: Vec<_> = live.iter().filter(|state| leads(**state, *end)).collect();
        let (x, y) = place(*end);
        let middle = y + BOX.1 / 2;
        if from.len() == live.len() {
            canvas.arrow((580, middle), (x, middle), BLUE, "");
        } else {
            for state in from {
                arrow(&mut canvas, *state, *end, BLUE, "");
            }
        }
    }
    let late = ends.iter().flat_map(|end| {
        let ways = all().filter(move |to| leads(*end, *to));
        ways.map(AttemptState::is_over)
    });
    let (among, back): (Vec<bool>, Vec<bool>) = late.partition(|is_over| *is_over);
    let (edge, below) = (COLUMNS[2] - 20, foot - 66);
    canvas.arrow((edge, below), (582, below), AMBER, "5 4");
    canvas.text(
        (COLUMNS[2], below - 8),
        "start",
        AMBER,
        format!("{} ways back: the bank was late,", back.len()),
    );
    canvas.text(
        (COLUMNS[2], below + 9),
        "start",
        AMBER,
        "or an end of ours was wrong",
    );
    canvas.text(
        (COLUMNS[2], below + 32),
        "start",
        GREY,
        format!("{} ways from one end to another", among.len()),
    );
    for state in all() {
        let (x, y) = place(state);
        let colour = if state == AttemptState::Completed {
            GREEN
        } else if state.is_over() {
            RED
        } else {
            INK
        };
        canvas.frame((x, y), BOX, colour, "#ffffff");
        canvas.text((x + BOX.0 / 2, y + 20), "middle", colour, state.as_str());
    }
    let said = "Blue: the next state, though any may be skipped, and an end can follow at any time. Dashed: back, since the bank asks again.";
    canvas.text((20, foot + 24), "start", GREY, said);
    canvas.done()
}

fn all() -> impl Iterator<Item = AttemptState> {
    AttemptState::ALL.iter().copied()
}

fn leads(from: AttemptState, to: AttemptState) -> bool {
    let is_it = |transition: &Transition| transition.to == to && transition.from.contains(&from);
    TRANSITIONS.iter().any(is_it)
}

/// Where it stands among all, in the order in which they are passed.
fn rank(state: AttemptState) -> usize {
    all().position(|other| other == state).unwrap()
}

fn of_sessions(state: AttemptState) -> bool {
    state.action().is_none()
}

/// The transitions that lead on among these states, without those that skip one.
fn next_of(states: &[AttemptState]) -> Vec<(AttemptState, AttemptState)> {
    let on = |from, to| rank(from) < rank(to) && leads(from, to);
    let pairs = states
        .iter()
        .flat_map(|from| states.iter().map(move |to| (*from, *to)));
    let skips = |from, to| states.iter().any(|by| on(from, *by) && on(*by, to));
    pairs
        .filter(|(from, to)| on(*from, *to) && !skips(*from, *to))
        .collect()
}

fn place(state: AttemptState) -> At {
    let column = if state.is_over() {
        2
    } else {
        usize::from(!of_sessions(state))
    };
    let before =
        all().filter(|other| other.is_over() == state.is_over() && rank(*other) < rank(state));
    let row = i32::try_from(before.count()).unwrap();
    (COLUMNS[column], TOP + row * ROW)
}

fn arrow(canvas: &mut Canvas, from: AttemptState, to: AttemptState, colour: &str, dashes: &str) {
    let ((x1, y1), (x2, y2)) = (place(from), place(to));
    let half = BOX.1 / 2;
    let (start, end) = match x1.cmp(&x2) {
        Ordering::Equal => ((x1 + BOX.0 / 2, y1 + BOX.1), (x2 + BOX.0 / 2, y2)),
        Ordering::Less => ((x1 + BOX.0, y1 + half), (x2, y2 + half)),
        Ordering::Greater => ((x1, y1 + half), (x2 + BOX.0, y2 + half)),
    };
    canvas.arrow(start, end, colour, dashes);
}

/// A step back among those that live, at the side.
fn bow_back(canvas: &mut Canvas, from: AttemptState, to: AttemptState) {
    let ((x1, y1), (x2, y2)) = (place(from), place(to));
    let (half, out) = (
        BOX.1 / 2,
        24 + 4 * i32::try_from(rank(from) - rank(to)).unwrap(),
    );
    if x1 == x2 {
        let (x, middle) = (x1 + BOX.0, i32::midpoint(y1, y2) + half);
        canvas.bow(
            (x, y1 + half),
            (x + out, middle),
            (x, y2 + half),
            GREY,
            "5 4",
        );
    } else {
        let bend = ((x1 + x2 + BOX.0) / 2, y1 + half);
        let (start, end) = if x1 < x2 {
            ((x1 + BOX.0, y1 + half + 6), (x2, y2 + half + 8))
        } else {
            ((x1, y1 + half + 6), (x2 + BOX.0, y2 + half + 8))
        };
        canvas.bow(start, bend, end, GREY, "5 4");
    }
}
