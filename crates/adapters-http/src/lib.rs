//! Inbank's Partner API over HTTP.
//!
//! [`PartnerApi`] implements the ports of `inbank-ports` for one shop. Every call leaves through one
//! door, which alone knows about retries, time limits, size limits, spans and error mapping. A
//! payload is written down once; the [`ApiVersion`] is a codec round serde.
//! Regions are values of [`RegionProfile`]. [`HmacAuthenticator`] tells the bank's callbacks from
//! anybody else's.

mod application;
mod authenticator;
mod calculation;
mod clock;
mod connection;
mod contract;
mod dialect;
mod document;
mod door;
mod failure;
mod figures;
mod form;
mod income_proof;
mod offer;
mod operation;
mod partner_api;
mod product;
mod region;
mod rental;
mod retry;
mod session;
mod signing;
mod site;
mod transport;
mod wire;

pub use authenticator::{HmacAuthenticator, NoKey, callback_form, sign_callback};
pub use clock::SystemClock;
pub use dialect::ApiVersion;
pub use document::{read_application_request, read_rental_request, read_session_request};
pub use form::LARGEST_CALLBACK;
pub use partner_api::{PartnerApi, PartnerApiBuilder, SettingsError};
pub use region::{BankListAddress, RegionProfile};
pub use retry::RetryPolicy;
pub use site::{Environment, Site};
pub use transport::{Transport, TransportError};
