//! Every transition there is, as a table.

use inbank::{AttemptState, TRANSITIONS};

use super::canvas::{AMBER, BLUE, Canvas, GREY, INK, RED};

const CELL: i32 = 26;
const LEFT: i32 = 220;
const TOP: i32 = 200;

pub(super) fn draw() -> String {
    let count = i32::try_from(AttemptState::ALL.len()).unwrap();
    let (right, foot) = (LEFT + count * CELL, TOP + count * CELL);
    let mut canvas = Canvas::new(right + 100, foot + 70, "Every transition of an attempt");
    canvas.text((LEFT - 8, TOP - 12), "end", GREY, "from ↓   to →");
    for (n, state) in (0..).zip(AttemptState::ALL) {
        let (x, y) = (LEFT + n * CELL, TOP + n * CELL);
        canvas.line((LEFT, y), (right, y), "#d0d7de");
        canvas.line((x, TOP), (x, foot), "#d0d7de");
        canvas.text((LEFT - 8, y + 18), "end", INK, state.as_str());
        canvas.upright((x + 16, TOP - 6), state.as_str());
    }
    canvas.line((LEFT, foot), (right, foot), "#d0d7de");
    canvas.line((right, TOP), (right, foot), "#d0d7de");
    let place = |state: &AttemptState| {
        let among = AttemptState::ALL.iter().position(|other| other == state);
        i32::try_from(among.unwrap()).unwrap()
    };
    let centre = |n: i32| n * CELL + CELL / 2;
    for transition in TRANSITIONS {
        let column = place(&transition.to);
        for from in transition.from {
            let row = place(from);
            let colour = match (from.is_over(), transition.to.is_over()) {
                (false, false) if row > column => GREY,
                (false, false) => BLUE,
                (false, true) => RED,
                (true, _) => AMBER,
            };
            canvas.dot((LEFT + centre(column), TOP + centre(row)), 6, colour);
        }
    }
    let legend = [
        (BLUE, "on"),
        (GREY, "back"),
        (RED, "to an end"),
        (AMBER, "from an end"),
    ];
    for (n, (colour, what)) in (0..).zip(legend) {
        let x = LEFT + n * 105;
        canvas.dot((x + 6, foot + 30), 6, colour);
        canvas.text((x + 18, foot + 35), "start", INK, what);
    }
    canvas.done()
}
