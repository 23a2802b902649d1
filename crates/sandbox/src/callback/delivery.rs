//! Sends callbacks, one after the other, and tries again when nobody takes them.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, redirect};
use tokio::time::sleep;
use url::{Host, Url};

use crate::shared::Shared;

/// The pauses before the second, third, … attempt, on the sandbox's clock.
///
/// Guides silent on attempts and on the reply that is expected; chosen: any 2xx is taken for receipt, and five attempts in about
/// half a minute, so that a person who starts the receiver late still sees the callback and a test comes to an end.
pub(crate) const RETRIES: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(20),
];

/// What a callback is sent with, besides what HTTP itself wants.
pub(crate) const HEADERS: [(&str, &str); 1] =
    [("content-type", "application/x-www-form-urlencoded")];

const TIMEOUT: Duration = Duration::from_secs(10);

/// A client that goes straight to the given address: no proxy, no redirects.
///
/// Where the machine has no root certificates it trusts none, so that callbacks to this machine still arrive.
pub(crate) fn client() -> reqwest::Result<Client> {
    let builder = || {
        Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
    };
    let trusting = builder().build();
    trusting.or_else(|_| builder().tls_certs_only([]).build())
}

/// Sends what is due until the sandbox stops; also lets sessions expire in time.
pub(crate) async fn deliver(shared: Arc<Shared>, client: Client) {
    let mut stopped = shared.stopped();
    let mut changes = shared.changes();
    loop {
        changes.mark_unchanged();
        let due = {
            let mut bank = shared.lock();
            let now = bank.now();
            bank.callbacks.take_due(now)
        };
        if let Some((index, url, body)) = due {
            shared.tell();
            let answer = tokio::select! {
                answer = post(&client, &url, body) => answer,
                _ = stopped.wait_for(|stopped| *stopped) => return,
            };
            shared.with(|bank| {
                let now = bank.now();
                bank.callbacks.attempted(index, answer, now);
            });
            continue;
        }
        let pause = shared.lock().until_next_event();
        tokio::select! {
            () = sleep(pause) => {}
            _ = changes.changed() => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

async fn post(client: &Client, url: &str, body: String) -> Result<u16, String> {
    let url = Url::parse(url).map_err(|why| why.to_string())?;
    if url.scheme() != "https" && !is_loopback(&url) {
        return Err("not sent: neither https nor this machine".to_owned());
    }
    let request = HEADERS
        .iter()
        .fold(client.post(url), |request, (name, value)| {
            request.header(*name, *value)
        });
    let answer = request
        .body(body)
        .send()
        .await
        .map_err(|why| why.without_url().to_string())?;
    Ok(answer.status().as_u16())
}

fn is_loopback(url: &Url) -> bool {
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
    fn plain_http_stays_on_this_machine() {
        for (url, loopback) in [
            ("http://127.0.0.1:80/", true),
            ("http://[::1]/", true),
            ("http://localhost/", true),
            ("http://shop.example/", false),
            ("http://127.0.0.1.example/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), loopback, "{url}");
        }
    }
}
