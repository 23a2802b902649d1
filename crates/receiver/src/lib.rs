//! The routes of the bank's callbacks and of returning browsers, to mount in a platform's own server.
//!
//! | route | who comes | is answered |
//! |---|---|---|
//! | `POST /callbacks/{shop}/{financing}` | the bank | 200 once the callback is durable, also for a copy |
//! | `POST /return/{shop}/{financing}` | a browser that brings the same form | on to the shop's page |
//! | `GET /return/{shop}/{financing}` | a browser that cancelled, or loads again | on to the shop's page |
//!
//! These are the addresses that `Shop::urls` gives to the bank. Nothing here reads the bank: what is
//! kept rouses the financing, and the worker finds out what it means. The shop's page therefore shows
//! what the ledger knows, and not what the browser brought.
//!
//! ```no_run
//! use inbank_domain::{Invalid, ShopName};
//! use inbank_receiver::{Receiver, ReturnPage};
//!
//! # fn example(intake: inbank_app::Intake) -> Result<axum::Router, Invalid> {
//! let page = ReturnPage::parse("https://shop.example.com/orders/{order_reference}")?;
//! let receiver = Receiver::new(intake).return_to(ShopName::parse("main")?, page);
//! // The shops' public URL is then `https://pay.example.com/inbank`.
//! Ok(axum::Router::new().nest("/inbank", receiver.into_router()))
//! # }
//! ```

mod address;
mod browser;
mod callback;
mod page;
mod receiver;
mod return_page;

pub use receiver::Receiver;
pub use return_page::ReturnPage;
