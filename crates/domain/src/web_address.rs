use std::fmt;

use crate::Invalid;

/// A URL that the bank is to call or to send a browser to, kept to the letter.
///
/// Not a parsed URL: parsing and writing it again would turn the `{status}` that the bank fills in
/// into `%7Bstatus%7D`, and change what the merchant registered.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct WebAddress(String);

impl WebAddress {
    /// The most bytes of an address: more than any browser or server takes.
    pub const LONGEST: usize = 16_384;

    /// Takes an absolute `http` or `https` address. Whose it is, the caller knows:
    /// `.map_err(|error| error.named("callback_url"))`.
    ///
    /// # Errors
    /// [`Invalid`] (`address`) for another scheme, no host, a space or control character, or more
    /// than [`LONGEST`](Self::LONGEST) bytes.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let rest = ["https://", "http://"].iter().find_map(|scheme| {
            text.get(..scheme.len())
                .filter(|start| start.eq_ignore_ascii_case(scheme))
                .map(|_| &text[scheme.len()..])
        });
        let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        if host.is_none_or(str::is_empty)
            || text.len() > Self::LONGEST
            || text.chars().any(|c| c.is_whitespace() || c.is_control())
        {
            return Err(Invalid::new(
                "address",
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
        assert_eq!(WebAddress::parse(text).unwrap().as_str(), text);
    }

    #[test]
    fn what_a_browser_could_not_open_is_refused() {
        for bad in [
            "",
            "shop.example",
            "ftp://x",
            "https://",
            "https:///x",
            "https://a b",
            &format!("https://a/{}", "b".repeat(WebAddress::LONGEST)),
        ] {
            let error = WebAddress::parse(bad).unwrap_err();
            assert_eq!(error.field(), "address", "{bad}");
            assert_eq!(error.named("cancel_url").field(), "cancel_url");
        }
    }
}
