use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use inbank::Inbank;
use inbank::domain::{ApiKey, FinancingId, Invalid, OrderReference, ShopId};
use inbank::http::{ApiVersion, HmacAuthenticator, PartnerApi, RegionProfile, Site};
use inbank_sandbox::{CallbackFault, CallbackOutcome, Region, Sandbox};
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::time::timeout;

use super::clock::SandboxClock;
use super::shop::Shop;

/// A bank and a shop at it: everything that a flow needs but the customer.
pub(super) struct Stage {
    pub(super) profile: &'static RegionProfile,
    pub(super) version: ApiVersion,
    pub(super) sandbox: Arc<Sandbox>,
    pub(super) shop: Shop,
    /// For what needs no ledger: quotes, proof of income, signing.
    pub(super) inbank: Inbank,
    /// The customers' browser.
    pub(super) browser: Client,
    pub(super) post: Post,
}

/// What becomes of the bank's callbacks.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Post {
    /// Each comes twice, as may happen at any time.
    Twice,
    /// None comes.
    Lost,
}

/// A callback as the bank has recorded it.
pub(super) struct Callback {
    pub(super) url: String,
    pub(super) status: String,
    pub(super) outcome: CallbackOutcome,
    pub(super) answer: Option<String>,
}

/// Far longer than anything here takes: only to end a demo that would hang.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

impl Stage {
    pub(super) async fn set(profile: &'static RegionProfile, version: ApiVersion) -> Result<Self> {
        let region: Region = profile.region.name.parse()?;
        let builder = Sandbox::builder(region).instant().rentals_among_contracts();
        let builder = builder.processing(1, Duration::from_secs(10));
        let sandbox = Arc::new(builder.start().await?);
        // Everything is on this machine: a proxy from the environment has no part in it.
        let client = Client::builder().no_proxy().redirect(Policy::none());
        let key = ApiKey::parse(sandbox.api_key())?;
        let authenticator = HmacAuthenticator::new([&key])?;
        let clock = Arc::new(SandboxClock(sandbox.clone()));
        let api = PartnerApi::builder(profile, ShopId::parse(sandbox.shop())?, key)
            .version(version)
            .site(Site::parse(sandbox.base_url())?)
            .client(client.build()?)
            .clock(clock.clone())
            .build()?;
        Ok(Self {
            profile,
            version,
            shop: Shop::open(api.clone(), authenticator.clone(), clock.clone()).await?,
            inbank: Inbank::new(api, authenticator).with_clock(clock),
            browser: Client::builder().no_proxy().build()?,
            sandbox,
            post: Post::Twice,
        })
    }

    /// Has the bank's callbacks delivered like this from now on, and takes back all other faults.
    pub(super) fn deliver(&mut self, post: Post) {
        let fault = match post {
            Post::Twice => CallbackFault::Duplicate { copies: 1 },
            Post::Lost => CallbackFault::Drop,
        };
        self.sandbox.clear_faults();
        self.sandbox.callback_fault(fault, u32::MAX);
        self.post = post;
    }

    /// The order of a scenario: a name with spaces, which addresses and forms must bear.
    pub(super) fn order_reference(&self, scenario: &str) -> Result<OrderReference, Invalid> {
        let (country, version) = (self.profile.region.country, self.version.as_str());
        OrderReference::parse(format!("Order {country} {version} {scenario}"))
    }

    /// How many requests the bank has had.
    pub(super) fn requests(&self) -> usize {
        self.sandbox.requests().len()
    }

    /// How many callbacks the bank has recorded so far, copies among them.
    pub(super) fn recorded(&self) -> usize {
        self.sandbox.callbacks().len() + self.sandbox.application_callbacks().len()
    }

    /// The callbacks to a financing's address, copies among them.
    pub(super) fn callbacks(&self, financing: &FinancingId) -> Vec<Callback> {
        let sessions = self.sandbox.callbacks().into_iter();
        let sessions = sessions.map(|record| Callback {
            url: record.url,
            status: record.status.to_string(),
            outcome: record.outcome,
            answer: record.last_answer,
        });
        let applications = self.sandbox.application_callbacks().into_iter();
        let applications = applications.map(|record| Callback {
            url: record.url,
            status: record.event.name().to_lowercase(),
            outcome: record.outcome,
            answer: record.last_answer,
        });
        let all = sessions.chain(applications);
        all.filter(|callback| callback.url.ends_with(financing.as_str()))
            .collect()
    }

    /// Waits until the bank has delivered what it has to say.
    pub(super) async fn delivered(&self) -> Result<()> {
        timeout(PATIENCE, self.sandbox.idle())
            .await
            .map_err(|_| anyhow!("waited for more than {PATIENCE:?}"))
            .context("a callback is not delivered")
    }
}

impl Post {
    /// How often the bank records each callback.
    pub(super) const fn copies(self) -> usize {
        match self {
            Self::Twice => 2,
            Self::Lost => 1,
        }
    }
}
