use std::fmt;

use crate::Invalid;

/// A URL that the bank is to call or to send a browser to, kept to the letter.
///
/// Not a parsed URL: parsing and writing it again would turn the `{status}` that the bank fills in
/// into `%7Bstatus%7D`, and change what the merchant registered.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct WebAddress(String);

impl WebAddress {
    /// Takes an absolute `http` or `https` address.
    ///
    /// # Errors
    /// [`Invalid`] (`field`) for another scheme, no host, or a space or control character.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Invalid> {
        let rest = ["https://", "http://"].iter().find_map(|scheme| {
            text.get(..scheme.len())
                .filter(|start| start.eq_ignore_ascii_case(scheme))
                .map(|_| &text[scheme.len()..])
        });
        let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        if host.is_none_or(str::is_empty)
            || text.chars().any(|c| c.is_whitespace() || c.is_control())
        {
            return Err(Invalid::new(
                field,
                "must be an absolute http or https address without spaces",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_as_it_was_given() {
        let text = "https://shop.example/return?status={status}&o=Õ#x";
        assert_eq!(
            WebAddress::parse("return_url", text).unwrap().as_str(),
            text
        );
    }

    #[test]
    fn what_a_browser_could_not_open_is_refused_by_field() {
        for bad in [
            "",
            "shop.example",
            "ftp://x",
            "https://",
            "https:///x",
            "https://a b",
        ] {
            let error = WebAddress::parse("cancel_url", bad).unwrap_err();
            assert_eq!(error.field(), "cancel_url", "{bad}");
        }
    }
}
