mod income_proof;
mod offer;

use std::fmt;

use clap::{Args, Subcommand};
use inbank::Inbank;
use inbank::app::Patience;
use inbank::domain::{Application, ApplicationId, FinancingState, Observation, Step, advance};
use inbank::http::read_application_request;
use inbank::ports::{Applications, ProductCatalogue};
use serde::Serialize;

use self::offer::Offer;
use super::{document, polling};
use crate::exit::Failure;
use crate::output::{self, Done};
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  inbank application submit --from application.json
  inbank application show 471e6282-3384-412b-af7b-646eb8f04391 --wait
  inbank application accept 471e6282-3384-412b-af7b-646eb8f04391 --output json";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Submit an application; its decision mostly comes later
    Submit(Submit),
    /// Show an application, and the offer once there is one
    Show(Show),
    /// Accept the offer, which makes a contract
    Accept(Accept),
    /// Cancel an application, as the customer wishes
    Cancel(Cancel),
    /// List the banks from which the customer's account statement can be had
    Banks(income_proof::Banks),
    /// Start retrieving an account statement; the customer goes on at the address in the answer
    RetrieveStatement(income_proof::RetrieveStatement),
    /// Upload account statements
    Attach(income_proof::Attach),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank application submit --from application.json
  inbank application submit --from - --output json < application.json

What the product requires is checked before anything is sent. Run twice, it submits two applications: the
bank has no idempotency key. After exit code 6 (outcome unknown) wait for a callback and don't send it
again.")]
pub(crate) struct Submit {
    /// The guide's own request body, in either version's spelling; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    from: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank application show 471e6282-3384-412b-af7b-646eb8f04391
  inbank application show 471e6282-3384-412b-af7b-646eb8f04391 --wait --output json

With --wait it is read once a second, 30 seconds at most, until there is a decision; what is not decided
by then is shown as it is. Where the bank has changed the conditions, the answer has another identifier,
which takes the old one's place.")]
pub(crate) struct Show {
    /// The application's identifier
    id: String,
    /// Wait for the decision
    #[arg(long)]
    wait: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application accept 471e6282-3384-412b-af7b-646eb8f04391

Safe to repeat: where the bank refuses, or its answer is lost, the application is read, and the contract
that it shows is the one. Exit code 3 says that it was cancelled before, 6 that even reading did not
settle it.")]
pub(crate) struct Accept {
    /// The application's identifier
    id: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application cancel 471e6282-3384-412b-af7b-646eb8f04391

Safe to repeat, as `inbank application accept` is. Once accepted, it is the contract that can be
cancelled.")]
pub(crate) struct Cancel {
    /// The application's identifier
    id: String,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    number: Option<String>,
    decision_status: String,
    decision_messages: Vec<String>,
    income_proof_type: Option<String>,
    changed_conditions: bool,
    previous_id: Option<String>,
    cancelled: bool,
    contract_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<Offer>,
}

#[derive(Serialize)]
struct Accepted {
    contract_id: String,
}

pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    match command {
        Command::Submit(submit) => {
            let inbank = settings.inbank()?;
            let application = submit.send(&inbank).await?;
            output::answer(settings.output, &Shown::from(application))
        }
        Command::Show(show) => {
            let id = ApplicationId::parse(show.id)?;
            let inbank = settings.inbank()?;
            let application = if show.wait {
                decided(&inbank, &id).await?
            } else {
                inbank.api().application(&id).await?
            };
            output::answer(settings.output, &Shown::from(application))
        }
        Command::Accept(accept) => {
            let id = ApplicationId::parse(accept.id)?;
            let accepted = settings.inbank()?.offers().accept_application(&id).await;
            let contract =
                accepted.map_err(|error| Failure::of_offer("application.accept", error))?;
            let contract_id = contract.to_string();
            output::answer(settings.output, &Accepted { contract_id })
        }
        Command::Cancel(cancel) => {
            let id = ApplicationId::parse(cancel.id)?;
            let cancelled = settings.inbank()?.offers().cancel_application(&id).await;
            cancelled.map_err(|error| Failure::of_offer("application.cancel", error))?;
            let sentence = format!("The application {id} is cancelled.");
            output::answer(settings.output, &Done::with(sentence))
        }
        Command::Banks(command) => income_proof::banks(command, settings).await,
        Command::RetrieveStatement(command) => income_proof::retrieve(command, settings).await,
        Command::Attach(command) => income_proof::attach(command, settings).await,
    }
}

impl Submit {
    async fn send(&self, inbank: &Inbank) -> Result<Application, Failure> {
        let api = inbank.api();
        let request = read_application_request(&document::read(&self.from)?, api.region())?;
        let product = api.product(&request.product_code).await?;
        request.check_required(&product.required_parameters)?;
        Ok(api.submit(&request).await?)
    }
}

/// Reads until there is a decision, by the rules by which a financing would go on.
async fn decided(inbank: &Inbank, id: &ApplicationId) -> Result<Application, Failure> {
    let read = async || inbank.api().application(id).await;
    let is_news = |application: &Application| {
        let observation = Observation::Application(application);
        advance(FinancingState::Pending, observation) != Step::Unchanged
    };
    Ok(polling::until(Patience::DECISION, "a decision", read, is_news).await?)
}

impl From<Application> for Shown {
    fn from(application: Application) -> Self {
        let valid_to = application.offer_valid_to;
        Self {
            id: application.id.to_string(),
            number: application.number,
            decision_status: application.decision.to_string(),
            decision_messages: application.messages,
            income_proof_type: application.income_proof.map(|proof| proof.to_string()),
            changed_conditions: application.changed_conditions,
            previous_id: application.previous.map(|id| id.to_string()),
            cancelled: application.cancelled,
            contract_id: application.contract.map(|id| id.to_string()),
            offer: application.offer.map(|offer| Offer::new(&offer, valid_to)),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = self.decision_messages.join("; ");
        let yes = |flag: bool| flag.then(|| "yes".to_owned());
        output::facts(
            f,
            &[
                ("Application", Some(self.id.clone())),
                ("Number", self.number.clone()),
                ("Decision", Some(self.decision_status.clone())),
                (
                    "For the customer",
                    (!messages.is_empty()).then_some(messages),
                ),
                ("Proof of income", self.income_proof_type.clone()),
                ("Changed conditions", yes(self.changed_conditions)),
                ("Instead of", self.previous_id.clone()),
                ("Cancelled", yes(self.cancelled)),
                ("Contract", self.contract_id.clone()),
            ],
        )?;
        match &self.offer {
            Some(offer) => write!(f, "\n{offer}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        output::facts(f, &[("Contract", Some(self.contract_id.clone()))])
    }
}
