//! Signing in by a token, and out.

mod limit;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::address::Address;
use crate::console::House;
use crate::frame::{self, Frame};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::visitor::{Fields, Posted, Sent, Visitor};

pub(crate) use self::limit::Limiter;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    /// Where the visitor wanted to go.
    to: String,
    /// What went wrong.
    problem: &'static str,
}

const NO_COOKIE: &str = "Your browser did not keep the session's cookie, which it takes over https only, or on loopback. Open the console at its \
    https address.";
const WRONG: &str = "No user has this token. It is one of those that the API takes; look for a letter that is missing or a space that is too many.";

/// The form; or on, where somebody has signed in.
pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Option<Extension<Visitor>>,
    fields: Fields,
) -> Response {
    let to = onward(&house.base, fields.get("to"));
    if visitor.is_some() {
        return Redirect::to(&to).into_response();
    }
    let problem = match fields.get("begun") {
        "" => "",
        _ => NO_COOKIE,
    };
    form(&house, to, problem, StatusCode::OK)
}

fn form(house: &House, to: String, problem: &'static str, status: StatusCode) -> Response {
    let frame = Frame::of_nobody(house, "Sign in");
    frame::page(status, &Page { frame, to, problem })
}

/// Begins a session, where the token is somebody's.
pub(crate) async fn sign_in(
    State(house): State<Arc<House>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Result<Response, Refusal> {
    let now = house.now();
    let from = address(peer.map(|Extension(ConnectInfo(peer))| peer.ip()), &headers);
    house.limiter.tries(&from, now).map_err(Refusal::TooMany)?;
    let to = onward(&house.base, fields.get("to"));
    let Some(user) = house.users.by_token(fields.get("token")) else {
        tracing::warn!("somebody tried to sign in to the console with a wrong token");
        return Ok(form(&house, to, WRONG, StatusCode::UNAUTHORIZED));
    };
    house.limiter.succeeded(&from);
    tracing::info!(user = %user.name, "signed in to the console");
    let cookie = Session::begin(&user, &headers, now).ok_or(Refusal::Broken)?;
    // By way of the form, which notices where the cookie was not kept.
    let check = Address::new(&house.base, "/sign-in")
        .with("begun", "1")
        .with("to", &to);
    Ok(with_cookie(cookie, &check))
}

/// Ends the session, in this browser.
pub(crate) async fn sign_out(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    _: Sent,
) -> Result<Response, Refusal> {
    let cookie = Session::end(&headers).ok_or(Refusal::Broken)?;
    Ok(with_cookie(cookie, &Address::new(&house.base, "/sign-in")))
}

fn with_cookie(cookie: HeaderValue, to: &Address) -> Response {
    let mut response = Redirect::to(&to.to_string()).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// A page of the console and of nothing else: `//evil.example` is another host's.
fn onward(base: &str, to: &str) -> String {
    let under = to.strip_prefix(base).unwrap_or_default();
    let plain = to
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let page = under.starts_with(['/', '?']) && !to.starts_with("//");
    if plain && page && !under.starts_with("/sign-") {
        to.to_owned()
    } else {
        format!("{base}/")
    }
}

/// Whose tries are counted together: an address; of version 6, the network that a customer of a provider has. Where a proxy of the same machine or
/// network is in between, the address that it has seen.
fn address(peer: Option<IpAddr>, headers: &HeaderMap) -> String {
    let is_near = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    let seen = headers.get_all("x-forwarded-for").iter().next_back();
    let seen = seen.and_then(|seen| seen.to_str().ok());
    let seen = seen.and_then(|seen| seen.rsplit(',').next());
    let seen = seen.and_then(|seen| seen.trim().parse::<IpAddr>().ok());
    let ip = seen.filter(|_| peer.is_none_or(is_near)).or(peer);
    match ip {
        Some(IpAddr::V4(ip)) => ip.to_string(),
        Some(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_a_page_of_the_console_and_nowhere_else() {
        for page in [
            "/console/order?shop=a&reference=%2F",
            "/console?period=day",
            "/console/",
        ] {
            assert_eq!(onward("/console", page), page);
        }
        for elsewhere in [
            "",
            "//evil.example",
            "https://evil.example",
            "/consoles",
            "/other",
            "/console/\\evil",
            "/console/sign-out",
            "/console/a b",
        ] {
            assert_eq!(onward("/console", elsewhere), "/console/");
        }
        assert_eq!(onward("", "//evil.example"), "/");
    }

    #[test]
    fn tries_are_counted_by_the_address_that_they_come_from() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "9.9.9.9, 203.0.113.7".parse().unwrap());
        let of = |peer: &str| address(Some(peer.parse().unwrap()), &headers);
        assert_eq!(of("127.0.0.1"), "203.0.113.7", "what our proxy has seen");
        assert_eq!(
            of("198.51.100.1"),
            "198.51.100.1",
            "anybody may say anything"
        );
        assert_eq!(of("2001:db8:1:2:3::4"), "2001:db8:1:2");
        assert_eq!(address(None, &HeaderMap::new()), "unknown");
    }
}
