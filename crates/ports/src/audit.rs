//! Who decided what.

use async_trait::async_trait;
use inbank_domain::{OrderReference, ShopName};
use time::OffsetDateTime;

use crate::LedgerError;

/// Something that somebody decided, by the API or in the console.
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

/// Which records are asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditQuery {
    /// Of these shops only; where none are given, of all, and of what concerns none.
    pub shops: Option<Vec<ShopName>>,
    /// About this order only.
    pub order: Option<OrderReference>,
    /// Only those before the record of this number: the last that was read.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

/// Keeps who decided what, and why.
///
/// Write it down before what was decided is done: then there may be a record of what had no effect, but
/// nothing has an effect without a record. An order that is erased leaves its records, since they say who
/// erased it; they hold no more of it than its reference.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Writes down who decided what. A store that several processes share may go by its own clock.
    ///
    /// # Contract
    /// - MUST be durable when it returns, and give it back as it was written, to the letter.
    ///   (`record_is_found_as_written`)
    async fn record(&self, entry: &AuditEntry, now: OffsetDateTime) -> Result<(), LedgerError>;

    /// Records, the latest first.
    ///
    /// # Contract
    /// - MUST give none of another shop, or of none, where shops are named; nothing where the list is empty.
    ///   (`records_are_found_by_shop`)
    /// - MUST give those of one order alone, where one is named. (`records_are_found_by_order`)
    /// - MUST give each once, page by page, where each page is of what is before the last of the one
    ///   before. (`records_are_read_page_by_page`)
    async fn records(&self, about: &AuditQuery) -> Result<Vec<AuditRecord>, LedgerError>;
}
