//! Requests that came with an `Idempotency-Key`.

use std::time::Duration;

use inbank_ports::LedgerError;
use time::OffsetDateTime;

use super::{ServiceStore, longer_than_a_month};
use crate::failure::Failure;
use crate::moment::span;
use crate::script::{Cells, Statement, Text};

/// A digest of who asked and with which key: neither the key nor who brought it is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct IdempotencyName(pub [u8; 32]);

/// What is known of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Begun {
    /// It is the first: do it, and [`finish`](ServiceStore::finish_request) or
    /// [`abandon`](ServiceStore::abandon_request) it.
    First,
    /// The same was asked, and its process ended before it was done: it may have been. Do it, as with [`First`](Self::First).
    TakenOver,
    /// The same was asked and is done: this is what it became.
    Again(String),
    /// The same was asked and is under way.
    UnderWay,
    /// The key was used for another request.
    Other,
}

/// Begins with one that is too old, or whose first request never ended. Of the latter it is kept when it began: its hold reaches
/// further than that of a request which begins now.
static BEGIN: Text = Text::new(|| {
    "INSERT INTO inbank_idempotency AS i (name, fingerprint, began_at, held_until) VALUES ($2, $3, @now, @now + $4)
    ON CONFLICT (name) DO UPDATE SET
        fingerprint = excluded.fingerprint, held_until = excluded.held_until, became = NULL,
        began_at = CASE WHEN i.began_at < excluded.began_at - $5 THEN excluded.began_at ELSE i.began_at END
    WHERE i.began_at < excluded.began_at - $5
        OR (i.fingerprint = excluded.fingerprint AND i.became IS NULL AND i.held_until <= excluded.began_at)
    RETURNING held_until - began_at"
        .to_owned()
});

static RENEW: Text = Text::new(|| {
    "UPDATE inbank_idempotency SET held_until = @now + $4 WHERE name = $2 AND fingerprint = $3 AND became IS NULL"
        .to_owned()
});

static STANDING: Text =
    Text::new(|| "SELECT fingerprint, became FROM inbank_idempotency WHERE name = $2".to_owned());

static FINISH: Text = Text::new(|| {
    "UPDATE inbank_idempotency SET became = $4, held_until = NULL WHERE name = $2 AND fingerprint = $3".to_owned()
});

static ABANDON: Text = Text::new(|| {
    "DELETE FROM inbank_idempotency WHERE name = $2 AND fingerprint = $3 AND became IS NULL"
        .to_owned()
});

fn begun(row: &Cells, fingerprint: &[u8; 32]) -> Result<Begun, Failure> {
    let mut row = row.cursor();
    if row.bytes()? != fingerprint {
        return Ok(Begun::Other);
    }
    let became = row.maybe_text()?.map(str::to_owned);
    Ok(became.map_or(Begun::UnderWay, Begun::Again))
}

impl ServiceStore {
    /// Begins a request, unless it was begun before. One whose first never ends, since its process was killed, may be taken
    /// over after `hold`: [renew](Self::renew_request) it while it is under way. `fingerprint` is a digest of what is asked.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn begin_request(
        &self,
        IdempotencyName(name): IdempotencyName,
        fingerprint: &[u8; 32],
        hold: Duration,
        now: OffsetDateTime,
    ) -> Result<Begun, LedgerError> {
        let begin = Statement::new(&BEGIN, now)
            .with(&name[..])
            .with(&fingerprint[..])
            .with(hold)
            .with(longer_than_a_month(Self::IDEMPOTENCY));
        let standing = Statement::new(&STANDING, now).with(&name[..]);
        let answers = self.engine.script(vec![begin, standing]).await?;
        let answers = answers.unwrap_or_default();
        if let Some(begun) = answers.first().and_then(|rows| rows.first()) {
            let reach = self.engine.understood(begun.cursor().number())?;
            let is_first = reach <= span(hold);
            return Ok(if is_first {
                Begun::First
            } else {
                Begun::TakenOver
            });
        }
        let Some(row) = answers.get(1).and_then(|rows| rows.first()) else {
            return Ok(Begun::UnderWay);
        };
        self.engine.understood(begun(row, fingerprint))
    }

    /// Says that a request is still under way, so that nobody takes it over before `hold` is over from now on.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn renew_request(
        &self,
        IdempotencyName(name): IdempotencyName,
        fingerprint: &[u8; 32],
        hold: Duration,
        now: OffsetDateTime,
    ) -> Result<(), LedgerError> {
        let renew = Statement::new(&RENEW, now)
            .with(&name[..])
            .with(&fingerprint[..])
            .with(hold);
        self.engine.script(vec![renew]).await.map(drop)
    }

    /// Remembers what a request became, for those that ask again.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn finish_request(
        &self,
        IdempotencyName(name): IdempotencyName,
        fingerprint: &[u8; 32],
        became: &str,
        now: OffsetDateTime,
    ) -> Result<(), LedgerError> {
        let finish = Statement::new(&FINISH, now)
            .with(&name[..])
            .with(&fingerprint[..])
            .with(became);
        self.engine.script(vec![finish]).await.map(drop)
    }

    /// Forgets a request that did nothing, so that the same key may be tried again at once.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn abandon_request(
        &self,
        IdempotencyName(name): IdempotencyName,
        fingerprint: &[u8; 32],
        now: OffsetDateTime,
    ) -> Result<(), LedgerError> {
        let abandon = Statement::new(&ABANDON, now)
            .with(&name[..])
            .with(&fingerprint[..]);
        self.engine.script(vec![abandon]).await.map(drop)
    }
}
