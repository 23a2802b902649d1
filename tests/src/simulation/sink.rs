use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank::ports::{EventSink, SinkError};
use inbank::{EventKind, OrderEvent};

use super::around::Around;
use super::fleet::{Fleet, shop_number};
use super::people::{About, Decision, decide, react};
use super::{Fault, Mark};

/// What a simulated platform says when it panics: such a panic is no news.
pub(super) const PANIC: &str = "the simulated platform panics over an event";

/// Where a process of the platform is told: it takes events, refuses, hangs, panics, and decides.
pub(super) struct Teller {
    around: Arc<Around>,
    fleet: Arc<Fleet>,
}

impl Teller {
    pub(super) const fn new(around: Arc<Around>, fleet: Arc<Fleet>) -> Self {
        Self { around, fleet }
    }
}

#[async_trait]
impl EventSink for Teller {
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
        let shop = shop_number(event.shop.as_str());
        let happens = |fault| self.around.faults.happens_to(shop, fault);
        if happens(Fault::SinkHangs) {
            self.around.pass(Duration::from_mins(5)).await;
        }
        if happens(Fault::SinkFails) {
            return Err("the simulated platform can't take it now".into());
        }
        if happens(Fault::SinkPanics) {
            self.around.panics(event);
            self.around.not_taken(event);
            panic!("{PANIC}");
        }
        let is_new = {
            let id = event.id();
            let log = self.around.log();
            log.told.iter().all(|told| told.event.id() != id)
        };
        self.around.told(event);
        if happens(Fault::SinkRefuses) {
            self.around.mark(Mark::EventPutAside);
            self.around.not_taken(event);
            let why = "the simulated platform will never take it";
            return Err(SinkError::Never(why.into()));
        }
        self.around.taken(event);
        if !is_new {
            return Ok(());
        }
        if event.kind == EventKind::AwaitsMerchant && happens(Fault::SinkDecides) {
            self.around.mark(Mark::DecidedWithin);
            if let Some(process) = self.fleet.any() {
                let about = About::of(event);
                decide(&self.fleet, &process, &about, Decision::Yes).await;
            }
        } else {
            react(&self.around, &self.fleet, event);
        }
        Ok(())
    }
}
