use inbank_domain::{OrderStatus, ShopName};
use inbank_ports::ShopStatistics;
use rusqlite::{Connection, ToSql};
use time::OffsetDateTime;

use super::connection::{row, rows};
use crate::failure::Failure;
use crate::moment::{micros, since};
use crate::row::Cursor;

const STANDING: &str = "SELECT status, count(*) FROM inbank_order INDEXED BY inbank_order_status WHERE shop = ?1 GROUP BY status";

const FOR_A_PERSON: &str = "SELECT count(*) FROM inbank_order INDEXED BY inbank_order_person
    WHERE needs_person IS NOT NULL AND shop = ?1";

/// Who has a callback that was not worked on is due, soon or now, or leased.
const CALLBACKS: &str = "SELECT count(*), min(received_at) FROM (
        SELECT c.received_at FROM inbank_order AS o INDEXED BY inbank_order_due
        CROSS JOIN inbank_callback AS c ON c.shop = o.shop AND c.reference = o.reference AND c.worked_on = 0
        WHERE o.shop = ?1 AND o.leased_until IS NULL AND o.due_at IS NOT NULL
        UNION ALL
        SELECT c.received_at FROM inbank_order AS o INDEXED BY inbank_order_leased
        CROSS JOIN inbank_callback AS c ON c.shop = o.shop AND c.reference = o.reference AND c.worked_on = 0
        WHERE o.shop = ?1 AND o.leased_until IS NOT NULL
    )";

pub(super) fn statistics(
    connection: &Connection,
    shops: &[ShopName],
    now: OffsetDateTime,
) -> Result<Vec<ShopStatistics>, Failure> {
    shops
        .iter()
        .map(|shop| of_shop(connection, shop, micros(now)))
        .collect()
}

fn of_shop(connection: &Connection, shop: &ShopName, now: i64) -> Result<ShopStatistics, Failure> {
    let mut statistics = ShopStatistics::none(shop.clone());
    let named: [&dyn ToSql; 1] = [&shop.as_str()];
    let standing = rows(connection, STANDING, &named, |row| {
        let mut row = Cursor::at(row, 0);
        Ok((OrderStatus::name_of(row.text()?), row.count()?))
    })?;
    for (name, count) in standing {
        statistics.orders.extend(name.map(|name| (name, count)));
    }
    let count = row(connection, FOR_A_PERSON, &named, |row| {
        Cursor::at(row, 0).count()
    })?;
    statistics.needs_person = count.unwrap_or_default();
    let callbacks = row(connection, CALLBACKS, &named, |row| {
        let mut row = Cursor::at(row, 0);
        Ok((row.count()?, row.maybe_number()?))
    })?;
    let (count, first) = callbacks.unwrap_or_default();
    statistics.callbacks = count;
    statistics.oldest_callback = first.map(|first| since(first, now));
    Ok(statistics)
}
