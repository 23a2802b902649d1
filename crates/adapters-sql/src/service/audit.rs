//! Who decided what.

use inbank_domain::ShopName;
use inbank_ports::LedgerError;
use time::OffsetDateTime;

use super::ServiceStore;
use super::script::{Cells, Statement, Text};
use crate::failure::Failure;

/// Something that somebody decided by the API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditEntry {
    /// Who: the name or a digest of a token, never a token.
    pub who: String,
    /// What: `webhook.set`, `shop.remove`, `order.approve` …
    pub what: String,
    /// In which shop.
    pub shop: Option<ShopName>,
    /// About which order.
    pub reference: Option<String>,
    /// Why, where they said so.
    pub why: Option<String>,
}

/// The same, with when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditRecord {
    /// Counts upwards.
    pub id: u64,
    /// When.
    pub at: OffsetDateTime,
    /// What.
    pub entry: AuditEntry,
}

static RECORD: Text = Text::new(|| {
    "INSERT INTO inbank_audit (at, who, what, shop, reference, why) VALUES (@now, $2, $3, $4, $5, $6)".to_owned()
});

static LATEST: Text = Text::new(|| {
    "SELECT id, at, who, what, shop, reference, why FROM inbank_audit
    WHERE id < $2 AND (shop = $3 OR $3 IS NULL) ORDER BY id DESC LIMIT $4"
        .to_owned()
});

/// Records it in the transaction of what was decided.
pub(super) fn recorded(entry: &AuditEntry, now: OffsetDateTime) -> Statement {
    Statement::new(&RECORD, now)
        .with(&*entry.who)
        .with(&*entry.what)
        .with(entry.shop.as_ref().map(ShopName::as_str))
        .with(entry.reference.as_deref())
        .with(entry.why.as_deref())
}

fn record(row: &Cells) -> Result<AuditRecord, Failure> {
    let mut row = row.cursor();
    Ok(AuditRecord {
        id: row.count()?,
        at: row.moment()?,
        entry: AuditEntry {
            who: row.text()?.to_owned(),
            what: row.text()?.to_owned(),
            shop: row.maybe_parsed(ShopName::parse)?,
            reference: row.maybe_text()?.map(str::to_owned),
            why: row.maybe_text()?.map(str::to_owned),
        },
    })
}

impl ServiceStore {
    /// Writes down who decided what.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn audit(&self, entry: &AuditEntry, now: OffsetDateTime) -> Result<(), LedgerError> {
        self.engine
            .script(vec![recorded(entry, now)])
            .await
            .map(drop)
    }

    /// Who decided what, in one shop or in all of them, the latest first: those before the entry `before`, where one is given.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn audited(
        &self,
        shop: Option<&ShopName>,
        before: Option<u64>,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<Vec<AuditRecord>, LedgerError> {
        let before = before.and_then(|before| i64::try_from(before).ok());
        let latest = Statement::new(&LATEST, now)
            .with(before.unwrap_or(i64::MAX))
            .with(shop.map(ShopName::as_str))
            .with(limit);
        let rows = self.engine.look(latest).await?;
        self.engine.understood(rows.iter().map(record).collect())
    }
}
