use std::fmt;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use inbank::domain::{
    ConfirmationCode, ContractId, Printout, Regeneration, SigningMethod, WebAddress,
};
use inbank::ports::Signing;
use serde::Serialize;

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

`digital` and `paper` say that the customer has signed, and are safe to repeat. The others send something
to the customer, each time. Which of them a contract takes depends on region and product.")]
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

Safe to repeat: where the bank refuses, or its answer is lost, the contract is read, and one that is
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

#[derive(Serialize)]
struct Made {
    id: String,
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
    let printout = settings.inbank()?.api().printout(&id, regeneration).await?;
    output::answer(settings.output, &Made::from(printout))
}

pub(super) async fn sign(command: Sign, settings: &Settings) -> Result<(), Failure> {
    let id = ContractId::parse(command.id)?;
    let inbank = settings.inbank()?;
    let sign = inbank.sign();
    let started = sign.start_contract(&id, &command.method).await?;
    if let Some(url) = started.redirect_url {
        let redirect_url = url.to_string();
        return output::answer(settings.output, &Page { redirect_url });
    }
    let sentence = match command.method {
        SigningMethod::Digital | SigningMethod::Paper => {
            "The bank knows that the customer has signed."
        }
        SigningMethod::Sms => {
            "The customer gets a code; bring it back with `inbank contract confirm`."
        }
        _ => "The customer gets a link.",
    };
    output::answer(settings.output, &Done::with(sentence))
}

pub(super) async fn confirm(command: &Confirm, settings: &Settings) -> Result<(), Failure> {
    let id = ContractId::parse(command.id.as_str())?;
    let code = ConfirmationCode::parse(&command.code)?;
    let inbank = settings.inbank()?;
    let signed = inbank.sign().confirm_contract(&id, &code).await?;
    let confirmed = Confirmed {
        signed_at: signed.at.map(output::moment),
        method: signed.method.to_string(),
    };
    output::answer(settings.output, &confirmed)
}

pub(super) async fn payment_link(command: PaymentLink, settings: &Settings) -> Result<(), Failure> {
    let id = ContractId::parse(command.id)?;
    let back = WebAddress::parse(&command.return_url).map_err(|error| error.named("return_url"))?;
    let link = settings.inbank()?.api().payment_link(&id, &back).await?;
    let redirect_url = link.to_string();
    output::answer(settings.output, &Page { redirect_url })
}

fn method_parser() -> impl TypedValueParser<Value = SigningMethod> {
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
                ("Printout", Some(self.id.clone())),
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
