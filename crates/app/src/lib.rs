//! What a platform wants of financing, over the ports of `inbank-ports`: quotes, orders and their
//! commands, the inbox of callbacks, and the worker that carries orders on.
//!
//! Nothing here knows HTTP, SQL or JSON, nor a runtime: time, random names and tasks come through
//! ports, so that the same code runs under Tokio and under a seeded executor.

mod application;
mod backlog;
mod bank;
mod calls;
mod contract;
mod deadline;
mod error;
mod figures;
mod inbox;
mod income_proof;
mod offer;
mod order;
mod quote;
mod reach;
mod rental;
mod room;
mod runtime;
mod send;
mod session;
mod shop;
mod signal;
mod slots;
mod store;
mod worker;

pub use bank::Bank;
pub use calls::{Call, CallFigures, CallOutcome, Calls, HostCalls};
pub use contract::SigningOutcome;
pub use error::OrderError;
pub use inbox::{Inbox, InboxError};
pub use order::{ApplyOutcome, CommandOutcome, NotOffered, OrderHandle, PayOutcome};
pub use quote::{Quote, RentalQuote, Unavailable};
pub use reach::Reach;
pub use rental::Activation;
pub use runtime::Runtime;
pub use send::{Shown, settle};
pub use shop::{Shop, ShopError, ShopHandle, Shops, if_told};
pub use worker::{Concurrency, Health, Retention, Stopping, Worker};
