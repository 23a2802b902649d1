use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use inbank_domain::{ApiKey, Invalid, Region, ShopId};
use inbank_ports::{Clock, GatewayError, GatewayErrorKind};
use reqwest::Client;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use serde::Serialize;

use crate::door::Door;
use crate::operation::Operation;
use crate::region::BankListAddress;
use crate::{ApiVersion, Environment, RegionProfile, RetryPolicy, Site, SystemClock, Transport};

/// The Partner API for one shop: implements `Connection`, `ProductCatalogue`, `Calculator`,
/// `Sessions`, `Applications`, `IncomeProof`, `Signing`, `Contracts` and `Rentals`.
///
/// Cheap to clone; clones share the connection pool. The key is sent to the site that was
/// configured and to no other, and shows in no log, error or `Debug`.
#[derive(Clone)]
pub struct PartnerApi {
    pub(crate) door: Arc<Door>,
    pub(crate) region: Region,
    pub(crate) bank_list: BankListAddress,
}

impl PartnerApi {
    /// Starts a connection to the bank of a region, for a shop and its key.
    pub fn builder(profile: &RegionProfile, shop: ShopId, key: ApiKey) -> PartnerApiBuilder {
        PartnerApiBuilder {
            profile: profile.clone(),
            shop,
            key,
            environment: Environment::Demo,
            version: profile.default_version,
            site: None,
            client: None,
            transport: None,
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::default(),
        }
    }

    /// The region.
    pub const fn region(&self) -> &Region {
        &self.region
    }

    /// The version that is spoken.
    pub fn version(&self) -> ApiVersion {
        self.door.version
    }

    /// Where the bank is.
    pub fn site(&self) -> &Site {
        &self.door.site
    }

    /// Whether anything is rented in the region.
    pub(crate) fn rents(&self, operation: &Operation) -> Result<(), GatewayError> {
        if self.region.smart_rent {
            Ok(())
        } else {
            let kind = GatewayErrorKind::Unsupported;
            Err(GatewayError::new(kind, operation.name))
        }
    }

    /// A payload in the spelling of its operation's version.
    pub(crate) fn encode(
        &self,
        operation: &Operation,
        payload: &impl Serialize,
    ) -> Result<Vec<u8>, GatewayError> {
        // Fails only for a value that no JSON can hold, such as a year beyond 9999.
        let version = self.door.version_of(operation);
        version.encode(payload).map_err(|error| {
            GatewayError::new(GatewayErrorKind::Invalid, operation.name).with_source(error)
        })
    }
}

impl fmt::Debug for PartnerApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartnerApi")
            .field("region", &self.region.name)
            .field("version", &self.door.version)
            .field("site", &self.door.site.to_string())
            .field("shop", &self.door.shop)
            .finish_non_exhaustive()
    }
}

/// Collects the settings of a [`PartnerApi`]; nothing fails before [`build`](Self::build).
#[must_use]
pub struct PartnerApiBuilder {
    profile: RegionProfile,
    shop: ShopId,
    key: ApiKey,
    environment: Environment,
    version: ApiVersion,
    site: Option<Site>,
    client: Option<Client>,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
}

impl PartnerApiBuilder {
    /// The environment whose published host is used; demo unless set.
    pub const fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// The version to speak; the region's unless set.
    pub const fn version(mut self, version: ApiVersion) -> Self {
        self.version = version;
        self
    }

    /// A site instead of the published one: a sandbox, a proxy, Lithuania.
    pub fn site(mut self, site: Site) -> Self {
        self.site = Some(site);
        self
    }

    /// A client instead of our own: with the embedder's TLS, proxy or pool.
    ///
    /// Turn its redirects off, as ours are: the bank has none, and a followed one would carry the
    /// request elsewhere.
    pub fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// What carries requests in the place of an HTTP client: for a bank in the same program.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// A clock instead of the system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How patiently reads are repeated.
    pub const fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Checks the settings. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn build(self) -> Result<PartnerApi, SettingsError> {
        let site = match self.site {
            Some(site) => site,
            None => Site::published(&self.profile, self.environment)?,
        };
        let client = match self.client {
            Some(client) => client,
            None => own_client(&site).map_err(SettingsError::Client)?,
        };
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", self.key.expose()))
            .map_err(|_| Invalid::new("api_key", "can't stand in a header"))?;
        authorization.set_sensitive(true);
        let door = Door {
            client,
            transport: self.transport,
            site,
            version: self.version,
            shop: self.shop,
            authorization,
            retry: self.retry,
            clock: self.clock,
            answer_limit: ANSWER_LIMIT,
        };
        Ok(PartnerApi {
            door: Arc::new(door),
            region: self.profile.region,
            bank_list: self.profile.bank_list,
        })
    }
}

fn own_client(site: &Site) -> reqwest::Result<Client> {
    let client = Client::builder()
        .redirect(Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .user_agent(concat!("inbank-rust/", env!("CARGO_PKG_VERSION")));
    // Plain http is for this machine only: through a proxy the key would leave it in the clear.
    if site.is_plain() {
        let client = client.no_proxy();
        // No certificate is looked at on the way there, and a container that has none must not stop it.
        #[cfg(feature = "rustls")]
        let client = client.tls_certs_only([]);
        client.build()
    } else {
        client.build()
    }
}

/// The bank's largest answer, a schedule of thirty years, has some 100 kB.
const ANSWER_LIMIT: usize = 2 * 1024 * 1024;

/// Why the settings don't do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// One of them can't be right.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The HTTP client could not be made: no TLS, or no root certificates.
    #[error(
        "the HTTP client could not be made; install root certificates (the package ca-certificates, or SSL_CERT_FILE), enable the feature `rustls`, or bring a client"
    )]
    Client(#[source] reqwest::Error),
}
