mod signing;

use std::fmt;

use clap::{Args, Subcommand};
use inbank::http::{PartnerApi, SystemClock};
use inbank::ports::{Clock, Contracts, GatewayError};
use inbank::{Contract, ContractId, ContractStatus, ProcessStatus, Shown, settle};
use serde::Serialize;

pub(super) use self::signing::{Made, check_method, method_parser};
use super::polling::{self, Patience};
use super::product::of_code;
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

With --wait it is read once a second, 15 seconds at most, until it has gone on after the signature; \
what is not there by then is shown as it is. Contracts of pay next month can't be read; look at the \
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

Sent once; done when the bank has taken it, which activates the contract within seconds. Where the bank \
refuses, the contract is read once, and one that is approved is a success; where the answer is lost, it \
is read once a second for 30 seconds. Exit code 6 says that even that did not settle it. Contracts of pay \
next month can't be read, so for them a lost answer stays unknown: look at the session. A rental is \
activated instead, with `inbank rental activate`.")]
pub(crate) struct Approve {
    /// The contract's identifier
    id: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank contract cancel 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21

Sent once, and settled by reading as `inbank contract approve` is.")]
pub(crate) struct Cancel {
    /// The contract's identifier
    id: String,
}

#[derive(Serialize)]
pub(super) struct Details {
    id: String,
    status: String,
    process_status: Option<String>,
    number: Option<String>,
    product_code: Option<String>,
    customer_signed: bool,
    rep_signed: bool,
    signed_at: Option<String>,
    partner_approval_at: Option<String>,
    activated_at: Option<String>,
    terminated_at: Option<String>,
    termination_reason: Option<String>,
}

pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    let (id, decision) = match command {
        Command::Show(show) => {
            let id = ContractId::parse(show.id)?;
            let api = settings.api()?;
            let contract = if show.wait {
                after_signature(&api, &id).await?
            } else {
                Contracts::contract(&api, &id).await?
            };
            return output::answer(settings.output, &Details::from(contract));
        }
        Command::Printout(command) => return signing::printout(command, settings).await,
        Command::Sign(command) => return signing::sign(command, settings).await,
        Command::Confirm(command) => return signing::confirm(&command, settings).await,
        Command::PaymentLink(command) => return signing::payment_link(command, settings).await,
        Command::Approve(approve) => (approve.id, Decision::Approve),
        Command::Cancel(cancel) => (cancel.id, Decision::Cancel),
    };
    let id = ContractId::parse(id)?;
    let decided = decide(&settings.api()?, &SystemClock, &id, decision).await?;
    let sentence = match (decision, decided) {
        (Decision::Approve, Some(())) => {
            format!(
                "The bank activates the contract {id}; `inbank contract show` tells when it has."
            )
        }
        (Decision::Approve, None) => format!("The contract {id} is approved."),
        (Decision::Cancel, Some(())) => format!("The bank cancels the contract {id}."),
        (Decision::Cancel, None) => format!("The contract {id} is cancelled."),
    };
    let done = match decision {
        Decision::Approve => format!("the contract {id} is approved"),
        Decision::Cancel => format!("the contract {id} is cancelled"),
    };
    output::done(settings.output, &Done::with(sentence), done)
}

/// Reads until the contract has gone on after its signature.
async fn after_signature(api: &PartnerApi, id: &ContractId) -> Result<Contract, Failure> {
    let code = Contracts::contract(api, id).await?.product_code;
    // Whether a signed contract is on its way, or waits for the merchant, is the product's matter.
    // Where the bank doesn't say, it is waited for.
    let product = of_code(api, code).await;
    let approval = product.and_then(|product| product.requires_merchant_approval);
    let merchant_approval = approval == Some(true);
    let is_news = |contract: &Contract| has_gone_on(contract, merchant_approval);
    let read = async || Contracts::contract(api, id).await;
    Ok(polling::until(Patience::SIGNATURE, "the contract", read, is_news).await?)
}

/// Whether a signed contract is active or over, or waits for somebody.
fn has_gone_on(contract: &Contract, merchant_approval: bool) -> bool {
    let signed = match contract.status {
        ContractStatus::Unsigned => false,
        ContractStatus::Signed => true,
        ContractStatus::Activated
        | ContractStatus::Cancelled
        | ContractStatus::Terminated
        | ContractStatus::Unrecognised(_)
        | ContractStatus::Withdrawn => return true,
    };
    match contract.process_status {
        Some(
            ProcessStatus::WaitingForCustomerDigitalVerification
            | ProcessStatus::WaitingForDownPayment
            | ProcessStatus::WaitingForPartnersConfirmation,
        ) => true,
        // It waits for something that this version doesn't know.
        Some(ProcessStatus::Unrecognised(_)) => signed,
        Some(ProcessStatus::Activated | ProcessStatus::Offer) | None => signed && merchant_approval,
    }
}

/// What the merchant decides about a contract.
#[derive(Clone, Copy, Debug)]
enum Decision {
    Approve,
    Cancel,
}

/// Decides on a contract; none where it is shown to be decided so already.
async fn decide(
    api: &PartnerApi,
    clock: &dyn Clock,
    id: &ContractId,
    decision: Decision,
) -> Result<Option<()>, GatewayError> {
    let read = || async move {
        let contract = Contracts::contract(api, id).await?;
        let decided = match decision {
            Decision::Approve => is_approved(&contract),
            Decision::Cancel => matches!(
                contract.status,
                ContractStatus::Cancelled | ContractStatus::Withdrawn
            ),
        };
        Ok(shown(decided))
    };
    let sending = async {
        match decision {
            Decision::Approve => api.approve(id).await,
            Decision::Cancel => Contracts::cancel(api, id).await,
        }
    };
    settle(clock, sending, read).await
}

/// Whether the merchant's approval has arrived, of a rental its activation.
pub(super) fn is_approved(contract: &Contract) -> bool {
    contract.status == ContractStatus::Activated || contract.partner_approval_at.is_some()
}

pub(super) const fn shown(effect: bool) -> Shown {
    if effect {
        Shown::Effect
    } else {
        Shown::Nothing
    }
}

impl From<Contract> for Details {
    fn from(contract: Contract) -> Self {
        Self {
            id: contract.id.to_string(),
            status: contract.status.to_string(),
            process_status: contract.process_status.map(|status| status.to_string()),
            number: contract.number,
            product_code: contract.product_code.map(|code| code.to_string()),
            customer_signed: contract.customer_signed,
            rep_signed: contract.rep_signed,
            signed_at: contract.signed_at.map(output::moment),
            partner_approval_at: contract.partner_approval_at.map(output::moment),
            activated_at: contract.activated_at.map(output::moment),
            terminated_at: contract.terminated_at.map(output::moment),
            termination_reason: contract.termination_reason,
        }
    }
}

impl fmt::Display for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed_by = match (self.customer_signed, self.rep_signed) {
            (true, true) => Some("the customer and the bank"),
            (true, false) => Some("the customer"),
            (false, true) => Some("the bank"),
            (false, false) => None,
        };
        output::facts(
            f,
            &[
                ("Contract", Some(self.id.clone())),
                ("Status", Some(self.status.clone())),
                ("Process status", self.process_status.clone()),
                ("Number", self.number.clone()),
                ("Product", self.product_code.clone()),
                ("Signed by", signed_by.map(str::to_owned)),
                ("Signed", self.signed_at.clone()),
                ("Approved by the shop", self.partner_approval_at.clone()),
                ("Activated", self.activated_at.clone()),
                ("Terminated", self.terminated_at.clone()),
                ("Because", self.termination_reason.clone()),
            ],
        )
    }
}

#[cfg(test)]
mod tests;
