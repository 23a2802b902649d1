//! The device of a rental that is handed over. Its identifiers are told to the bank, and kept nowhere.

use inbank_app::{Activation, OrderError, OrderHandle, ShopHandle};
use inbank_domain::{
    AssetIdentifierType, AssetIdentifiers, AssetModel, Imei, Invalid, ModelIdentifier, SerialNumber,
};
use inbank_ports::GatewayErrorKind;

use crate::visitor::Fields;

/// The fields, by the words that stand on the form.
const EAN: &str = "Article number (EAN) of the model";
const CODE: &str = "Manufacturer’s code";
const IMEI: &str = "IMEI";
const SERIAL: &str = "Serial number";

/// As it was typed.
#[derive(Default)]
pub(super) struct Device {
    pub(super) ean: String,
    pub(super) code: String,
    pub(super) imei: String,
    pub(super) serial: String,
}

/// As it can be told to the bank.
pub(super) struct Checked {
    /// Which field names the model.
    field: &'static str,
    model: ModelIdentifier,
    identifiers: AssetIdentifiers,
}

impl Device {
    pub(super) fn of(fields: &Fields) -> Self {
        let text = |name| fields.get(name).to_owned();
        Self {
            ean: text("ean"),
            code: text("code"),
            imei: text("imei"),
            serial: text("serial"),
        }
    }

    /// Or what is wrong with which field. What was typed is not repeated.
    pub(super) fn checked(&self) -> Result<Checked, String> {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let wrong =
            |field: &'static str| move |error: Invalid| format!("{field}: {}.", error.problem());
        let (field, model) = match (some(&self.ean), some(&self.code)) {
            (Some(ean), None) => (EAN, ModelIdentifier::ean(ean)),
            (None, Some(code)) => (CODE, ModelIdentifier::manufacturer_product_code(code)),
            (Some(_), Some(_)) | (None, None) => {
                return Err(format!(
                    "{EAN}: give it, or the manufacturer’s code, and not both."
                ));
            }
        };
        let model = model.map_err(wrong(field))?;
        let imei = some(&self.imei).as_deref().map(Imei::parse).transpose();
        let imei = imei.map_err(wrong(IMEI))?;
        let serial = some(&self.serial).map(SerialNumber::parse).transpose();
        let identifiers = AssetIdentifiers::new(imei, serial.map_err(wrong(SERIAL))?);
        if identifiers.is_empty() {
            return Err(format!(
                "{IMEI} or serial number: give those that the model is identified by; they stand on the device and its box."
            ));
        }
        Ok(Checked {
            field,
            model,
            identifiers,
        })
    }
}

/// What came of activating it.
pub(super) enum Activating {
    Activated(Activation),
    /// A field doesn't fit what the bank knows of the model; nothing was sent.
    Wrong(String),
}

impl Checked {
    /// Activates the rental of an attempt with it.
    pub(super) async fn activate(
        &self,
        shop: &ShopHandle,
        order: &OrderHandle,
        attempt: Option<u32>,
    ) -> Result<Activating, OrderError> {
        let found = order.find().await?.ok_or(OrderError::NotFound)?;
        let attempt = attempt.and_then(|number| found.attempt(number));
        let attempt = attempt.ok_or(OrderError::NotFound)?;
        let product = &attempt.terms.product;
        let model = match shop.rental_model(product, &self.model).await {
            Ok(model) => model,
            Err(error) if error.kind() == GatewayErrorKind::NotFound => {
                let field = self.field;
                return Ok(Activating::Wrong(format!(
                    "{field}: the bank has none of this for the order’s product, {product}. Look at the number again, or at what was agreed with the bank."
                )));
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(field) = self.missing(&model) {
            return Ok(Activating::Wrong(format!(
                "{field}: the model is identified by it; read it from the device or its box."
            )));
        }
        let activated = order.activate(&model, &self.identifiers).await?;
        Ok(Activating::Activated(activated))
    }

    /// The field that the model asks for and that was left empty. What can't be given here is the order's own to refuse.
    fn missing(&self, model: &AssetModel) -> Option<&'static str> {
        let known = &self.identifiers;
        model.identifier_types.iter().find_map(|kind| match kind {
            AssetIdentifierType::Imei => known.imei.is_none().then_some(IMEI),
            AssetIdentifierType::SerialNumber => known.serial_number.is_none().then_some(SERIAL),
            AssetIdentifierType::Unrecognised(_) => None,
        })
    }
}
