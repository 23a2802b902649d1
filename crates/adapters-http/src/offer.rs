use async_trait::async_trait;
use inbank_domain::{
    Applicant, ApplicationDocument, ApplicationId, Invalid, Money, Offer, Printout,
};
use inbank_ports::{GatewayError, Offers};
use rust_decimal::Decimal;

use crate::PartnerApi;
use crate::dialect::decode;
use crate::door::{Body, Call};
use crate::operation::{
    APPLICATION_CUSTOMER, APPLICATION_PRINTOUT, APPLICATION_RECALCULATE, APPLICATION_SCHEDULE,
};
use crate::wire::number::Number;
use crate::wire::offer::{Customer, Recalculation, schedule};
use crate::wire::signing::PrintoutData;

#[async_trait]
impl Offers for PartnerApi {
    async fn application_printout(
        &self,
        application: &ApplicationId,
        document: ApplicationDocument,
    ) -> Result<Printout, GatewayError> {
        let call = Call {
            arguments: &[application.as_str()],
            query: &[("type", document.as_str())],
            ..Call::default()
        };
        let read = |body: &[u8]| Ok(decode::<PrintoutData>(body)?.try_into()?);
        self.door.call(&APPLICATION_PRINTOUT, call, read).await
    }

    async fn payment_schedule(&self, application: &ApplicationId) -> Result<Offer, GatewayError> {
        let call = Call {
            arguments: &[application.as_str()],
            query: &[("response_level", "full")],
            ..Call::default()
        };
        let read = |body: &[u8]| schedule(body, application, self.region.currency);
        self.door.call(&APPLICATION_SCHEDULE, call, read).await
    }

    async fn recalculate(
        &self,
        application: &ApplicationId,
        down_payment: Money,
    ) -> Result<Offer, GatewayError> {
        let invalid = |error| GatewayError::invalid(APPLICATION_RECALCULATE.name, error);
        self.region.check_currency(down_payment).map_err(invalid)?;
        if down_payment.amount() < Decimal::ZERO {
            let error = Invalid::new("down_payment_amount", "must not be negative");
            return Err(invalid(error));
        }
        let number = Number::of("down_payment_amount", down_payment, self.region.currency);
        let request = Recalculation {
            down_payment_amount: number.map_err(invalid)?,
        };
        let call = Call {
            arguments: &[application.as_str()],
            body: Body::Json(self.encode(&APPLICATION_RECALCULATE, &request)?),
            ..Call::default()
        };
        let read = |body: &[u8]| schedule(body, application, self.region.currency);
        self.door.call(&APPLICATION_RECALCULATE, call, read).await
    }

    async fn applicant(&self, application: &ApplicationId) -> Result<Applicant, GatewayError> {
        let read = |body: &[u8]| Ok(decode::<Customer>(body)?.into_applicant());
        self.door
            .call(
                &APPLICATION_CUSTOMER,
                Call::about(&application.as_str()),
                read,
            )
            .await
    }
}
