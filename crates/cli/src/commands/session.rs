use std::fmt;

use clap::{Args, Subcommand};
use inbank::http::read_session_request;
use inbank::ports::Sessions;
use inbank::{
    Locale, Merchant, MerchantDomain, Money, OpenedSession, OrderReference, PartnerUrls,
    ProductCode, Purchase, Region, Session, SessionId, SessionRequest, WebAddress,
};
use serde::Serialize;

use super::document;
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  inbank session open --from session.json
  inbank session show 3c4bf5a6-6f0c-4e0c-9f3a-0c1f2d3e4a5b --output json";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open a payment session; the answer's address is where the customer's browser goes
    Open(Box<Open>),
    /// Show a payment session
    Show(Show),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank session open --from session.json
  inbank session open --product hire_purchase --amount 499.90 --locale et-ET --order 1001 --return-url https://shop.example/return --cancel-url https://shop.example/cancel --callback-url https://shop.example/callbacks/1001

Run twice, it opens two sessions: the bank has no idempotency key. After exit code 6 (outcome unknown) \
wait for a callback before trying again.")]
pub(crate) struct Open {
    /// The guide's own request body, in either version's spelling; `-` reads stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["product", "amount", "locale", "order", "return_url", "cancel_url", "callback_url", "merchant_domain"])]
    from: Option<String>,
    /// The product's code
    #[arg(long, value_name = "CODE", required_unless_present = "from")]
    product: Option<String>,
    /// All that the customer is to pay, in the region's currency
    #[arg(long, required_unless_present = "from", allow_negative_numbers = true)]
    amount: Option<String>,
    /// The dialog's language, such as et-EE or et
    #[arg(long, required_unless_present = "from")]
    locale: Option<String>,
    /// The order in the shop; comes back in every callback
    #[arg(long, value_name = "REFERENCE", required_unless_present = "from")]
    order: Option<String>,
    /// Where the customer's browser returns to
    #[arg(long, value_name = "URL", required_unless_present = "from")]
    return_url: Option<String>,
    /// Where the browser returns to when the customer gives up
    #[arg(long, value_name = "URL", required_unless_present = "from")]
    cancel_url: Option<String>,
    /// Where the bank's callbacks go
    #[arg(long, value_name = "URL", required_unless_present = "from")]
    callback_url: Option<String>,
    /// The website on which the purchase is made
    #[arg(long, value_name = "HOST")]
    merchant_domain: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank session show 3c4bf5a6-6f0c-4e0c-9f3a-0c1f2d3e4a5b")]
pub(crate) struct Show {
    /// The session's identifier
    id: String,
}

#[derive(Serialize)]
struct Opened {
    id: String,
    status: String,
    redirect_url: String,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    status: String,
    order_reference: Option<String>,
    application_id: Option<String>,
    contract_id: Option<String>,
    product_code: Option<String>,
    amount: Option<String>,
    currency: Option<String>,
    created_at: Option<String>,
    valid_until: Option<String>,
}

pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    match command {
        Command::Open(open) => {
            let api = settings.api()?;
            let request = open.request(api.region())?;
            let customer = request.customer.as_ref();
            document::warn_of_a_check_digit(customer, api.region());
            let opened = api.open(&request).await?;
            let done = format!("the session {} is open", opened.id);
            output::done(settings.output, &Opened::from(opened), done)
        }
        Command::Show(show) => {
            let id = SessionId::parse(show.id)?;
            let session = settings.api()?.session(&id).await?;
            output::answer(settings.output, &Shown::from(session))
        }
    }
}

impl Open {
    fn request(self, region: &Region) -> Result<SessionRequest, Failure> {
        if let Some(from) = &self.from {
            return Ok(read_session_request(&document::read(from)?, region)?);
        }
        // clap has seen to it that each is there.
        let given = Option::<String>::unwrap_or_default;
        let address =
            |field, url| WebAddress::parse(&given(url)).map_err(|error| error.named(field));
        let mut purchase = Purchase::new(OrderReference::parse(given(self.order))?);
        if let Some(domain) = &self.merchant_domain {
            purchase
                .merchants
                .push(Merchant::new(MerchantDomain::parse(domain)?));
        }
        let amount = Money::parse(&given(self.amount), region.currency);
        let request = SessionRequest::new(
            region,
            ProductCode::parse(given(self.product))?,
            amount.map_err(|error| error.named("total_amount"))?,
            Locale::parse(&given(self.locale))?,
            PartnerUrls {
                return_url: address("return_url", self.return_url)?,
                cancel_url: address("cancel_url", self.cancel_url)?,
                callback_url: address("callback_url", self.callback_url)?,
            },
            purchase,
        )?;
        Ok(request)
    }
}

impl From<OpenedSession> for Opened {
    fn from(session: OpenedSession) -> Self {
        Self {
            id: session.id.to_string(),
            status: session.status.to_string(),
            redirect_url: session.redirect_url.to_string(),
        }
    }
}

impl From<Session> for Shown {
    fn from(session: Session) -> Self {
        Self {
            id: session.id.to_string(),
            status: session.status.to_string(),
            order_reference: session.order_reference.map(|order| order.to_string()),
            application_id: session.application.map(|id| id.to_string()),
            contract_id: session.contract.map(|id| id.to_string()),
            product_code: session.product_code.map(|code| code.to_string()),
            amount: session.total.map(output::amount),
            currency: session.total.map(|total| total.currency().to_string()),
            created_at: session.created_at.map(output::moment),
            valid_until: session.valid_until.map(output::moment),
        }
    }
}

impl fmt::Display for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        output::facts(
            f,
            &[
                ("Session", Some(self.id.clone())),
                ("Status", Some(self.status.clone())),
                ("Send the customer to", Some(self.redirect_url.clone())),
            ],
        )
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.amount.as_ref().zip(self.currency.as_ref());
        output::facts(
            f,
            &[
                ("Session", Some(self.id.clone())),
                ("Status", Some(self.status.clone())),
                ("Order", self.order_reference.clone()),
                ("Product", self.product_code.clone()),
                (
                    "Amount",
                    amount.map(|(amount, currency)| {
                        format!("{} {currency}", output::readable(amount))
                    }),
                ),
                ("Application", self.application_id.clone()),
                ("Contract", self.contract_id.clone()),
                ("Opened", self.created_at.clone()),
                ("Valid until", self.valid_until.clone()),
            ],
        )
    }
}
