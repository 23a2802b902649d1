use std::net::IpAddr;

use http::Uri;
use inbank_domain::{AttemptId, Invalid, OrderReference};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything that isn't unreserved (RFC 3986), so that what is filled in stays one part of a path or
/// one value of a query.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The address of a shop's own page about an order, with places to fill:
/// `https://shop.example.com/orders/{order_reference}`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReturnPage(Vec<Part>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Text(String),
    OrderReference,
    Attempt,
}

impl ReturnPage {
    /// Takes an `https` address, or `http` on loopback, with any number of the places
    /// `{order_reference}` and `{attempt}` behind the host. They are filled percent-encoded. Where
    /// an order may be called `.` or `..`, put it into the query: browsers take such a part of a path
    /// for a direction, however it is encoded.
    ///
    /// ```
    /// use inbank::ReturnPage;
    ///
    /// assert!(ReturnPage::parse("https://shop.example.com/orders/{order_reference}").is_ok());
    /// let error = ReturnPage::parse("http://shop.example.com/orders").unwrap_err();
    /// assert!(error.to_string().contains("https"));
    /// ```
    ///
    /// # Errors
    /// [`Invalid`] (`return_page`) for another scheme, credentials, another place or one in the host,
    /// and for what has to be percent-encoded (or a host's punycode) in an address.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = |problem: &'static str| Err(Invalid::new("return_page", problem));
        // A browser takes `\` for `/`, so the host would not be what it looks like.
        if !text.bytes().all(|b| b.is_ascii_graphic()) || text.contains(['\\', '"', '<', '>']) {
            return invalid("must be ASCII without spaces, quotes and backslashes; encode them");
        }
        let authority = text.split("://").nth(1).unwrap_or_default();
        let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains(['{', '}', '@']) {
            return invalid("must have neither a place nor credentials in the host");
        }
        // One that is cut off would go on with the name that is filled in behind it.
        if !text.split('%').skip(1).all(starts_with_a_byte) {
            return invalid("has a percent sign that starts no escape; write it as %25");
        }
        let Some(parts) = parts(text) else {
            return invalid("has a place other than {order_reference} and {attempt}");
        };
        let page = Self(parts);
        let Ok(uri) = page.fill_with("x", "x").parse::<Uri>() else {
            return invalid("must be an address such as https://shop.example.com/orders");
        };
        match (uri.scheme_str(), uri.host()) {
            (Some("https"), Some(host)) if !host.is_empty() => Ok(page),
            (Some("http"), Some(host)) if is_loopback(host) => Ok(page),
            _ => invalid("must be an https address; plain http is for loopback only"),
        }
    }

    #[cfg_attr(
        not(any(feature = "axum", test)),
        expect(dead_code, reason = "our routes send browsers there")
    )]
    pub(crate) fn fill(&self, order: &OrderReference, attempt: &AttemptId) -> String {
        self.fill_with(order.as_str(), attempt.as_str())
    }

    fn fill_with(&self, order: &str, attempt: &str) -> String {
        let mut address = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => address.push_str(text),
                Part::OrderReference => address.extend(utf8_percent_encode(order, ENCODED)),
                Part::Attempt => address.extend(utf8_percent_encode(attempt, ENCODED)),
            }
        }
        address
    }
}

/// Text and places in turn; none where a brace doesn't belong to a place that is known.
fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        let (place, after) = behind.split_once('}')?;
        parts.push(plain(before)?);
        parts.push(match place {
            "order_reference" => Part::OrderReference,
            "attempt" => Part::Attempt,
            _ => return None,
        });
        rest = after;
    }
    parts.push(plain(rest)?);
    Some(parts)
}

fn plain(text: &str) -> Option<Part> {
    (!text.contains('}')).then(|| Part::Text(text.to_owned()))
}

/// Whether what follows a percent sign makes an escape of it.
fn starts_with_a_byte(text: &str) -> bool {
    let digits = text.as_bytes().get(..2);
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_an_order_is_called_it_stays_one_part_of_the_address() {
        let text = "https://shop.example/o/{order_reference}/x?f={attempt}&o={order_reference}#é";
        assert!(ReturnPage::parse(text).is_err(), "only ASCII");
        let page = ReturnPage::parse(text.trim_end_matches("#é")).unwrap();
        let order = OrderReference::parse("a/b \"õ\" ?&#%{attempt}\\").unwrap();
        let financing = AttemptId::parse("f-1").unwrap();
        let encoded = "a%2Fb%20%22%C3%B5%22%20%3F%26%23%25%7Battempt%7D%5C";
        assert_eq!(
            page.fill(&order, &financing),
            format!("https://shop.example/o/{encoded}/x?f=f-1&o={encoded}")
        );
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for good in [
            "https://shop.example",
            "https://shop.example:8443/thanks#{order_reference}",
            "http://localhost:3000/{attempt}",
            "http://127.0.0.1/",
            "http://[::1]:8080/",
        ] {
            assert!(ReturnPage::parse(good).is_ok(), "{good}");
        }
        for bad in ["http://shop.example/", "http://localhost.evil.example/"] {
            assert!(ReturnPage::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_could_send_a_customer_elsewhere_is_refused() {
        for bad in [
            "",
            "/orders",
            "//shop.example/",
            "https://",
            "https:///orders",
            "javascript:alert(1)",
            "https://shop.example\\@evil.example/",
            "https://shop@evil.example/",
            "https://{order_reference}.evil.example/",
            "{order_reference}://shop.example/",
            "https://shop.example/{order}",
            "https://shop.example/{}",
            "https://shop.example/{order_reference",
            "https://shop.example/order_reference}",
            "https://shop.example/{order_reference}}",
            "https://shop.example/a b",
            "https://shop.example/%2{order_reference}",
            "https://shop.example/%{order_reference}",
            "https://shop.example/%",
            "https://shop.example/\r\nSet-Cookie:a",
        ] {
            let error = ReturnPage::parse(bad).unwrap_err();
            assert_eq!(error.field(), "return_page", "{bad}");
        }
    }
}
