use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use inbank::Inbank;
use inbank::domain::{ApiKey, ShopId};
use inbank::http::{ApiVersion, HmacAuthenticator, PartnerApi, RegionProfile, Site};
use inbank_sandbox::{Region, Sandbox};
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::time::timeout;

use super::clock::SandboxClock;
use super::merchant::Merchant;

/// A bank, a shop at it, and the shop's server: everything that a flow needs but the customer.
pub(super) struct Stage {
    pub(super) profile: &'static RegionProfile,
    pub(super) version: ApiVersion,
    pub(super) sandbox: Arc<Sandbox>,
    pub(super) merchant: Merchant,
    pub(super) inbank: Inbank,
    /// The customers' browser.
    pub(super) browser: Client,
}

/// Far longer than anything here takes: only to end a demo that would hang.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

impl Stage {
    pub(super) async fn set(profile: &'static RegionProfile, version: ApiVersion) -> Result<Self> {
        let region: Region = profile.region.name.parse()?;
        let sandbox = Arc::new(Sandbox::builder(region).start().await?);
        // Everything is on this machine: a proxy from the environment has no part in it.
        let client = Client::builder().no_proxy().redirect(Policy::none());
        let key = ApiKey::parse(sandbox.api_key())?;
        let authenticator = HmacAuthenticator::new([&key])?;
        let api = PartnerApi::builder(profile, ShopId::parse(sandbox.shop())?, key)
            .version(version)
            .site(Site::parse(sandbox.base_url())?)
            .client(client.build()?)
            .build()?;
        let clock = Arc::new(SandboxClock(sandbox.clone()));
        Ok(Self {
            profile,
            version,
            sandbox,
            merchant: Merchant::open().await?,
            inbank: Inbank::new(api, authenticator).with_clock(clock),
            browser: Client::builder().no_proxy().build()?,
        })
    }

    /// How many requests the bank has had.
    pub(super) fn requests(&self) -> usize {
        self.sandbox.requests().len()
    }

    /// How many callbacks the bank has had to send.
    pub(super) fn callbacks(&self) -> usize {
        self.sandbox.callbacks().len() + self.sandbox.application_callbacks().len()
    }

    /// Waits until the bank has delivered what it has to say.
    pub(super) async fn settle(&self) -> Result<()> {
        timeout(PATIENCE, self.sandbox.idle())
            .await
            .map_err(|_| anyhow!("waited for more than {PATIENCE:?}"))
            .context("a callback is not delivered")
    }
}
