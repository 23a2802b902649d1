//! Whoever has signed in: a signed cookie, of which nothing is kept here but that it was signed out. A session ends after eight hours, when
//! somebody signs out of it, or when its user's token is taken away.

mod signed_out;

use axum::http::{HeaderMap, HeaderValue, header};
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use time::{Duration, OffsetDateTime};

use crate::{User, Users};

pub(crate) use self::signed_out::SignedOut;

/// How long somebody stays signed in.
const LASTS: Duration = Duration::hours(8);
/// Browsers keep a cookie of this name only from https, for every path, and for no other host.
const OVER_TLS: &str = "__Host-inbank-console";
/// On loopback, where not every browser takes a `Secure` cookie from plain http.
const ON_LOOPBACK: &str = "inbank-console";

/// A session of a user.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    nonce: String,
    /// When it ends by itself, in seconds since 1970.
    until: i64,
    /// What every form of this session carries, and nobody else knows.
    form: String,
}

impl Session {
    /// Begins one: it, and the cookie that says so.
    pub(crate) fn begin(
        user: &User,
        headers: &HeaderMap,
        now: OffsetDateTime,
    ) -> Option<HeaderValue> {
        let nonce = random()?;
        let id = utf8_percent_encode(&user.id, NON_ALPHANUMERIC);
        let until = now.saturating_add(LASTS).unix_timestamp();
        let signed = format!("{id}.{until}.{nonce}");
        let signature = signature(&user.key, "session", &signed)?;
        cookie(headers, &format!("{signed}.{signature}"), LASTS)
    }

    /// The cookie that ends one.
    pub(crate) fn end(headers: &HeaderMap) -> Option<HeaderValue> {
        cookie(headers, "", Duration::ZERO)
    }

    /// The user whose session a request's cookie names.
    pub(crate) fn of(
        headers: &HeaderMap,
        users: &dyn Users,
        now: OffsetDateTime,
    ) -> Option<(User, Self)> {
        let name = name(headers);
        let cookies = headers.get_all(header::COOKIE).into_iter();
        let cookies = cookies.filter_map(|cookies| cookies.to_str().ok());
        let mut values = cookies
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter_map(|(other, value)| (other == name).then_some(value));
        values.find_map(|value| Self::read(value, users, now))
    }

    fn read(value: &str, users: &dyn Users, now: OffsetDateTime) -> Option<(User, Self)> {
        let (signed, brought) = value.rsplit_once('.')?;
        let mut parts = signed.split('.');
        let (id, until, nonce) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let id = percent_decode_str(id).decode_utf8().ok()?;
        let user = users.by_id(&id)?;
        let right = signature(&user.key, "session", signed)?;
        let until = until.parse().ok()?;
        if !same(&right, brought) || until <= now.unix_timestamp() {
            return None;
        }
        let form = signature(&user.key, "form", nonce)?;
        let nonce = nonce.to_owned();
        Some((user, Self { nonce, until, form }))
    }

    /// What is put into its forms.
    pub(crate) fn form(&self) -> &str {
        &self.form
    }

    /// Whether a form is one of this session.
    pub(crate) fn owns(&self, brought: &str) -> bool {
        same(&self.form, brought)
    }

    /// Signs what is said in it, so that nobody else can say so.
    pub(crate) fn sign(&self, user: &User, text: &str) -> Option<String> {
        signature(&user.key, "said", &format!("{}\n{text}", self.nonce))
    }

    /// Tells it from the user's other sessions.
    pub(crate) fn nonce(&self) -> &str {
        &self.nonce
    }
}

/// Whether a browser talks to this very machine without TLS, as when somebody tries it out.
fn is_on_loopback(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let address = name.parse::<std::net::IpAddr>();
    let loopback = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
    // A proxy in front may ask for us by such a name.
    loopback && text("x-forwarded-proto") != Some("https")
}

fn name(headers: &HeaderMap) -> &'static str {
    if is_on_loopback(headers) {
        ON_LOOPBACK
    } else {
        OVER_TLS
    }
}

fn cookie(headers: &HeaderMap, value: &str, lasts: Duration) -> Option<HeaderValue> {
    let secure = if is_on_loopback(headers) {
        ""
    } else {
        "; Secure"
    };
    let (name, lasts) = (name(headers), lasts.whole_seconds());
    let cookie =
        format!("{name}={value}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).ok()
}

fn signature(key: &[u8; 32], what: &str, text: &str) -> Option<String> {
    // A key of any length will do, so there is none that it doesn't take.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(what.as_bytes());
    mac.update(b"\n");
    mac.update(text.as_bytes());
    Some(hexadecimal(&mac.finalize().into_bytes()))
}

pub(crate) fn same(right: &str, brought: &str) -> bool {
    right.as_bytes().ct_eq(brought.as_bytes()).into()
}

/// What nobody can foresee; none where the operating system has no random numbers.
pub(crate) fn random() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(hexadecimal(&bytes))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scope, TokenUsers};

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn users(token: &str) -> TokenUsers {
        TokenUsers::new().with("Anna", token, Scope::Read, None)
    }

    fn headers(host: &str, cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        headers
    }

    fn begun(host: &str, users: &TokenUsers) -> String {
        let user = users.by_token("a-token-of-somebody").unwrap();
        let cookie = Session::begin(&user, &headers(host, ""), NOW).unwrap();
        cookie.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_session_lasts_eight_hours_and_not_after_its_token_was_taken_away() {
        let users = users("a-token-of-somebody");
        let cookie = begun("pay.example", &users);
        let sent = format!("a=b; {}", cookie.split(';').next().unwrap());
        let headers = headers("pay.example", &sent);
        let of = |users: &TokenUsers, now| Session::of(&headers, users, now);
        let (user, session) = of(&users, NOW + LASTS - Duration::SECOND).unwrap();
        assert_eq!(user.name, "Anna");
        assert!(session.owns(session.form()) && !session.owns("") && !session.owns("x"));
        assert!(of(&users, NOW + LASTS).is_none());
        let others = TokenUsers::new().with("Anna", "another-token", Scope::Read, None);
        assert!(of(&others, NOW).is_none());
    }

    #[test]
    fn a_cookie_that_was_changed_is_no_session() {
        let users = users("a-token-of-somebody");
        let cookie = begun("pay.example", &users);
        let pair = cookie.split(';').next().unwrap();
        let parts: Vec<_> = pair.split('.').collect();
        let later = format!("{}.{}.{}.{}", parts[0], i64::MAX, parts[2], parts[3]);
        for changed in [
            later,
            pair.replace('.', ".."),
            pair[..pair.len() - 1].to_owned(),
        ] {
            let headers = headers("pay.example", &changed);
            assert!(Session::of(&headers, &users, NOW).is_none(), "{changed}");
        }
    }

    #[test]
    fn the_cookie_is_secure_but_on_loopback() {
        let users = users("a-token-of-somebody");
        let cookie = begun("pay.example:8443", &users);
        assert!(cookie.starts_with("__Host-inbank-console="), "{cookie}");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        for host in ["localhost", "127.0.0.1:8080", "[::1]:8080"] {
            let cookie = begun(host, &users);
            assert!(cookie.starts_with("inbank-console="), "{cookie}");
            assert!(
                !cookie.contains("Secure") && cookie.contains("HttpOnly"),
                "{cookie}"
            );
        }
        assert!(begun("localhost.evil.example", &users).contains("Secure"));
    }
}
