use async_trait::async_trait;
use inbank_domain::{Product, ProductCode};
use inbank_ports::{GatewayError, ProductCatalogue};

use crate::PartnerApi;
use crate::dialect::decode;
use crate::door::Call;
use crate::failure::DecodeError;
use crate::operation;
use crate::wire::product::{Details, Parameters};
use crate::wire::{Wrapper, unwrapped};

#[async_trait]
impl ProductCatalogue for PartnerApi {
    async fn product(&self, code: &ProductCode) -> Result<Product, GatewayError> {
        let query = [("product_code", code.as_str())];
        let call = Call {
            query: &query,
            ..Call::default()
        };
        let read = |body: &[u8]| {
            let body = unwrapped(body, Wrapper::Product)?;
            let beside: Parameters = decode(body)?;
            let product = decode::<Details>(body)?.into_product(beside, self.region.currency)?;
            if product.code == *code {
                Ok(product)
            } else {
                Err(DecodeError::Another("product"))
            }
        };
        self.door.call(&operation::PRODUCT, call, read).await
    }
}
