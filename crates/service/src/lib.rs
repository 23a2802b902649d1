//! `inbank serve`: a platform over HTTP, for shops in any language.
//!
//! It adds no rule of its own: a request becomes one call of [`inbank`], and its answer becomes JSON. Amounts
//! and rates are decimal strings, times are RFC 3339, errors are RFC 9457 problem documents that say what to
//! do next. What it can do is in its own `OpenAPI` document ([`openapi`]).
//!
//! Whoever calls has a bearer token, which may read, or write, some shops or all of them ([`Tokens`]). A shop
//! that a token may not see is not told apart from one that isn't there.

mod answer;
mod api;
mod config;
mod console;
mod secret;
mod service;
mod shops;
mod token;
mod vault;
mod webhook;

pub use api::{openapi, routes};
pub use config::{Config, ConfigError};
pub use inbank_adapters_sql::ServiceStore;
pub use secret::{SecretFileError, SecretSource, SecretsFolder, ThisProcess};
pub use service::{Service, ServiceError};
pub use token::{Scope, Token, Tokens};
pub use vault::Vault;
pub use webhook::{FileWebhook, WebhookOptions, WebhookSecret, WebhookTargets};
