mod details;
mod income_proof;
mod offer;
mod signing;

use std::cell::OnceCell;
use std::fmt;

use clap::{Args, Subcommand};
use inbank::http::{PartnerApi, SystemClock, read_application_request};
use inbank::ports::{Applications, Clock, GatewayError, GatewayErrorKind, ProductCatalogue};
use inbank::{
    Application, ApplicationId, AttemptState, ContractId, Months, PaymentDay, Reading, Shown,
    Unavailable, if_told, settle,
};
use serde::Serialize;

use self::offer::Offer;
use super::document;
use super::polling::{self, Patience};
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
    /// Sign an application before the bank decides about it, where its product wants that
    Sign(signing::Sign),
    /// Bring back the code with which the customer signs an application
    Confirm(signing::Confirm),
    /// Make the application, or its offer, as a document for the customer to read
    Printout(details::MakePrintout),
    /// Show the offer with every payment
    Schedule(details::Schedule),
    /// Have the offer made anew with another down payment
    Recalculate(details::Recalculate),
    /// Show who has applied
    Customer(details::Customer),
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

What the product allows and requires is checked before anything is sent; where the bank doesn't describe \
products to this shop, it decides by itself. Run twice, it submits two applications: the \
bank has no idempotency key. After exit code 6 (outcome unknown) wait for a callback and don't send it \
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

With --wait it is read once a second, 30 seconds at most, until there is a decision; what is not decided \
by then is shown as it is. Where proof of income was asked for already, the decision that comes after it \
is waited for. Where the bank has changed the conditions, the answer has another identifier, \
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

Sent once. Where the bank refuses, the application is read, and a contract that it shows is the one; where \
the answer is lost, it is read once a second for 30 seconds. Exit code 6 says that even that did not \
settle it. The contract is in the answer, and for some seconds nowhere else.")]
pub(crate) struct Accept {
    /// The application's identifier
    id: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank application cancel 471e6282-3384-412b-af7b-646eb8f04391

Sent once, and settled by reading as `inbank application accept` is. Once accepted, it is the contract \
that can be cancelled.")]
pub(crate) struct Cancel {
    /// The application's identifier
    id: String,
}

#[derive(Serialize)]
struct Details {
    id: String,
    number: Option<String>,
    product_code: Option<String>,
    amount: Option<String>,
    currency: Option<String>,
    period: Option<u16>,
    payment_day: Option<u8>,
    down_payment_amount: Option<String>,
    down_payment_amount_prc: Option<String>,
    max_limit: Option<String>,
    process_status: Option<String>,
    created_at: Option<String>,
    confirmed_at: Option<String>,
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
            let api = settings.api()?;
            let application = submit.send(&api).await?;
            let done = format!("the application {} is submitted", application.id);
            output::done(settings.output, &Details::from(application), done)
        }
        Command::Show(show) => {
            let id = ApplicationId::parse(show.id)?;
            let api = settings.api()?;
            let application = if show.wait {
                decided(&api, &id).await?
            } else {
                api.application(&id).await?
            };
            output::answer(settings.output, &Details::from(application))
        }
        Command::Accept(accept) => {
            let id = ApplicationId::parse(accept.id)?;
            let contract = accept_offer(&settings.api()?, &SystemClock, &id).await?;
            let contract_id = contract.to_string();
            let done =
                format!("the application {id} is accepted, and its contract is {contract_id}");
            output::done(settings.output, &Accepted { contract_id }, done)
        }
        Command::Cancel(cancel) => {
            let id = ApplicationId::parse(cancel.id)?;
            let sentence = match cancel_application(&settings.api()?, &SystemClock, &id).await? {
                Some(()) => format!("The bank cancels the application {id}."),
                None => format!("The application {id} is cancelled."),
            };
            let done = format!("the application {id} is cancelled");
            output::done(settings.output, &Done::with(sentence), done)
        }
        Command::Sign(command) => signing::sign(command, settings).await,
        Command::Confirm(command) => signing::confirm(&command, settings).await,
        Command::Printout(command) => details::printout(command, settings).await,
        Command::Schedule(command) => details::schedule(command, settings).await,
        Command::Recalculate(command) => details::recalculate(command, settings).await,
        Command::Customer(command) => details::customer(command, settings).await,
        Command::Banks(command) => income_proof::banks(command, settings).await,
        Command::RetrieveStatement(command) => income_proof::retrieve(command, settings).await,
        Command::Attach(command) => income_proof::attach(command, settings).await,
    }
}

impl Submit {
    async fn send(&self, api: &PartnerApi) -> Result<Application, Failure> {
        let request = read_application_request(&document::read(&self.from)?, api.region())?;
        document::warn_of_a_check_digit(Some(&request.customer), api.region());
        if let Some(product) = if_told(api.product(&request.product_code).await)? {
            let today = SystemClock.now().date();
            if let Some(why) = Unavailable::of_application(&product, &request, today) {
                return Err(why.invalid().into());
            }
            request.check_required(&product.required_parameters)?;
        }
        Ok(api.submit(&request).await?)
    }
}

/// Reads until there is a decision, or it is over. While proof of income is looked at, the bank goes on
/// asking for it: an application that is first read so waits for whatever comes next.
async fn decided(api: &PartnerApi, id: &ApplicationId) -> Result<Application, Failure> {
    let state = |application: &Application| Reading::of_application(application).state;
    let first = api.application(id).await?;
    let proof = [
        AttemptState::IncomeProofWanted,
        AttemptState::StatementsWanted,
    ];
    let asked_before = state(&first).ok().filter(|state| proof.contains(state));
    let is_news = |application: &Application| {
        let now = state(application);
        let same = asked_before.is_some_and(|before| now == Ok(before));
        now != Ok(AttemptState::Pending) && !same
    };
    if is_news(&first) {
        return Ok(first);
    }
    let read = async || api.application(id).await;
    Ok(polling::until(Patience::DECISION, "a decision", read, is_news).await?)
}

/// Accepts this application's offer, and none that took its place; its contract.
async fn accept_offer(
    api: &PartnerApi,
    clock: &dyn Clock,
    id: &ApplicationId,
) -> Result<ContractId, GatewayError> {
    let found = &OnceCell::new();
    let read = || async move {
        let application = api.application(id).await?;
        Ok(match application.contract {
            Some(contract) if application.id == *id => {
                found.get_or_init(|| contract);
                Shown::Effect
            }
            Some(_) | None => Shown::Nothing,
        })
    };
    let settled = settle(clock, api.accept(id), read).await?;
    let contract = settled.or_else(|| found.get().cloned());
    contract.ok_or_else(|| GatewayError::new(GatewayErrorKind::Undecodable, "application.accept"))
}

/// Cancels it; none where it is shown to be cancelled already.
async fn cancel_application(
    api: &PartnerApi,
    clock: &dyn Clock,
    id: &ApplicationId,
) -> Result<Option<()>, GatewayError> {
    let read = || async move {
        let application = api.application(id).await?;
        Ok(if application.cancelled {
            Shown::Effect
        } else {
            Shown::Nothing
        })
    };
    settle(clock, api.cancel(id), read).await
}

impl From<Application> for Details {
    fn from(application: Application) -> Self {
        let valid_to = application.offer_valid_to;
        Self {
            id: application.id.to_string(),
            number: application.number,
            product_code: application.product_code.map(|code| code.to_string()),
            amount: application.amount.map(output::amount),
            currency: application
                .amount
                .map(|amount| amount.currency().to_string()),
            period: application.period.map(Months::get),
            payment_day: application.payment_day.map(PaymentDay::get),
            down_payment_amount: application.down_payment.map(output::amount),
            down_payment_amount_prc: application
                .down_payment_rate
                .map(|rate| rate.fraction().to_string()),
            max_limit: application.max_limit.map(output::amount),
            process_status: application.process_status.map(|status| status.to_string()),
            created_at: application.created_at.map(output::moment),
            confirmed_at: application.confirmed_at.map(output::moment),
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

impl fmt::Display for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = self.decision_messages.join("; ");
        let yes = |flag: bool| flag.then(|| "yes".to_owned());
        let down_payment = self.down_payment_amount.as_deref().map(output::readable);
        output::facts(
            f,
            &[
                ("Application", Some(self.id.clone())),
                ("Number", self.number.clone()),
                ("Product", self.product_code.clone()),
                ("Amount", self.amount.as_deref().map(output::readable)),
                ("Down payment", down_payment),
                ("Decision", Some(self.decision_status.clone())),
                ("Process status", self.process_status.clone()),
                ("At most", self.max_limit.as_deref().map(output::readable)),
                (
                    "For the customer",
                    (!messages.is_empty()).then_some(messages),
                ),
                ("Proof of income", self.income_proof_type.clone()),
                ("Changed conditions", yes(self.changed_conditions)),
                ("Instead of", self.previous_id.clone()),
                ("Cancelled", yes(self.cancelled)),
                ("Confirmed", self.confirmed_at.clone()),
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

#[cfg(test)]
mod tests;
