//! Inbank financing for commerce platforms.
//!
//! A [`Platform`] has shops, a [`ShopHandle`] has orders, and an [`OrderHandle`] is paid, applied for
//! or rented, and takes every command that follows. Everything is written down in a ledger before the
//! bank is asked, so that nothing is lost and nothing counts twice; events tell the platform what
//! happened.
//!
//! ```no_run
//! use inbank::{Cart, Currency, Money, PayOutcome, Platform, Region, Shop};
//!
//! # async fn example(uuid: String, key: String) -> Result<(), Box<dyn std::error::Error>> {
//! let platform = Platform::builder()
//!     .public_url("https://shop.example.com/inbank")
//!     .database("sqlite:inbank.db")
//!     .shop(Shop::new("main", Region::ESTONIA, uuid, key))
//!     .on_event(|event| async move {
//!         println!("{}: {}", event.order, event.kind);
//!         Ok::<_, std::io::Error>(())
//!     })
//!     .build()
//!     .await?;
//!
//! let cart = Cart::new("hire_purchase", Money::parse("499.90", Currency::EUR)?);
//! match platform.shop("main")?.order("1001").pay(&cart).await? {
//!     PayOutcome::Redirect(url) => println!("send the customer to {url}"),
//!     PayOutcome::Standing(status) => println!("the order is {status}"),
//!     PayOutcome::NotOffered(why) => println!("offer another way to pay: {why:?}"),
//!     PayOutcome::Busy(wait) => println!("ask to try again in {} s", wait.as_secs()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The guides are in `docs`: `docs/tutorial.md` from nothing to a paid order, `docs/embedding.md` for what each answer,
//! event and command means. Without our routes and server (feature `axum`), give callbacks to
//! [`Platform::inbox`]. Without a platform, the ports are there by themselves: [`http::PartnerApi`]
//! implements them.

mod database;
mod on_event;
mod platform;
mod return_page;
#[cfg(feature = "axum")]
mod routes;
mod runtime;
#[cfg(feature = "axum")]
mod serve;
mod shop;

pub use platform::{BuildError, NoShop, Platform, PlatformBuilder};
pub use return_page::ReturnPage;
pub use runtime::{OsRandom, TokioSpawner};
#[cfg(feature = "axum")]
pub use serve::{Limits, ServeError};
pub use shop::{Shop, ShopSetup};

#[doc(inline)]
pub use inbank_app::{
    Activation, ApplyOutcome, Bank, Call, CallFigures, CallOutcome, Calls, CommandOutcome,
    Concurrency, Health, HostCalls, Inbox, InboxError, NotOffered, OrderError, OrderHandle,
    PayOutcome, Quote, Reach, RentalQuote, Retention, Runtime, ShopError, ShopHandle, Shown,
    SigningOutcome, Stopping, Unavailable, if_told, settle,
};
#[doc(inline)]
pub use inbank_domain::*;
pub use inbank_ports as ports;
pub use inbank_ports::{
    EventSink, Feed, GatewayError, GatewayErrorKind, Headers, LedgerError, SinkError,
};

/// How the bank is reached over HTTP.
pub mod http {
    pub use inbank_adapters_http::*;
}

/// Pages for operators and merchants: what [`Platform::console`] is made of.
#[cfg(feature = "console")]
pub mod console {
    pub use inbank_console::*;
}

/// Where the ledger is.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod sql {
    pub use inbank_adapters_sql::*;
}
