//! A function as a sink.

use async_trait::async_trait;
use inbank_domain::OrderEvent;
use inbank_ports::{EventSink, SinkError};

pub(crate) struct OnEvent<F>(pub(crate) F);

#[async_trait]
impl<F, O, E> EventSink for OnEvent<F>
where
    F: Fn(OrderEvent) -> O + Send + Sync,
    O: Future<Output = Result<(), E>> + Send,
    E: Into<SinkError>,
{
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
        (self.0)(event.clone()).await.map_err(Into::into)
    }
}
