//! What changes one financing.

use inbank_domain::{
    ApplicationId, ContractId, FinancingId, Intent, Occurrence, SessionId, ShopName, WebAddress,
};
use inbank_ports::{Claim, Committed, Entry, Intended, Opened, Rest};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Transaction};
use time::OffsetDateTime;

use crate::connection::Pools;
use crate::failure::Failure;
use crate::row::{COLUMNS, Row, micros};

const OPEN: &str = "
INSERT INTO inbank_financing (
    product, family, state, merchant_approval, session, application, contract, redirect_url, intent, intent_application,
    anomaly, answer_by, roused_at, failures, asked, shop, id, order_reference, attempt, opened_at, version, due_at, leased_until,
    lease, roused, events, delivered
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22, 1, 0, 0, 0)
ON CONFLICT DO NOTHING
";

/// Without an order: SQLite would look for it in an index that has all of the shop's financings.
const STANDING: &str = "shop = $1 AND (id = $2 OR (order_reference = $3 AND attempt = $4)) LIMIT 1";

/// While there is a lease, `due_at` is its end: nobody else may have the financing before, and then it is due already.
const ROUSE: &str = "
    roused = roused + 1,
    roused_at = CASE WHEN $3 > roused_at THEN $3 ELSE roused_at END,
    due_at = CASE WHEN leased_until IS NOT NULL OR due_at <= $3 THEN due_at ELSE $3 END
WHERE shop = $1 AND id = $2
";

/// What an order is stays; everything else may have changed.
const COMMIT: &str = "
UPDATE inbank_financing SET
    product = $1, family = $2, state = $3, merchant_approval = $4, session = $5, application = $6, contract = $7,
    redirect_url = $8, intent = $9, intent_application = $10, anomaly = $11, answer_by = $12,
    roused_at = CASE WHEN $13 > roused_at THEN $13 ELSE roused_at END,
    failures = $14, asked = $15, version = version + 1, events = events + $18
WHERE shop = $16 AND id = $17 AND lease = $19 AND version = $20
RETURNING
";

const RELEASE: &str = "
UPDATE inbank_financing SET
    leased_until = NULL,
    delivered = CASE WHEN $4 > delivered THEN $4 ELSE delivered END,
    failures = $5,
    due_at = CASE WHEN roused > $6 THEN $7 ELSE $8 END
WHERE shop = $1 AND id = $2 AND lease = $3
";

type Bound<'q> = Query<'q, Any, AnyArguments>;

/// The columns that a commit writes, as `$1` to `$15`, then the names.
fn bind<'q>(query: Bound<'q>, entry: &Entry) -> Bound<'q> {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let financing = &entry.financing;
    query
        .bind(entry.product.as_str().to_owned())
        .bind(financing.family.as_str().to_owned())
        .bind(financing.state.as_str())
        .bind(i64::from(financing.merchant_approval))
        .bind(text(financing.session.as_ref().map(SessionId::as_str)))
        .bind(text(
            financing.application.as_ref().map(ApplicationId::as_str),
        ))
        .bind(text(financing.contract.as_ref().map(ContractId::as_str)))
        .bind(text(entry.redirect_url.as_ref().map(WebAddress::as_str)))
        .bind(entry.intent.as_ref().map(Intent::name))
        .bind(application(entry.intent.as_ref()))
        .bind(entry.anomaly.clone())
        .bind(micros(entry.answer_by))
        .bind(micros(entry.roused_at))
        .bind(i64::from(entry.failures))
        .bind(i64::from(entry.asked))
        .bind(entry.shop.as_str().to_owned())
        .bind(financing.id.as_str().to_owned())
}

fn application(intent: Option<&Intent>) -> Option<String> {
    let application = intent.and_then(Intent::application);
    application.map(|id| id.as_str().to_owned())
}

impl Pools {
    pub(super) async fn open(
        &self,
        entry: &Entry,
        leased_until: OffsetDateTime,
    ) -> Result<Opened, Failure> {
        let order = entry.financing.order.as_str();
        let query = bind(sqlx::query(OPEN), entry)
            .bind(order)
            .bind(i64::from(entry.attempt))
            .bind(micros(entry.opened_at))
            .bind(entry.version.cast_signed())
            .bind(micros(leased_until));
        if query.execute(&self.writing).await?.rows_affected() == 1 {
            return Ok(Opened::Written(Box::new(Claim {
                entry: entry.clone(),
                lease: 1,
                roused: 0,
                heard_of: Vec::new(),
                undelivered: Vec::new(),
            })));
        }
        let sql = format!("SELECT {COLUMNS} FROM inbank_financing WHERE {STANDING}");
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(entry.shop.as_str())
            .bind(entry.financing.id.as_str())
            .bind(order)
            .bind(i64::from(entry.attempt));
        match query.fetch_optional(&self.reading).await? {
            Some(row) => Ok(Opened::Standing(Box::new(Row::read(&row)?.entry))),
            None => Err(Failure::unavailable(
                "the financing was removed in the same moment",
            )),
        }
    }

    pub(super) async fn rouse(
        &self,
        shop: &ShopName,
        id: &FinancingId,
        at: OffsetDateTime,
    ) -> Result<bool, Failure> {
        let sql = format!("UPDATE inbank_financing SET {ROUSE}");
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(shop.as_str())
            .bind(id.as_str());
        let roused = query.bind(micros(at)).execute(&self.writing).await?;
        Ok(roused.rows_affected() == 1)
    }

    pub(super) async fn intend(
        &self,
        entry: &Entry,
        intent: &Intent,
        at: OffsetDateTime,
    ) -> Result<Intended, Failure> {
        let sql = format!(
            "UPDATE inbank_financing SET intent = $4, intent_application = $5, version = version + 1, {ROUSE} \
             AND version = $6 AND intent IS NULL"
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(entry.shop.as_str())
            .bind(entry.financing.id.as_str())
            .bind(micros(at))
            .bind(intent.name())
            .bind(application(Some(intent)))
            .bind(entry.version.cast_signed());
        let intended = query.execute(&self.writing).await?;
        if intended.rows_affected() == 1 {
            Ok(Intended::Written)
        } else {
            Ok(Intended::Changed)
        }
    }

    pub(super) async fn commit(
        &self,
        claim: &Claim,
        entry: &Entry,
        occurrences: &[Occurrence],
        at: OffsetDateTime,
    ) -> Result<Committed, Failure> {
        let mut transaction = self.engine.begin(&self.writing).await?;
        let sql = format!("{COMMIT} {COLUMNS}");
        let query = bind(sqlx::query(AssertSqlSafe(sql)), entry)
            .bind(i64::try_from(occurrences.len()).unwrap_or(i64::MAX))
            .bind(claim.lease.cast_signed())
            .bind(claim.entry.version.cast_signed());
        let rows = match query.fetch_all(&mut *transaction).await {
            // The only names that a commit may give away are the session's and the application's.
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                transaction.rollback().await?;
                return Ok(Committed::Taken);
            }
            rows => rows?,
        };
        let Some(row) = rows.first() else {
            return Ok(Committed::Lost);
        };
        let row = Row::read(row)?;
        let before = row.events - occurrences.len() as u64;
        for (number, occurrence) in (before + 1..).zip(occurrences) {
            tell(&mut transaction, entry, number, occurrence, at).await?;
        }
        let mut claims = self.claims(&mut transaction, vec![row]).await?;
        transaction.commit().await?;
        match claims.pop() {
            Some(written) => Ok(Committed::Written(Box::new(Claim {
                roused: claim.roused,
                ..written
            }))),
            None => Ok(Committed::Lost),
        }
    }

    pub(super) async fn release(&self, claim: &Claim, rest: &Rest) -> Result<bool, Failure> {
        let query = sqlx::query(RELEASE)
            .bind(claim.entry.shop.as_str())
            .bind(claim.entry.financing.id.as_str())
            .bind(claim.lease.cast_signed())
            .bind(rest.delivered.unwrap_or_default().cast_signed())
            .bind(i64::from(rest.failures))
            .bind(claim.roused.cast_signed())
            .bind(micros(rest.at))
            .bind(rest.due.map(micros));
        let released = query.execute(&self.writing).await?;
        Ok(released.rows_affected() == 1)
    }
}

async fn tell(
    transaction: &mut Transaction<'static, Any>,
    entry: &Entry,
    number: u64,
    occurrence: &Occurrence,
    at: OffsetDateTime,
) -> Result<(), Failure> {
    let sql = "INSERT INTO inbank_event (shop, financing, number, name, detail, occurred_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let detail = match occurrence {
        Occurrence::Moved(_) => None,
        Occurrence::Anomaly(what) => Some(what.as_str()),
    };
    let query = sqlx::query(sql)
        .bind(entry.shop.as_str())
        .bind(entry.financing.id.as_str())
        .bind(number.cast_signed())
        .bind(occurrence.name())
        .bind(detail)
        .bind(micros(at));
    query.execute(&mut **transaction).await?;
    Ok(())
}
