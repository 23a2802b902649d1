use std::sync::{Mutex, MutexGuard, PoisonError};

use inbank::OrderEvent;
use inbank::ports::{EventSink, SinkError, async_trait};

/// What the platform was told, and which customers came back. Nothing is dropped as a copy: whatever
/// comes twice is there twice.
#[derive(Default)]
pub(super) struct Diary(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    events: Vec<OrderEvent>,
    /// By the order, as it stood in the address.
    visits: Vec<(String, String)>,
}

impl Diary {
    fn open(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn events(&self, order: &str) -> Vec<OrderEvent> {
        let pages = self.open();
        let events = pages.events.iter();
        let ours = events.filter(|event| event.order.as_str() == order);
        ours.cloned().collect()
    }

    /// The pages on which customers ended up, in order.
    pub(super) fn visits(&self, order: &str) -> Vec<String> {
        let pages = self.open();
        let ours = pages.visits.iter().filter(|(by, _)| by == order);
        ours.map(|(_, page)| page.clone()).collect()
    }

    pub(super) fn visited(&self, order: String, page: String) {
        self.open().visits.push((order, page));
    }
}

#[async_trait]
impl EventSink for Diary {
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
        self.open().events.push(event.clone());
        Ok(())
    }
}
