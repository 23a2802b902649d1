mod signing;

use std::fmt;

use clap::{Args, Subcommand};
use inbank::Inbank;
use inbank::app::{DecideError, Decision, Patience};
use inbank::domain::{Contract, ContractId, FinancingState, Observation, Step, advance};
use inbank::ports::{Contracts, ProductCatalogue};
use serde::Serialize;

use super::polling;
use crate::exit::Failure;
use crate::output::{self, Done};
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  inbank contract show 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21
  inbank contract sign 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --method sms
  inbank contract approve 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show a contract
    Show(Show),
    /// Make the contract as a document for the customer to read
    Printout(signing::MakePrintout),
    /// Start signing, or report that the customer has signed
    Sign(signing::Sign),
    /// Bring back the code that the customer got by text message
    Confirm(signing::Confirm),
    /// Make an address where the customer makes the down payment
    PaymentLink(signing::PaymentLink),
    /// Approve a granted contract: the bank activates it, and the goods can be delivered
    Approve(Approve),
    /// Cancel a contract that is not active yet
    Cancel(Cancel),
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank contract show 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --output json

With --wait it is read once a second, 15 seconds at most, until it has gone on after the signature;
what is not there by then is shown as it is. Contracts of pay next month can't be read; look at the
session instead.")]
pub(crate) struct Show {
    /// The contract's identifier
    id: String,
    /// Wait for what comes of a signature
    #[arg(long)]
    wait: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank contract approve 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21

Safe to repeat: where the bank refuses, or its answer is lost, the contract is read, and what it shows
decides. Exit code 3 says that it stands otherwise, 6 that even reading did not settle it. Contracts of
pay next month can't be read, so for them a lost answer stays unknown: look at the session. A rental is
activated instead, with `inbank rental activate`.")]
pub(crate) struct Approve {
    /// The contract's identifier
    id: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank contract cancel 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21

Safe to repeat: where the bank refuses, or its answer is lost, the contract is read, and what it shows
decides. Exit code 3 says that it stands otherwise, 6 that even reading did not settle it. Contracts of
pay next month can't be read, so for them a lost answer stays unknown: look at the session.")]
pub(crate) struct Cancel {
    /// The contract's identifier
    id: String,
}

#[derive(Serialize)]
pub(super) struct Shown {
    id: String,
    status: String,
    process_status: Option<String>,
    number: Option<String>,
    product_code: Option<String>,
    signed_at: Option<String>,
    partner_approval_at: Option<String>,
    activated_at: Option<String>,
    terminated_at: Option<String>,
    termination_reason: Option<String>,
}

pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    let (id, decision, done) = match command {
        Command::Show(show) => {
            let id = ContractId::parse(show.id)?;
            let inbank = settings.inbank()?;
            let contract = if show.wait {
                after_signature(&inbank, &id).await?
            } else {
                inbank.api().contract(&id).await?
            };
            return output::answer(settings.output, &Shown::from(contract));
        }
        Command::Printout(command) => return signing::printout(command, settings).await,
        Command::Sign(command) => return signing::sign(command, settings).await,
        Command::Confirm(command) => return signing::confirm(&command, settings).await,
        Command::PaymentLink(command) => return signing::payment_link(command, settings).await,
        Command::Approve(approve) => (approve.id, Decision::Approve, "approved"),
        Command::Cancel(cancel) => (cancel.id, Decision::Cancel, "cancelled"),
    };
    let id = ContractId::parse(id)?;
    decide(&settings.inbank()?, &id, decision).await?;
    let sentence = format!("The contract {id} is {done}.");
    output::answer(settings.output, &Done::with(sentence))
}

/// Reads until the contract has gone on, by the rules by which a financing would.
async fn after_signature(inbank: &Inbank, id: &ContractId) -> Result<Contract, Failure> {
    let api = inbank.api();
    let code = api.contract(id).await?.product_code;
    // Whether a signed contract is on its way, or waits for the merchant, is the product's matter.
    let merchant_approval = match code {
        Some(code) => api.product(&code).await?.requires_merchant_approval == Some(true),
        None => false,
    };
    let is_news = |contract: &Contract| {
        let observation = Observation::Contract {
            contract,
            merchant_approval,
        };
        advance(FinancingState::SignatureWanted, observation) != Step::Unchanged
    };
    let read = async || api.contract(id).await;
    Ok(polling::until(Patience::SIGNATURE, "the contract", read, is_news).await?)
}

/// Decides on a contract of which nothing else is known: neither order nor session has a part in it.
async fn decide(inbank: &Inbank, id: &ContractId, decision: Decision) -> Result<(), Failure> {
    let decided = inbank.decide().decide_contract(id, decision).await;
    decided.map_err(|error| match error {
        DecideError::Gateway(error) => Failure::Gateway(error),
        DecideError::Otherwise(state) => Failure::Stands {
            operation: match decision {
                Decision::Approve => "contract.approve",
                Decision::Cancel => "contract.cancel",
            },
            subject: "contract",
            state: state.as_str(),
        },
        error => Failure::Other(error.to_string()),
    })
}

impl From<Contract> for Shown {
    fn from(contract: Contract) -> Self {
        Self {
            id: contract.id.to_string(),
            status: contract.status.to_string(),
            process_status: contract.process_status.map(|status| status.to_string()),
            number: contract.number,
            product_code: contract.product_code.map(|code| code.to_string()),
            signed_at: contract.signed_at.map(output::moment),
            partner_approval_at: contract.partner_approval_at.map(output::moment),
            activated_at: contract.activated_at.map(output::moment),
            terminated_at: contract.terminated_at.map(output::moment),
            termination_reason: contract.termination_reason,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        output::facts(
            f,
            &[
                ("Contract", Some(self.id.clone())),
                ("Status", Some(self.status.clone())),
                ("Process status", self.process_status.clone()),
                ("Number", self.number.clone()),
                ("Product", self.product_code.clone()),
                ("Signed", self.signed_at.clone()),
                ("Approved by the shop", self.partner_approval_at.clone()),
                ("Activated", self.activated_at.clone()),
                ("Terminated", self.terminated_at.clone()),
                ("Because", self.termination_reason.clone()),
            ],
        )
    }
}
