use async_trait::async_trait;
use inbank_domain::{
    AssetIdentifiers, AssetModel, Contract, ContractId, Invalid, ModelIdentifier, ProductCode,
    RentalCalculation, RentalRequest,
};
use inbank_ports::{GatewayError, Rentals};

use crate::dialect::decode;
use crate::door::{Body, Call};
use crate::failure::DecodeError;
use crate::operation::{
    Operation, RENTAL_ACTIVATE_V2, RENTAL_ACTIVATE_V3, RENTAL_ASSIGN, RENTAL_CALCULATION,
    RENTAL_CONTRACT_V2, RENTAL_CONTRACT_V3, RENTAL_MODEL,
};
use crate::wire::rental::{Answer, Identifier, Model, Request};
use crate::{ApiVersion, PartnerApi, contract, wire};

#[async_trait]
impl Rentals for PartnerApi {
    async fn asset_model(
        &self,
        product: &ProductCode,
        identifier: &ModelIdentifier,
    ) -> Result<AssetModel, GatewayError> {
        let product = product.as_str();
        self.check_rental(&RENTAL_MODEL, product)?;
        let query = [
            ("identifier_type", identifier.kind()),
            ("identifier", identifier.as_str()),
        ];
        let call = Call {
            arguments: &[product],
            query: &query,
            ..Call::default()
        };
        let read = |body: &[u8]| {
            let model = decode::<Model<'_>>(body)?.into_model(self.region.currency)?;
            if model.may_be(identifier) {
                Ok(model)
            } else {
                Err(DecodeError::Another("model"))
            }
        };
        self.door.call(&RENTAL_MODEL, call, read).await
    }

    async fn calculate(
        &self,
        product: &ProductCode,
        request: &RentalRequest,
    ) -> Result<RentalCalculation, GatewayError> {
        let product = product.as_str();
        self.check_rental(&RENTAL_CALCULATION, product)?;
        let invalid = |error| GatewayError::invalid(RENTAL_CALCULATION.name, error);
        let price = request.hero().net_price;
        self.region.check_currency(price).map_err(invalid)?;
        let payload = Request::new(request, self.region.currency).map_err(invalid)?;
        let body = self.encode(&RENTAL_CALCULATION, &payload)?;
        let call = Call {
            arguments: &[product],
            body: Body::Json(body),
            ..Call::default()
        };
        let read = |body: &[u8]| decode::<Answer>(body)?.into_calculation(request);
        self.door.call(&RENTAL_CALCULATION, call, read).await
    }

    async fn assign(
        &self,
        product: &ProductCode,
        contract: &ContractId,
        identifiers: &AssetIdentifiers,
    ) -> Result<(), GatewayError> {
        let product = product.as_str();
        self.check_rental(&RENTAL_ASSIGN, product)?;
        if identifiers.is_empty() {
            let error = Invalid::new("asset_identifiers", "must be at least one");
            return Err(GatewayError::invalid(RENTAL_ASSIGN.name, error));
        }
        let body = self.encode(&RENTAL_ASSIGN, &Identifier::all(identifiers))?;
        let call = Call {
            arguments: &[product, contract.as_str()],
            body: Body::Json(body),
            ..Call::default()
        };
        self.door.call(&RENTAL_ASSIGN, call, wire::nothing).await
    }

    async fn activate(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<(), GatewayError> {
        let path = [product.as_str(), contract.as_str()];
        let versions = [&RENTAL_ACTIVATE_V2, &RENTAL_ACTIVATE_V3];
        let (operation, call) = self.at_contract(versions, &path)?;
        self.door.call(operation, call, wire::nothing).await
    }

    async fn contract(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<Contract, GatewayError> {
        let path = [product.as_str(), contract.as_str()];
        let versions = [&RENTAL_CONTRACT_V2, &RENTAL_CONTRACT_V3];
        let (operation, call) = self.at_contract(versions, &path)?;
        let read = |body: &[u8]| contract::read(body, contract, self.region.currency);
        self.door.call(operation, call, read).await
    }
}

impl PartnerApi {
    /// A call about a rental contract, where the versions differ: v2 leaves the product out.
    fn at_contract<'a>(
        &self,
        [v2, v3]: [&'static Operation; 2],
        path: &'a [&'a str; 2],
    ) -> Result<(&'static Operation, Call<'a>), GatewayError> {
        let (operation, arguments) = match self.version() {
            ApiVersion::V2 => (v2, &path[1..]),
            ApiVersion::V3 => (v3, &path[..]),
        };
        self.check_rental(operation, path[0])?;
        let call = Call {
            arguments,
            ..Call::default()
        };
        Ok((operation, call))
    }

    /// Checks that anything is rented here, and that a product's code can stand in a path.
    fn check_rental(&self, operation: &Operation, product: &str) -> Result<(), GatewayError> {
        self.rents(operation)?;
        // However they are encoded, dots alone lead to another address.
        if matches!(product, "." | "..") {
            let error = Invalid::new("product_code", "must be the code that Inbank gave");
            return Err(GatewayError::invalid(operation.name, error));
        }
        Ok(())
    }
}
