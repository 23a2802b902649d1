//! What the bank keeps of an application besides its decision: documents, payments, its customer.

use crate::{Invalid, Personal};

/// Which of an application's documents is to be had (`type`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ApplicationDocument {
    /// What was applied for.
    Application,
    /// What is offered, to be read before it is accepted.
    Offer,
}

impl ApplicationDocument {
    /// The bank's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Offer => "offer",
        }
    }

    /// The document of a word.
    ///
    /// # Errors
    /// [`Invalid`] (`type`) for any other.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "application" => Ok(Self::Application),
            "offer" => Ok(Self::Offer),
            _ => Err(Invalid::new("type", "must be application or offer")),
        }
    }
}

/// Who has applied, as the bank knows them (`GET /applications/{id}/customer`). As the bank gives it, not
/// checked: it is there to be shown.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Applicant {
    /// The identity code.
    pub identity_code: Option<Personal<String>>,
    /// Given name.
    pub first_name: Option<Personal<String>>,
    /// Family name.
    pub last_name: Option<Personal<String>>,
    /// Mobile number (`phone_mobile`, which the application calls `mobile`).
    pub mobile: Option<Personal<String>>,
    /// Another number (`phone_landline`).
    pub landline: Option<Personal<String>>,
    /// E-mail address.
    pub email: Option<Personal<String>>,
}
