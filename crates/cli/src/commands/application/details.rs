use std::fmt;

use clap::Args;
use inbank::ports::Offers;
use inbank::{Applicant, ApplicationDocument, ApplicationId, Money, Personal};
use serde::Serialize;

use super::offer::Offer;
use crate::commands::contract::Made;
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application printout 471e6282-3384-412b-af7b-646eb8f04391 --document offer

In no guide, and known of Poland and Czechia. Whoever has the link can read the document.")]
pub(crate) struct MakePrintout {
    /// The application's identifier
    id: String,
    /// Which: `application` or `offer`
    #[arg(long, default_value = "offer", value_parser = ["application", "offer"])]
    document: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application schedule 471e6282-3384-412b-af7b-646eb8f04391 --output json

In no guide, and known of Poland and Czechia.")]
pub(crate) struct Schedule {
    /// The application's identifier
    id: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application recalculate 471e6282-3384-412b-af7b-646eb8f04391 --down-payment 50.00

In no guide, and known of Poland and Czechia. The application stays, and its offer is another: show it to the \
customer anew. After exit code 6 (outcome unknown) look at the application.")]
pub(crate) struct Recalculate {
    /// The application's identifier
    id: String,
    /// The down payment, part of the amount
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    down_payment: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application customer 471e6282-3384-412b-af7b-646eb8f04391

In no guide, and known of Poland and Czechia. The answer is personal: keep it nowhere.")]
pub(crate) struct Customer {
    /// The application's identifier
    id: String,
}

/// Who has applied. Personal: it goes to stdout and nowhere else.
#[derive(Serialize)]
struct Person {
    identity_code: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    mobile: Option<String>,
    landline: Option<String>,
    email: Option<String>,
}

pub(super) async fn printout(command: MakePrintout, settings: &Settings) -> Result<(), Failure> {
    let id = ApplicationId::parse(command.id)?;
    let document = ApplicationDocument::parse(&command.document)?;
    let printout = settings.api()?.application_printout(&id, document).await?;
    output::answer(settings.output, &Made::from(printout))
}

pub(super) async fn schedule(command: Schedule, settings: &Settings) -> Result<(), Failure> {
    let id = ApplicationId::parse(command.id)?;
    let offer = settings.api()?.payment_schedule(&id).await?;
    output::answer(settings.output, &Offer::new(&offer, None))
}

pub(super) async fn recalculate(command: Recalculate, settings: &Settings) -> Result<(), Failure> {
    let id = ApplicationId::parse(command.id)?;
    let api = settings.api()?;
    let down_payment = Money::parse(&command.down_payment, api.region().currency)
        .map_err(|error| error.named("down_payment"))?;
    let offer = api.recalculate(&id, down_payment).await?;
    let done = format!("the offer of the application {id} is made anew");
    output::done(settings.output, &Offer::new(&offer, None), done)
}

pub(super) async fn customer(command: Customer, settings: &Settings) -> Result<(), Failure> {
    let id = ApplicationId::parse(command.id)?;
    let applicant = settings.api()?.applicant(&id).await?;
    output::answer(settings.output, &Person::from(applicant))
}

impl From<Applicant> for Person {
    fn from(applicant: Applicant) -> Self {
        let text = |text: Option<Personal<String>>| text.map(Personal::into_exposed);
        Self {
            identity_code: text(applicant.identity_code),
            first_name: text(applicant.first_name),
            last_name: text(applicant.last_name),
            mobile: text(applicant.mobile),
            landline: text(applicant.landline),
            email: text(applicant.email),
        }
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        output::facts(
            f,
            &[
                ("Identity code", self.identity_code.clone()),
                ("First name", self.first_name.clone()),
                ("Last name", self.last_name.clone()),
                ("Mobile", self.mobile.clone()),
                ("Other phone", self.landline.clone()),
                ("E-mail", self.email.clone()),
            ],
        )
    }
}
