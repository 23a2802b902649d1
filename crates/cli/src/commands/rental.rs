mod device;
mod quote;

use clap::{Args, Subcommand};
use inbank::Inbank;
use inbank::app::{ActivateError, Activation};
use inbank::domain::{Contract, ContractId, ProductCode};
use inbank::http::ApiVersion;
use inbank::ports::{Contracts, GatewayErrorKind, Rentals};

use super::contract::Shown;
use crate::exit::Failure;
use crate::output::{self, Done};
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  inbank rental model --product smart_rent --ean 88845632734657
  inbank rental calculate --product smart_rent --from cart.json
  inbank rental assign 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --product smart_rent --imei - --serial-number -
  inbank rental activate 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21

The session is opened with `inbank session open --from FILE`.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the conditions of renting a model
    Model(quote::Model),
    /// Ask what renting a cart would cost a month
    Calculate(quote::Calculate),
    /// Tell the bank which device is handed over
    Assign(device::Assign),
    /// Activate a granted rental whose device the bank knows
    Activate(Activate),
    /// Show a rental contract
    Show(Show),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank rental activate 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --product smart_rent
  inbank rental activate 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21

The device's identifiers are assigned before, with `inbank rental assign`. Safe to repeat: the contract
is read first, again where the bank refuses or its answer is lost, and what it shows decides. Exit code 3
says that it is not granted or stands otherwise, 6 that even reading did not settle it.")]
pub(crate) struct Activate {
    /// The contract's identifier
    id: String,
    /// The product's code; what the contract tells unless given
    #[arg(long, value_name = "CODE")]
    product: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank rental show 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21
  inbank rental show 9b2f1c04-54a7-4a0e-8a44-3f1f0a6f5d21 --product smart_rent --api-version v3 --output json")]
pub(crate) struct Show {
    /// The contract's identifier
    id: String,
    /// The product's code; in version 3 the contract is then looked for under it
    #[arg(long, value_name = "CODE")]
    product: Option<String>,
}

pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    match command {
        Command::Model(model) => quote::model(model, settings).await,
        Command::Calculate(calculate) => quote::calculate(calculate, settings).await,
        Command::Assign(assign) => device::assign(assign, settings).await,
        Command::Activate(command) => {
            let (id, product) = named(command.id, command.product)?;
            let inbank = settings.inbank()?;
            let done = activate(&inbank, &id, product).await?;
            output::answer(settings.output, &Done::with(done))
        }
        Command::Show(command) => {
            let (id, product) = named(command.id, command.product)?;
            let inbank = settings.inbank()?;
            let contract = match product {
                Some(product) => Rentals::contract(&**inbank.api(), &product, &id).await?,
                None => unplaced(&inbank, &id).await?,
            };
            output::answer(settings.output, &Shown::from(contract))
        }
    }
}

fn named(
    id: String,
    product: Option<String>,
) -> Result<(ContractId, Option<ProductCode>), Failure> {
    let product = product.map(ProductCode::parse).transpose()?;
    Ok((ContractId::parse(id)?, product))
}

/// Activates it, and says what came of it.
async fn activate(
    inbank: &Inbank,
    id: &ContractId,
    product: Option<ProductCode>,
) -> Result<String, Failure> {
    let product = match product {
        Some(product) => product,
        None => unplaced(inbank, id).await?.product_code.ok_or_else(|| {
            Failure::Usage("the contract does not tell its product: give --product".to_owned())
        })?,
    };
    let use_case = inbank.activate_rental();
    match use_case.activate_identified(&product, id).await {
        Ok(Activation::Activated) => Ok(format!("The rental {id} is activated.")),
        Ok(Activation::Activating) => Ok(format!(
            "The bank is activating the rental {id}; `inbank rental show` tells when it has."
        )),
        Err(error) => Err(failure(error)),
    }
}

fn failure(error: ActivateError) -> Failure {
    const OPERATION: &str = "rental.activate";
    match error {
        ActivateError::Invalid(error) => Failure::Invalid(error),
        ActivateError::Gateway(error) => Failure::Gateway(error),
        ActivateError::Otherwise(state) => Failure::Stands {
            operation: OPERATION,
            subject: "rental",
            state: state.as_str(),
        },
        ActivateError::NotGranted => Failure::NotYet {
            operation: OPERATION,
            why: error.to_string(),
        },
        error => Failure::Other(error.to_string()),
    }
}

/// A contract of which the product is not given.
async fn unplaced(inbank: &Inbank, id: &ContractId) -> Result<Contract, Failure> {
    let found = Contracts::contract(&**inbank.api(), id).await;
    found.map_err(|error| {
        let elsewhere =
            inbank.api().version() == ApiVersion::V3 && error.kind() == GatewayErrorKind::NotFound;
        if elsewhere {
            // No guide promises that version 3 has a rental anywhere but under its product.
            Failure::Advised(error, "give --product, under which version 3 has rentals")
        } else {
            Failure::Gateway(error)
        }
    })
}
