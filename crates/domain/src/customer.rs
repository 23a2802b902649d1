use crate::{IdentityCode, Invalid, Money, Months, PaymentDay, Personal};

/// The customer, to pre-fill the application (`customer_data`).
///
/// The guide calls the identity code and both names required once the object is there, and leaves
/// the identity code out of its own sample: the bank decides.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Customer {
    /// The national identity code.
    pub identity_code: Option<IdentityCode>,
    /// Given name.
    pub first_name: Option<Personal<String>>,
    /// Family name.
    pub last_name: Option<Personal<String>>,
    /// Gender.
    pub gender: Option<Gender>,
}

/// The options of `gender`.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Gender {
    /// `f`
    Female,
    /// `m`
    Male,
}

impl Gender {
    /// Reads `f` or `m`.
    ///
    /// # Errors
    /// [`Invalid`] (`gender`) for anything else.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "f" => Ok(Self::Female),
            "m" => Ok(Self::Male),
            _ => Err(Invalid::new("gender", "must be m or f")),
        }
    }

    /// The bank's text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Female => "f",
            Self::Male => "m",
        }
    }
}

impl std::fmt::Debug for Gender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(personal)")
    }
}

/// How to reach the customer, to pre-fill the application (`customer_contact_data`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Contact {
    /// E-mail address.
    pub email: Option<Email>,
    /// Mobile number.
    pub mobile: Option<PhoneNumber>,
    /// Another number; in the guide's samples, not in its table.
    pub phone: Option<PhoneNumber>,
}

/// An e-mail address: something before an `@` and something after it. The bank decides the rest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Email(Personal<String>);

impl Email {
    /// Takes an address.
    ///
    /// # Errors
    /// [`Invalid`] (`email`) without an `@` between two parts, or with a space.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let parts = text.rsplit_once('@');
        let halves = parts.is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
        if halves && !text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            Ok(Self(Personal::new(text.to_owned())))
        } else {
            Err(Invalid::new("email", "must be an e-mail address"))
        }
    }

    /// The address.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }
}

/// A phone number: digits, with or without a `+` and a country's prefix (the guide's own sample has
/// none), spaces and hyphens between.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PhoneNumber(Personal<String>);

impl PhoneNumber {
    /// Takes a number.
    ///
    /// # Errors
    /// [`Invalid`] (`mobile`) for other characters, or fewer than 5 or more than 15 digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let rest = text.strip_prefix('+').unwrap_or(text);
        let digits = rest.bytes().filter(u8::is_ascii_digit).count();
        let plain = rest
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b' ' || b == b'-');
        if plain && (5..=15).contains(&digits) {
            Ok(Self(Personal::new(text.to_owned())))
        } else {
            Err(Invalid::new(
                "mobile",
                "must be a phone number of 5 to 15 digits, with or without +",
            ))
        }
    }

    /// The number.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }
}

/// Where the customer lives, to pre-fill the application (`customer_address_data`). The keys are the
/// table's and, beyond it, the samples' (`type`, `city`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Address {
    /// `legal` in the samples.
    pub kind: Option<String>,
    /// ISO 3166 code.
    pub country: Option<Personal<String>>,
    /// Postal code.
    pub zip_code: Option<Personal<String>>,
    /// County.
    pub county: Option<Personal<String>>,
    /// Parish.
    pub parish: Option<Personal<String>>,
    /// The city, as the changelog of 2.03 says.
    pub township: Option<Personal<String>>,
    /// The city, as the sample answer spells it.
    pub city: Option<Personal<String>>,
    /// Street.
    pub street: Option<Personal<String>>,
    /// House.
    pub house: Option<Personal<String>>,
    /// Apartment.
    pub apartment: Option<Personal<String>>,
}

/// What the merchant already knows of the application (`credit_application_data`): the table's keys
/// and the samples'.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ApplicationPrefill {
    /// How long to repay.
    pub period: Option<Months>,
    /// The day of the month to pay on.
    pub payment_day: Option<PaymentDay>,
    /// Monthly income, which has to be in the session's currency.
    pub monthly_income: Option<Personal<Money>>,
    /// How many people the customer keeps.
    pub dependants: Option<Personal<u32>>,
    /// Monthly costs of the household, which have to be in the session's currency.
    pub monthly_household_costs: Option<Personal<Money>>,
    /// Where the income comes from.
    pub income_source: Option<Personal<String>>,
    /// A number of the application; in the samples, not in the table.
    pub number: Option<String>,
    /// The salesperson; in the samples, not in the table.
    pub salesperson_reference: Option<Personal<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Currency, Region};

    #[test]
    fn the_guides_own_contacts_pass() {
        assert!(Email::parse("john.smith@session.pos").is_ok());
        for number in ["51231412", "6123123", "+37253630000", "+48 600-700-800"] {
            assert!(PhoneNumber::parse(number).is_ok());
        }
    }

    #[test]
    fn what_is_no_contact_is_refused_by_field() {
        for bad in ["", "@", "a@", "@b", "a b@c"] {
            assert_eq!(Email::parse(bad).unwrap_err().field(), "email");
        }
        for bad in ["", "+", "1234", "5123x412", "1234567890123456"] {
            assert_eq!(PhoneNumber::parse(bad).unwrap_err().field(), "mobile");
        }
        assert_eq!(Gender::parse("x").unwrap_err().field(), "gender");
    }

    #[test]
    fn debug_shows_nothing_of_a_customer() {
        let anywhere = Region::new("anywhere", "XX", Currency::EUR, &[]);
        let customer = Customer {
            identity_code: Some(IdentityCode::parse(&anywhere, "canary").unwrap()),
            first_name: Some("canary".to_owned().into()),
            last_name: Some("canary".to_owned().into()),
            gender: Some(Gender::Female),
        };
        let contact = Contact {
            email: Some(Email::parse("canary@canary").unwrap()),
            ..Contact::default()
        };
        let shown = format!("{customer:?} {contact:?}");
        assert!(
            !shown.contains("canary") && !shown.contains("Female"),
            "{shown}"
        );
    }
}
