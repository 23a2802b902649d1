use async_trait::async_trait;
use inbank_domain::{Calculation, CalculationRequest};

use crate::GatewayError;

/// The bank's calculator (*Calculator*).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Calculator: Send + Sync {
    /// Calculates preliminary conditions. All money is in the request's currency.
    ///
    /// # Contract
    /// - Changes nothing at the bank: safe to repeat, though it is a POST.
    /// - The answer MUST be about the product, amount and period asked for.
    ///   (`calculation_is_about_what_was_asked`)
    /// - With `Detail::PaymentSchedule` there MUST be a row for each month, which together make
    ///   the total cost. (`schedule_adds_up`)
    ///
    /// # Errors
    /// - `Invalid` ⇐ the currency is not the region's; nothing is sent.
    ///   (`calculation_in_another_currency_is_invalid`)
    /// - `NotFound` or `Refused` ⇐ the product, amount or period is not to be had.
    ///   (`calculation_for_an_unknown_product_is_refused`)
    async fn calculate(&self, request: &CalculationRequest) -> Result<Calculation, GatewayError>;
}
