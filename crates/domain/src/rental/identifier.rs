use super::AssetModel;
use crate::id::short_text;
use crate::status::open_enum;
use crate::{Invalid, Personal};

open_enum! {
    /// What identifies one device of a model (`assetIdentifierTypes`).
    AssetIdentifierType {
        /// The number of a phone.
        Imei = "IMEI",
        /// The manufacturer's serial number.
        SerialNumber = "SERIAL_NUMBER",
    }
}

/// The number of a phone: fifteen digits.
///
/// The form only: the last digit checks the others, and whether it does is the bank's to judge, as for
/// identity codes. [`check_digit_fits`](Self::check_digit_fits) is for pointing that out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Imei(Personal<String>);

impl Imei {
    /// Takes a number.
    ///
    /// # Errors
    /// [`Invalid`] (`imei`) unless it is 15 digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(Personal::new(text.to_owned())))
        } else {
            let problem = "must be 15 digits; read it from the device again";
            Err(Invalid::new("imei", problem))
        }
    }

    /// Whether the last digit is the check digit of the others (Luhn). Where it isn't, the number was
    /// probably copied wrongly.
    pub fn check_digit_fits(&self) -> bool {
        let digits = self.expose().chars().filter_map(|c| c.to_digit(10));
        let weighed = digits.enumerate().map(|(n, digit)| match n % 2 {
            0 => digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        });
        weighed.sum::<u32>().is_multiple_of(10)
    }

    /// The number.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }
}

/// The manufacturer's serial number of a device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SerialNumber(Personal<String>);

impl SerialNumber {
    /// Takes a number.
    ///
    /// # Errors
    /// [`Invalid`] (`serial_number`) when it is blank, longer than 255 characters, or has a control
    /// character.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        short_text("serial_number", &text)?;
        Ok(Self(Personal::new(text)))
    }

    /// The number.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }
}

/// The identifiers of one rented device, at most one of a type (*Smart Rent 3.04*, Asset Identifier
/// assignment). Of the hero only; add-ons have none. `Debug` shows none of them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct AssetIdentifiers {
    /// The number of a phone.
    pub imei: Option<Imei>,
    /// The manufacturer's serial number.
    pub serial_number: Option<SerialNumber>,
}

impl AssetIdentifiers {
    /// What is known of a device.
    pub const fn new(imei: Option<Imei>, serial_number: Option<SerialNumber>) -> Self {
        Self {
            imei,
            serial_number,
        }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.imei.is_none() && self.serial_number.is_none()
    }

    /// Checks that the device has every identifier that its model asks for.
    ///
    /// # Errors
    /// [`Invalid`] (`asset_identifiers`), which names the type that is missing.
    pub fn check(&self, model: &AssetModel) -> Result<(), Invalid> {
        if self.is_empty() {
            let problem = "must have the device's IMEI or its serial number";
            return Err(Invalid::new("asset_identifiers", problem));
        }
        let missing = model.identifier_types.iter().find(|kind| match kind {
            AssetIdentifierType::Imei => self.imei.is_none(),
            AssetIdentifierType::SerialNumber => self.serial_number.is_none(),
            // We could not give it.
            AssetIdentifierType::Unrecognised(_) => true,
        });
        missing.map_or(Ok(()), |kind| {
            Err(Invalid::new(
                "asset_identifiers",
                format!("must have the device's {kind}, which its model asks for"),
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AssetModelId, InsuranceRequirement};

    const GUIDES: &str = "355889000000007";

    fn model(types: &[&str]) -> AssetModel {
        let id = AssetModelId::parse("m-1").unwrap();
        let types = types.iter().map(|text| (*text).into()).collect();
        AssetModel::new(id, "Phone", InsuranceRequirement::Optional, types)
    }

    #[test]
    fn an_imei_has_fifteen_digits_of_which_the_last_is_the_banks_to_judge() {
        for (good, fits) in [
            (GUIDES, true),
            ("490154203237518", true),
            ("355889000000008", false),
        ] {
            let imei = Imei::parse(good).unwrap();
            assert_eq!(imei.expose(), good);
            assert_eq!(imei.check_digit_fits(), fits, "{good}");
        }
        for bad in [
            "",
            "35588900000000",
            "3558890000000070",
            "35588900000000A",
            "35-588900-000000-7",
        ] {
            let error = Imei::parse(bad).unwrap_err();
            assert_eq!(error.field(), "imei");
            assert!(bad.is_empty() || !error.to_string().contains(bad));
        }
    }

    #[test]
    fn a_serial_number_is_any_text_that_is_not_blank() {
        assert!(SerialNumber::parse("J7P3D7000000").is_ok());
        for bad in ["", "  ", "a\tb", &"x".repeat(256)] {
            let error = SerialNumber::parse(bad).unwrap_err();
            assert_eq!(error.field(), "serial_number");
        }
    }

    #[test]
    fn the_identifier_that_is_missing_is_named() {
        let imei = Imei::parse(GUIDES).ok();
        let serial = SerialNumber::parse("J7P3D7000000").ok();
        let both = AssetIdentifiers::new(imei.clone(), serial.clone());
        let model_of_both = model(&["IMEI", "SERIAL_NUMBER"]);
        assert!(both.check(&model_of_both).is_ok());
        for (known, missing) in [
            (AssetIdentifiers::new(imei, None), "SERIAL_NUMBER"),
            (AssetIdentifiers::new(None, serial), "IMEI"),
        ] {
            let error = known.check(&model_of_both).unwrap_err();
            assert_eq!(error.field(), "asset_identifiers");
            assert!(error.problem().contains(missing), "{error}");
        }
        let error = both.check(&model(&["EID"])).unwrap_err();
        assert!(error.problem().contains("EID"), "{error}");
    }

    #[test]
    fn more_than_the_model_asks_for_is_the_banks_to_judge_and_nothing_is_refused() {
        let both = AssetIdentifiers::new(
            Imei::parse(GUIDES).ok(),
            SerialNumber::parse("J7P3D7000000").ok(),
        );
        assert!(both.check(&model(&["IMEI"])).is_ok());
        assert!(AssetIdentifiers::default().check(&model(&[])).is_err());
    }

    #[test]
    fn debug_shows_no_identifier() {
        let both = AssetIdentifiers::new(
            Imei::parse(GUIDES).ok(),
            SerialNumber::parse("J7P3D7000000").ok(),
        );
        let shown = format!("{both:?}");
        assert!(
            !shown.contains("3558") && !shown.contains("J7P3"),
            "{shown}"
        );
    }
}
