//! The targets, from where they are tested.
#![allow(clippy::unwrap_used, missing_docs)]
#[path = "../../src/fuzz/answers.rs"]
pub mod answers;
#[path = "../../src/fuzz/bank.rs"]
mod bank;
#[path = "../../src/fuzz/callback_form.rs"]
pub mod callback_form;
#[path = "../../src/fuzz/callback_message.rs"]
pub mod callback_message;
#[path = "../../src/fuzz/configuration.rs"]
pub mod configuration;
#[path = "../../src/fuzz/documents.rs"]
pub mod documents;
#[path = "../../src/fuzz/json.rs"]
mod json;
#[path = "../../src/fuzz/numbers.rs"]
pub mod numbers;
#[path = "../../src/fuzz/retry_after.rs"]
pub mod retry_after;
#[path = "../../src/fuzz/return_page.rs"]
pub mod return_page;
#[path = "../../src/fuzz/settings.rs"]
pub mod settings;
