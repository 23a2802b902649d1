//! The device of a rental that is handed over. Its identifiers are told to the bank, and kept nowhere.

use inbank_app::{Activation, OrderError, OrderHandle, ShopHandle};
use inbank_domain::{AssetIdentifiers, Imei, Invalid, ModelIdentifier, SerialNumber};

use crate::visitor::Fields;

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

    pub(super) fn checked(&self) -> Result<Checked, Invalid> {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let model = match (some(&self.ean), some(&self.code)) {
            (Some(ean), None) => ModelIdentifier::ean(ean)?,
            (None, Some(code)) => ModelIdentifier::manufacturer_product_code(code)?,
            (Some(_), Some(_)) | (None, None) => {
                let problem = "must be there, or the manufacturer's code, and not both";
                return Err(Invalid::new("ean", problem));
            }
        };
        let imei = some(&self.imei).as_deref().map(Imei::parse).transpose()?;
        let serial = some(&self.serial).map(SerialNumber::parse).transpose()?;
        let identifiers = AssetIdentifiers::new(imei, serial);
        Ok(Checked { model, identifiers })
    }
}

impl Checked {
    /// Activates the rental of an attempt with it.
    pub(super) async fn activate(
        &self,
        shop: &ShopHandle,
        order: &OrderHandle,
        attempt: Option<u32>,
    ) -> Result<Activation, OrderError> {
        let found = order.find().await?.ok_or(OrderError::NotFound)?;
        let attempt = attempt.and_then(|number| found.attempt(number));
        let attempt = attempt.ok_or(OrderError::NotFound)?;
        let model = shop
            .rental_model(&attempt.terms.product, &self.model)
            .await?;
        order.activate(&model, &self.identifiers).await
    }
}
