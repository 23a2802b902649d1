//! A partner's own request body, as the guides print it, read into a request.

use inbank_domain::{ApplicationRequest, Invalid, Region, RentalRequest, SessionRequest, excerpt};
use serde::Deserialize;

use crate::dialect::{CamelCase, to_snake_case};
use crate::wire;

/// Reads the body of `POST /pos_sessions` (*Session Initiation*, also *Smart Rent 3.04*): either
/// spelling, numbers or numeric text, the merchant's own containers as they are. It has a total, or
/// what is to be rented.
///
/// # Errors
/// [`Invalid`] with the path of the field: a key that the guide doesn't have, one that is missing or
/// of the wrong type, or a broken rule. The text itself is never repeated.
pub fn read_session_request(document: &str, region: &Region) -> Result<SessionRequest, Invalid> {
    read::<wire::session::Request<'_>>(document)?.into_request(region)
}

/// Reads the body of `POST /applications` (*Direct API*, Create a new application), in the same way.
/// It names no currency: amounts are in the region's.
///
/// # Errors
/// [`Invalid`] as above.
pub fn read_application_request(
    document: &str,
    region: &Region,
) -> Result<ApplicationRequest, Invalid> {
    read::<wire::application::request::Request<'_>>(document)?.into_request(region)
}

/// Reads the body of a rental calculation (*Smart Rent 3.04*, Calculator), in the same way. It names
/// no currency: prices are in the region's.
///
/// # Errors
/// [`Invalid`] as above.
pub fn read_rental_request(document: &str, region: &Region) -> Result<RentalRequest, Invalid> {
    read::<wire::rental::Request<'_>>(document)?.into_rental(region, region.currency)
}

fn read<'de, T: Deserialize<'de>>(document: &'de str) -> Result<T, Invalid> {
    let mut deserializer = serde_json::Deserializer::from_str(document);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let value = T::deserialize(CamelCase::new(tracked));
    let end = value.and_then(|value| deserializer.end().map(|()| value));
    end.map_err(|error| {
        let path = to_snake_case(excerpt(&track.path().to_string(), LONGEST_PLACE));
        if !error.is_data() {
            return Invalid::new(WHOLE, problem(&error));
        }
        let place = if path == "." { "" } else { &*path };
        let Some((name, rule)) = about_a_part(&error.to_string()) else {
            let field = if place.is_empty() { WHOLE } else { place };
            return Invalid::new(field.to_owned(), problem(&error));
        };
        // Serde says it of what the part is missing in.
        let part = Invalid::new(name, format!("{rule} {}", position(&error)));
        if place.is_empty() {
            part
        } else {
            part.inside(place)
        }
    })
}

/// What is wrong with all of it has no other name.
const WHOLE: &str = "document";

/// The part that serde finds missing or twice, in the guide's spelling, and what is wrong with it.
fn about_a_part(says: &str) -> Option<(String, &'static str)> {
    let rules = [
        ("missing field `", "is missing"),
        ("duplicate field `", "must be there once"),
    ];
    rules.into_iter().find_map(|(start, rule)| {
        let (name, _) = says.strip_prefix(start)?.split_once('`')?;
        Some((to_snake_case(name), rule))
    })
}

fn position(error: &serde_json::Error) -> String {
    format!("(line {}, column {})", error.line(), error.column())
}

/// serde's words, where they can hold nothing of the document but names of keys.
fn problem(error: &serde_json::Error) -> String {
    let place = position(error);
    if !error.is_data() {
        return format!("is not valid JSON {place}");
    }
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let text = excerpt(text, LONGEST_PROBLEM);
    let harmless = ["unknown field", "must be", "must not"];
    if harmless.iter().any(|start| text.starts_with(start)) {
        format!("{} {place}", with_the_guides_names(text))
    } else {
        format!("has the wrong type {place}")
    }
}

/// The guide's spelling of the names in a sentence, whichever the document is in. Serde puts them between
/// backticks; whatever else is in the sentence, such as an example, stays as it is.
fn with_the_guides_names(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(n, part)| match n % 2 {
        1 => to_snake_case(part),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

/// A path and a key are repeated, and a document may have any.
const LONGEST_PLACE: usize = 200;
/// serde lists the keys that it expected.
const LONGEST_PROBLEM: usize = 1_000;

#[cfg(test)]
mod tests;
