//! What the supervisor is told by the tasks that it has begun.

use std::sync::Arc;

use futures::channel::mpsc::UnboundedSender;
use inbank_domain::ShopName;
use inbank_ports::{Claimed, Delivery, LedgerError, ShopSlots};
use time::OffsetDateTime;

use crate::worker::delivery::Count;
use crate::worker::task::Worked;

pub(super) enum Message {
    Claimed(
        OffsetDateTime,
        Vec<ShopSlots>,
        Result<Vec<Claimed>, LedgerError>,
    ),
    RoundEnded(u64, ShopName, Arc<str>, Ended),
    DeliveriesClaimed(
        OffsetDateTime,
        Vec<ShopSlots>,
        Result<Vec<Delivery>, LedgerError>,
    ),
    Delivered(u64, ShopName, Count),
    Kept,
}

pub(super) enum Ended {
    With(Worked),
    Panicked,
    Cut,
}

/// Tells the supervisor that a task has ended, also when it panics.
pub(super) struct Report {
    pub(super) to: UnboundedSender<Message>,
    pub(super) message: Option<Message>,
}

impl Report {
    pub(super) fn send(mut self, message: Message) {
        self.message = Some(message);
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if let Some(message) = self.message.take() {
            // Nobody listens any more once the supervisor has ended.
            let _ = self.to.unbounded_send(message);
        }
    }
}
