use std::sync::{Mutex, MutexGuard, PoisonError};

use inbank::domain::{FinancingEvent, FinancingId};
use inbank::ports::{EventSink, SinkError, async_trait};

/// What the platform was told, and which customers came back. Nothing is dropped as a copy: whatever
/// comes twice is there twice.
#[derive(Default)]
pub(super) struct Diary(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    events: Vec<FinancingEvent>,
    /// By the order or the financing, as it stood in the address.
    visits: Vec<(String, String)>,
}

impl Diary {
    fn open(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn events(&self, financing: &FinancingId) -> Vec<FinancingEvent> {
        let pages = self.open();
        let events = pages.events.iter();
        let ours = events.filter(|event| event.financing == *financing);
        ours.cloned().collect()
    }

    /// The pages on which customers ended up, in order.
    pub(super) fn visits(&self, whose: &[&str]) -> Vec<String> {
        let pages = self.open();
        let visits = pages.visits.iter();
        let ours = visits.filter(|(by, _)| whose.contains(&by.as_str()));
        ours.map(|(_, page)| page.clone()).collect()
    }

    pub(super) fn visited(&self, whose: String, page: String) {
        self.open().visits.push((whose, page));
    }
}

#[async_trait]
impl EventSink for Diary {
    async fn deliver(&self, event: &FinancingEvent) -> Result<(), SinkError> {
        self.open().events.push(event.clone());
        Ok(())
    }
}
