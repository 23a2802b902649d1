use std::collections::BTreeMap;

use inbank_domain::{OrderStatus, ShopName};
use inbank_ports::ShopStatistics;
use time::OffsetDateTime;

use super::connection::Session;
use crate::failure::Failure;
use crate::moment::{micros, since};
use crate::row::Cursor;

/// One row for each shop and status, and one for each shop with an empty one: what waits there. Who has a callback that was not
/// worked on is due, soon or now, or leased.
const STATISTICS: &str = r"WITH named AS MATERIALIZED (
        SELECT DISTINCT s.shop FROM unnest(CAST($1 AS text[])) AS s(shop)
    ), waiting AS (
        SELECT o.shop, c.received_at FROM inbank_order AS o
        JOIN inbank_callback AS c ON c.shop = o.shop AND c.reference = o.reference AND c.worked_on = 0
        WHERE o.shop = ANY(CAST($1 AS text[])) AND o.leased_until IS NULL AND o.due_at IS NOT NULL
        UNION ALL
        SELECT o.shop, c.received_at FROM inbank_order AS o
        JOIN inbank_callback AS c ON c.shop = o.shop AND c.reference = o.reference AND c.worked_on = 0
        WHERE o.shop = ANY(CAST($1 AS text[])) AND o.leased_until IS NOT NULL
    )
    SELECT shop, status, count(*), NULL, NULL FROM inbank_order WHERE shop = ANY(CAST($1 AS text[])) GROUP BY shop, status
    UNION ALL
    SELECT n.shop, '', (SELECT count(*) FROM inbank_order AS o WHERE o.shop = n.shop AND o.needs_person IS NOT NULL),
        (SELECT count(*) FROM waiting AS w WHERE w.shop = n.shop),
        (SELECT min(w.received_at) FROM waiting AS w WHERE w.shop = n.shop)
    FROM named AS n";

pub(super) async fn statistics(
    session: &mut Session,
    shops: &[ShopName],
    callers: OffsetDateTime,
) -> Result<Vec<ShopStatistics>, Failure> {
    let names: Vec<_> = shops.iter().map(ShopName::as_str).collect();
    let query = sqlx::query(STATISTICS).bind(names);
    let rows = query.fetch_all(&mut *session.connection).await?;
    let none = |shop: &ShopName| (shop.to_string(), ShopStatistics::none(shop.clone()));
    let mut of_shops: BTreeMap<_, _> = shops.iter().map(none).collect();
    for row in &rows {
        let mut row = Cursor::at(row, 0);
        let (shop, status) = (row.text()?, row.text()?);
        let Some(statistics) = of_shops.get_mut(shop) else {
            continue;
        };
        let count = row.count()?;
        if status.is_empty() {
            statistics.needs_person = count;
            statistics.callbacks = row.count()?;
            let first = row.maybe_number()?;
            // When it came is by the clock of whoever kept it.
            statistics.oldest_callback = first.map(|first| since(first, micros(callers)));
        } else {
            let name = OrderStatus::name_of(status);
            statistics.orders.extend(name.map(|name| (name, count)));
        }
    }
    let in_order = |shop: &ShopName| of_shops.get(shop.as_str()).cloned();
    Ok(shops.iter().filter_map(in_order).collect())
}
