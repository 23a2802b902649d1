//! The address of the bank, as an operator writes it: the key goes nowhere else, and never in the clear.

use std::net::IpAddr;

use inbank::http::Site;
use url::Url;

/// Bytes as a base URL.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let url = Url::parse(text.trim());
    let Ok(site) = Site::parse(text) else {
        let plain = ["https://demo-api.inbank.ee", "http://127.0.0.1:8080"];
        assert!(!plain.contains(&text), "{text} is an address");
        return;
    };
    // What is no address is no site.
    let url = url.unwrap();
    let loopback = url.host_str().is_some_and(is_loopback);
    assert!(url.scheme() == "https" || url.scheme() == "http" && loopback);
    assert!(url.username().is_empty() && url.password().is_none());
    // Written out it is the same site, at the same place, and it is the same if read again.
    let shown = site.to_string();
    assert_eq!(Site::parse(&shown).as_ref(), Ok(&site), "{shown}");
    let again = Url::parse(&shown).unwrap();
    assert_eq!(again.origin(), url.origin());
    assert!(again.query().is_none() && again.fragment().is_none());
    for version in ["v2", "v3"] {
        let longer = format!("{shown}/partner/{version}/");
        assert_eq!(Site::parse(&longer).as_ref(), Ok(&site), "{longer}");
    }
}

pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
