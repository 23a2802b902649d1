use inbank_domain::{EventKind, NotPaid, OrderStatus, ShopName};
use inbank_ports::{Positioned, ShopPeriod, UntilPaid};
use time::OffsetDateTime;

use super::row::Row;
use super::store::Store;

impl Store {
    pub(super) fn period(
        &self,
        shops: &[ShopName],
        since: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Vec<ShopPeriod> {
        let of_shop = |shop: &ShopName| {
            let rows = self.rows.values();
            let rows: Vec<_> = rows.filter(|row| row.order.key.shop == *shop).collect();
            of(&rows, shop.clone(), since, now)
        };
        shops.iter().map(of_shop).collect()
    }
}

/// What came of a shop's orders from a time to another, both included.
fn of(rows: &[&Row], shop: ShopName, since: OffsetDateTime, now: OffsetDateTime) -> ShopPeriod {
    let mut period = ShopPeriod::none(shop);
    let mut payments: Vec<(&Row, Positioned)> = Vec::new();
    for row in rows {
        let (mut paid, mut declined, mut not_paid, mut approved) = (false, false, false, false);
        for told in row.outbox.all() {
            let event = &told.event;
            let key = &row.order.key;
            if !(since..=now).contains(&event.occurred_at)
                || row.outbox.unreadable(key, event.number).is_some()
            {
                continue;
            }
            match event.kind {
                EventKind::Paid { .. } => {
                    (paid, approved) = (true, true);
                    payments.push((row, told));
                }
                EventKind::AwaitsMerchant => approved = true,
                EventKind::NotPaid(end) => {
                    not_paid = true;
                    declined |= end == NotPaid::Declined;
                }
                EventKind::ActionWanted(_) | EventKind::NeedsPerson(_) | EventKind::Terminated => {}
            }
        }
        period.paid += u64::from(paid);
        period.declined += u64::from(declined);
        period.not_paid += u64::from(not_paid);
        period.approved += u64::from(approved);
        let present = row.order.present();
        let waiting = present.filter(|_| row.order.status() == OrderStatus::AwaitsMerchant);
        if let Some(amount) = waiting.and_then(|attempt| attempt.terms.amount) {
            period.add_waiting(amount, 1);
        }
    }
    for (_, told) in &payments {
        if let Some(amount) = told.event.amount {
            period.add_financed(amount, 1);
        }
    }
    payments.sort_by_key(|(_, told)| (told.event.occurred_at, told.position));
    let last = payments.iter().rev().take(UntilPaid::MOST as usize);
    let took = last.filter_map(|(row, told)| {
        let attempt = row.order.attempt(told.event.attempt)?;
        (told.event.occurred_at - attempt.opened_at).try_into().ok()
    });
    period.until_paid = UntilPaid::of(took.collect());
    period
}
