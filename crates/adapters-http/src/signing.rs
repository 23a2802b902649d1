use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, ApplicationSigned, ConfirmationCode, ContractId, Invalid, Printout,
    Regeneration, Signed, SigningMethod, SigningStarted, WebAddress,
};
use inbank_ports::{GatewayError, Signing};

use crate::PartnerApi;
use crate::dialect::decode;
use crate::door::{Body, Call};
use crate::operation::{
    APPLICATION_CONFIRM, APPLICATION_SIGN, PAYMENT_LINK, PRINTOUT, SIGNING_CONFIRM, SIGNING_START,
};
use crate::wire::signing::{
    PaymentLinkRequest, PrintoutData, Request, application_signed, payment_link, signed, started,
};

#[async_trait]
impl Signing for PartnerApi {
    async fn printout(
        &self,
        contract: &ContractId,
        regeneration: Regeneration,
    ) -> Result<Printout, GatewayError> {
        let query: &[_] = match regeneration {
            Regeneration::Forced => &[("force_regeneration", "true")],
            Regeneration::NotNeeded => &[],
        };
        let call = Call {
            arguments: &[contract.as_str()],
            query,
            ..Call::default()
        };
        let read = |body: &[u8]| Ok(decode::<PrintoutData>(body)?.try_into()?);
        self.door.call(&PRINTOUT, call, read).await
    }

    async fn sign(
        &self,
        contract: &ContractId,
        method: &SigningMethod,
    ) -> Result<SigningStarted, GatewayError> {
        let request = Request::start(method);
        let call = Call {
            arguments: &[contract.as_str()],
            body: Body::Json(self.encode(&SIGNING_START, &request)?),
            ..Call::default()
        };
        self.door
            .call(&SIGNING_START, call, |body| started(body, method))
            .await
    }

    async fn confirm(
        &self,
        contract: &ContractId,
        code: &ConfirmationCode,
    ) -> Result<Signed, GatewayError> {
        let request = Request::confirm(code);
        let call = Call {
            arguments: &[contract.as_str()],
            body: Body::Json(self.encode(&SIGNING_CONFIRM, &request)?),
            ..Call::default()
        };
        self.door.call(&SIGNING_CONFIRM, call, signed).await
    }

    async fn sign_application(
        &self,
        application: &ApplicationId,
        method: &SigningMethod,
    ) -> Result<(), GatewayError> {
        let request = Request::start(method);
        let call = Call {
            arguments: &[application.as_str()],
            body: Body::Json(self.encode(&APPLICATION_SIGN, &request)?),
            ..Call::default()
        };
        let read = |body: &[u8]| application_signed(body, application).map(drop);
        self.door.call(&APPLICATION_SIGN, call, read).await
    }

    async fn confirm_application(
        &self,
        application: &ApplicationId,
        code: &ConfirmationCode,
    ) -> Result<ApplicationSigned, GatewayError> {
        let request = Request::confirm(code);
        let call = Call {
            arguments: &[application.as_str()],
            body: Body::Json(self.encode(&APPLICATION_CONFIRM, &request)?),
            ..Call::default()
        };
        let read = |body: &[u8]| application_signed(body, application);
        self.door.call(&APPLICATION_CONFIRM, call, read).await
    }

    async fn payment_link(
        &self,
        contract: &ContractId,
        return_url: &WebAddress,
    ) -> Result<WebAddress, GatewayError> {
        if !return_url.as_str().ends_with("{status}") {
            let error = Invalid::new(
                "return_url",
                "must end in {status}, which the bank fills in",
            );
            return Err(GatewayError::invalid(PAYMENT_LINK.name, error));
        }
        let request = PaymentLinkRequest {
            return_url: return_url.as_str(),
        };
        let call = Call {
            arguments: &[contract.as_str()],
            body: Body::Json(self.encode(&PAYMENT_LINK, &request)?),
            ..Call::default()
        };
        self.door.call(&PAYMENT_LINK, call, payment_link).await
    }
}
