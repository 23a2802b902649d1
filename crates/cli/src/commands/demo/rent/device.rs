use anyhow::{Context as _, Result, ensure};
use inbank::{
    AssetIdentifierType, AssetIdentifiers, AssetModel, Imei, Invalid, ModelIdentifier, SerialNumber,
};
use inbank_sandbox::{AssetModel as CatalogueModel, ContractStatus, Sandbox};

use crate::commands::demo::play::Play;

/// What is read off the box.
#[derive(Clone, Copy)]
pub(super) enum Model {
    Ean(&'static str),
    Code(&'static str),
}

/// Those of the guide's curl.
const IMEI: &str = "355889000000007";
const SERIAL: &str = "J7P3D7000000";

impl Model {
    /// A phone with everything, which is known by its IMEI and its serial number.
    pub(super) const PHONE: Self = Self::Ean("8806095299501");
    /// One whose code is on the box.
    pub(super) const NEW_PHONE: Self = Self::Code("SM-S928BZKHEUE");
    /// The tablet of the guide's session, which has no IMEI.
    pub(super) const TABLET: Self = Self::Code("MK2K3HC/A");

    pub(super) fn identifier(self) -> Result<ModelIdentifier, Invalid> {
        match self {
            Self::Ean(ean) => ModelIdentifier::ean(ean),
            Self::Code(code) => ModelIdentifier::manufacturer_product_code(code),
        }
    }

    /// The same model as the bank has it.
    pub(super) fn in_catalogue(self, sandbox: &Sandbox) -> Result<CatalogueModel> {
        let mut models = sandbox.models().into_iter();
        let model = models.find(|model| match self {
            Self::Ean(ean) => model.ean == ean,
            Self::Code(code) => model.manufacturer_product_code == code,
        });
        model.context("the catalogue does not have the model")
    }
}

/// The device that is taken from the shelf: with an IMEI if its model has one.
pub(super) fn device(model: &AssetModel) -> Result<AssetIdentifiers> {
    let has_imei = model.identifier_types.contains(&AssetIdentifierType::Imei);
    let imei = has_imei.then(|| Imei::parse(IMEI)).transpose()?;
    let serial = Some(SerialNumber::parse(SERIAL)?);
    Ok(AssetIdentifiers::new(imei, serial))
}

/// Holds the bank's own record to the device, and to what the bank's catalogue asks of its model.
pub(super) async fn check_activated(play: &Play, model: &AssetModel) -> Result<()> {
    let (sandbox, contract) = (&play.stage.sandbox, play.contract().await?);
    ensure!(
        sandbox.contract(contract) == Some(ContractStatus::Activated),
        "the bank has not activated it"
    );
    let models = sandbox.models();
    let mut models = models.iter();
    let asked = models.find(|known| known.id.to_string() == model.id.as_str());
    let asked = asked.context("the catalogue does not have the model")?;
    let assigned = sandbox.asset_identifiers(contract);
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
