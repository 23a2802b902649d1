//! Forgetting, with everything that hangs on an order.

use inbank_domain::OrderKey;
use rusqlite::{Connection, ToSql};
use time::OffsetDateTime;

use super::connection::execute;
use crate::failure::Failure;
use crate::moment::micros;

const FORGET: &str = "DELETE FROM inbank_order WHERE id IN (
        SELECT id FROM inbank_order INDEXED BY inbank_order_over
        WHERE is_over = 1 AND touched_at < ?1 AND leased_until IS NULL AND outbox_leased_until IS NULL AND delivered >= events
        ORDER BY touched_at LIMIT ?2
    )";

pub(super) fn forget(
    connection: &Connection,
    before: OffsetDateTime,
    limit: u32,
) -> Result<u64, Failure> {
    let forgotten = execute(connection, FORGET, &[&micros(before), &limit])?;
    Ok(forgotten as u64)
}

pub(super) fn erase(
    connection: &Connection,
    key: &OrderKey,
    version: Option<u64>,
) -> Result<bool, Failure> {
    let sql = "DELETE FROM inbank_order
        WHERE shop = ?1 AND reference = ?2 AND version = ifnull(?3, version)";
    let version = version.map(u64::cast_signed);
    let named: [&dyn ToSql; 3] = [&key.shop.as_str(), &key.reference.as_str(), &version];
    Ok(execute(connection, sql, &named)? == 1)
}
