use async_trait::async_trait;
use inbank_domain::{Product, ProductCode};

use crate::GatewayError;

/// The shop's products (`GET /products`).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ProductCatalogue: Send + Sync {
    /// Describes one product.
    ///
    /// # Contract
    /// - A read: safe to repeat.
    /// - The answer MUST have the code that was asked for, to the character.
    ///   (`product_keeps_its_code`)
    /// - Limits MUST be in the region's currency. (`product_keeps_its_code`)
    ///
    /// # Errors
    /// `NotFound` ⇐ the shop has no such product. (`unknown_product_is_not_found`)
    async fn product(&self, code: &ProductCode) -> Result<Product, GatewayError>;
}
