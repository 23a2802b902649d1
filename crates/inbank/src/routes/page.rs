//! The few pages that a customer may see here, in HTML without anything from elsewhere.

use std::fmt;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::RETRY_AFTER;

pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The address has the order's name in it, and a page that came to be by mistake must not stay.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CACHE_CONTROL, NO_STORE),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    // No `frame-ancestors`: a shop may show the bank in a frame, and there is nothing to be tricked
    // into clicking. Styles alone, since a style can load nothing under `default-src 'none'`.
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ),
    ),
];

/// What a customer is told.
pub(crate) struct Page {
    status: StatusCode,
    title: &'static str,
    text: &'static str,
}

impl Page {
    pub(crate) const RETURNED: Self = Self {
        status: StatusCode::OK,
        title: "You are back from the bank",
        text: "The shop looks up what the bank has decided. You may close this page and go on in the shop.",
    };
    pub(crate) const NOT_AUTHENTIC: Self = Self {
        status: StatusCode::UNAUTHORIZED,
        title: "We could not check this answer",
        text: "Nothing is lost: the bank tells the shop by itself. The shop shows how your order stands.",
    };
    pub(crate) const NOT_FOUND: Self = Self {
        status: StatusCode::NOT_FOUND,
        title: "There is no such order here",
        text: "Please go back to the shop and open your order there.",
    };
    pub(crate) const TRY_AGAIN: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: "One moment, please",
        text: "The shop can't look up your order just now. Nothing is lost. This page tries again by itself.",
    };

    /// The body is too large, or broke off.
    pub(crate) const fn unreadable(status: StatusCode) -> Self {
        Self {
            status,
            title: "We could not read this answer",
            text: "Nothing is lost: the bank tells the shop by itself. Please open your order in the shop.",
        }
    }
}

/// A page, with a link to the shop's where that is known.
pub(crate) fn show(page: &Page, target: Option<&str>) -> Response {
    let again = page.status == StatusCode::SERVICE_UNAVAILABLE;
    let link = match target {
        Some(target) => format!("<a href=\"{}\">Go to your order</a>", Escaped(target)),
        // The same address by GET: what the browser had brought is not sent twice.
        None if again => "<a href=\"\">Try again</a>".to_owned(),
        None => String::new(),
    };
    let (title, text) = (Escaped(page.title), Escaped(page.text));
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n<p>{text}</p>\n{link}\n</main>\n</body>\n</html>\n"
    );
    let mut response = (page.status, HEADERS, Html(html)).into_response();
    if again {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        headers.insert(header::REFRESH, RETRY_AFTER);
    }
    response
}

/// On to the shop's page by GET, whatever brought the browser here.
pub(crate) fn see_other(target: &str) -> Response {
    match HeaderValue::from_str(target) {
        Ok(target) => {
            let location = [(header::LOCATION, target)];
            (StatusCode::SEE_OTHER, HEADERS, location).into_response()
        }
        // A page is ASCII and filled percent-encoded, so this can't be; if it were, a link does too.
        Err(_) => show(&Page::RETURNED, Some(target)),
    }
}

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;color:CanvasText;\
font:1.125rem/1.5 system-ui,sans-serif}\
main{box-sizing:border-box;width:100%;max-width:34rem;padding:2rem 1.5rem}\
h1{font-size:1.625rem;line-height:1.25;margin:0 0 .75rem}\
p{margin:0 0 1.75rem}\
a{display:inline-block;padding:.75rem 1.5rem;border-radius:.5rem;background:#1d4ed8;color:#fff;\
font-weight:600;text-decoration:none}\
a:focus-visible{outline:3px solid #93b4ff;outline-offset:2px}";

/// Text as it may stand in HTML, between tags or in a quoted attribute.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.0.split_inclusive(['&', '<', '>', '"', '\'']) {
            let escape = match piece.as_bytes().last() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                Some(b'\'') => "&#39;",
                _ => {
                    f.write_str(piece)?;
                    continue;
                }
            };
            f.write_str(&piece[..piece.len() - 1])?;
            f.write_str(escape)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_html_reads_as_more_than_text_is_left() {
        let text = "<a href='x' title=\"y\">õ & co</a>";
        assert_eq!(
            Escaped(text).to_string(),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;õ &amp; co&lt;/a&gt;"
        );
    }
}
