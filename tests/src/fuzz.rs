//! What is fuzzed: one function for each target, over any bytes, which panics where something doesn't hold.
//!
//! `cargo xtask fuzz` drives them by coverage; `tests/fuzz.rs` replays the committed corpora and plays with
//! them, so that what was found once is looked for ever after. The corpora are in `tests/fuzz/corpus`.

pub mod answers;
mod bank;
pub mod callback_form;
pub mod callback_message;
pub mod configuration;
pub mod documents;
mod json;
pub mod numbers;
pub mod retry_after;
pub mod return_page;
pub mod settings;

/// A target: its name, which is also that of its corpus, and what it checks.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 9] = [
    ("answers", answers::check),
    ("callback_form", callback_form::check),
    ("callback_message", callback_message::check),
    ("configuration", configuration::check),
    ("documents", documents::check),
    ("numbers", numbers::check),
    ("retry_after", retry_after::check),
    ("return_page", return_page::check),
    ("settings", settings::check),
];
