//! Whose clock it is, and what a statement has to ask for itself.

use std::sync::OnceLock;

/// Whose time decides what is due and leased.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Clock {
    Server,
    Callers,
}

/// Stands in a statement's text, after `WITH`, for the one row `clock`, with the time as `now`.
pub(super) const CLOCK: &str = "@clock";

/// Stands in the text of a statement that writes for several callers for the time by which a row `g` is written, which has its caller's
/// as `at`.
pub(super) const ROWS_NOW: &str = "@now";

const SERVERS: &str = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)";

/// The server, the database or the role may trade durability for speed. What is set for a connection a pooler would lose, so each
/// statement asks for its own commit.
const DURABLE: &str = "CASE WHEN current_setting('synchronous_commit') = 'off'
    THEN set_config('synchronous_commit', 'on', true) END";

/// The order that a row names, locked: looked for by its key, one after the other in the rows' order, whatever is thought of the
/// table's size. A plan that was made while the table was small would read all of it.
pub(super) fn locked(row: &str) -> String {
    locked_with(row, "")
}

/// The same with more of its columns, as they are once it is locked.
pub(super) fn locked_with(row: &str, also: &str) -> String {
    format!(
        "(SELECT o.shop, o.reference{also} FROM inbank_order AS o WHERE o.shop = {row}.shop AND o.reference = {row}.reference
            LIMIT 1 FOR NO KEY UPDATE OF o)"
    )
}

impl Clock {
    /// What [`CLOCK`] stands for. The caller's time is `$1` in any case.
    fn text(self) -> String {
        match self {
            Self::Server => format!(
                "clock AS MATERIALIZED (SELECT {SERVERS} AS now, CAST($1 AS bigint) AS callers, {DURABLE} AS durable)"
            ),
            Self::Callers => format!(
                "clock AS MATERIALIZED (SELECT CAST($1 AS bigint) AS now, CAST($1 AS bigint) AS callers, {DURABLE} AS durable)"
            ),
        }
    }
}

/// The text of a statement, for either clock.
pub(super) struct Sql {
    make: fn() -> String,
    texts: OnceLock<[String; 2]>,
}

impl Sql {
    pub(super) const fn new(make: fn() -> String) -> Self {
        Self {
            make,
            texts: OnceLock::new(),
        }
    }

    pub(super) fn text(&'static self, clock: Clock) -> &'static str {
        let [servers, callers] = self.texts.get_or_init(|| {
            let text = (self.make)();
            [(Clock::Server, "clock.now"), (Clock::Callers, "g.at")].map(|(clock, rows_now)| {
                let text = text.replace(CLOCK, &clock.text());
                text.replace(ROWS_NOW, rows_now)
            })
        });
        match clock {
            Clock::Server => servers,
            Clock::Callers => callers,
        }
    }
}
