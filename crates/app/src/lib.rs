//! What a shop wants of financing, over the ports of `inbank-ports`: quote, check out, follow what
//! the bank does, approve, activate, cancel.
//!
//! Each use case takes only the ports that it needs, so a test swaps in fakes or mocks. Nothing here
//! knows HTTP, SQL or JSON. What has to be remembered between calls is the `Financing` that goes in
//! and comes out; the caller stores it.

mod activate;
mod apply;
mod checkout;
mod decide;
mod desk;
mod follow;
mod intake;
mod offer;
mod quote;
mod rent;
mod shop;
mod sign;
mod worker;

pub use activate::{ActivateError, ActivateRental, Activation};
pub use apply::{Apply, Submitted};
pub use checkout::{Checkout, Started};
pub use decide::{Decide, DecideError, Decision};
pub use desk::{Carried, CheckedOut, Desk, DeskError, Filed};
pub use follow::{Follow, FollowError, FollowPorts, News, Patience};
pub use intake::{Intake, IntakeError};
pub use offer::{OfferError, Offers};
pub use quote::{Quote, Quotes, Unavailable};
pub use rent::{Rent, RentalQuote};
pub use shop::{Shop, ShopPorts, Shops};
pub use sign::{Sign, SignError};
pub use worker::Worker;
