//! Keys of an application that the bank has and this version doesn't.

use crate::status::same_word;
use crate::{FreeForm, Invalid};

/// In which object of an application's body a further key stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// Beside `credit_application` and the other objects.
    Body,
    /// In `credit_application`.
    CreditApplication,
    /// In `customer`.
    Customer,
    /// In `customer_contact`.
    Contact,
    /// In `customer_identification`.
    Identification,
}

impl Place {
    /// Every place.
    pub const ALL: &'static [Self] = &[
        Self::Body,
        Self::CreditApplication,
        Self::Customer,
        Self::Contact,
        Self::Identification,
    ];

    /// The name of the object; none for the body itself.
    pub const fn object(self) -> Option<&'static str> {
        match self {
            Self::Body => None,
            Self::CreditApplication => Some("credit_application"),
            Self::Customer => Some("customer"),
            Self::Contact => Some("customer_contact"),
            Self::Identification => Some("customer_identification"),
        }
    }

    /// The keys that have a field of their own there.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Body => &[
                "additional_details",
                "consents",
                "credit_application",
                "customer",
                "customer_addresses",
                "customer_consents",
                "customer_contact",
                "customer_identification",
                "customer_pep",
                "customer_ubos",
                "partner_urls",
                "purchase",
            ],
            Self::CreditApplication => &[
                "amount",
                "civil_status",
                "dependants_count",
                "dependants_over_18",
                "down_payment_amount",
                "down_payment_amount_prc",
                "employer_name",
                "employer_phone",
                "employer_registry_code",
                "employment_end_month",
                "employment_end_year",
                "employment_position",
                "employment_start_month",
                "employment_start_year",
                "housing_status",
                "income_source",
                "monthly_financial_obligations",
                "monthly_household_costs",
                "monthly_income",
                "payment_day",
                "payout_account_number",
                "period",
                "pos_session_uuid",
                "product_code",
                "salesperson_reference",
            ],
            Self::Customer => &["first_name", "gender", "identity_code", "last_name"],
            Self::Contact => &["email", "mobile", "phone"],
            Self::Identification => &["document_number", "document_type", "document_valid_to"],
        }
    }
}

/// A key of the bank's that this version has no field for, with what to send under it: for what the
/// bank asks for before this library knows it. Never for what has a field, since that would be checked
/// and is told apart from personal data.
///
/// The name is the bank's, in the guides' spelling (`education_level`), and goes out in that of the
/// version; the value goes out as it is. `Debug` shows the name alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FurtherField {
    place: Place,
    name: String,
    value: FreeForm,
}

impl FurtherField {
    /// A key and its value.
    ///
    /// # Errors
    /// [`Invalid`], with the path of the key: where it has a field, in whichever spelling, or is no
    /// name in the guides' spelling.
    pub fn new(place: Place, name: impl Into<String>, value: FreeForm) -> Result<Self, Invalid> {
        let name = name.into();
        let letter_first = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if !letter_first || name.len() > LONGEST || !name.bytes().all(plain) {
            let problem = "must be a name of small letters, digits and underscores";
            return Err(Invalid::new("further", problem));
        }
        let field = Self { place, name, value };
        if place
            .fields()
            .iter()
            .any(|known| same_word(known, &field.name))
        {
            let problem = "has a field of its own, which is to be used";
            return Err(Invalid::new(field.path(), problem));
        }
        Ok(field)
    }

    /// Where it stands.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// The key, in the guides' spelling.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is sent under it.
    pub const fn value(&self) -> &FreeForm {
        &self.value
    }

    /// The key's path from the top of the body: `credit_application.education_level`.
    pub fn path(&self) -> String {
        match self.place.object() {
            Some(object) => format!("{object}.{}", self.name),
            None => self.name.clone(),
        }
    }
}

const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_field_is_refused_in_every_spelling() {
        for place in Place::ALL {
            for name in place.fields() {
                let joined = name.replace('_', "");
                for name in [(*name).to_owned(), joined] {
                    let error = FurtherField::new(*place, name, FreeForm::Null).unwrap_err();
                    assert!(error.problem().contains("field of its own"), "{error}");
                }
            }
        }
        let path = |place| {
            let field = FurtherField::new(place, "education_level", "higher".into());
            field.unwrap().path()
        };
        assert_eq!(path(Place::Body), "education_level");
        let inside = "credit_application.education_level";
        assert_eq!(path(Place::CreditApplication), inside);
    }

    #[test]
    fn a_name_is_in_the_guides_spelling() {
        for bad in [
            "",
            "educationLevel",
            "a b",
            "1a",
            "_a",
            "a-b",
            &"a".repeat(65),
        ] {
            assert!(
                FurtherField::new(Place::Body, bad, FreeForm::Null).is_err(),
                "{bad}"
            );
        }
        let shown = FurtherField::new(Place::Body, "a_1", "canary".into()).unwrap();
        assert!(!format!("{shown:?}").contains("canary"));
    }
}
