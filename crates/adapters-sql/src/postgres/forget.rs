//! Forgetting, with everything that hangs on an order.

use inbank_domain::OrderKey;
use time::OffsetDateTime;

use super::clock::{CLOCK, Sql};
use super::connection::Session;
use crate::failure::Failure;
use crate::moment::micros;

static FORGET: Sql = Sql::new(|| {
    format!(
        "WITH {CLOCK}, old AS MATERIALIZED (
            SELECT o.shop, o.reference FROM inbank_order AS o
            WHERE o.is_over = 1 AND o.touched_at < $2 AND o.leased_until IS NULL AND o.outbox_leased_until IS NULL
                AND o.delivered >= o.events
            ORDER BY o.touched_at LIMIT $3 FOR UPDATE OF o SKIP LOCKED
        )
        DELETE FROM inbank_order AS o USING old CROSS JOIN clock 
        WHERE o.shop = old.shop AND o.reference = old.reference"
    )
});

static ERASE: Sql = Sql::new(|| {
    format!(
        "WITH {CLOCK} DELETE FROM inbank_order AS o USING clock
        WHERE o.shop = $2 AND o.reference = $3 AND o.version = coalesce($4, o.version)"
    )
});

pub(super) async fn forget(
    session: &mut Session,
    before: OffsetDateTime,
    limit: u32,
) -> Result<u64, Failure> {
    let query = sqlx::query(session.text(&FORGET))
        .bind(micros(before))
        .bind(micros(before))
        .bind(i64::from(limit));
    let forgotten = query.execute(&mut *session.connection).await?;
    Ok(forgotten.rows_affected())
}

pub(super) async fn erase(
    session: &mut Session,
    key: &OrderKey,
    version: Option<u64>,
) -> Result<bool, Failure> {
    let query = sqlx::query(session.text(&ERASE))
        .bind(0_i64)
        .bind(key.shop.as_str())
        .bind(key.reference.as_str())
        .bind(version.map(u64::cast_signed));
    let erased = query.execute(&mut *session.connection).await?;
    Ok(erased.rows_affected() == 1)
}
