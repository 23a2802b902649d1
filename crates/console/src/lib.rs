//! A console over a platform's orders: what an operator needs at night, and a merchant by day.
//!
//! It decides nothing by rules of its own: a button is one call of an order's handle ([`inbank_app::OrderHandle`]), as a platform makes it,
//! and what fits is what the state graph allows. Whoever decides something is written down before it leaves. Users sign in with a token
//! ([`Users`]), and see and do what it allows.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use inbank_console::{Console, Scope, TokenUsers};
//! # use inbank_app::{Runtime, Worker};
//! # use inbank_ports::AuditLog;
//!
//! # fn example(worker: Worker, runtime: Runtime, audit: Arc<dyn AuditLog>, token: &str) -> axum::Router {
//! let users = TokenUsers::new().with("Anna", token, Scope::Write, None);
//! let console = Console::new(worker, runtime, Arc::new(users)).with_audit(audit);
//! axum::Router::new().merge(console.router()) // at /console
//! # }
//! ```
//!
//! Pages are made on the server. They work without script, load nothing from elsewhere, and carry a policy under which nothing else runs.
//! Serve them over https: the session's cookie is `Secure` but on loopback.

mod absence;
mod address;
mod asset;
mod audit;
mod came;
mod chart;
mod check;
mod console;
mod csv;
mod decide;
mod desk;
mod erase;
mod export;
mod figures;
mod find;
mod frame;
mod guard;
mod moment;
mod once;
mod order;
mod orders;
mod overview;
mod refusal;
mod seen_to;
mod session;
mod shop;
mod shop_change;
mod sign_in;
mod status;
mod user;
mod view;
mod visible;
mod visitor;
mod webhook;

pub use console::Console;
pub use desk::{
    Check, DeliveryCard, Desk, DeskError, NewShop, Origin, Resent, ShopCard, WebhookCard,
    WebhookHealth, WebhookState,
};
pub use user::{Scope, TokenUsers, User, Users};
