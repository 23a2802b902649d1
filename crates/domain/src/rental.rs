//! Renting a device (*Smart Rent 3.04*): what may be rented, what it costs, and which device it is.

mod asset;
mod calculation;
mod identifier;
mod model;
mod request;

pub use asset::{AddOn, AssetCategory, Hero};
pub use calculation::RentalCalculation;
pub use identifier::{AssetIdentifierType, AssetIdentifiers, Imei, SerialNumber};
pub use model::{AddOnCategory, AssetModel, InsuranceRequirement, ModelIdentifier, PriceLimits};
pub use request::RentalRequest;
