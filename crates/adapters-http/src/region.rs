use inbank_domain::Region;

use crate::{ApiVersion, Environment};

/// A region and where its bank answers.
///
/// Plain data: a new region is a new value, and the conformance suite run against it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RegionProfile {
    /// What requests there must keep to.
    pub region: Region,
    /// The host of the demo environment, where one is published.
    pub demo_host: Option<&'static str>,
    /// The host of the live environment, where one is published.
    pub live_host: Option<&'static str>,
    /// How the list of banks is asked for.
    pub bank_list: BankListAddress,
    /// The version to speak unless another is chosen: v2, which the guides print. v3 is announced
    /// or documented everywhere and spoken on request.
    pub default_version: ApiVersion,
}

impl RegionProfile {
    /// Czechia.
    pub const CZECHIA: Self = Self::new(
        Region::CZECHIA,
        Some("demo-api.inbank.cz"),
        Some("api.inbank.cz"),
    );
    /// Estonia.
    pub const ESTONIA: Self = Self::new(
        Region::ESTONIA,
        Some("demo-api.inbank.ee"),
        Some("api.inbank.ee"),
    );
    /// Latvia.
    pub const LATVIA: Self = Self::new(
        Region::LATVIA,
        Some("demo-api.inbank.lv"),
        Some("api.inbank.lv"),
    );
    /// Lithuania. No Partner API host is published: it works with a base URL from Inbank.
    pub const LITHUANIA: Self = Self::new(Region::LITHUANIA, None, None);
    /// Poland.
    pub const POLAND: Self = Self::new(
        Region::POLAND,
        Some("demo-api.inbank.pl"),
        Some("api.inbank.pl"),
    );

    /// Every region that is known here.
    pub const ALL: &'static [Self] = &[
        Self::CZECHIA,
        Self::ESTONIA,
        Self::LATVIA,
        Self::LITHUANIA,
        Self::POLAND,
    ];

    /// A region that speaks v2 unless told otherwise.
    pub const fn new(
        region: Region,
        demo_host: Option<&'static str>,
        live_host: Option<&'static str>,
    ) -> Self {
        Self {
            region,
            demo_host,
            live_host,
            bank_list: BankListAddress::Path,
            default_version: ApiVersion::V2,
        }
    }

    /// The region of a name, such as `estonia`.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|profile| profile.region.name == name)
    }

    /// The published host of an environment.
    pub const fn host(&self, environment: Environment) -> Option<&'static str> {
        match environment {
            Environment::Demo => self.demo_host,
            Environment::Live => self.live_host,
        }
    }
}

/// Where `bank_list` names the application. *Direct API 2.05* shows all three: the heading has it in
/// the query, prose leaves it out, and the addresses and the curl have it in the path.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum BankListAddress {
    /// `bank_list/{id}`: the form that the guide shows being called.
    #[default]
    Path,
    /// `bank_list?application_uuid={id}`
    Query,
    /// `bank_list`
    Bare,
}
