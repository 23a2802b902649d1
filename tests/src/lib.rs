//! What the tests share: our HTTP adapter in front of the bank's sandbox.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank::domain::{ApiKey, Money, Months, ProductCode, Region, SessionId, ShopId, WebAddress};
use inbank::http::{ApiVersion, HmacAuthenticator, PartnerApi, RegionProfile, Site};
use inbank::ports::conformance::{Approval, Bank};
use inbank::ports::fake::ManualClock;
use inbank::ports::{
    Calculator, CallbackAuthenticator, Connection, Contracts, ProductCatalogue, Sessions,
};
use inbank_sandbox::{Fault, Operation, Sandbox};

/// The sandbox of a region, and our adapter that talks to it over HTTP. Retries take no time.
pub struct SandboxBank {
    /// The bank.
    pub sandbox: Sandbox,
    /// The adapter.
    pub api: PartnerApi,
    /// What tells its callbacks.
    pub authenticator: HmacAuthenticator,
    /// The adapter's clock, which knows how long it would have waited.
    pub clock: Arc<ManualClock>,
}

impl SandboxBank {
    /// Starts a bank of a region, spoken to in a version.
    pub async fn start(profile: &RegionProfile, version: ApiVersion) -> Self {
        let region = profile.region.name.parse().unwrap();
        let builder = Sandbox::builder(region).seed(1).callback_retries([]);
        let sandbox = builder.start().await.unwrap();
        let key = ApiKey::parse(sandbox.api_key()).unwrap();
        let clock = Arc::new(ManualClock::new(sandbox.now()));
        let authenticator = HmacAuthenticator::new([&key]).unwrap();
        let api = PartnerApi::builder(profile, ShopId::parse(sandbox.shop()).unwrap(), key)
            .version(version)
            .site(Site::parse(sandbox.base_url()).unwrap())
            .clock(clock.clone())
            .build()
            .unwrap();
        Self {
            sandbox,
            api,
            authenticator,
            clock,
        }
    }

    /// Every region in every version.
    pub fn every() -> impl Iterator<Item = (&'static RegionProfile, ApiVersion)> {
        let versions = |profile| {
            ApiVersion::ALL
                .iter()
                .map(move |version| (profile, *version))
        };
        RegionProfile::ALL.iter().flat_map(versions)
    }

    fn money(&self, amount: &str) -> Money {
        Money::parse(amount, self.api.region().currency).unwrap()
    }
}

#[async_trait]
impl Bank for SandboxBank {
    fn region(&self) -> Region {
        self.api.region().clone()
    }
    fn connection(&self) -> &dyn Connection {
        &self.api
    }
    fn products(&self) -> &dyn ProductCatalogue {
        &self.api
    }
    fn calculator(&self) -> &dyn Calculator {
        &self.api
    }
    fn sessions(&self) -> &dyn Sessions {
        &self.api
    }
    fn contracts(&self) -> &dyn Contracts {
        &self.api
    }
    fn callbacks(&self) -> &dyn CallbackAuthenticator {
        &self.authenticator
    }
    fn product_code(&self, approval: Approval) -> ProductCode {
        let code = match approval {
            Approval::NotNeeded => "hirepurchase_epos_0.0%_ab12",
            Approval::Needed => "hire_purchase_approval",
        };
        ProductCode::parse(code).unwrap()
    }
    fn granted_total(&self) -> Money {
        self.money("499.90")
    }
    fn declined_total(&self) -> Money {
        self.money("600")
    }
    fn period(&self) -> Months {
        Months::new(12).unwrap()
    }
    fn callback_url(&self) -> WebAddress {
        // Nobody listens; what was sent is on record all the same.
        WebAddress::parse("callback_url", "http://127.0.0.1:9/callback").unwrap()
    }
    async fn customer_applies(&self, id: &SessionId) {
        self.sandbox.customer_applies(uuid(id)).unwrap();
    }
    async fn customer_cancels(&self, id: &SessionId) {
        self.sandbox.customer_cancels(uuid(id)).unwrap();
    }
    async fn session_expires(&self, id: &SessionId) {
        let valid_until = self.api.session(id).await.unwrap().valid_until.unwrap();
        let left = valid_until - self.sandbox.now();
        let left = Duration::try_from(left).unwrap();
        self.sandbox.advance(left + Duration::from_secs(1));
    }
    async fn lose_next_answer(&self) {
        for write in [
            Operation::CreateSession,
            Operation::ApproveContract,
            Operation::CancelContract,
        ] {
            self.sandbox.fault(write, Fault::AnswerLost, 1);
        }
    }
    async fn session_count(&self) -> usize {
        self.sandbox.session_count()
    }
    async fn callbacks_sent(&self) -> Vec<Vec<u8>> {
        self.sandbox.idle().await;
        let sent = self.sandbox.callbacks().into_iter();
        sent.map(|callback| callback.body.into_bytes()).collect()
    }
}

/// The sandbox's name for an identifier of ours.
pub fn uuid(id: &SessionId) -> uuid::Uuid {
    id.as_str().parse().unwrap()
}
