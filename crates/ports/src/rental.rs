use async_trait::async_trait;
use inbank_domain::{
    AssetIdentifiers, AssetModel, Contract, ContractId, ModelIdentifier, ProductCode,
    RentalCalculation, RentalRequest,
};

use crate::GatewayError;

/// Renting a device (*Smart Rent 3.04*): its conditions and price, and its contract. The session is
/// opened through [`Sessions`](crate::Sessions), as any other.
///
/// Every method: `Unsupported` ⇐ nothing is rented in the region; nothing is sent.
/// (`renting_where_nothing_is_rented_is_unsupported`)
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Rentals: Send + Sync {
    /// Reads the conditions of renting a model (Rental Conditions).
    ///
    /// # Contract
    /// - A read: safe to repeat.
    /// - Limits MUST be in the region's currency. (`known_model_has_its_conditions`)
    ///
    /// # Errors
    /// `NotFound` ⇐ the model is not agreed with the bank, or the shop has no such product.
    /// (`unknown_model_is_not_found`, `model_of_an_unknown_product_is_not_found`)
    async fn asset_model(
        &self,
        product: &ProductCode,
        identifier: &ModelIdentifier,
    ) -> Result<AssetModel, GatewayError>;

    /// Calculates a preliminary monthly payment (Calculator). All money is in the request's currency.
    ///
    /// # Contract
    /// - Changes nothing at the bank: safe to repeat, though it is a POST.
    /// - The answer MUST be about the period, the insurance and the deductions asked for.
    ///   (`rental_calculation_is_about_what_was_asked`)
    ///
    /// # Errors
    /// - `Invalid` ⇐ the currency is not the region's; nothing is sent.
    ///   (`rental_calculation_in_another_currency_is_invalid`)
    /// - `NotFound` or `Refused` ⇐ the conditions are not kept.
    ///   (`rental_calculation_against_the_conditions_is_refused`)
    async fn calculate(
        &self,
        product: &ProductCode,
        request: &RentalRequest,
    ) -> Result<RentalCalculation, GatewayError>;

    /// Tells the bank which device it is (Asset Identifier assignment).
    ///
    /// # Contract
    /// - The same identifiers may be assigned again as long as the contract waits for activation, and
    ///   the bank MUST have them then. (`assigned_identifiers_arrive`)
    /// - An implementation MUST NOT send it twice by itself all the same, unless nothing was sent the
    ///   first time: no guide promises it. (`lost_answer_of_assigning_is_an_unknown_outcome`)
    ///
    /// # Errors
    /// - `Invalid` ⇐ there is no identifier; nothing is sent. (`assigning_nothing_is_invalid`)
    /// - `Refused` ⇐ the contract does not wait for activation, or the bank does not take the
    ///   identifiers. (`active_rental_takes_no_identifiers`)
    /// - `NotFound` ⇐ no such rental contract. (`unknown_rental_is_not_found`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer.
    ///   (`lost_answer_of_assigning_is_an_unknown_outcome`)
    async fn assign(
        &self,
        product: &ProductCode,
        contract: &ContractId,
        identifiers: &AssetIdentifiers,
    ) -> Result<(), GatewayError>;

    /// Activates a granted rental whose device the bank knows (Contract Activation): the merchant's
    /// approval of a rental.
    ///
    /// # Contract
    /// - Not idempotent: a second activation is refused. An implementation MUST NOT send it twice
    ///   unless nothing was sent the first time. (`activating_twice_is_refused`)
    /// - After `Ok` the contract MUST become active without further calls, at once or later.
    ///   (`activated_rental_becomes_active`)
    ///
    /// # Errors
    /// - `Refused` ⇐ the contract does not wait for activation, or an identifier is missing.
    ///   (`activating_twice_is_refused`, `unidentified_rental_can_not_be_activated`)
    /// - `NotFound` ⇐ no such rental contract. (`unknown_rental_is_not_found`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer.
    ///   (`lost_answer_of_activating_is_an_unknown_outcome`)
    async fn activate(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<(), GatewayError>;

    /// Reads a rental contract (Contract Details).
    ///
    /// # Contract
    /// - A read: safe to repeat.
    /// - The answer MUST be about the contract asked for. (`granted_rental_has_a_signed_contract`)
    ///
    /// # Errors
    /// `NotFound` ⇐ no such rental contract. (`unknown_rental_is_not_found`)
    async fn contract(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<Contract, GatewayError>;
}
