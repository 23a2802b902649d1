//! Proof of a customer's income, where an application wants it: account statements as files, or from the
//! customer's own bank (*Direct API*, AIS and attachments).

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inbank::{
    Attachment, Invalid, Locale, OrderHandle, StatementBankId, StatementRequest, WebAddress,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Sent;
use super::caller::{Caller, Named, OrderPath};
use super::command::after_asking;
use super::idempotency::Before;
use super::pay::found;
use super::problem::{Problem, Problems};
use crate::answer::OrderAnswer;

/// A bank that can be asked for an account statement.
#[derive(Serialize, ToSchema)]
pub(super) struct Bank {
    id: String,
    /// For the customer.
    name: String,
    icon_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Banks {
    banks: Vec<Bank>,
}

/// Lists the banks that can be asked for the customer's account statement. The list changes: don't keep it.
#[utoipa::path(get, operation_id = "list_statement_banks", path = "/v1/shops/{shop}/orders/{reference}/income-proof", tag = "orders",
    params(OrderPath),
    responses((status = 200, description = "The banks", body = Banks),
        Problems))]
pub(super) async fn banks(
    caller: Caller,
    Named(path): Named<OrderPath>,
) -> Result<Json<Banks>, Problem> {
    let order = caller.reads(&path.shop)?.order(path.reference);
    let banks = order.statement_banks().await?;
    let banks = banks.into_iter().map(|bank| Bank {
        id: bank.id.to_string(),
        name: bank.name,
        icon_url: bank.icon_url,
    });
    Ok(Json(Banks {
        banks: banks.collect(),
    }))
}

/// Either `files`, or `bank` with `return_url` and `locale`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Proof {
    /// Account statements. Each call adds those that it brings.
    #[serde(default)]
    files: Vec<File>,
    /// What the files are.
    description: Option<String>,
    /// The `id` of one of the banks: the customer lets it hand out the statement.
    bank: Option<String>,
    /// Where the customer comes back to from that bank.
    return_url: Option<String>,
    /// The language of that bank's dialog: et, lv, lt, pl, cz, ru, en.
    #[schema(example = "et")]
    locale: Option<String>,
}

/// A file, as the customer gave it. It is passed on to the bank, and kept nowhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[schema(example = "statement.pdf")]
    name: String,
    /// In base 64.
    #[schema(content_encoding = "base64")]
    content: String,
}

/// The order, and how the customer goes on.
#[derive(Serialize, ToSchema)]
pub(super) struct Proving {
    order: OrderAnswer,
    /// Send the customer's browser there, where a bank was named.
    redirect_url: Option<String>,
}

/// What was brought.
enum Brought {
    Files(Vec<Attachment>, String),
    Statement(StatementBankId, WebAddress, Locale),
}

/// Proves the customer's income: by files, which are uploaded in one request, or by a statement from the
/// customer's bank, where the customer goes on at `redirect_url`. An event tells what the bank then wants.
#[utoipa::path(post, operation_id = "prove_income", path = "/v1/shops/{shop}/orders/{reference}/income-proof", tag = "commands",
    request_body = Proof, params(OrderPath),
    responses((status = 200, description = "The bank has the files, or the customer can go on", body = Proving),
        Problems))]
pub(super) async fn prove(
    caller: Caller,
    Named(path): Named<OrderPath>,
    before: Before,
    body: Sent,
) -> Result<Response, Problem> {
    let order = caller.decides(&path)?;
    let redirect_url = match body.json::<Proof>()?.brought()? {
        Brought::Files(files, description) => {
            // The bank would have them twice.
            if before.once()? {
                let proven = order.prove_income(&files, &description).await;
                proven.map_err(after_asking)?;
            }
            None
        }
        Brought::Statement(bank, return_url, locale) => {
            before.once_for_an_address()?;
            let request = StatementRequest {
                application: application(&order).await?,
                bank,
                return_url,
                locale,
            };
            let started = order.retrieve_statement(&request).await;
            let started = started.map_err(after_asking)?;
            Some(started.redirect_url.as_str().to_owned())
        }
    };
    let order = found(&order).await?;
    Ok(Json(Proving {
        order,
        redirect_url,
    })
    .into_response())
}

async fn application(order: &OrderHandle) -> Result<inbank::ApplicationId, Problem> {
    let found = order.find().await?.ok_or_else(Problem::no_order)?;
    let present = found.present();
    let application = present.and_then(|attempt| attempt.application.clone());
    application.ok_or_else(Problem::no_order)
}

impl Proof {
    fn brought(self) -> Result<Brought, Invalid> {
        let missing =
            |field: &'static str| move || Invalid::new(field, "is missing: it goes with `bank`");
        match (self.bank, self.files.is_empty()) {
            (Some(bank), true) => {
                if self.description.is_some() {
                    let problem = "must not be there: it goes with `files`";
                    return Err(Invalid::new("description", problem));
                }
                let bank = StatementBankId::parse(bank).map_err(|error| error.named("bank"))?;
                let return_url = self.return_url.ok_or_else(missing("return_url"))?;
                let return_url = WebAddress::parse(&return_url);
                let return_url = return_url.map_err(|error| error.named("return_url"))?;
                let locale = self.locale.ok_or_else(missing("locale"))?;
                Ok(Brought::Statement(
                    bank,
                    return_url,
                    Locale::parse(&locale)?,
                ))
            }
            (None, false) => {
                for (field, given) in [("return_url", &self.return_url), ("locale", &self.locale)] {
                    if given.is_some() {
                        let problem = "must not be there: it goes with `bank`";
                        return Err(Invalid::new(field, problem));
                    }
                }
                let files = self.files.into_iter().enumerate();
                let files = files.map(|(n, file)| file.read(n));
                let files = files.collect::<Result<_, _>>()?;
                Ok(Brought::Files(files, self.description.unwrap_or_default()))
            }
            (Some(_), false) | (None, true) => {
                let problem = "must hold a file, or be left out where `bank` is named";
                Err(Invalid::new("files", problem))
            }
        }
    }
}

impl File {
    fn read(self, n: usize) -> Result<Attachment, Invalid> {
        let content = STANDARD.decode(self.content).map_err(|_| {
            let field = format!("files[{n}].content");
            Invalid::new(field, "must be base 64, with its padding")
        })?;
        let file = Attachment::new(self.name, content);
        file.map_err(|error| error.named(format!("files[{n}].name")))
    }
}
