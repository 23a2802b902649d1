mod device;
mod quote;

use clap::{Args, Subcommand};
use inbank::http::{ApiVersion, PartnerApi, SystemClock};
use inbank::ports::{Clock, Contracts, GatewayError, GatewayErrorKind, Rentals};
use inbank::{Contract, ContractId, ProductCode, settle};

use super::contract::{self, Details};
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

The device's identifiers are assigned before, with `inbank rental assign`. Sent once; done when the bank \
has taken it, which activates the contract within seconds. Where the bank refuses, the contract is read \
once, and one that is activated is a success; where the answer is lost, it is read once a second for 30 \
seconds. Exit code 6 says that even that did not settle it.")]
pub(crate) struct Activate {
    /// The contract's identifier
    id: String,
    /// The product's code, under which version 3 has rentals; what the contract tells unless given
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
            let api = settings.api()?;
            let product = match product {
                Some(product) => product,
                None => product_of(&api, &id).await?,
            };
            let sentence = match activate(&api, &SystemClock, &product, &id).await? {
                Some(()) => format!(
                    "The bank activates the rental {id}; `inbank rental show` tells when it has."
                ),
                None => format!("The rental {id} is activated."),
            };
            let done = format!("the rental {id} is activated");
            output::done(settings.output, &Done::with(sentence), done)
        }
        Command::Show(command) => {
            let (id, product) = named(command.id, command.product)?;
            let api = settings.api()?;
            let contract = match product {
                Some(product) => Rentals::contract(&api, &product, &id).await?,
                None => unplaced(&api, &id).await?,
            };
            output::answer(settings.output, &Details::from(contract))
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

/// Activates it; none where it is shown to be activated already.
async fn activate(
    api: &PartnerApi,
    clock: &dyn Clock,
    product: &ProductCode,
    id: &ContractId,
) -> Result<Option<()>, GatewayError> {
    let read = || async move {
        let rental = Rentals::contract(api, product, id).await?;
        Ok(contract::shown(contract::is_approved(&rental)))
    };
    settle(clock, api.activate(product, id), read).await
}

async fn product_of(api: &PartnerApi, id: &ContractId) -> Result<ProductCode, Failure> {
    let product = unplaced(api, id).await?.product_code;
    product
        .ok_or_else(|| Failure::usage("the contract does not tell its product", "give --product"))
}

/// A contract of which the product is not given.
async fn unplaced(api: &PartnerApi, id: &ContractId) -> Result<Contract, Failure> {
    let found = Contracts::contract(api, id).await;
    found.map_err(|error| {
        let elsewhere =
            api.version() == ApiVersion::V3 && error.kind() == GatewayErrorKind::NotFound;
        if elsewhere {
            // No guide promises that version 3 has a rental anywhere but under its product.
            Failure::Advised(error, "give --product, under which version 3 has rentals")
        } else {
            Failure::Gateway(error)
        }
    })
}
