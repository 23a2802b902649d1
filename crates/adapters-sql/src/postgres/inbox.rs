//! Callbacks, and what wakes an order.

use std::sync::LazyLock;

use inbank_domain::{OrderKey, ShopName};
use inbank_ports::ReceivedCallback;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::clock::{CLOCK, Sql};
use super::connection::Session;
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::{CALLBACK_COLUMNS, Cursor, callback};
use crate::schedule::woken;

static WAKE: Sql = Sql::new(|| {
    let woken = woken("clock.now");
    format!(
        "WITH {CLOCK} UPDATE inbank_order AS o SET {woken} FROM clock WHERE o.shop = $2 AND o.reference = $3"
    )
});

pub(super) async fn wake(
    session: &mut Session,
    key: &OrderKey,
    now: OffsetDateTime,
) -> Result<bool, Failure> {
    let query = sqlx::query(session.text(&WAKE))
        .bind(micros(now))
        .bind(key.shop.as_str())
        .bind(key.reference.as_str());
    let woken = query.execute(&mut *session.connection).await?;
    Ok(woken.rows_affected() == 1)
}

static ALL: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {CALLBACK_COLUMNS} FROM inbank_callback AS c WHERE c.shop = $1 AND c.reference = $2
        ORDER BY c.received_at, c.id"
    )
});

/// The callbacks of an order, oldest first.
pub(super) async fn all(
    session: &mut Session,
    key: &OrderKey,
) -> Result<Vec<ReceivedCallback>, Failure> {
    let query = sqlx::query(ALL.as_str())
        .bind(key.shop.as_str())
        .bind(key.reference.as_str());
    let rows = query.fetch_all(&mut *session.connection).await?;
    let read = |row| callback(&key.shop, &mut Cursor::at(row, 0));
    rows.iter().map(read).collect()
}

static NEW: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT c.shop, c.reference, {CALLBACK_COLUMNS}
        FROM unnest(CAST($1 AS text[]), CAST($2 AS text[])) AS k(shop, reference)
        JOIN inbank_callback AS c ON c.shop = k.shop COLLATE \"C\" AND c.reference = k.reference COLLATE \"C\"
        WHERE c.worked_on = 0 ORDER BY c.received_at, c.id"
    )
});

/// A callback that was not worked on, with the names of its order.
pub(super) struct New {
    pub(super) shop: String,
    pub(super) reference: String,
    pub(super) callback: Result<ReceivedCallback, Failure>,
}

impl New {
    fn read(row: &PgRow) -> Result<Self, Failure> {
        let mut row = Cursor::at(row, 0);
        let (shop, reference) = (row.text()?.to_owned(), row.text()?.to_owned());
        let name = ShopName::parse(shop.as_str());
        let callback = name
            .map_err(Failure::from)
            .and_then(|shop| callback(&shop, &mut row));
        Ok(Self {
            shop,
            reference,
            callback,
        })
    }
}

/// Those of some orders that were not worked on, oldest first.
pub(super) async fn new(
    session: &mut Session,
    keys: &[(String, String)],
) -> Result<Vec<New>, Failure> {
    let (shops, references): (Vec<&str>, Vec<&str>) = keys
        .iter()
        .map(|(shop, reference)| (shop.as_str(), reference.as_str()))
        .unzip();
    let query = sqlx::query(NEW.as_str()).bind(shops).bind(references);
    let rows = query.fetch_all(&mut *session.connection).await?;
    rows.iter().map(New::read).collect()
}
