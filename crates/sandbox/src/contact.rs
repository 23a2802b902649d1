//! How people and servers are reached: the forms of phone numbers, e-mail addresses and web addresses.

use url::Url;

pub(crate) fn is_web_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// With or without a country prefix, and spaced as people space it.
pub(crate) fn is_phone_number(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || b"+ -()".contains(&byte))
}

pub(crate) fn is_email(text: &str) -> bool {
    text.contains('@')
}
