//! The guide's own request body, as a partner has it at hand.

use std::fs;
use std::io::{self, Read as _};

use crate::exit::Failure;

/// The text of a file, or of stdin for `-`.
pub(super) fn read(from: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match from {
        "-" => io::stdin().lock().read_to_string(&mut text).map(|_| text),
        file => fs::read_to_string(file),
    };
    read.map_err(|error| Failure::Usage(format!("--from {from}: {error}")))
}
