use async_trait::async_trait;
use inbank_domain::{Application, ApplicationId, ApplicationRequest, ContractId};
use inbank_ports::{Applications, GatewayError, GatewayErrorKind};

use crate::PartnerApi;
use crate::dialect::decode;
use crate::door::{Body, Call};
use crate::failure::DecodeError;
use crate::operation::{
    APPLICATION_ACCEPT, APPLICATION_CANCEL, APPLICATION_SHOW, APPLICATION_SUBMIT,
};
use crate::wire::application::answer::{read, submitted};
use crate::wire::application::further;
use crate::wire::application::request::Request;
use crate::wire::contract::Reference;
use crate::wire::{self, Wrapper, unwrapped};

#[async_trait]
impl Applications for PartnerApi {
    async fn submit(&self, request: &ApplicationRequest) -> Result<Application, GatewayError> {
        let invalid = |error| GatewayError::invalid(APPLICATION_SUBMIT.name, error);
        self.region
            .check_currency(request.amount())
            .map_err(invalid)?;
        let payload = Request::new(request, self.region.currency).map_err(invalid)?;
        let body = self.encode(&APPLICATION_SUBMIT, &payload)?;
        let body = further::with(body, request.further(), self.version()).map_err(|error| {
            let kind = GatewayErrorKind::Invalid;
            GatewayError::new(kind, APPLICATION_SUBMIT.name).with_source(error)
        })?;
        let call = Call {
            body: Body::Json(body),
            ..Call::default()
        };
        let read = |body: &[u8]| submitted(body, self.region.currency);
        self.door.call(&APPLICATION_SUBMIT, call, read).await
    }

    async fn application(&self, id: &ApplicationId) -> Result<Application, GatewayError> {
        let call = Call {
            arguments: &[id.as_str()],
            // In the guide's curl and nowhere described: the application that took this one's place,
            // where the bank changed the conditions.
            query: &[("type", "latest")],
            ..Call::default()
        };
        let read = |body: &[u8]| {
            let application = read(body, self.region.currency)?;
            let successor =
                application.changed_conditions || application.previous.as_ref() == Some(id);
            if application.id == *id || successor {
                Ok(application)
            } else {
                Err(DecodeError::Another("application"))
            }
        };
        self.door.call(&APPLICATION_SHOW, call, read).await
    }

    async fn accept(&self, id: &ApplicationId) -> Result<ContractId, GatewayError> {
        let read = |body: &[u8]| {
            let reference: Reference = decode(unwrapped(body, Wrapper::Contract)?)?;
            Ok(ContractId::parse(reference.uuid.trim())?)
        };
        self.door
            .call(&APPLICATION_ACCEPT, Call::about(&id.as_str()), read)
            .await
    }

    async fn cancel(&self, id: &ApplicationId) -> Result<(), GatewayError> {
        self.door
            .call(
                &APPLICATION_CANCEL,
                Call::about(&id.as_str()),
                wire::nothing,
            )
            .await
    }
}
