//! What was asked of the bank, for tests to look at.

use serde::Serialize;

use crate::operation::Operation;

/// A request to the Partner API.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The path, and the query if there is one.
    pub path: String,
    /// What it asks for; `None` if the bank has no such path.
    pub operation: Option<Operation>,
    /// The body.
    pub body: String,
    /// The status of the bank's answer, whether or not it reached the client; `None` if the bank never got to answer.
    pub status: Option<u16>,
}
