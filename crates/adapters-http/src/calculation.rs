use async_trait::async_trait;
use inbank_domain::{Calculation, CalculationRequest};
use inbank_ports::{Calculator, GatewayError};

use crate::PartnerApi;
use crate::dialect::decode;
use crate::door::{Body, Call};
use crate::operation::CALCULATION;
use crate::wire::calculation::{Answer, Request};

#[async_trait]
impl Calculator for PartnerApi {
    async fn calculate(&self, request: &CalculationRequest) -> Result<Calculation, GatewayError> {
        let invalid = |error| GatewayError::invalid(CALCULATION.name, error);
        self.region
            .check_currency(request.amount())
            .map_err(invalid)?;
        let payload = Request::new(request, &self.region.currency).map_err(invalid)?;
        let call = Call {
            body: Body::Json(self.encode(&CALCULATION, &payload)?),
            ..Call::default()
        };
        let read = |body: &[u8]| decode::<Answer<'_>>(body)?.into_calculation(request);
        let mut calculation = self.door.call(&CALCULATION, call, read).await?;
        calculation.made_on = Some(self.door.clock.now().date());
        Ok(calculation)
    }
}
