//! What the pages of a shop need that has nothing to do with how it is paid.
//!
//! [`Pages`] has templates, texts and files, and sees to what holds of every answer. A route takes a [`Visit`], a request
//! of somebody who reads one of the languages, and answers with a page or with the way to another ([`see`]). [`Rows`]
//! stand where a shop has a table of its database.

mod language;
mod pages;
mod rows;
mod visit;

pub use minijinja::value::{Serde, Value};
pub use minijinja::{Error, context};
pub use pages::Pages;
pub use rows::{ALL, Rows};
pub use visit::{Visit, is_reference, new_reference, see};
