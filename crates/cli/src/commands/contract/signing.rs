use std::cell::OnceCell;
use std::fmt;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use inbank::http::{PartnerApi, SystemClock};
use inbank::ports::{Clock, Contracts, GatewayError, Signing};
use inbank::{
    ConfirmationCode, Contract, ContractId, Invalid, Printout, Product, Regeneration, Signed,
    SigningMethod, SigningStarted, WebAddress, settle,
};
use serde::Serialize;

use super::shown;
use crate::commands::product::of_code;
use crate::exit::Failure;
use crate::output::{self, Done};
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank contract printout 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --regenerate

Whoever has the link can read the contract.")]
pub(crate) struct MakePrintout {
    /// The contract's identifier
    id: String,
    /// Make it anew: needed where data was added to the contract since
    #[arg(long)]
    regenerate: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank contract sign 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --method sms
  inbank contract sign 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --method redirect --output json

`digital` and `paper` say that the customer has signed: where the bank refuses, or its answer is lost, the \
contract is read, and one that is signed is a success. The others send something to the customer, each \
time. Which of them a contract takes depends on region and product: one that the product is known not to \
have is refused before it is sent.")]
pub(crate) struct Sign {
    /// The contract's identifier
    id: String,
    /// How the customer signs
    #[arg(long, value_parser = method_parser())]
    method: SigningMethod,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank contract confirm 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --code 0000

Safe to repeat: where the bank refuses, or its answer is lost, the contract is read, and one that is \
signed is a success.")]
pub(crate) struct Confirm {
    /// The contract's identifier
    id: String,
    /// The code in the customer's text message
    #[arg(long)]
    code: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank contract payment-link 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --return-url 'https://shop.example/paid?status={status}'

Each attempt to pay needs a new link.")]
pub(crate) struct PaymentLink {
    /// The contract's identifier
    id: String,
    /// Where the customer's browser returns to; must end in `{status}`, which the bank fills in
    #[arg(long, value_name = "URL")]
    return_url: String,
}

/// A document that was made.
#[derive(Serialize)]
pub(crate) struct Made {
    id: Option<String>,
    link: String,
}

#[derive(Serialize)]
struct Page {
    redirect_url: String,
}

#[derive(Serialize)]
struct Confirmed {
    signed_at: Option<String>,
    method: String,
}

pub(super) async fn printout(command: MakePrintout, settings: &Settings) -> Result<(), Failure> {
    let id = ContractId::parse(command.id)?;
    let regeneration = if command.regenerate {
        Regeneration::Forced
    } else {
        Regeneration::NotNeeded
    };
    let printout = settings.api()?.printout(&id, regeneration).await?;
    output::answer(settings.output, &Made::from(printout))
}

pub(super) async fn sign(command: Sign, settings: &Settings) -> Result<(), Failure> {
    let id = ContractId::parse(command.id)?;
    let api = settings.api()?;
    let contract = Contracts::contract(&api, &id).await.ok();
    let product = of_code(&api, contract.and_then(|contract| contract.product_code)).await;
    let methods = |product: &Product| product.contract_signing.clone();
    check_method(product.as_ref().map(methods), &command.method)?;
    let started = start(&api, &SystemClock, &id, &command.method).await?;
    let done = format!("the signing of the contract {id} has begun");
    if let Some(url) = started.redirect_url {
        let redirect_url = url.to_string();
        return output::done(settings.output, &Page { redirect_url }, done);
    }
    let sentence = match command.method {
        SigningMethod::Digital | SigningMethod::Paper => {
            "The bank knows that the customer has signed."
        }
        SigningMethod::Sms => {
            "The customer gets a code; bring it back with `inbank contract confirm`."
        }
        SigningMethod::Redirect
        | SigningMethod::SendToSigningEmail
        | SigningMethod::SendToSigningSms
        | SigningMethod::Unrecognised(_) => "The customer gets a link.",
    };
    output::done(settings.output, &Done::with(sentence), done)
}

pub(super) async fn confirm(command: &Confirm, settings: &Settings) -> Result<(), Failure> {
    let id = ContractId::parse(command.id.as_str())?;
    let code = ConfirmationCode::parse(&command.code)?;
    let signed = bring_back(&settings.api()?, &SystemClock, &id, &code).await?;
    let confirmed = Confirmed {
        signed_at: signed.at.map(output::moment),
        method: signed.method.to_string(),
    };
    let done = format!("the contract {id} is signed");
    output::done(settings.output, &confirmed, done)
}

pub(super) async fn payment_link(command: PaymentLink, settings: &Settings) -> Result<(), Failure> {
    let id = ContractId::parse(command.id)?;
    let back = WebAddress::parse(&command.return_url).map_err(|error| error.named("return_url"))?;
    let link = settings.api()?.payment_link(&id, &back).await?;
    let redirect_url = link.to_string();
    let done = format!("a payment link of the contract {id} is made");
    output::done(settings.output, &Page { redirect_url }, done)
}

/// Starts signing, or tells the bank that the customer has signed.
async fn start(
    api: &PartnerApi,
    clock: &dyn Clock,
    id: &ContractId,
    method: &SigningMethod,
) -> Result<SigningStarted, GatewayError> {
    let told = matches!(method, SigningMethod::Digital | SigningMethod::Paper);
    if !told {
        return api.sign(id, method).await;
    }
    let read = || async move {
        let contract = Contracts::contract(api, id).await?;
        Ok(shown(is_signed(&contract)))
    };
    let settled = settle(clock, api.sign(id, method), read).await?;
    Ok(settled.unwrap_or_default())
}

/// Brings the customer's code back. A contract that turns out to be signed is a success.
async fn bring_back(
    api: &PartnerApi,
    clock: &dyn Clock,
    id: &ContractId,
    code: &ConfirmationCode,
) -> Result<Signed, GatewayError> {
    let signed_at = &OnceCell::new();
    let read = || async move {
        let contract = Contracts::contract(api, id).await?;
        let signed = is_signed(&contract);
        if signed {
            signed_at.get_or_init(|| contract.signed_at);
        }
        Ok(shown(signed))
    };
    let settled = settle(clock, api.confirm(id, code), read).await?;
    Ok(settled.unwrap_or_else(|| {
        let mut signed = Signed::new(SigningMethod::Sms);
        signed.at = signed_at.get().copied().flatten();
        signed
    }))
}

/// Whether it is signed, and not ended: one that was signed and then cancelled or terminated is not signed
/// by this call.
const fn is_signed(contract: &Contract) -> bool {
    contract.is_signed() && !contract.status.is_ended()
}

/// Refuses a method that the product is known not to have; what isn't known is the bank's to refuse.
pub(crate) fn check_method(
    methods: Option<Vec<SigningMethod>>,
    method: &SigningMethod,
) -> Result<(), Invalid> {
    let methods = methods.unwrap_or_default();
    if methods.is_empty() || methods.contains(method) {
        return Ok(());
    }
    let names: Vec<_> = methods.iter().map(SigningMethod::as_str).collect();
    let problem = format!("must be one that this product has: {}", names.join(", "));
    Err(Invalid::new("method", problem))
}

pub(crate) fn method_parser() -> impl TypedValueParser<Value = SigningMethod> {
    let names = SigningMethod::KNOWN.iter().map(SigningMethod::as_str);
    PossibleValuesParser::new(names).map(|name| SigningMethod::from(name.as_str()))
}

impl From<Printout> for Made {
    fn from(printout: Printout) -> Self {
        Self {
            id: printout.id,
            link: printout.link.to_string(),
        }
    }
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        output::facts(
            f,
            &[
                ("Printout", self.id.clone()),
                ("Link", Some(self.link.clone())),
            ],
        )
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        output::facts(
            f,
            &[("Send the customer to", Some(self.redirect_url.clone()))],
        )
    }
}

impl fmt::Display for Confirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        output::facts(
            f,
            &[
                ("Signed", self.signed_at.clone()),
                ("Method", Some(self.method.clone())),
            ],
        )
    }
}
