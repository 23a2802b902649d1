use std::fmt;

use clap::Args;
use inbank::http::{Environment, PartnerApi};
use inbank::ports::{GatewayError, ProductCatalogue};
use inbank::{Product, ProductCode, Reach, WebAddress};
use serde::Serialize;
use time::OffsetDateTime;
use tokio::net::lookup_host;
use url::{Host, Url};

use crate::check::{self, Check};
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank doctor
  inbank doctor --product hire_purchase --callback-url https://shop.example/callbacks --output json

Exit code 0 when every check passed, otherwise that of the first that failed. Nothing is changed at the \
bank.")]
pub(crate) struct Doctor {
    /// A product to look up: shows that the key belongs to the shop
    #[arg(long, value_name = "CODE")]
    product: Option<String>,
    /// The address that you give the bank for callbacks
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
}

#[derive(Serialize)]
struct Report {
    checks: Vec<Check>,
    /// Why the first check failed that did: the command's own exit.
    #[serde(skip)]
    first_failure: Option<Failure>,
}

pub(crate) async fn run(doctor: &Doctor, settings: &Settings) -> Result<(), Failure> {
    let mut report = Report {
        checks: Vec::new(),
        first_failure: None,
    };
    match settings.api() {
        Ok(api) => {
            report.pass("settings", described(&api, settings.environment));
            let answers = report.connection(&api).await;
            match &doctor.product {
                Some(code) if answers => report.product(&api, code).await,
                Some(_) => report.checks.push(Check::failed("product", NOT_CHECKED)),
                None => {}
            }
            if let Some(url) = &doctor.callback_url {
                let site = api.site().to_string();
                let local = Url::parse(&site).is_ok_and(|site| is_local(&site));
                report.callback_address(url, local).await;
            }
        }
        Err(failure) => {
            report.fail(
                "settings",
                format!("{failure}: {}", failure.next()),
                failure,
            );
        }
    }
    report.clock(OffsetDateTime::now_utc().truncate_to_second());
    output::answer(settings.output, &report)?;
    report.first_failure.map_or(Ok(()), Err)
}

fn described(api: &PartnerApi, environment: Environment) -> String {
    format!(
        "{}, {}, {} at {}",
        api.region().name,
        environment.as_str(),
        api.version().as_str(),
        api.site()
    )
}

impl Report {
    fn pass(&mut self, name: &str, detail: impl Into<String>) {
        self.checks.push(Check::passed(name, detail));
    }

    fn fail(&mut self, name: &str, detail: impl Into<String>, failure: Failure) {
        self.checks.push(Check::failed(name, detail));
        self.first_failure.get_or_insert(failure);
    }

    /// Whether the bank answers.
    async fn connection(&mut self, api: &PartnerApi) -> bool {
        const NAMES: [&str; 2] = ["reachability", "key"];
        let [reachability, key] = NAMES;
        match Reach::of(api, api).await {
            Reach::Answers { ping } => {
                self.pass(reachability, "the bank answers");
                self.pass(
                    key,
                    if ping {
                        "accepted; that it belongs to this shop shows with --product"
                    } else {
                        "accepted by the payment sessions; `ping` is not given to this shop"
                    },
                );
                true
            }
            Reach::KeyRefused(error) => {
                self.pass(reachability, "the bank answers");
                let next = "set the key that Inbank gave for this shop and this environment";
                self.fail(key, error.to_string(), Failure::Advised(error, next));
                true
            }
            Reach::NoAnswer(error) => self.nothing_answers(NAMES, error),
        }
    }

    fn nothing_answers(&mut self, [reachability, key]: [&str; 2], error: GatewayError) -> bool {
        let next = "mend --base-url, the name's resolution, the network or the proxy, whichever the cause names";
        self.fail(
            reachability,
            error.to_string(),
            Failure::Advised(error, next),
        );
        self.checks.push(Check::failed(key, NOT_CHECKED));
        false
    }

    async fn product(&mut self, api: &PartnerApi, code: &str) {
        let code = match ProductCode::parse(code) {
            Ok(code) => code,
            Err(error) => return self.fail("product", error.to_string(), error.into()),
        };
        match api.product(&code).await {
            Ok(product) => self.pass("product", summary(&product)),
            Err(error) => {
                let detail = format!(
                    "{error}; codes differ between shops, demo and live, and some shops are told of no products"
                );
                let next = "ask Inbank for the codes of this shop in this environment";
                self.fail("product", detail, Failure::Advised(error, next));
            }
        }
    }

    /// `local`: the bank is a sandbox on this machine, which may call back over loopback.
    async fn callback_address(&mut self, address: &str, local: bool) {
        match callback_address(address, local).await {
            Ok(detail) => self.pass("callback_address", detail),
            Err(problem) => {
                let failure = Failure::usage(
                    format!("--callback-url {problem}"),
                    "give the public https address that leads to the platform's routes",
                );
                self.fail("callback_address", problem, failure);
            }
        }
    }

    /// The bank's clock is not asked: this only catches a clock that was never set.
    fn clock(&mut self, now: OffsetDateTime) {
        if (2025..2100).contains(&now.year()) {
            self.pass("clock", output::moment(now));
        } else {
            let detail = format!(
                "{} can't be right; set the system's clock",
                output::moment(now)
            );
            let failure = Failure::other(detail.clone(), "set the system's clock, best by NTP");
            self.fail("clock", detail, failure);
        }
    }
}

const NOT_CHECKED: &str = "not checked: the bank does not answer";

fn summary(product: &Product) -> String {
    let limit = |limit: Option<inbank::Money>| {
        limit.map_or("any".to_owned(), |m| {
            format!("{} {}", output::readable(&output::amount(m)), m.currency())
        })
    };
    let (min, max) = (limit(product.min_amount), limit(product.max_amount));
    format!("{}, from {min} to {max}", product.family)
}

async fn callback_address(address: &str, local: bool) -> Result<String, String> {
    let address = WebAddress::parse(address).map_err(|error| error.problem().to_owned())?;
    let url = Url::parse(address.as_str()).map_err(|error| format!("can't be read: {error}"))?;
    if local && is_local(&url) {
        return Ok("on this machine, as the sandbox is".to_owned());
    }
    if is_local(&url) {
        return Err(
            "is on this machine: the bank can't reach it; use a public https address".to_owned(),
        );
    }
    if url.scheme() != "https" {
        return Err("must be https".to_owned());
    }
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(443);
    let found = lookup_host((host.trim_matches(['[', ']']), port)).await;
    if found.is_ok_and(|mut found| found.next().is_some()) {
        Ok("https, and its name resolves from here".to_owned())
    } else {
        Err("has a name that does not resolve from here; check its spelling and DNS".to_owned())
    }
}

/// On this machine or in its own network.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        None => false,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        check::list(f, &self.checks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_callback_address_is_one_that_the_bank_can_reach() {
        for (address, local, good) in [
            ("https://192.0.2.1/callbacks", false, true),
            ("https://[2001:db8::1]:8443/callbacks", false, true),
            ("http://192.0.2.1/callbacks", false, false),
            ("https://127.0.0.1/callbacks", false, false),
            ("https://localhost/callbacks", false, false),
            ("https://192.168.1.2/callbacks", false, false),
            ("https://[fd00::1]/callbacks", false, false),
            ("callbacks", false, false),
            ("http://127.0.0.1:8080/callbacks", true, true),
            ("http://192.0.2.1/callbacks", true, false),
        ] {
            let found = callback_address(address, local).await;
            assert_eq!(found.is_ok(), good, "{address}: {found:?}");
        }
    }
}
