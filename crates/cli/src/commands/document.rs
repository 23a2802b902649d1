//! The guide's own request body, as a partner has it at hand.

use std::fs;
use std::io::{self, Read as _};

use inbank::{Customer, Region};

use crate::exit::Failure;

/// The text of a file, or of stdin for `-`.
pub(super) fn read(from: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match from {
        "-" => io::stdin().lock().read_to_string(&mut text).map(|_| text),
        file => fs::read_to_string(file),
    };
    read.map_err(|error| {
        Failure::usage(
            format!("--from {from}: {error}"),
            "name a file that can be read, or `-` for stdin",
        )
    })
}

/// Points out an identity code whose check digit is wrong, where the rule is known: the bank decides.
pub(super) fn warn_of_a_check_digit(customer: Option<&Customer>, region: &Region) {
    let code = customer.and_then(|customer| customer.identity_code.as_ref());
    let by_this_rule = matches!(region.country, "EE" | "LT");
    if by_this_rule && code.is_some_and(|code| code.check_digit_fits() == Some(false)) {
        tracing::warn!(
            "the customer's identity code has a wrong check digit; it was probably copied wrongly"
        );
    }
}
