use std::time::Duration;

use inbank::WebAddress;
use reqwest::Client;
use serde::Serialize;
use url::{Host, Url};

use super::Sent;
use crate::commands::controls::{cause, client};
use crate::exit::Failure;

/// As long as the sandbox itself waits, and a little more.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Where callbacks are passed on to.
pub(super) struct Forwarding {
    client: Client,
    to: Url,
}

/// What came of passing one on.
#[derive(Serialize)]
pub(super) struct Answer {
    pub(super) url: String,
    /// The status of the answer; none where there was none, for a reason.
    pub(super) status: Option<u16>,
    pub(super) error: Option<String>,
}

impl Forwarding {
    pub(super) fn to(address: &str) -> Result<Self, Failure> {
        let wrong = |problem: &str| {
            Failure::usage(
                format!("--forward-to {problem}"),
                "give an https address, or one on this machine, such as http://127.0.0.1:8080",
            )
        };
        let address = WebAddress::parse(address).map_err(|error| wrong(error.problem()))?;
        let to = Url::parse(address.as_str()).map_err(|error| wrong(&error.to_string()))?;
        if to.scheme() != "https" && !is_this_machine(&to) {
            return Err(wrong("must be https, or on this machine"));
        }
        Ok(Self {
            client: client()?,
            to,
        })
    }

    /// Passes one on: its bytes and its headers as they are.
    pub(super) async fn pass_on(&self, sent: &Sent) -> Answer {
        let url = target(&self.to, &sent.url);
        let request = self.client.post(url.clone()).timeout(TIME_LIMIT);
        let headers = sent.headers.iter();
        let request = headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        let answer = request.body(sent.body.clone()).send().await;
        Answer {
            url: url.to_string(),
            status: answer.as_ref().ok().map(|answer| answer.status().as_u16()),
            error: answer.err().map(|error| cause(&error)),
        }
    }
}

/// An address without a path keeps that of the callback, since a platform tells attempts by it.
fn target(to: &Url, sent_to: &str) -> Url {
    let mut target = to.clone();
    if to.path() == "/"
        && to.query().is_none()
        && let Ok(sent_to) = Url::parse(sent_to)
    {
        target.set_path(sent_to.path());
        target.set_query(sent_to.query());
    }
    target
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_keeps_the_path_and_an_address_is_taken_as_it_is() {
        let sent = "https://shop.example/inbank/callbacks/main/at-1?x=1";
        for (to, expected) in [
            (
                "http://127.0.0.1:8080",
                "http://127.0.0.1:8080/inbank/callbacks/main/at-1?x=1",
            ),
            (
                "http://127.0.0.1:8080/",
                "http://127.0.0.1:8080/inbank/callbacks/main/at-1?x=1",
            ),
            ("http://127.0.0.1:8080/hook", "http://127.0.0.1:8080/hook"),
            ("http://127.0.0.1:8080/?a=b", "http://127.0.0.1:8080/?a=b"),
        ] {
            assert_eq!(target(&Url::parse(to).unwrap(), sent).as_str(), expected);
        }
    }

    #[test]
    fn what_is_neither_https_nor_here_is_refused() {
        for (address, good) in [
            ("http://127.0.0.1:1", true),
            ("http://localhost:1/x", true),
            ("http://[::1]:1", true),
            ("https://shop.example/x", true),
            ("http://shop.example/x", false),
            ("http://127.0.0.1.example", false),
            ("127.0.0.1:1", false),
        ] {
            assert_eq!(Forwarding::to(address).is_ok(), good, "{address}");
        }
    }
}
