//! Where a process may die on an order's way, and what then becomes of it.

use super::canvas::{At, BLUE, Canvas, GREEN, GREY, INK};
use crate::CrashPoint;

/// The lanes: the platform's process, the ledger, the bank.
const LANES: [(i32, &str); 3] = [(70, "platform"), (190, "ledger"), (310, "bank")];
const TEXT: i32 = 380;
const ROW: i32 = 74;

/// A row of the picture.
enum Row {
    /// A call of the ledger, at which a process may die.
    Ledger(CrashPoint),
    /// What goes on with the bank, or with the platform's own code.
    Beside(&'static str, Way),
}

enum Way {
    ToBank,
    FromBank,
    ToPlatform,
}

/// The way of an order that is approved.
const ROWS: &[Row] = &[
    Row::Ledger(CrashPoint::Opening),
    Row::Beside("open a session", Way::ToBank),
    Row::Ledger(CrashPoint::Opened),
    Row::Beside("the customer applies; callback", Way::FromBank),
    Row::Ledger(CrashPoint::Callback),
    Row::Ledger(CrashPoint::Wake),
    Row::Ledger(CrashPoint::Claim),
    Row::Beside("read the session: granted", Way::ToBank),
    Row::Ledger(CrashPoint::Reading),
    Row::Ledger(CrashPoint::Deliveries),
    Row::Beside("awaits_merchant, to your on_event", Way::ToPlatform),
    Row::Ledger(CrashPoint::Delivered),
    Row::Ledger(CrashPoint::Wanted),
    Row::Ledger(CrashPoint::Sent),
    Row::Beside("approve", Way::ToBank),
    Row::Ledger(CrashPoint::Answered),
    Row::Ledger(CrashPoint::Release),
];

/// What is written, what becomes of the order where the process dies just before, and where it dies just after.
const fn fate(point: CrashPoint) -> [&'static str; 3] {
    match point {
        CrashPoint::Opening => [
            "the attempt, and that it is asked for",
            "nothing is known anywhere: the customer pays again",
            "the bank may have it or not: the next pay opens another, and this one expires",
        ],
        CrashPoint::Opened => [
            "the bank's session",
            "nobody was sent to that session: the next pay opens another, a callback adopts this one",
            "the same cart is sent to the same session",
        ],
        CrashPoint::Callback => [
            "the callback",
            "it was not answered: the bank sends it again, and the order is read by the clock anyway",
            "the order is due: whoever is there reads the bank",
        ],
        CrashPoint::Wake => [
            "that the order is due",
            "it is read by the clock, somewhat later",
            "whoever is there reads the bank",
        ],
        CrashPoint::Claim => [
            "a lease",
            "another claims it",
            "the lease lapses within two minutes, and another claims it",
        ],
        CrashPoint::Reading => [
            "the state, and the event that follows",
            "neither is there: the bank is read again",
            "both are there: the event is delivered by whoever is there",
        ],
        CrashPoint::Deliveries => [
            "a lease of the events",
            "another delivers them",
            "the lease lapses within two minutes, and another delivers them",
        ],
        CrashPoint::Delivered => [
            "that you took the event",
            "you took it, and it comes again: with the same id, by which you know it",
            "it does not come again",
        ],
        CrashPoint::Wanted => [
            "the command",
            "nothing is decided: call again",
            "it is sent by whoever is there",
        ],
        CrashPoint::Sent => [
            "that it is about to leave",
            "it did not leave: it is sent by whoever is there",
            "it may have left: the bank is read, and it is sent once more only where that is harmless",
        ],
        CrashPoint::Answered => [
            "what the bank answered",
            "it may have left: as above",
            "the bank has taken it: it is only read from here, and never sent again",
        ],
        CrashPoint::Release => [
            "the end of the lease",
            "the lease lapses by itself",
            "the order is due when it is to be read next",
        ],
    }
}

pub(super) fn draw() -> String {
    let drawn = |point: &CrashPoint| {
        ROWS.iter()
            .any(|row| matches!(row, Row::Ledger(p) if p == point))
    };
    assert!(CrashPoint::ALL.iter().all(drawn), "a point is not drawn");
    let count = i32::try_from(ROWS.len()).unwrap();
    let foot = 60 + count * ROW;
    let mut canvas = Canvas::new(
        1010,
        foot + 30,
        "Where a process may die, and what then becomes of the order",
    );
    for (x, name) in LANES {
        canvas.bold((x, 30), "middle", name);
        canvas.line((x, 40), (x, foot), "#d0d7de");
    }
    canvas.bold(
        (TEXT, 30),
        "start",
        "killed just before (✕ above) or just after (✕ below)",
    );
    for (n, row) in (0..).zip(ROWS) {
        draw_row(&mut canvas, 60 + n * ROW + ROW / 2, row);
    }
    let said =
        "The crash tests kill a process at each ✕, on SQLite and PostgreSQL, and start another.";
    canvas.text((20, foot + 16), "start", GREY, said);
    canvas.done()
}

fn draw_row(canvas: &mut Canvas, y: i32, row: &Row) {
    let [platform, ledger, bank] = LANES.map(|(x, _)| x);
    let lane = |from: i32, to: i32| -> (At, At) { ((from, y), (to, y)) };
    match row {
        Row::Ledger(point) => {
            let [what, before, after] = fate(*point);
            let (from, to) = lane(platform, ledger - 2);
            canvas.arrow(from, to, BLUE, "");
            canvas.cross((platform, y - 20));
            canvas.cross((platform, y + 20));
            canvas.text((TEXT, y - 16), "start", INK, before);
            canvas.text(
                (TEXT, y + 4),
                "start",
                BLUE,
                format!("{}: {what}", point.name()),
            );
            canvas.text((TEXT, y + 24), "start", INK, after);
        }
        Row::Beside(what, way) => {
            let (from, to) = match way {
                Way::ToBank => lane(platform, bank - 2),
                Way::FromBank => lane(bank, platform + 2),
                Way::ToPlatform => ((platform, y), (platform - 44, y)),
            };
            canvas.arrow(from, to, GREEN, "");
            canvas.text((TEXT, y + 4), "start", GREEN, what);
        }
    }
}
