use inbank_domain::{
    Invalid, StatementBank, StatementBankId, StatementRequest, StatementRetrieval, WebAddress,
};
use serde::{Deserialize, Serialize};

use super::lenient::{Lenient, List};
use super::number::{NumberOrText, TextOrNumber};
use crate::dialect::decode;
use crate::failure::DecodeError;

/// The list of banks; the sample wraps it. A bank that can't be read costs no other.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Banks {
    bank_list: List<BankData>,
}

// The sample's entries are elided; prose names "the name, ID and icon URL".
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BankData {
    id: TextOrNumber,
    #[serde(default)]
    name: Lenient<TextOrNumber>,
    // Prose alone speaks of it, so under which of these, or under several.
    #[serde(default)]
    icon_url: Lenient<String>,
    #[serde(default)]
    logo_url: Lenient<String>,
    #[serde(default)]
    icon: Lenient<String>,
}

/// Reads the banks, wrapped or not.
pub(crate) fn banks(body: &[u8]) -> Result<Vec<StatementBank>, DecodeError> {
    let list: List<BankData> = if body.trim_ascii_start().starts_with(b"[") {
        decode(body)?
    } else {
        decode::<Banks>(body)?.bank_list
    };
    let banks = list.0.into_iter().filter_map(|bank| {
        let id = StatementBankId::parse(bank.id.0).ok()?;
        Some(StatementBank {
            // The customer is to choose: a name like this is better than one bank less.
            name: bank.name.text("name").unwrap_or_else(|| id.to_string()),
            id,
            icon_url: bank
                .icon_url
                .word("icon_url")
                .or_else(|| bank.logo_url.word("logo_url"))
                .or_else(|| bank.icon.word("icon")),
        })
    });
    Ok(banks.collect())
}

/// Starting a retrieval, request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    application_uuid: &'a str,
    return_url: &'a str,
    bank_id: NumberOrText<'a>,
    locale: &'a str,
}

impl<'a> From<&'a StatementRequest> for Request<'a> {
    fn from(request: &'a StatementRequest) -> Self {
        Self {
            application_uuid: request.application.as_str(),
            return_url: request.return_url.as_str(),
            bank_id: NumberOrText::of(request.bank.as_str()),
            locale: request.locale.as_str(),
        }
    }
}

/// Starting a retrieval, answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retrieval {
    #[serde(default)]
    retrieval_id: Lenient<TextOrNumber>,
    redirect_url: String,
}

impl TryFrom<Retrieval> for StatementRetrieval {
    type Error = Invalid;

    fn try_from(retrieval: Retrieval) -> Result<Self, Invalid> {
        Ok(Self {
            id: retrieval.retrieval_id.text("retrieval_id"),
            redirect_url: WebAddress::parse(&retrieval.redirect_url)
                .map_err(|error| error.named("redirect_url"))?,
        })
    }
}
