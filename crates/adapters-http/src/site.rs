use std::fmt;
use std::str::FromStr;

use inbank_domain::Invalid;
use url::{Host, Url};

use crate::{ApiVersion, RegionProfile};

/// Which of the bank's two worlds: separate data, keys and product codes (*Demo Environment*).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Environment {
    /// For development and tests.
    #[default]
    Demo,
    /// Real customers, real money.
    Live,
}

impl Environment {
    /// `demo` or `live`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Live => "live",
        }
    }
}

impl FromStr for Environment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "demo" => Ok(Self::Demo),
            "live" => Ok(Self::Live),
            _ => Err(Invalid::new("environment", "must be demo or live")),
        }
    }
}

/// Where the bank is: scheme, host and whatever path a proxy puts before `/partner`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Site(Url);

impl Site {
    /// The published site of a region.
    ///
    /// # Errors
    /// [`Invalid`] (`base_url`) where none is published.
    pub fn published(profile: &RegionProfile, environment: Environment) -> Result<Self, Invalid> {
        let host = profile.host(environment).ok_or_else(|| {
            Invalid::new(
                "base_url",
                format!(
                    "must be set for {}: no Partner API host is published for it; ask Inbank",
                    profile.region.name
                ),
            )
        })?;
        Self::parse(&format!("https://{host}"))
    }

    /// Reads a base URL, with or without a trailing `/`, with or without `/partner/v2`: the same
    /// site comes out.
    ///
    /// # Errors
    /// [`Invalid`] (`base_url`) for plain http to anything but loopback, and for a URL with
    /// credentials, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = |problem: &'static str| Err(Invalid::new("base_url", problem));
        let Ok(mut url) = Url::parse(text.trim()) else {
            return invalid("must be an absolute URL, such as https://demo-api.inbank.ee");
        };
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return invalid("must be https: plain http is for loopback only"),
            _ => return invalid("must be an https URL"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return invalid("must not hold credentials");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return invalid("must not have a query or a fragment");
        }
        let mut prefix = url.path().trim_end_matches('/');
        let version = ["/partner/v2", "/partner/v3"];
        // Also where it was added to one that had it already, or what is written out would be another site.
        while let Some(before) = version.iter().find_map(|end| prefix.strip_suffix(end)) {
            prefix = before.trim_end_matches('/');
        }
        let prefix = prefix.to_owned();
        url.set_path(&prefix);
        Ok(Self(url))
    }

    /// Whether it is on this machine: a sandbox, a proxy.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether it is reached without TLS.
    pub(crate) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The address of a call: `/partner/{version}/{path}`, where `{shop}` and `{id}` stand for the
    /// arguments and the rest follows the version's spelling.
    pub(crate) fn address(
        &self,
        version: ApiVersion,
        path: &str,
        arguments: &[&str],
        query: &[(&str, &str)],
    ) -> Url {
        let mut url = self.0.clone();
        let mut arguments = arguments.iter();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments
                .pop_if_empty()
                .push("partner")
                .push(version.as_str());
            for segment in path.split('/') {
                if segment.starts_with('{') {
                    segments.extend(arguments.next());
                } else {
                    segments.push(&version.path_segment(segment));
                }
            }
        }
        if !query.is_empty() {
            let mut pairs = url.query_pairs_mut();
            for (name, value) in query {
                pairs.append_pair(&version.name(name), value);
            }
        }
        url
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
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
    fn every_way_to_write_a_base_makes_the_same_calls() {
        for base in [
            "https://demo-api.inbank.ee",
            "https://demo-api.inbank.ee/",
            "https://demo-api.inbank.ee/partner/v2",
            "https://demo-api.inbank.ee/partner/v2/",
            "https://demo-api.inbank.ee/partner/v3/",
            " https://DEMO-api.inbank.ee/\n",
            "https://demo-api.inbank.ee/partner/v3/partner/v2",
        ] {
            let url = Site::parse(base).unwrap().address(
                ApiVersion::V2,
                "shops/{shop}/pos_sessions/{id}",
                &["s", "i"],
                &[],
            );
            assert_eq!(
                url.as_str(),
                "https://demo-api.inbank.ee/partner/v2/shops/s/pos_sessions/i"
            );
        }
    }

    #[test]
    fn a_proxys_prefix_stays() {
        let site = Site::parse("https://proxy.example/inbank/partner/v2/").unwrap();
        let url = site.address(ApiVersion::V3, "ping", &[], &[]);
        assert_eq!(url.as_str(), "https://proxy.example/inbank/partner/v3/ping");
        assert_eq!(site.to_string(), "https://proxy.example/inbank");
    }

    #[test]
    fn v3_has_hyphens_in_paths_and_capitals_in_queries() {
        let site = Site::parse("https://demo-api.inbank.ee").unwrap();
        let url = site.address(
            ApiVersion::V3,
            "shops/{shop}/contracts/{id}/merchant_approval",
            &["a_b", "c"],
            &[("product_code", "x")],
        );
        assert_eq!(
            url.as_str(),
            "https://demo-api.inbank.ee/partner/v3/shops/a_b/contracts/c/merchant-approval?productCode=x"
        );
    }

    #[test]
    fn percent_signs_of_product_codes_are_encoded() {
        let site = Site::parse("https://demo-api.inbank.ee").unwrap();
        let code = "hp_0.0%_a/b";
        let url = site.address(
            ApiVersion::V2,
            "rental/{id}",
            &[code],
            &[("product_code", code)],
        );
        assert_eq!(
            url.as_str(),
            "https://demo-api.inbank.ee/partner/v2/rental/hp_0.0%25_a%2Fb?product_code=hp_0.0%25_a%2Fb"
        );
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for good in [
            "http://127.0.0.1:8480",
            "http://localhost:1",
            "http://[::1]:1/",
        ] {
            assert!(Site::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://demo-api.inbank.ee",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "ftp://127.0.0.1",
            "https://key@demo-api.inbank.ee",
            "https://demo-api.inbank.ee?x=1",
            "https://demo-api.inbank.ee#x",
            "demo-api.inbank.ee",
            "",
        ] {
            assert_eq!(Site::parse(bad).unwrap_err().field(), "base_url", "{bad}");
        }
    }

    #[test]
    fn lithuania_says_that_it_needs_a_base_url() {
        for environment in [Environment::Demo, Environment::Live] {
            let error = Site::published(&RegionProfile::LITHUANIA, environment).unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with("base_url: must be set for lithuania")
            );
        }
        for profile in RegionProfile::ALL {
            let published = Site::published(profile, Environment::Live).is_ok();
            assert_eq!(published, profile.live_host.is_some(), "{profile:?}");
        }
    }
}
