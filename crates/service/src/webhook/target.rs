//! Where webhooks may go: to servers on the internet, and to those that the operator allows. A shop that says where its webhooks go
//! must not reach what stands behind the service.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use inbank::Invalid;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;
use url::{Host, Url};

/// Which addresses webhooks may go to.
#[derive(Clone, Debug, Default)]
pub struct WebhookTargets {
    allowed: Arc<[IpNet]>,
}

const LONGEST: usize = 2_000;

impl WebhookTargets {
    /// The internet, and these networks besides: `127.0.0.0/8`, `10.1.0.0/16`, `fd00::/8`.
    ///
    /// # Errors
    /// [`Invalid`] ⇐ one is no network.
    pub fn allowing<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self, Invalid> {
        let parse = |text: &str| {
            let problem = "must be networks like 127.0.0.0/8, or addresses";
            let net = text
                .parse()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            net.map_err(|_| Invalid::new("webhook_targets_allowed", problem))
        };
        let allowed: Vec<IpNet> = networks.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self {
            allowed: allowed.into(),
        })
    }

    /// Reads an address that webhooks are to go to. What its name leads to is looked at whenever a connection is made.
    pub(crate) fn check(&self, text: &str) -> Result<Url, Invalid> {
        let wrong = |problem: &'static str| Invalid::new("url", problem);
        let url = Url::parse(text)
            .map_err(|_| wrong("must be an address like https://shop.example.com/events"))?;
        if text.len() > LONGEST {
            return Err(wrong("must be shorter"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "must have no user and no password: webhooks are signed",
            ));
        }
        if url.fragment().is_some() {
            return Err(wrong("must have no fragment, no part behind #"));
        }
        match url.scheme() {
            "https" => {}
            // What leaves no network of the operator's own.
            "http" if !self.allowed.is_empty() => {}
            _ => {
                return Err(wrong(
                    "must be https, or http into a network of webhook_targets_allowed",
                ));
            }
        }
        if let Some(address) = literal(&url)
            && !self.may_reach(address, url.scheme() == "https")
        {
            return Err(wrong(
                "must be reached over the internet, or in a network of webhook_targets_allowed",
            ));
        }
        Ok(url)
    }

    /// Without TLS only what is allowed by name.
    pub(super) fn may_reach(&self, address: IpAddr, tls: bool) -> bool {
        let address = address.to_canonical();
        self.allowed.iter().any(|net| net.contains(&address)) || (tls && is_public(address))
    }

    /// Looks names up, and leaves out where webhooks may not go.
    pub(super) fn resolver(&self, tls: bool) -> impl Resolve + 'static {
        Guarded {
            targets: self.clone(),
            tls,
        }
    }
}

/// The address that a URL names without a name. The client asks no resolver about it.
pub(super) fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

struct Guarded {
    targets: WebhookTargets,
    tls: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (targets, tls) = (self.targets.clone(), self.tls);
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let found = found.filter(|address| targets.may_reach(address.ip(), tls));
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                let refused = "the name leads to no address that webhooks may go to";
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, refused).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is of the internet, by the registries of special addresses.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

#[expect(
    clippy::unnested_or_patterns,
    reason = "each is an entry of the registries"
)]
const fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        // This network, private, loopback.
        [0 | 10 | 127, ..]
            // Carriers' own, link-local.
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            // Protocols, documentation, the former relays of 6to4.
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            // Benchmarks, documentation.
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            // Multicast, reserved, broadcast.
            | [224..=255, ..]
    )
}

/// Of the addresses that are given out at all, those without a meaning of their own.
#[expect(
    clippy::unnested_or_patterns,
    reason = "each is an entry of the registries"
)]
const fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let given_out = segments[0] & 0xe000 == 0x2000;
    let special = matches!(
        segments,
        // Protocols (Teredo, benchmarks, ORCHID), documentation, 6to4, documentation again.
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0..=0x0fff, ..]
    );
    given_out && !special
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    #[test]
    fn no_special_address_is_of_the_internet() {
        for special in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            let address = IpAddr::from_str(special).unwrap();
            assert!(
                !WebhookTargets::default().may_reach(address, true),
                "{special}"
            );
        }
        for public in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
        ] {
            let address = IpAddr::from_str(public).unwrap();
            assert!(
                WebhookTargets::default().may_reach(address, true),
                "{public}"
            );
            assert!(
                !WebhookTargets::default().may_reach(address, false),
                "{public}"
            );
        }
    }

    #[test]
    fn what_is_allowed_by_name_may_be_reached_also_without_tls() {
        let targets = WebhookTargets::allowing(["127.0.0.0/8", "fd00::/8", "10.1.2.3"]).unwrap();
        for (address, may) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("fd00::1", true),
            ("10.1.2.3", true),
            ("10.1.2.4", false),
            ("192.168.1.1", false),
            ("::1", false),
        ] {
            let address = IpAddr::from_str(address).unwrap();
            assert_eq!(targets.may_reach(address, false), may, "{address}");
        }
        assert!(WebhookTargets::allowing(["localhost"]).is_err());
    }

    #[test]
    fn an_address_of_a_webhook_is_on_the_internet_and_holds_nothing_secret_or_odd() {
        let (none, own) = (
            WebhookTargets::default(),
            WebhookTargets::allowing(["127.0.0.0/8"]).unwrap(),
        );
        for (url, by_default, with_own) in [
            ("https://shop.example.com/events", true, true),
            ("https://shop.example.com:8443/events?shop=1", true, true),
            ("http://shop.example.com/events", false, true),
            ("http://127.0.0.1:3000/", false, true),
            ("https://127.0.0.1/", false, true),
            ("https://2130706433/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://[::1]/", false, false),
            ("https://[::ffff:7f00:1]/", false, true),
            ("https://169.254.169.254/latest", false, false),
            ("http://1.1.1.1/", false, false),
            ("https://user:secret@shop.example.com/", false, false),
            ("https://shop.example.com/#here", false, false),
            ("ftp://shop.example.com/", false, false),
            ("shop.example.com", false, false),
            ("", false, false),
        ] {
            assert_eq!(none.check(url).is_ok(), by_default, "{url}");
            assert_eq!(own.check(url).is_ok(), with_own, "{url}");
        }
        let secret = none
            .check("https://user:secret@shop.example.com/")
            .unwrap_err();
        assert!(!secret.to_string().contains("secret"));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed() {
        let name = || Name::from_str("localhost").unwrap();
        let refused = WebhookTargets::default()
            .resolver(true)
            .resolve(name())
            .await;
        assert!(refused.is_err_and(|error| {
            error
                .to_string()
                .contains("no address that webhooks may go to")
        }));
        let own = WebhookTargets::allowing(["127.0.0.0/8", "::1"]).unwrap();
        let found = own.resolver(false).resolve(name()).await.unwrap();
        assert!(found.into_iter().all(|address| address.ip().is_loopback()));
    }
}
