mod setup;

use std::fmt;
use std::sync::Arc;

use inbank_adapters_http::{
    ApiVersion, Environment, HmacAuthenticator, PartnerApi, RegionProfile, Site,
};
use inbank_app::Bank;
use inbank_domain::{ApiKey, Invalid, Region, ShopId, ShopName};
use inbank_ports::Clock;
use sha2::{Digest as _, Sha256};

use crate::BuildError;

pub use self::setup::ShopSetup;

/// One of a platform's shops, as it is set up: its own name, its region, and its identifier and keys
/// at the bank.
///
/// ```
/// use inbank::{Region, Shop};
///
/// let shop = Shop::new("main", Region::ESTONIA, "a93f1f44-d5dd-4469-bfcc-c1de9e969213", "key")
///     .with_return_url("https://shop.example.com/orders/{order_reference}");
/// ```
///
/// Nothing fails before the shop is added to a platform: then a setting that would do nothing is
/// refused as well, such as [`live`](Self::live) of a connection that was set up by hand. `Debug` shows
/// no key.
#[must_use]
pub struct Shop {
    name: String,
    pub(crate) return_url: Option<String>,
    side: Side,
    /// A setting of Inbank's API that was made of a shop elsewhere.
    misplaced: Option<&'static str>,
}

enum Side {
    /// At Inbank, over HTTP.
    Inbank(Box<Inbank>),
    /// At whatever implements the ports.
    Ports(Box<Bank>),
}

struct Inbank {
    region: Region,
    profile: Option<RegionProfile>,
    uuid: String,
    keys: Vec<String>,
    /// Demo unless set.
    environment: Option<Environment>,
    version: Option<ApiVersion>,
    base_url: Option<String>,
    api: Option<PartnerApi>,
}

impl Shop {
    /// A shop at Inbank's demo environment, by the identifier and the key that Inbank gives.
    ///
    /// ```
    /// use inbank::{Region, Shop};
    ///
    /// let shop = Shop::new("main", Region::LATVIA, "f893a2ee-fb32-455e-b1c1-8690ee42c90b", "a-key");
    /// ```
    pub fn new(
        name: impl Into<String>,
        region: Region,
        shop_uuid: impl Into<String>,
        api_key: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            return_url: None,
            misplaced: None,
            side: Side::Inbank(Box::new(Inbank {
                region,
                profile: None,
                uuid: shop_uuid.into(),
                keys: vec![api_key.into()],
                environment: None,
                version: None,
                base_url: None,
                api: None,
            })),
        }
    }

    /// A shop in a region of your own.
    ///
    /// ```no_run
    /// # use inbank::http::RegionProfile;
    /// # use inbank::Shop;
    /// # fn example(profile: RegionProfile, uuid: &str, key: &str) {
    /// let shop = Shop::in_region("oslo", profile, uuid, key);
    /// # let _ = shop;
    /// # }
    /// ```
    pub fn in_region(
        name: impl Into<String>,
        profile: RegionProfile,
        shop_uuid: impl Into<String>,
        api_key: impl Into<String>,
    ) -> Self {
        let mut shop = Self::new(name, profile.region.clone(), shop_uuid, api_key);
        if let Side::Inbank(inbank) = &mut shop.side {
            inbank.profile = Some(profile);
        }
        shop
    }

    /// A shop at whatever implements the ports: another lender, a fake in a test.
    ///
    /// ```no_run
    /// # use inbank::{Bank, Shop};
    /// # fn example(lender: Bank) {
    /// let shop = Shop::at("main", lender);
    /// # let _ = shop;
    /// # }
    /// ```
    pub fn at(name: impl Into<String>, bank: Bank) -> Self {
        Self {
            name: name.into(),
            return_url: None,
            misplaced: None,
            side: Side::Ports(Box::new(bank)),
        }
    }

    /// With the page of the shop to which customers are sent on from the bank:
    /// `https://shop.example.com/orders/{order_reference}`. Without one they see a plain page that
    /// asks them to go back to the shop.
    ///
    /// ```no_run
    /// # use inbank::{Region, Shop};
    /// # fn example(uuid: &str, key: &str) {
    /// let shop = Shop::new("main", Region::ESTONIA, uuid, key)
    ///     .with_return_url("https://shop.example.com/orders/{order_reference}");
    /// # let _ = shop;
    /// # }
    /// ```
    pub fn with_return_url(mut self, url: impl Into<String>) -> Self {
        self.return_url = Some(url.into());
        self
    }

    /// In the live environment.
    ///
    /// ```no_run
    /// # use inbank::{Region, Shop};
    /// # fn example(uuid: &str, key: &str) {
    /// let shop = Shop::new("main", Region::ESTONIA, uuid, key).live();
    /// # let _ = shop;
    /// # }
    /// ```
    pub fn live(self) -> Self {
        self.with_inbank("environment", |inbank| {
            inbank.environment = Some(Environment::Live);
        })
    }

    /// With a version of the API other than the region's usual one.
    ///
    /// ```no_run
    /// # use inbank::http::ApiVersion;
    /// # use inbank::{Region, Shop};
    /// # fn example(uuid: &str, key: &str) {
    /// let shop = Shop::new("main", Region::POLAND, uuid, key).with_version(ApiVersion::V3);
    /// # let _ = shop;
    /// # }
    /// ```
    pub fn with_version(self, version: ApiVersion) -> Self {
        self.with_inbank("api_version", |inbank| inbank.version = Some(version))
    }

    /// With another scheme and host: a sandbox, a proxy. Plain `http` on loopback only.
    ///
    /// ```no_run
    /// # use inbank::{Region, Shop};
    /// # fn example(uuid: &str, key: &str) {
    /// let shop = Shop::new("main", Region::ESTONIA, uuid, key)
    ///     .with_base_url("http://127.0.0.1:8480"); // `inbank sandbox`
    /// # let _ = shop;
    /// # }
    /// ```
    pub fn with_base_url(self, url: impl Into<String>) -> Self {
        self.with_inbank("base_url", |inbank| inbank.base_url = Some(url.into()))
    }

    /// With a further key by which callbacks are taken, while keys are changed: the first signs and
    /// sends.
    ///
    /// ```no_run
    /// # use inbank::{Region, Shop};
    /// # fn example(uuid: &str, new: &str, old: &str) {
    /// let shop = Shop::new("main", Region::ESTONIA, uuid, new).with_further_key(old);
    /// # let _ = shop;
    /// # }
    /// ```
    pub fn with_further_key(self, key: impl Into<String>) -> Self {
        self.with_inbank("api_key", |inbank| inbank.keys.push(key.into()))
    }

    /// With a connection that is set up by hand: a client of your own, other retries. Environment,
    /// version and base URL are the connection's, and can't be set here; region, identifier and key are
    /// to be the same in both.
    ///
    /// ```no_run
    /// # use inbank::http::PartnerApi;
    /// # use inbank::{Region, Shop};
    /// # fn example(api: PartnerApi, uuid: &str, key: &str) {
    /// let shop = Shop::new("main", Region::ESTONIA, uuid, key).with_api(api);
    /// # let _ = shop;
    /// # }
    /// ```
    pub fn with_api(self, api: PartnerApi) -> Self {
        self.with_inbank("api", |inbank| inbank.api = Some(api))
    }

    fn with_inbank(mut self, setting: &'static str, change: impl FnOnce(&mut Inbank)) -> Self {
        match &mut self.side {
            Side::Inbank(inbank) => change(inbank),
            Side::Ports(_) => self.misplaced = Some(setting),
        }
        self
    }

    pub(crate) fn name(&self) -> Result<ShopName, BuildError> {
        Ok(ShopName::parse(self.name.as_str())?)
    }

    /// Its side of the bank, and how that was set up.
    pub(crate) fn wired(self, clock: &Arc<dyn Clock>) -> Result<(Bank, ShopSetup), BuildError> {
        if let Some(setting) = self.misplaced {
            let problem =
                "is a setting of Inbank's API, and does nothing for a shop made by Shop::at";
            return Err(Invalid::new(setting, problem).into());
        }
        let (bank, mut setup) = match self.side {
            Side::Ports(bank) => {
                let setup = ShopSetup {
                    region: bank.region.clone(),
                    host: bank.host.to_string(),
                    environment: None,
                    base_url: None,
                    api_version: None,
                    shop_uuid: None,
                    keys: Vec::new(),
                    return_url: None,
                };
                (*bank, setup)
            }
            Side::Inbank(inbank) => inbank.wired(clock)?,
        };
        setup.return_url = self.return_url;
        Ok((bank, setup))
    }
}

impl Inbank {
    fn wired(self, clock: &Arc<dyn Clock>) -> Result<(Bank, ShopSetup), BuildError> {
        let keys = self.keys.iter().map(|key| ApiKey::parse(key));
        let keys: Vec<ApiKey> = keys.collect::<Result<_, _>>()?;
        let authenticator = HmacAuthenticator::new(&keys)
            .map_err(|_| Invalid::new("api_key", "must be there: callbacks are told by it"))?;
        let mut identities: Vec<String> = keys.iter().map(digest).collect();
        let api = if let Some(api) = &self.api {
            self.check_connection(api)?;
            api.clone()
        } else {
            let unknown = || {
                let problem = "has no servers that are known here: use Shop::in_region";
                Invalid::new("region", problem)
            };
            let profile = match &self.profile {
                Some(profile) => profile,
                None => RegionProfile::named(self.region.name).ok_or_else(unknown)?,
            };
            let uuid = ShopId::parse(self.uuid.as_str())?;
            let key = keys.into_iter().next().ok_or_else(unknown)?;
            let site = match &self.base_url {
                Some(url) => Site::parse(url)?,
                None => Site::published(profile, self.environment.unwrap_or_default())?,
            };
            let mut builder = PartnerApi::builder(profile, uuid, key)
                .site(site)
                .clock(clock.clone());
            if let Some(version) = self.version {
                builder = builder.version(version);
            }
            builder.build()?
        };
        let host = api.site().to_string();
        let by_hand = self.api.is_some();
        let setup = ShopSetup {
            region: api.region().clone(),
            host: host.clone(),
            environment: (!by_hand).then(|| self.environment.unwrap_or_default()),
            base_url: self.base_url,
            api_version: Some(api.version()),
            shop_uuid: Some(self.uuid.clone()),
            keys: identities.iter().map(|digest| short(digest)).collect(),
            return_url: None,
        };
        // A UUID is the same in either letter case.
        identities.push(format!("{host} {}", self.uuid.to_ascii_lowercase()));
        let region = api.region().clone();
        let bank = Bank::new(region, host, identities, Arc::new(authenticator));
        Ok((bank.with_all(Arc::new(api)), setup))
    }

    /// What the connection has decided can't be set once more.
    fn check_connection(&self, api: &PartnerApi) -> Result<(), Invalid> {
        let set_twice = [
            ("environment", self.environment.is_some()),
            ("api_version", self.version.is_some()),
            ("base_url", self.base_url.is_some()),
        ];
        if let Some((setting, _)) = set_twice.into_iter().find(|(_, is_set)| *is_set) {
            let problem = "does nothing beside with_api: set it where the connection is built";
            return Err(Invalid::new(setting, problem));
        }
        if *api.region() != self.region {
            return Err(Invalid::new("region", "is another than the connection's"));
        }
        Ok(())
    }
}

/// Tells keys apart without showing them.
fn digest(key: &ApiKey) -> String {
    let mut half = [0; 16];
    half.copy_from_slice(&Sha256::digest(key.expose())[..16]);
    format!("{:032x}", u128::from_be_bytes(half))
}

/// As much of it as people compare.
fn short(digest: &str) -> String {
    digest.chars().take(16).collect()
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
