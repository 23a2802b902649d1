use inbank_domain::ShopName;
use inbank_ports::Measures;
use rusqlite::{Connection, ToSql};
use time::OffsetDateTime;

use super::connection::row;
use super::file::DatabaseFile;
use crate::failure::Failure;
use crate::moment::{micros, since};
use crate::row::Cursor;

const DUE: &str = "SELECT count(*), min(due_at) FROM inbank_order INDEXED BY inbank_order_due
    WHERE shop = ?1 AND leased_until IS NULL AND due_at <= ?2";

const LAPSED: &str =
    "SELECT count(*), min(leased_until) FROM inbank_order INDEXED BY inbank_order_leased
    WHERE shop = ?1 AND leased_until <= ?2";

const WAITING: &str = "SELECT coalesce(sum(o.events - o.delivered), 0), min(e.occurred_at)
    FROM inbank_order AS o INDEXED BY inbank_order_outbox_due
    LEFT JOIN inbank_event AS e ON e.shop = o.shop AND e.reference = o.reference AND e.number = o.delivered + 1
    WHERE o.shop = ?1 AND o.outbox_leased_until IS NULL AND o.outbox_due_at IS NOT NULL";

const UNDER_WAY: &str = "SELECT coalesce(sum(o.events - o.delivered), 0), min(e.occurred_at)
    FROM inbank_order AS o INDEXED BY inbank_order_outbox_leased
    LEFT JOIN inbank_event AS e ON e.shop = o.shop AND e.reference = o.reference AND e.number = o.delivered + 1
    WHERE o.shop = ?1 AND o.outbox_leased_until IS NOT NULL";

const ASIDE: &str = "SELECT count(*), NULL FROM inbank_order WHERE shop = ?1 AND aside = 1";

const UNCLEAR: &str =
    "SELECT count(*), NULL FROM inbank_attempt WHERE shop = ?1 AND command_stage = 'unclear'";

pub(super) fn measure(
    connection: &Connection,
    file: &DatabaseFile,
    shops: &[ShopName],
    now: OffsetDateTime,
) -> Result<Measures, Failure> {
    let now = micros(now);
    let mut measures = Measures {
        wal_bytes: Some(file.log_bytes()),
        ..Measures::default()
    };
    for shop in shops {
        let shop = shop.as_str();
        let counted = |sql, parameters: &[&dyn ToSql]| {
            let found = row(connection, sql, parameters, |row| {
                let mut row = Cursor::at(row, 0);
                Ok((row.count()?, row.maybe_number()?))
            })?;
            let (count, oldest) = found.unwrap_or_default();
            Ok::<_, Failure>((count, oldest.map(|oldest| since(oldest, now))))
        };
        for sql in [DUE, LAPSED] {
            let (count, oldest) = counted(sql, &[&shop, &now])?;
            measures.due += count;
            measures.oldest_due = measures.oldest_due.max(oldest);
        }
        for sql in [WAITING, UNDER_WAY] {
            let (count, oldest) = counted(sql, &[&shop])?;
            measures.undelivered += count;
            measures.oldest_undelivered = measures.oldest_undelivered.max(oldest);
        }
        measures.aside += counted(ASIDE, &[&shop])?.0;
        measures.unclear += counted(UNCLEAR, &[&shop])?.0;
    }
    Ok(measures)
}
