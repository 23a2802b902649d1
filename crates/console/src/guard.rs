//! What stands before every page: the session, forms from elsewhere, and the headers of every answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::address::Address;
use crate::console::House;
use crate::frame::{self, Frame};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::sign_in;
use crate::visitor::Visitor;

/// Nothing is loaded from elsewhere, nothing stands in the page that runs, and no page is shown in another's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

pub(crate) async fn guard(
    State(house): State<Arc<House>>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = Session::of(request.headers(), &*house.users, house.now());
    let visitor = visitor.map(|(user, session)| Visitor { user, session });
    let visitor = visitor.filter(|visitor| !house.signed_out.has(&visitor.session));
    if let Some(visitor) = &visitor {
        request.extensions_mut().insert(visitor.clone());
    }
    let asked = Asked::of(&request);
    let mut response = if asked.posts && !is_from_here(request.headers()) {
        Refusal::Foreign.into_response()
    } else {
        next.run(request).await
    };
    if let Some(refusal) = response.extensions().get::<Refusal>() {
        response = page(&house, refusal, visitor.as_ref(), &asked);
    }
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, value);
    }
    response
}

/// What is known of a request after it was answered.
struct Asked {
    posts: bool,
    path: String,
    /// A link of another site led here: then the browser keeps the session's cookie to itself, this once.
    from_elsewhere: bool,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let path = request.uri().path_and_query();
        let site = request.headers().get(SITE);
        Self {
            posts: request.method() == Method::POST,
            path: path.map(ToString::to_string).unwrap_or_default(),
            from_elsewhere: site.is_some_and(|site| site == "cross-site" || site == "same-site"),
        }
    }
}

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request came from a page of this console, as far as the browser says. One that says nothing is left to the form's token; and
/// an origin of `null` says nothing, since our own pages, which send no referrer, have it.
pub(crate) fn is_from_here(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(SITE) {
        return site == "same-origin";
    }
    let origin = headers.get(header::ORIGIN).map(HeaderValue::as_bytes);
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    match origin {
        None | Some(b"null") => true,
        Some(origin) => {
            let own = [&b"https://"[..], b"http://"]
                .iter()
                .find_map(|scheme| origin.strip_prefix(*scheme));
            own.is_some() && own == host
        }
    }
}

fn page(house: &House, refusal: &Refusal, visitor: Option<&Visitor>, asked: &Asked) -> Response {
    let frame = |title: &str| match visitor {
        Some(visitor) => Frame::of(house, visitor, title),
        None => Frame::of_nobody(house, title),
    };
    let sign_in = Address::new(&house.base, "/sign-in");
    // A form is posted to the address of the page that it stands on, so that is where its question is asked.
    let question = sign_in::onward(&house.base, &asked.path);
    let onward = match refusal {
        Refusal::SignIn if asked.path == format!("{}/sign-out", house.base) => {
            return Redirect::to(&sign_in.to_string()).into_response();
        }
        Refusal::SignIn if asked.posts => {
            Some(("Sign in", sign_in.with("to", &question).to_string()))
        }
        Refusal::SignIn if asked.from_elsewhere => {
            return once_more(frame("One moment"), &asked.path);
        }
        Refusal::SignIn => {
            let to = sign_in.with("to", &asked.path).to_string();
            return Redirect::to(&to).into_response();
        }
        Refusal::Stale => Some(("Open it anew", question)),
        Refusal::Ledger(_) | Refusal::Broken if asked.posts => {
            Some(("Look how it stands", question))
        }
        Refusal::NotFound
        | Refusal::Forbidden(_)
        | Refusal::ReadOnly
        | Refusal::Foreign
        | Refusal::Unreadable
        | Refusal::TooLarge
        | Refusal::TooMany(_)
        | Refusal::Ledger(_)
        | Refusal::Broken => None,
    };
    let notice = frame::Refused {
        frame: frame(refusal.title()),
        text: refusal.text(asked.posts),
        onward,
    };
    let mut response = frame::page(refusal.status(), &notice);
    if let Refusal::TooMany(wait) = refusal {
        let wait = HeaderValue::from(wait.as_secs().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

/// The same address once more, from this page: then it is our own link, and the cookie comes along.
fn once_more(frame: Frame, path: &str) -> Response {
    let to = path.to_owned();
    let mut response = frame::page(StatusCode::OK, &frame::Onward { frame, to });
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={path}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_form_comes_from_the_consoles_own_pages_as_the_browser_says() {
        let host = ("host", "pay.example");
        for own in [
            &[host][..],
            &[host, ("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[host, ("origin", "null")],
            &[host, ("origin", "https://pay.example")],
        ] {
            assert!(is_from_here(&headers(own)), "{own:?}");
        }
        for others in [
            &[host, ("sec-fetch-site", "cross-site")][..],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("sec-fetch-site", "none")],
            &[host, ("origin", "https://evil.example")],
            &[host, ("origin", "https://pay.example.evil.example")],
            &[("origin", "https://pay.example")],
            &[host, ("origin", "pay.example")],
        ] {
            assert!(!is_from_here(&headers(others)), "{others:?}");
        }
    }
}
