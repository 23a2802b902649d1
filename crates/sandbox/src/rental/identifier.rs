//! The identifiers of a rented device (smart rent 3.04, Asset Identifier Assignment).

use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    cart::{list, misspelt, text},
    model::{AssetIdentifierType, AssetModel},
    problem::{Broken, Problems},
};
use crate::{dialect::Dialect, document::Document, error::Refusal};

/// An identifier that the merchant has assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AssetIdentifier {
    /// What kind it is of.
    pub identifier_type: AssetIdentifierType,
    /// The identifier.
    pub identifier: String,
}

/// The name of the list in the one public message about it, whichever way the list was sent.
const LIST: &str = "resources";

/// Reads the bare list of the guide's curl, or the object around it of the guide's table.
pub(super) fn read(body: &str, model: &AssetModel) -> Result<Vec<AssetIdentifier>, Refusal> {
    let problems = &mut Problems::default();
    let invalid = || Refusal::constraint("request body is not valid JSON");
    let whole: &RawValue = serde_json::from_str(body).map_err(|_| invalid())?;
    let items = if whole.get().starts_with('{') {
        let mut document = Document::parse(body, Dialect::V3).ok_or_else(invalid)?;
        let raw = document.raw("asset_identifiers");
        misspelt(&document, "", problems);
        if let Some(raw) = raw {
            list(raw, LIST, problems)
        } else {
            problems.constraint("asset_identifiers", Broken::Empty);
            Vec::new()
        }
    } else {
        list(whole, LIST, problems)
    };
    let mut identifiers: Vec<AssetIdentifier> = Vec::new();
    for (position, item) in items.into_iter().enumerate() {
        let path = format!("{LIST}[{position}]");
        match Document::parse(item.get(), Dialect::V3) {
            Some(mut item) => {
                identifiers.extend(read_one(&mut item, &format!("{path}."), problems));
                misspelt(&item, &format!("{path}."), problems);
            }
            None => problems.constraint(path, Broken::Invalid),
        }
    }
    let mut seen: Vec<AssetIdentifierType> = Vec::new();
    for AssetIdentifier {
        identifier_type: kind,
        identifier,
    } in &identifiers
    {
        problems.rule(
            model.asset_identifier_types.contains(kind),
            "ASSET_IDENTIFIER_TYPE_NOT_ALLOWED",
            format!("{kind} does not belong to the model"),
        );
        problems.rule(
            !seen.contains(kind),
            "ASSET_IDENTIFIER_TYPE_REPEATED",
            format!("{kind} is there twice"),
        );
        problems.rule(
            *kind != AssetIdentifierType::Imei || is_imei(identifier),
            "ASSET_IDENTIFIER_NOT_VALID",
            "IMEI has fifteen digits, the last one a check digit",
        );
        seen.push(*kind);
    }
    problems.refusal().map_or(Ok(identifiers), Err)
}

fn read_one(
    item: &mut Document<'_>,
    path: &str,
    problems: &mut Problems,
) -> Option<AssetIdentifier> {
    let name = text(item, path, "identifier_type", true, problems);
    let identifier = text(item, path, "identifier", true, problems);
    let name = name?;
    let kind = AssetIdentifierType::read(&name);
    if kind.is_none() {
        problems.constraint(format!("{path}identifier_type"), Broken::Invalid);
    }
    Some(AssetIdentifier {
        identifier_type: kind?,
        identifier: identifier?,
    })
}

/// Fifteen digits with the check digit of Luhn.
fn is_imei(text: &str) -> bool {
    let digit = |byte: u8| u32::from(byte - b'0');
    let value = |(position, byte): (usize, u8)| {
        if position % 2 == 0 {
            digit(byte)
        } else {
            let doubled = digit(byte) * 2;
            doubled / 10 + doubled % 10
        }
    };
    text.len() == 15
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.bytes().enumerate().map(value).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imei_has_a_check_digit() {
        for (text, valid) in [
            ("355889000000007", true),
            ("490154203237518", true),
            ("355889000000008", false),
            ("35588900000000", false),
            ("35588900000000A", false),
        ] {
            assert_eq!(is_imei(text), valid, "{text}");
        }
    }
}
