use std::cell::OnceCell;
use std::fmt;
use std::future::ready;

use clap::Args;
use inbank::http::{PartnerApi, SystemClock};
use inbank::ports::{Advice, Applications, Clock, GatewayError, Signing};
use inbank::{
    ApplicationId, ApplicationSigned, ConfirmationCode, Product, Shown, SigningMethod, settle,
};
use serde::Serialize;
use time::OffsetDateTime;

use crate::commands::contract::{check_method, method_parser};
use crate::commands::product::of_code;
use crate::exit::Failure;
use crate::output::{self, Done};
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application sign 471e6282-3384-412b-af7b-646eb8f04391 --method sms

For products that are signed by text message, in Poland: the bank decides once the application is signed. \
`sms` sends the customer a code, each time; `digital` and `paper` say that the customer has signed.")]
pub(crate) struct Sign {
    /// The application's identifier
    id: String,
    /// How the customer signs
    #[arg(long, value_parser = method_parser())]
    method: SigningMethod,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application confirm 471e6282-3384-412b-af7b-646eb8f04391 --code 0000

Sent once. Where the answer is lost, the application is read once a second for 30 seconds, and one that \
shows when it was signed is a success.")]
pub(crate) struct Confirm {
    /// The application's identifier
    id: String,
    /// The code in the customer's text message
    #[arg(long)]
    code: String,
}

#[derive(Serialize)]
struct Confirmed {
    confirmed_at: Option<String>,
}

pub(super) async fn sign(command: Sign, settings: &Settings) -> Result<(), Failure> {
    let id = ApplicationId::parse(command.id)?;
    let api = settings.api()?;
    let application = api.application(&id).await.ok();
    let product = of_code(&api, application.and_then(|a| a.product_code)).await;
    let methods = |product: &Product| product.application_signing.clone();
    check_method(product.as_ref().map(methods), &command.method)?;
    let told = matches!(
        command.method,
        SigningMethod::Digital | SigningMethod::Paper
    );
    let signing = api.sign_application(&id, &command.method).await;
    if told {
        let signed = signing.map(|()| ApplicationSigned::default());
        settled(&api, &SystemClock, &id, signed).await?;
    } else {
        signing?;
    }
    let sentence = match command.method {
        SigningMethod::Digital | SigningMethod::Paper => {
            "The bank knows that the customer has signed."
        }
        SigningMethod::Sms => {
            "The customer gets a code; bring it back with `inbank application confirm`."
        }
        SigningMethod::Redirect
        | SigningMethod::SendToSigningEmail
        | SigningMethod::SendToSigningSms
        | SigningMethod::Unrecognised(_) => "The customer gets a link.",
    };
    let done = if told {
        format!("the bank knows that the application {id} is signed")
    } else {
        format!("the signing of the application {id} has begun")
    };
    output::done(settings.output, &Done::with(sentence), done)
}

pub(super) async fn confirm(command: &Confirm, settings: &Settings) -> Result<(), Failure> {
    let id = ApplicationId::parse(command.id.as_str())?;
    let code = ConfirmationCode::parse(&command.code)?;
    let api = settings.api()?;
    let confirmed = api.confirm_application(&id, &code).await;
    let signed = settled(&api, &SystemClock, &id, confirmed).await?;
    let confirmed_at = signed.at.map(output::moment);
    let done = format!("the application {id} is signed");
    output::done(settings.output, &Confirmed { confirmed_at }, done)
}

/// What came of a signature whose answer may be lost. A refusal stands: every application that needs no
/// signature shows a time as well.
async fn settled(
    api: &PartnerApi,
    clock: &dyn Clock,
    id: &ApplicationId,
    answer: Result<ApplicationSigned, GatewayError>,
) -> Result<ApplicationSigned, GatewayError> {
    if !matches!(&answer, Err(error) if error.advice() == Advice::OutcomeUnknown) {
        return answer;
    }
    let signed_at = &OnceCell::<OffsetDateTime>::new();
    let read = || async move {
        let application = api.application(id).await?;
        Ok(match application.confirmed_at {
            Some(at) if application.id == *id => {
                signed_at.get_or_init(|| at);
                Shown::Effect
            }
            Some(_) | None => Shown::Nothing,
        })
    };
    let settled = settle(clock, ready(answer), read).await?;
    Ok(settled.unwrap_or_else(|| ApplicationSigned::new(signed_at.get().copied())))
}

impl fmt::Display for Confirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        output::facts(f, &[("Signed", self.confirmed_at.clone())])
    }
}
