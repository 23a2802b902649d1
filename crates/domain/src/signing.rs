use std::fmt;

use time::OffsetDateTime;

use crate::status::open_enum;
use crate::{Invalid, WebAddress};

open_enum! {
    /// How a contract is signed. Poland has the first three; Estonia and Latvia all of them, by
    /// product.
    SigningMethod {
        /// The partner's own solution; says that signing has succeeded.
        Digital = "digital",
        /// On paper, collected by the partner.
        Paper = "paper",
        /// By a code that Inbank sends, confirmed afterwards.
        Sms = "sms",
        /// On Inbank's page.
        Redirect = "redirect",
        /// By a link that Inbank sends by e-mail.
        SendToSigningEmail = "send_to_signing_email",
        /// By a link that Inbank sends by text message.
        SendToSigningSms = "send_to_signing_sms",
    }
}

/// The code that the customer got by text message.
///
/// Text: `0000` is a code. `Debug` shows nothing.
#[derive(Clone, Eq, PartialEq)]
pub struct ConfirmationCode(String);

impl ConfirmationCode {
    /// Takes a code.
    ///
    /// # Errors
    /// [`Invalid`] (`confirmation_code`) unless it is 1 to 16 letters or digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if plain && (1..=16).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "confirmation_code",
                "must be the 1 to 16 digits or letters of the message",
            ))
        }
    }

    /// The code.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ConfirmationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfirmationCode(secret)")
    }
}

/// A signing that was started.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SigningStarted {
    /// Where to send the customer's browser, for `redirect`.
    pub redirect_url: Option<WebAddress>,
}

/// A signing that was confirmed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Signed {
    /// When, where the bank says so.
    pub at: Option<OffsetDateTime>,
    /// How.
    pub method: SigningMethod,
}

impl Signed {
    /// A signing of which only the method is known.
    pub const fn new(method: SigningMethod) -> Self {
        Self { at: None, method }
    }
}

/// An application whose signature the bank has taken: it decides from then on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ApplicationSigned {
    /// When, where the bank says so (`confirmed_at`).
    pub at: Option<OffsetDateTime>,
}

impl ApplicationSigned {
    /// One that was signed then.
    pub const fn new(at: Option<OffsetDateTime>) -> Self {
        Self { at }
    }
}

/// Whether a printout is to be made anew: needed where data was added to the contract since.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Regeneration {
    /// Made anew in any case.
    Forced,
    /// The one that there is will do.
    #[default]
    NotNeeded,
}

/// A printed contract (`GET /contracts/{id}/printouts`). Its link opens the customer's contract.
#[derive(Clone, Eq, PartialEq)]
pub struct Printout {
    /// Its identifier, where the bank tells it.
    pub id: Option<String>,
    /// Where the file is.
    pub link: WebAddress,
}

impl fmt::Debug for Printout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Printout")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_zeros_are_a_code() {
        assert_eq!(ConfirmationCode::parse("0000").unwrap().expose(), "0000");
        for bad in ["", "00 00", "12345678901234567", "0000\n"] {
            let error = ConfirmationCode::parse(bad).unwrap_err();
            assert_eq!(error.field(), "confirmation_code");
        }
    }
}
