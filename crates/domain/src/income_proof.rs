use std::fmt;

use crate::{ApplicationId, Invalid, Locale, WebAddress};

/// A bank from which an account statement can be had (`bank_list`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatementBank {
    /// Its identifier.
    pub id: StatementBankId,
    /// Its name, for the customer.
    pub name: String,
    /// Its picture.
    pub icon_url: Option<String>,
}

/// The identifier of a bank: a number in the guide's sample, text in later documents; kept as text.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct StatementBankId(String);

impl StatementBankId {
    /// Takes an identifier from the bank list.
    ///
    /// # Errors
    /// [`Invalid`] (`bank_id`) when it is blank or longer than 64 characters.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        if text.trim().is_empty() || text.chars().count() > 64 {
            return Err(Invalid::new("bank_id", "must be an id of the bank list"));
        }
        Ok(Self(text))
    }

    /// As the bank spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StatementBankId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What `POST /account_statements/initiate_retrieval` is given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatementRequest {
    /// The application that wants proof.
    pub application: ApplicationId,
    /// The customer's bank.
    pub bank: StatementBankId,
    /// Where the browser comes back to. It may never come.
    pub return_url: WebAddress,
    /// The language of the bank's dialog: `et`, `lv`, `lt`, `pl`, `cz`, `ru`; `en` in the sample.
    pub locale: Locale,
}

/// A retrieval that was started: send the customer's browser there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatementRetrieval {
    /// Its identifier, where the bank tells it.
    pub id: Option<String>,
    /// Where the customer agrees.
    pub redirect_url: WebAddress,
}

/// A file that proves income (`attachments[]`). `Debug` shows neither name nor content.
#[derive(Clone, Eq, PartialEq)]
pub struct Attachment {
    name: String,
    content: Vec<u8>,
}

impl Attachment {
    /// Takes a file under the name that the customer gave it, which may hold anything but control
    /// characters. An empty file is the bank's to refuse.
    ///
    /// # Errors
    /// [`Invalid`] (`attachments`) for a name that is blank, longer than 255 characters or has a
    /// control character.
    pub fn new(name: impl Into<String>, content: Vec<u8>) -> Result<Self, Invalid> {
        let name = name.into();
        let long = name.chars().count() > 255;
        if long || name.trim().is_empty() || name.chars().any(char::is_control) {
            return Err(Invalid::new(
                "attachments",
                "a file's name must be 1 to 255 characters without control characters",
            ));
        }
        Ok(Self { name, content })
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file itself.
    pub fn content(&self) -> &[u8] {
        &self.content
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({} bytes)", self.content.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_pass_and_control_characters_do_not() {
        for good in [
            "väljavõte \"2024\".pdf",
            "../../etc/passwd",
            "a;b=c.pdf",
            "📄",
        ] {
            assert_eq!(Attachment::new(good, Vec::new()).unwrap().name(), good);
        }
        for bad in ["", "  ", "a\r\nContent-Type: x"] {
            let error = Attachment::new(bad, Vec::new()).unwrap_err();
            assert_eq!(error.field(), "attachments");
        }
    }

    #[test]
    fn debug_shows_nothing_of_a_file() {
        let file = Attachment::new("canary.pdf", b"canary".to_vec()).unwrap();
        assert_eq!(format!("{file:?}"), "Attachment(6 bytes)");
    }
}
