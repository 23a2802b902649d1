use inbank_domain::{
    Invalid, StatementBank, StatementBankId, StatementRequest, StatementRetrieval, WebAddress,
};
use serde::{Deserialize, Serialize};

use super::lenient::Lenient;
use super::number::TextOrNumber;

/// The list of banks; the sample wraps it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Banks {
    bank_list: Vec<BankData>,
}

// The sample's entries are elided; prose names "the name, ID and icon URL".
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BankData {
    id: TextOrNumber,
    name: String,
    #[serde(alias = "icon", alias = "logoUrl", default)]
    icon_url: Lenient<String>,
}

impl TryFrom<Banks> for Vec<StatementBank> {
    type Error = Invalid;

    fn try_from(banks: Banks) -> Result<Self, Invalid> {
        let banks = banks.bank_list.into_iter().map(|bank| {
            Ok(StatementBank {
                id: StatementBankId::parse(bank.id.0)?,
                name: bank.name,
                icon_url: bank.icon_url.take("icon_url"),
            })
        });
        banks.collect()
    }
}

/// Starting a retrieval, request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    application_uuid: &'a str,
    return_url: &'a str,
    bank_id: BankId<'a>,
    locale: &'a str,
}

/// A number in the sample, text in later documents: digits go out as the number that the sample has.
#[derive(Serialize)]
#[serde(untagged)]
enum BankId<'a> {
    Number(u32),
    Text(&'a str),
}

impl<'a> From<&'a StatementRequest> for Request<'a> {
    fn from(request: &'a StatementRequest) -> Self {
        let id = request.bank.as_str();
        // Only where the number is written the same way: `007` is a text.
        let number = id
            .parse::<u32>()
            .ok()
            .filter(|number| number.to_string() == id);
        Self {
            application_uuid: request.application.as_str(),
            return_url: request.return_url.as_str(),
            bank_id: number.map_or(BankId::Text(id), BankId::Number),
            locale: request.locale.as_str(),
        }
    }
}

/// Starting a retrieval, answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retrieval {
    retrieval_id: TextOrNumber,
    redirect_url: String,
}

impl TryFrom<Retrieval> for StatementRetrieval {
    type Error = Invalid;

    fn try_from(retrieval: Retrieval) -> Result<Self, Invalid> {
        Ok(Self {
            id: retrieval.retrieval_id.0,
            redirect_url: WebAddress::parse(&retrieval.redirect_url)
                .map_err(|error| error.named("redirect_url"))?,
        })
    }
}
