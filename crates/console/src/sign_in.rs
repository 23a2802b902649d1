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
use crate::guard::is_from_here;
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
const WRONG: &str = "This token is not known. It has to be one that the API takes too: look for a missing letter or a space too many.";

/// The form; or on, where somebody has signed in.
pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Option<Extension<Visitor>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let to = onward(&house.base, fields.get("to"));
    if visitor.is_some() {
        return Redirect::to(&to).into_response();
    }
    // Our own form leads here, and not somebody's link.
    let own = is_from_here(&headers) && !fields.get("begun").is_empty();
    let problem = if own { NO_COOKIE } else { "" };
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
    house.limiter.tries(from, now).map_err(Refusal::TooMany)?;
    let to = onward(&house.base, fields.get("to"));
    let Some(user) = house.users.by_token(fields.get("token")) else {
        tracing::warn!("somebody tried to sign in to the console with a wrong token");
        return Ok(form(&house, to, WRONG, StatusCode::UNAUTHORIZED));
    };
    house.limiter.succeeded(from);
    tracing::info!(user = %user.name, "signed in to the console");
    let cookie = Session::begin(&user, &headers, now).ok_or(Refusal::Broken)?;
    // By way of the form, which notices where the cookie was not kept.
    let check = Address::new(&house.base, "/sign-in")
        .with("begun", "1")
        .with("to", &to);
    Ok(with_cookie(cookie, &check))
}

/// Ends the session: in this browser, and wherever its cookie was copied to.
pub(crate) async fn sign_out(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Refusal> {
    house.signed_out.add(&sent.visitor.session, house.now());
    let cookie = Session::end(&headers).ok_or(Refusal::Broken)?;
    Ok(with_cookie(cookie, &Address::new(&house.base, "/sign-in")))
}

fn with_cookie(cookie: HeaderValue, to: &Address) -> Response {
    let mut response = Redirect::to(&to.to_string()).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// A page of the console and of nothing else: `//evil.example` is another host's.
pub(crate) fn onward(base: &str, to: &str) -> String {
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

/// Where somebody tries to sign in from; none where the server doesn't say who is connected.
///
/// What a header says counts for a connection from this machine or a private network alone: that is the proxy in front, which has put down
/// last whom it saw. Whoever connects from elsewhere, or nobody knows from where, does not choose an address by a header.
fn address(peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    // A socket of version 6 has those of version 4 as `::ffff:…`, all of them in one network.
    let peer = peer?.to_canonical();
    let is_near = match peer {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    if !is_near {
        return Some(peer);
    }
    let seen = headers.get_all("x-forwarded-for").iter().next_back();
    let seen = seen.and_then(|seen| seen.to_str().ok());
    let seen = seen.and_then(|seen| seen.rsplit(',').next());
    Some(seen.and_then(|seen| named(seen.trim())).unwrap_or(peer))
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn named(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let ip = bare.unwrap_or(text).parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    Some(ip.or_else(with_port)?.to_canonical())
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
        let of = |peer: &str, seen: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", seen.parse().unwrap());
            let address = address(Some(peer.parse().unwrap()), &headers);
            address.unwrap().to_string()
        };
        for near in [
            "127.0.0.1",
            "::1",
            "10.1.2.3",
            "fd00::7",
            "::ffff:192.168.0.1",
        ] {
            for seen in [
                "203.0.113.7",
                "9.9.9.9, 203.0.113.7",
                "203.0.113.7:5678",
                "::ffff:203.0.113.7",
                "[::ffff:203.0.113.7]:99",
            ] {
                assert_eq!(of(near, seen), "203.0.113.7", "what our proxy has seen");
            }
            for seen in ["2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:99"] {
                assert_eq!(of(near, seen), "2001:db8::1");
            }
            let own = near.replace("::ffff:", "");
            for nonsense in [
                "",
                "unknown",
                "_hidden",
                "1.2.3.4:x",
                "[::1",
                "203.0.113.7,",
            ] {
                assert_eq!(of(near, nonsense), own, "{nonsense}");
            }
        }
        for stranger in ["198.51.100.1", "2001:db8::9", "::ffff:198.51.100.1"] {
            let own = stranger.replace("::ffff:", "");
            assert_eq!(of(stranger, "203.0.113.7"), own, "anybody may say anything");
        }
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.7".parse().unwrap());
        assert_eq!(address(None, &headers), None);
    }
}
