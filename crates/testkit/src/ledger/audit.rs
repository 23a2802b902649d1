use async_trait::async_trait;
use inbank_ports::{AuditEntry, AuditLog, AuditQuery, AuditRecord, LedgerError};
use time::OffsetDateTime;

use super::MemoryLedger;

#[async_trait]
impl AuditLog for MemoryLedger {
    async fn record(&self, entry: &AuditEntry, now: OffsetDateTime) -> Result<(), LedgerError> {
        self.call(|store| {
            let id = store.audit.last().map_or(1, |last| last.id + 1);
            let entry = entry.clone();
            store.audit.push(AuditRecord { id, at: now, entry });
        })
        .await
    }

    async fn records(&self, about: &AuditQuery) -> Result<Vec<AuditRecord>, LedgerError> {
        self.call(|store| {
            let wanted = store.audit.iter().rev();
            let wanted = wanted.filter(|record| is_about(about, record));
            wanted.take(about.limit as usize).cloned().collect()
        })
        .await
    }
}

fn is_about(about: &AuditQuery, record: &AuditRecord) -> bool {
    let entry = &record.entry;
    let in_shops = |shops: &Vec<_>| entry.shop.as_ref().is_some_and(|shop| shops.contains(shop));
    let is_order =
        |order: &inbank_domain::OrderReference| entry.reference.as_deref() == Some(order.as_str());
    about.shops.as_ref().is_none_or(in_shops)
        && about.order.as_ref().is_none_or(is_order)
        && about.before.is_none_or(|before| record.id < before)
}
