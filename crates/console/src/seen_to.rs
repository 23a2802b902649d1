//! Who has seen to what needed a person, by the record of it.

use inbank_domain::{Order, OrderStatus};
use inbank_ports::AuditRecord;
use time::OffsetDateTime;

use crate::console::House;
use crate::moment::Moment;
use crate::order::records;

/// That somebody has seen to an order.
pub(crate) struct SeenTo {
    pub(crate) who: String,
    pub(crate) at: Moment,
    pub(crate) why: String,
}

impl SeenTo {
    /// The latest among an order's records, which come the latest first. While a person is wanted again, nobody has seen to that.
    pub(crate) fn among(
        order: &Order,
        records: &[AuditRecord],
        now: OffsetDateTime,
    ) -> Option<Self> {
        if order.needs_person.is_some() {
            return None;
        }
        // Before that the name was another order's, which was erased.
        let mut records = records.iter().filter(|one| one.at >= order.opened_at);
        let record = records.find(|record| record.entry.what == "order.seen_to")?;
        Some(Self {
            who: record.entry.who.clone(),
            at: Moment::new(record.at, now),
            why: record.entry.why.clone().unwrap_or_default(),
        })
    }

    /// Of an order in a list, where its status alone would not tell that somebody has.
    pub(crate) async fn of(house: &House, order: &Order) -> Option<Self> {
        if order.status() != OrderStatus::NeedsPerson || order.needs_person.is_some() {
            return None;
        }
        let records = records(house, &order.key).await.unwrap_or_else(|error| {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "a list of the console does not say who has seen to an order"
            );
            Vec::new()
        });
        Self::among(order, &records, house.now())
    }
}
