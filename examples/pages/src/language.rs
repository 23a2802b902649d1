//! Which language a visitor reads.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};

/// The one that is asked for in the address: `?lang=et`.
pub(crate) fn asked<'a>(query: &str, known: impl Fn(&str) -> Option<&'a str>) -> Option<&'a str> {
    query
        .split('&')
        .find_map(|pair| known(pair.strip_prefix("lang=")?))
}

/// The one that was asked for before, or the first that the browser names.
pub(crate) fn preferred<'a>(
    headers: &HeaderMap,
    known: impl Fn(&str) -> Option<&'a str>,
) -> Option<&'a str> {
    let text = |name| {
        let text = headers.get(name).and_then(|text| text.to_str().ok());
        text.unwrap_or_default()
    };
    let mut cookies = text(COOKIE).split("; ");
    let chosen = cookies.find_map(|cookie| known(cookie.strip_prefix("lang=")?));
    // Browsers name the dearest first, some with a country: `et-EE`.
    let mut accepted = text(ACCEPT_LANGUAGE).split([',', ';']);
    chosen.or_else(|| {
        accepted.find_map(|code| {
            let code = code.trim();
            known(code.split_once('-').map_or(code, |(code, _)| code))
        })
    })
}

/// Keeps what was asked for.
pub(crate) fn cookie(language: &str) -> String {
    format!("lang={language}; Path=/; Max-Age=31536000; SameSite=Lax")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn known(code: &str) -> Option<&'static str> {
        ["en", "et"].into_iter().find(|known| *known == code)
    }

    #[test]
    fn what_was_chosen_goes_before_what_the_browser_names() {
        let mut headers = HeaderMap::new();
        assert_eq!(preferred(&headers, known), None);
        let accepted = HeaderValue::from_static("fi, et-EE;q=0.9, en;q=0.8");
        headers.insert(ACCEPT_LANGUAGE, accepted);
        assert_eq!(preferred(&headers, known), Some("et"));
        headers.insert(COOKIE, HeaderValue::from_static("a=b; lang=en"));
        assert_eq!(preferred(&headers, known), Some("en"));
        assert_eq!(asked("months=12&lang=et", known), Some("et"));
        assert_eq!(asked("lang=xx", known), None);
    }
}
