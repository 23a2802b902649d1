use anyhow::{Context as _, Result, bail, ensure};
use inbank::app::{Carried, Decision, DeskError};
use inbank::domain::{
    AssetIdentifierType, AssetIdentifiers, AssetModel, FinancingState, Imei, SerialNumber,
};
use inbank_sandbox::{ContractStatus, Fault, Operation};
use uuid::Uuid;

use crate::commands::demo::journal::Journal;
use crate::commands::demo::order::Order;
use crate::commands::demo::stage::Stage;

/// What the merchant does about a granted rental.
pub(super) enum Act {
    /// Tells the bank which device it is, and activates the contract.
    Activate,
    /// The same; the answer to the activation gets lost, and the shop calls again.
    ActivateUnanswered,
    /// Approves in the Partner Portal.
    ApproveInPortal,
    /// Forgets one of the identifiers that the model asks for, and activates once it is there.
    ForgetIdentifier,
    /// Activates, while a colleague cancels.
    ActivateAndCancel,
    /// Can't deliver.
    Cancel,
}

/// Those of the guide's curl.
const IMEI: &str = "355889000000007";
const SERIAL: &str = "J7P3D7000000";

impl Act {
    pub(super) async fn play(
        &self,
        stage: &Stage,
        order: &mut Order,
        rented: &AssetModel,
        journal: &mut Journal<'_>,
    ) -> Result<()> {
        let contract = contract(stage, order)?;
        match self {
            Self::Activate => {
                activate(stage, order, rented).await?;
                journal.note("device assigned and rental activated");
                check_activated(stage, contract, rented)
            }
            Self::ActivateUnanswered => {
                let operations = [
                    Operation::AssignAssetIdentifiers,
                    Operation::ActivateContract,
                ];
                let count = || operations.map(|operation| calls(stage, operation));
                let [assigned, activated] = count();
                let lost = Operation::ActivateContract;
                stage.sandbox.fault(lost, Fault::AnswerLost, 1);
                journal.note("the answer to the activation gets lost");
                activate(stage, order, rented).await?;
                journal.note("settled by reading: activated");
                activate(stage, order, rented).await?;
                journal.note("activated once more: nothing to do");
                ensure!(
                    count() == [assigned + 1, activated + 1],
                    "something was sent again"
                );
                check_activated(stage, contract, rented)
            }
            Self::ApproveInPortal => {
                journal.note("merchant approves in the Partner Portal");
                Ok(stage.sandbox.portal_activates(contract)?)
            }
            Self::ForgetIdentifier => {
                forget(stage, order, rented, contract, journal).await?;
                activate(stage, order, rented).await?;
                journal.note("device assigned and rental activated");
                check_activated(stage, contract, rented)
            }
            Self::ActivateAndCancel => {
                journal.note("merchant activates, and cancels meanwhile");
                let (id, device) = (order.id().clone(), device(rented)?);
                let activating = Box::pin(stage.shop.desk.activate(&id, rented, &device));
                order
                    .cancel_during((Operation::ActivateContract, activating), stage, journal)
                    .await?;
                check_activated(stage, contract, rented)
            }
            Self::Cancel => order.decide(stage, Decision::Cancel, journal).await,
        }
    }
}

/// The contract as the bank knows it, which the shop has read from the session.
fn contract(stage: &Stage, order: &Order) -> Result<Uuid> {
    let opened = order.financing().session.as_ref();
    let opened = opened.context("the session is not known")?.as_str();
    let session = stage.sandbox.session(opened.parse()?);
    let contract = session.and_then(|session| session.contract);
    let contract = contract.context("the bank has no contract")?;
    ensure!(
        order.contract()?.as_str() == contract.to_string(),
        "the shop has read another contract"
    );
    Ok(contract)
}

/// The device that is taken from the shelf: with an IMEI if its model has one.
fn device(model: &AssetModel) -> Result<AssetIdentifiers> {
    let has_imei = model.identifier_types.contains(&AssetIdentifierType::Imei);
    let imei = has_imei.then(|| Imei::parse(IMEI)).transpose()?;
    Ok(AssetIdentifiers::new(
        imei,
        Some(SerialNumber::parse(SERIAL)?),
    ))
}

async fn activate(stage: &Stage, order: &Order, model: &AssetModel) -> Result<()> {
    let desk = &stage.shop.desk;
    let carried = desk.activate(order.id(), model, &device(model)?).await?;
    ensure!(
        carried == Carried::Out(FinancingState::Completed),
        "{carried:?}"
    );
    Ok(())
}

async fn forget(
    stage: &Stage,
    order: &Order,
    model: &AssetModel,
    contract: Uuid,
    journal: &mut Journal<'_>,
) -> Result<()> {
    let seen = stage.requests();
    let device = AssetIdentifiers::new(None, device(model)?.serial_number);
    match stage.shop.desk.activate(order.id(), model, &device).await {
        Err(DeskError::Invalid(missing)) => journal.note(format!("not activated: {missing}")),
        other => bail!("{other:?} without the IMEI"),
    }
    ensure!(
        stage.requests() == seen && stage.sandbox.asset_identifiers(contract).is_empty(),
        "something was sent without the IMEI"
    );
    Ok(())
}

/// Holds the bank's own record to the device, and to what the bank's catalogue asks of its model.
fn check_activated(stage: &Stage, contract: Uuid, model: &AssetModel) -> Result<()> {
    ensure!(
        stage.sandbox.contract(contract) == Some(ContractStatus::Activated),
        "the bank has not activated it"
    );
    let models = stage.sandbox.models();
    let mut models = models.iter();
    let asked = models.find(|known| known.id.to_string() == model.id.as_str());
    let asked = asked.context("the catalogue does not have the model")?;
    let assigned = stage.sandbox.asset_identifiers(contract);
    let complete = assigned.len() == asked.asset_identifier_types.len();
    let right = assigned.iter().all(|assigned| {
        let meant = match assigned.identifier_type.name() {
            "IMEI" => IMEI,
            _ => SERIAL,
        };
        asked
            .asset_identifier_types
            .contains(&assigned.identifier_type)
            && assigned.identifier == meant
    });
    ensure!(complete && right, "the bank knows another device");
    Ok(())
}

fn calls(stage: &Stage, operation: Operation) -> usize {
    let requests = stage.sandbox.requests();
    let calls = requests.iter();
    calls
        .filter(|call| call.operation == Some(operation))
        .count()
}
