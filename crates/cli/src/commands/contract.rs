use std::fmt;

use clap::{Args, Subcommand};
use inbank::Inbank;
use inbank::app::{DecideError, Decision};
use inbank::domain::{Contract, ContractId};
use inbank::ports::Contracts;
use serde::Serialize;

use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  inbank contract show 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21
  inbank contract approve 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show a contract
    Show(Show),
    /// Approve a granted contract: the bank activates it, and the goods can be delivered
    Approve(Approve),
    /// Cancel a contract that is not active yet
    Cancel(Cancel),
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank contract show 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --output json

Contracts of pay next month can't be read; look at the session instead.")]
pub(crate) struct Show {
    /// The contract's identifier
    id: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank contract approve 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21

Safe to repeat: where the bank refuses, or its answer is lost, the contract is read, and what it shows
decides. Exit code 3 says that it stands otherwise, 6 that even reading did not settle it. Contracts of
pay next month can't be read, so for them a lost answer stays unknown: look at the session.")]
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
struct Shown {
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

/// `{}` for scripts: that it was done is the exit code's to say.
#[derive(Serialize)]
struct Decided {
    #[serde(skip)]
    sentence: String,
}

pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    let (id, decision, done) = match command {
        Command::Show(show) => {
            let id = ContractId::parse(show.id)?;
            let contract = settings.inbank()?.api().contract(&id).await?;
            return output::answer(settings.output, &Shown::from(contract));
        }
        Command::Approve(approve) => (approve.id, Decision::Approve, "approved"),
        Command::Cancel(cancel) => (cancel.id, Decision::Cancel, "cancelled"),
    };
    let id = ContractId::parse(id)?;
    decide(&settings.inbank()?, &id, decision).await?;
    let sentence = format!("The contract {id} is {done}.");
    output::answer(settings.output, &Decided { sentence })
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
            state,
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

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}
