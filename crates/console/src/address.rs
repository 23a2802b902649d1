//! Addresses of pages. Names from outside go into the query, percent-encoded: in a path an order called `..` would be a direction, however it
//! is encoded, and a proxy may decode `%2F`.

use std::fmt;

use inbank_domain::OrderKey;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything that isn't unreserved (RFC 3986).
pub(crate) const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The address of a page.
#[derive(Clone, Debug)]
pub(crate) struct Address(String);

impl Address {
    /// A page under the console's path.
    pub(crate) fn new(base: &str, path: &str) -> Self {
        Self(format!("{base}{path}"))
    }

    /// A page about an order.
    pub(crate) fn of_order(base: &str, path: &str, key: &OrderKey) -> Self {
        Self::new(base, path)
            .with("shop", key.shop.as_str())
            .with("reference", key.reference.as_str())
    }

    /// With a value of the query.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(name);
        self.0.push('=');
        self.0.extend(utf8_percent_encode(value, ENCODED));
        self
    }

    /// The same where there is a value.
    pub(crate) fn with_some(self, name: &str, value: &str) -> Self {
        if value.is_empty() {
            self
        } else {
            self.with(name, value)
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use inbank_domain::{OrderReference, ShopName};

    use super::*;

    #[test]
    fn whatever_an_order_is_called_it_stays_one_value_of_the_query() {
        let key = OrderKey::new(
            ShopName::parse("main").unwrap(),
            OrderReference::parse("../a b&c=<õ>#?%").unwrap(),
        );
        assert_eq!(
            Address::of_order("/console", "/order", &key).to_string(),
            "/console/order?shop=main&reference=..%2Fa%20b%26c%3D%3C%C3%B5%3E%23%3F%25"
        );
    }
}
