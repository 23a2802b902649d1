//! The bank's payloads, by their v3 names. Nothing here leaves the crate, decides anything, or has a
//! `Debug` that could show personal data.

pub(crate) mod absent;
pub(crate) mod application;
pub(crate) mod calculation;
pub(crate) mod callback;
pub(crate) mod contract;
pub(crate) mod customer;
pub(crate) mod free_form;
pub(crate) mod income_proof;
pub(crate) mod lenient;
pub(crate) mod moment;
pub(crate) mod number;
pub(crate) mod offer;
pub(crate) mod product;
pub(crate) mod purchase;
pub(crate) mod rental;
pub(crate) mod session;
pub(crate) mod signing;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::dialect::decode;
use crate::failure::{DecodeError, reports_an_error};

/// The object that an answer wraps under `name`, or the answer itself: the bank does either.
pub(crate) fn unwrapped<'a>(body: &'a [u8], wrapper: Wrapper) -> serde_json::Result<&'a [u8]> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wrapped<'a> {
        #[serde(borrow)]
        contract: Option<&'a RawValue>,
        #[serde(borrow)]
        product: Option<&'a RawValue>,
        #[serde(borrow)]
        payment_schedule: Option<&'a RawValue>,
    }
    let answer: Wrapped<'a> = decode(body)?;
    let inner = match wrapper {
        Wrapper::Contract => answer.contract,
        Wrapper::Product => answer.product,
        Wrapper::Schedule => answer.payment_schedule,
    };
    // What is no object is no wrapper, but a field of the answer like others.
    let inner = inner.filter(|inner| inner.get().starts_with('{'));
    Ok(inner.map_or(body, |inner| inner.get().as_bytes()))
}

/// The answer to a call that has nothing to answer: no body, or an object that reports no error.
/// A page or an error that came with a success says that something else answered.
pub(crate) fn nothing(body: &[u8]) -> Result<(), DecodeError> {
    if body.trim_ascii().is_empty() {
        return Ok(());
    }
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body)?;
    if reports_an_error(body) {
        Err(DecodeError::Another("outcome"))
    } else {
        Ok(())
    }
}

/// The answer to an upload, which no guide shows: none, or JSON of any kind that reports no error.
pub(crate) fn accepted(body: &[u8]) -> Result<(), DecodeError> {
    if !body.trim_ascii().is_empty() {
        serde_json::from_slice::<serde::de::IgnoredAny>(body)?;
    }
    if reports_an_error(body) {
        Err(DecodeError::Another("outcome"))
    } else {
        Ok(())
    }
}

/// Which answers come wrapped.
#[derive(Clone, Copy)]
pub(crate) enum Wrapper {
    Contract,
    Product,
    Schedule,
}

#[cfg(test)]
mod tests;
