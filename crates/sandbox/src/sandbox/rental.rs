//! The part of the handle that looks into rentals.

use uuid::Uuid;

use super::{Sandbox, SandboxBuilder};
use crate::{
    rental::{AssetIdentifier, AssetModel},
    session::CustomerError,
};

impl SandboxBuilder {
    /// Lets the paths of other contracts know rentals as well: version 3 then shows them there, and they can be cancelled. No guide has
    /// that for a rental, so it is not so unless asked for.
    #[must_use]
    pub const fn rentals_among_contracts(mut self) -> Self {
        self.rentals_among_contracts = true;
        self
    }
}

impl Sandbox {
    /// The models that can be rented, and one that the bank has not approved; none where nothing is rented out.
    pub fn models(&self) -> Vec<AssetModel> {
        self.shared.lock().models().to_vec()
    }

    /// The identifiers that the merchant has assigned to the device of a rental contract; none if there is no such contract.
    pub fn asset_identifiers(&self, contract: Uuid) -> Vec<AssetIdentifier> {
        let identifiers = self.shared.lock().asset_identifiers(contract);
        identifiers.unwrap_or_default()
    }

    /// Approves a rental contract, as the merchant does in the Partner Portal: it is activated, whatever was assigned before.
    ///
    /// # Errors
    ///
    /// When the contract does not exist, rents nothing out, or does not wait for the merchant.
    pub fn portal_activates(&self, contract: Uuid) -> Result<(), CustomerError> {
        self.shared.with(|bank| bank.activate_in_portal(contract))
    }
}
