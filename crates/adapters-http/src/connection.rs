use async_trait::async_trait;
use inbank_ports::{Connection, GatewayError};

use crate::PartnerApi;
use crate::door::Call;
use crate::operation;

#[async_trait]
impl Connection for PartnerApi {
    async fn ping(&self) -> Result<(), GatewayError> {
        // `{"response":"pong"}` is known second-hand only, so any success will do.
        let pong = |_: &[u8]| Ok(());
        self.door
            .call(&operation::PING, Call::default(), pong)
            .await
    }
}
