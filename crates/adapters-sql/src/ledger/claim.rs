//! Leasing.

use std::collections::HashMap;

use inbank_domain::{FinancingEvent, FinancingId, ShopName};
use inbank_ports::{Claim, Subject};
use sqlx::{Any, AssertSqlSafe, Row as _, Transaction};
use time::OffsetDateTime;

use crate::connection::Pools;
use crate::failure::Failure;
use crate::row::{COLUMNS, Key, Row, event, micros, subject};

/// Where in a list of claims a financing is.
type Places = HashMap<(String, String), usize>;

impl Pools {
    pub(super) async fn claim(
        &self,
        at: OffsetDateTime,
        leased_until: OffsetDateTime,
        limit: usize,
    ) -> Result<Vec<Claim>, Failure> {
        let mut transaction = self.engine.begin(&self.writing).await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM inbank_financing WHERE due_at <= $1 ORDER BY due_at LIMIT $2 {}",
            self.engine.for_update_of_the_free()
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(micros(at))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = query.fetch_all(&mut *transaction).await?;
        let rows: Result<Vec<_>, _> = rows.iter().map(Row::read).collect();
        self.lease(transaction, rows?, leased_until).await
    }

    pub(super) async fn claim_one(
        &self,
        shop: &ShopName,
        id: &FinancingId,
        at: OffsetDateTime,
        leased_until: OffsetDateTime,
    ) -> Result<Option<Claim>, Failure> {
        let mut transaction = self.engine.begin(&self.writing).await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM inbank_financing WHERE shop = $1 AND id = $2 {}",
            self.engine.for_update()
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(shop.as_str())
            .bind(id.as_str());
        let Some(row) = query.fetch_optional(&mut *transaction).await? else {
            return Ok(None);
        };
        let row = Row::read(&row)?;
        if row.leased_until.is_some_and(|until| until > micros(at)) {
            return Ok(None);
        }
        Ok(self
            .lease(transaction, vec![row], leased_until)
            .await?
            .pop())
    }

    /// Leases rows that the transaction has locked.
    async fn lease(
        &self,
        mut transaction: Transaction<'static, Any>,
        mut rows: Vec<Row>,
        leased_until: OffsetDateTime,
    ) -> Result<Vec<Claim>, Failure> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "UPDATE inbank_financing SET lease = lease + 1, leased_until = $2, due_at = $2 \
             WHERE (shop, id) IN (SELECT k.shop, k.id FROM {})",
            self.engine.keys()
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(keys(rows.iter())?);
        let query = query.bind(micros(leased_until));
        query.execute(&mut *transaction).await?;
        for row in &mut rows {
            row.lease += 1;
        }
        let claims = self.claims(&mut transaction, rows).await?;
        transaction.commit().await?;
        Ok(claims)
    }

    /// What there is to do for each, in the same order.
    pub(super) async fn claims(
        &self,
        transaction: &mut Transaction<'static, Any>,
        rows: Vec<Row>,
    ) -> Result<Vec<Claim>, Failure> {
        let undelivered = self.undelivered(transaction, &rows).await?;
        let heard_of = self.heard_of(transaction, &rows).await?;
        let rest = undelivered.into_iter().zip(heard_of);
        let claims = rows.into_iter().zip(rest);
        let claims = claims.map(|(row, (undelivered, heard_of))| Claim {
            entry: row.entry,
            lease: row.lease,
            roused: row.roused,
            heard_of,
            undelivered,
        });
        Ok(claims.collect())
    }

    async fn undelivered(
        &self,
        transaction: &mut Transaction<'static, Any>,
        rows: &[Row],
    ) -> Result<Vec<Vec<FinancingEvent>>, Failure> {
        let mut found = vec![Vec::new(); rows.len()];
        let behind = rows.iter().filter(|row| row.events > row.delivered);
        let keys = keys(behind)?;
        if keys == "[]" {
            return Ok(found);
        }
        let sql = format!(
            "SELECT e.shop, e.financing, e.number, e.name, e.detail, e.occurred_at FROM {} CROSS JOIN inbank_event AS e \
             WHERE e.shop = k.shop AND e.financing = k.id AND e.number > k.n ORDER BY e.number",
            self.engine.keys()
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(keys);
        let places = places(rows);
        for row in query.fetch_all(&mut **transaction).await? {
            let place = place(&places, &row)?;
            found[place].push(event(&row, &rows[place].entry)?);
        }
        Ok(found)
    }

    async fn heard_of(
        &self,
        transaction: &mut Transaction<'static, Any>,
        rows: &[Row],
    ) -> Result<Vec<Vec<Subject>>, Failure> {
        let mut found = vec![Vec::new(); rows.len()];
        let unknown = rows.iter().filter(|row| {
            let financing = &row.entry.financing;
            let unknown = financing.session.is_none() && financing.application.is_none();
            // A callback rouses: without one there is nothing to look for.
            unknown && row.roused > 0
        });
        let keys = keys(unknown)?;
        if keys == "[]" {
            return Ok(found);
        }
        let sql = format!(
            "SELECT c.shop, c.financing, c.subject_kind, c.subject FROM {} CROSS JOIN inbank_callback AS c \
             WHERE c.shop = k.shop AND c.financing = k.id \
             GROUP BY c.shop, c.financing, c.subject_kind, c.subject ORDER BY MIN(c.received_at), MIN(c.key)",
            self.engine.keys()
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(keys);
        let places = places(rows);
        for row in query.fetch_all(&mut **transaction).await? {
            found[place(&places, &row)?].push(subject(&row)?);
        }
        Ok(found)
    }
}

fn keys<'a>(rows: impl Iterator<Item = &'a Row>) -> Result<String, Failure> {
    let keys: Vec<Key<'_>> = rows.map(Row::key).collect();
    Ok(serde_json::to_string(&keys)?)
}

fn places(rows: &[Row]) -> Places {
    let names = rows.iter().map(|row| {
        let (shop, id) = (&row.entry.shop, &row.entry.financing.id);
        (shop.as_str().to_owned(), id.as_str().to_owned())
    });
    names.zip(0..).collect()
}

fn place(places: &Places, row: &sqlx::any::AnyRow) -> Result<usize, Failure> {
    let name = (row.try_get("shop")?, row.try_get("financing")?);
    let place = places.get(&name).copied();
    place.ok_or_else(|| Failure::unreadable("an answer about another financing"))
}
