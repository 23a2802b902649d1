use inbank_domain::ShopName;
use inbank_ports::Measures;
use time::OffsetDateTime;

use super::clock::{CLOCK, Sql};
use super::connection::Session;
use crate::failure::Failure;
use crate::moment::{micros, since};
use crate::row::Cursor;

static MEASURE: Sql = Sql::new(|| {
    format!(
        r"WITH {CLOCK}, due AS (
            SELECT count(*) AS n, min(o.due_at) AS first FROM clock, inbank_order AS o
            WHERE o.shop = ANY(CAST($2 AS text[])) AND o.leased_until IS NULL AND o.due_at <= clock.now
        ), lapsed AS (
            SELECT count(*) AS n, min(o.leased_until) AS first FROM clock, inbank_order AS o
            WHERE o.shop = ANY(CAST($2 AS text[])) AND o.leased_until <= clock.now
        ), waiting AS (
            SELECT CAST(coalesce(sum(o.events - o.delivered), 0) AS bigint) AS n, min(e.occurred_at) AS first FROM (
                SELECT shop, reference, events, delivered FROM inbank_order
                WHERE shop = ANY(CAST($2 AS text[])) AND outbox_leased_until IS NULL AND outbox_due_at IS NOT NULL
                UNION ALL
                SELECT shop, reference, events, delivered FROM inbank_order
                WHERE shop = ANY(CAST($2 AS text[])) AND outbox_leased_until IS NOT NULL
            ) AS o
            LEFT JOIN inbank_event AS e ON e.shop = o.shop AND e.reference = o.reference AND e.number = o.delivered + 1
        )
        SELECT clock.now, due.n + lapsed.n, least(due.first, lapsed.first), waiting.n, waiting.first,
            (SELECT count(*) FROM inbank_order WHERE shop = ANY(CAST($2 AS text[])) AND aside = 1),
            (SELECT count(*) FROM inbank_attempt WHERE shop = ANY(CAST($2 AS text[])) AND command_stage = 'unclear')
        FROM clock, due, lapsed, waiting"
    )
});

pub(super) async fn measure(
    session: &mut Session,
    shops: &[ShopName],
    callers: OffsetDateTime,
) -> Result<Measures, Failure> {
    let callers = micros(callers);
    let query = sqlx::query(session.text(&MEASURE))
        .bind(callers)
        .bind(shops.iter().map(ShopName::as_str).collect::<Vec<_>>());
    let row = query.fetch_one(&mut *session.connection).await?;
    let mut row = Cursor::at(&row, 0);
    let now = row.number()?;
    let (due, first_due) = (row.count()?, row.maybe_number()?);
    let (undelivered, first_undelivered) = (row.count()?, row.maybe_number()?);
    Ok(Measures {
        due,
        oldest_due: first_due.map(|first| since(first, now)),
        undelivered,
        // When it happened is by the clock of whoever wrote it.
        oldest_undelivered: first_undelivered.map(|first| since(first, callers)),
        aside: row.count()?,
        unclear: row.count()?,
        clock_ahead_ms: (callers - now) / 1000,
        wal_bytes: None,
    })
}
