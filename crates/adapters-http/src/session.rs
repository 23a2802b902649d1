use async_trait::async_trait;
use inbank_domain::{Money, OpenedSession, Session, SessionId, SessionRequest};
use inbank_ports::{GatewayError, Sessions};
use rust_decimal::Decimal;

use crate::PartnerApi;
use crate::dialect::decode;
use crate::door::{Body, Call};
use crate::failure::DecodeError;
use crate::operation::{SESSION_OPEN, SESSION_SHOW};
use crate::wire::session::{Details, Opened, Request};

#[async_trait]
impl Sessions for PartnerApi {
    async fn open(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        let invalid = |error| GatewayError::invalid(SESSION_OPEN.name, error);
        if request.rental_request().is_some() {
            self.rents(&SESSION_OPEN)?;
        }
        let currency = request.currency();
        let money = Money::new(Decimal::ZERO, currency);
        self.region.check_currency(money).map_err(invalid)?;
        let payload = Request::new(request, &self.region.currency).map_err(invalid)?;
        let call = Call {
            body: Body::Json(self.encode(&SESSION_OPEN, &payload)?),
            ..Call::default()
        };
        let read = |body: &[u8]| Ok(decode::<Opened>(body)?.try_into()?);
        self.door.call(&SESSION_OPEN, call, read).await
    }

    async fn session(&self, id: &SessionId) -> Result<Session, GatewayError> {
        let call = Call {
            arguments: &[id.as_str()],
            ..Call::default()
        };
        let read = |body: &[u8]| {
            let session = decode::<Details>(body)?.into_session(self.region.currency)?;
            if session.id == *id {
                Ok(session)
            } else {
                Err(DecodeError::Another("session"))
            }
        };
        self.door.call(&SESSION_SHOW, call, read).await
    }
}
