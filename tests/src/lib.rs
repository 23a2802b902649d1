//! What the tests share: our HTTP adapter in front of the bank's sandbox, or of a stub, the
//! bank's printed samples, and a database server of their own.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking"
)]

mod applicant;
mod auditor;
mod broken;
mod crash_point;
mod dying;
pub mod fuzz;
mod gate;
mod hooked;
mod lives;
pub mod pictures;
mod shown;
pub mod simulation;
pub mod soak;
pub mod stage;

pub use applicant::Applicant;
pub use auditor::{Told, audit, audited};
pub use broken::broken;
pub use crash_point::CrashPoint;
pub use dying::Dying;
pub use gate::{Gate, When};
pub use hooked::{Hook, Hooked};
pub use inbank_testkit::Postgres;
pub use lives::{Life, Reckoning, Setting};
pub use shown::Shown;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank::http::{ApiVersion, HmacAuthenticator, PartnerApi, RegionProfile, Site, SystemClock};
use inbank::ports::{Clock, Sessions as _};
use inbank::{
    ApiKey, ApplicationId, AssetIdentifiers, Bank, ConfirmationCode, ContractId, DecisionStatus,
    Imei, Locale, ModelIdentifier, Money, Months, OrderReference, PartnerUrls, ProductCode,
    Purchase, SerialNumber, SessionId, SessionRequest, ShopId, SigningMethod, WebAddress,
};
use inbank_sandbox::{AssetIdentifierType, Fault, Operation, Outcome, Sandbox, SandboxBuilder};
use inbank_testkit::ManualClock;
use inbank_testkit::conformance::{Approval, BankUnderTest, SentCallback};
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

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
    ports: Bank,
}

impl SandboxBank {
    /// Starts a bank of a region, spoken to in a version, which does at once what it is told and
    /// decides at the second poll.
    pub async fn start(profile: &RegionProfile, version: ApiVersion) -> Self {
        let builder = Self::builder(profile).instant();
        let builder = builder.processing(1, Duration::from_secs(10));
        Self::of(profile, version, builder.start().await.unwrap())
    }

    /// The same, but it takes its time over everything, on a clock that the test alone moves.
    pub async fn taking_its_time(profile: &RegionProfile, version: ApiVersion) -> Self {
        let builder = Self::builder(profile).clock_stands_at(SystemClock.now());
        Self::of(profile, version, builder.start().await.unwrap())
    }

    fn builder(profile: &RegionProfile) -> SandboxBuilder {
        let region = profile.region.name.parse().unwrap();
        Sandbox::builder(region).seed(1).callback_retries([])
    }

    /// A bank that runs already.
    pub fn of(profile: &RegionProfile, version: ApiVersion, sandbox: Sandbox) -> Self {
        let clock = Arc::new(ManualClock::new(sandbox.now()));
        let (shop, key) = (sandbox.shop(), sandbox.api_key());
        let (api, authenticator) = adapter(
            profile,
            version,
            shop,
            key,
            sandbox.base_url(),
            clock.clone(),
        );
        let ports = ports(&api, &authenticator);
        Self {
            sandbox,
            api,
            authenticator,
            clock,
            ports,
        }
    }

    /// The ports of such a bank, before there is one: what can be asked of it.
    pub fn ports_in(profile: &RegionProfile, version: ApiVersion) -> Bank {
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        let (shop, nowhere) = (StubBank::SHOP, "http://127.0.0.1:9");
        let (api, authenticator) = adapter(profile, version, shop, StubBank::KEY, nowhere, clock);
        ports(&api, &authenticator)
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

    /// A session for an order that will be granted.
    pub fn request(&self, approval: Approval, order: &str) -> SessionRequest {
        let region = self.api.region();
        SessionRequest::new(
            region,
            self.product_code(approval),
            self.granted_total(),
            Locale::parse(region.locales[0]).unwrap(),
            PartnerUrls {
                return_url: self.callback_url(),
                cancel_url: self.callback_url(),
                callback_url: self.callback_url(),
            },
            Purchase::new(OrderReference::parse(order).unwrap()),
        )
        .unwrap()
    }

    /// How often an operation was asked for.
    pub fn asked(&self, operation: Operation) -> usize {
        let requests = self.sandbox.requests().into_iter();
        requests
            .filter(|request| request.operation == Some(operation))
            .count()
    }

    fn money(&self, amount: &str) -> Money {
        Money::parse(amount, self.api.region().currency).unwrap()
    }
}

#[async_trait]
impl BankUnderTest for SandboxBank {
    fn ports(&self) -> &Bank {
        &self.ports
    }
    fn product_code(&self, approval: Approval) -> ProductCode {
        let code = match approval {
            Approval::NotNeeded => "hirepurchase_epos_0.0%_ab12",
            Approval::Needed => "hire_purchase_approval",
        };
        ProductCode::parse(code).unwrap()
    }
    fn product_signed_by(&self, method: &SigningMethod) -> (ProductCode, Months) {
        // In the Baltic countries a code signs split into parts, and nothing else does but paper.
        let parts = "split_into_parts";
        let split = self.sandbox.products().iter().any(|p| p.code() == parts);
        if split && *method == SigningMethod::Sms {
            (ProductCode::parse(parts).unwrap(), Months::new(3).unwrap())
        } else {
            (self.product_code(Approval::NotNeeded), self.period())
        }
    }
    fn product_with_signed_applications(&self) -> Option<(ProductCode, Months)> {
        let code = "hire_purchase_sms";
        let product = self
            .sandbox
            .products()
            .into_iter()
            .find(|p| p.code() == code)?;
        Some((ProductCode::parse(product.code()).unwrap(), self.period()))
    }
    fn rental_product(&self) -> ProductCode {
        ProductCode::parse("smart_rent_product_code").unwrap()
    }
    fn rented_model(&self) -> ModelIdentifier {
        ModelIdentifier::ean("88845632734657").unwrap()
    }
    fn rental_price(&self) -> Money {
        // With VAT it is within the range that the demo environment grants.
        self.money("400")
    }
    fn confirmation_code(&self) -> ConfirmationCode {
        ConfirmationCode::parse("0000").unwrap()
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
        WebAddress::parse("http://127.0.0.1:9/callback").unwrap()
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
    async fn time_passes(&self) {
        // Twice the guide's 15 seconds.
        self.sandbox.advance(Duration::from_secs(30));
    }
    async fn lose_next_answer(&self) {
        for write in [
            Operation::CreateSession,
            Operation::ApproveContract,
            Operation::CancelContract,
            Operation::CreateApplication,
            Operation::AcceptApplication,
            Operation::CancelApplication,
            Operation::AddAttachments,
            Operation::InitiateRetrieval,
            Operation::RecalculateSchedule,
            Operation::SignApplication,
            Operation::ConfirmApplicationSigning,
            Operation::SignContract,
            Operation::ConfirmSigning,
            Operation::CreatePaymentLink,
            Operation::AssignAssetIdentifiers,
            Operation::ActivateContract,
        ] {
            self.sandbox.fault(write, Fault::AnswerLost, 1);
        }
    }
    async fn application_decided(&self, id: &ApplicationId, decision: DecisionStatus) {
        let outcome = match decision {
            DecisionStatus::Failed => Outcome::Failed,
            DecisionStatus::IncomeProofRequired => Outcome::ProofByBankOrUpload,
            DecisionStatus::Manual => Outcome::Manual,
            DecisionStatus::ManualNegative => Outcome::ManualNegative,
            DecisionStatus::Negative => Outcome::Negative,
            DecisionStatus::Positive => Outcome::Positive,
            other => panic!("{other} can't be decided"),
        };
        self.sandbox.decide(uuid_of(id), outcome).unwrap();
    }
    async fn conditions_changed(&self, id: &ApplicationId) {
        let outcome = Outcome::ChangedConditions;
        self.sandbox.decide(uuid_of(id), outcome).unwrap();
    }
    async fn application_count(&self) -> usize {
        self.sandbox.application_count()
    }
    async fn files(&self, id: &ApplicationId) -> Vec<(String, usize)> {
        let files = self.sandbox.attachments(uuid_of(id)).into_iter();
        files.map(|file| (file.file_name, file.size)).collect()
    }
    async fn assigned(&self, id: &ContractId) -> AssetIdentifiers {
        let known = self.sandbox.asset_identifiers(uuid_of(id));
        let find = |kind| {
            let mut all = known.iter().filter(|known| known.identifier_type == kind);
            let found = all.next().map(|known| known.identifier.clone());
            assert!(all.next().is_none(), "{kind} is there twice");
            found
        };
        let imei = find(AssetIdentifierType::Imei);
        let serial = find(AssetIdentifierType::SerialNumber);
        AssetIdentifiers::new(
            imei.map(|text| Imei::parse(&text).unwrap()),
            serial.map(|text| SerialNumber::parse(text).unwrap()),
        )
    }
    async fn session_count(&self) -> usize {
        self.sandbox.session_count()
    }
    async fn callbacks_sent(&self) -> Vec<SentCallback> {
        self.sandbox.idle().await;
        let sessions = self.sandbox.callbacks().into_iter();
        let applications = self.sandbox.application_callbacks().into_iter();
        // A case brings about the ones or the others.
        sessions
            .map(|callback| SentCallback::of_body(callback.body))
            .chain(applications.map(|callback| SentCallback::of_body(callback.body)))
            .collect()
    }
}

fn adapter(
    profile: &RegionProfile,
    version: ApiVersion,
    shop: &str,
    key: &str,
    base: &str,
    clock: Arc<ManualClock>,
) -> (PartnerApi, HmacAuthenticator) {
    let key = ApiKey::parse(key).unwrap();
    let authenticator = HmacAuthenticator::new([&key]).unwrap();
    let api = PartnerApi::builder(profile, ShopId::parse(shop).unwrap(), key)
        .version(version)
        .site(Site::parse(base).unwrap())
        .clock(clock)
        .build()
        .unwrap();
    (api, authenticator)
}

fn ports(api: &PartnerApi, authenticator: &HmacAuthenticator) -> Bank {
    let callbacks = Arc::new(authenticator.clone());
    let bank = Bank::new(api.region().clone(), "sandbox", ["sandbox"], callbacks);
    bank.with_all(Arc::new(api.clone()))
}

/// The sandbox's name for an identifier of ours.
pub fn uuid(id: &SessionId) -> uuid::Uuid {
    uuid_of(id)
}

/// The same for any identifier of ours.
pub fn uuid_of(id: &impl std::fmt::Display) -> uuid::Uuid {
    id.to_string().parse().unwrap()
}

/// A bank that gives one answer to whatever it is asked, and our adapter that talks to it. Retries
/// take no time.
pub struct StubBank {
    /// What answers.
    pub server: MockServer,
    /// The adapter.
    pub api: PartnerApi,
    /// The adapter's clock, which knows how long it would have waited.
    pub clock: Arc<ManualClock>,
}

impl StubBank {
    /// The shop's identifier.
    pub const SHOP: &str = "a93f1f44-d5dd-4469-bfcc-c1de9e969213";
    /// The shop's key.
    pub const KEY: &str = "stub-key";

    /// Starts a bank of Estonia, spoken to in a version.
    pub async fn start(version: ApiVersion) -> Self {
        let server = MockServer::start().await;
        Self::at(&server.uri(), version, server)
    }

    /// A bank whose base URL is written in another way.
    pub fn at(base: &str, version: ApiVersion, server: MockServer) -> Self {
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        let shop = ShopId::parse(Self::SHOP).unwrap();
        let key = ApiKey::parse(Self::KEY).unwrap();
        let api = PartnerApi::builder(&RegionProfile::ESTONIA, shop, key)
            .version(version)
            .site(Site::parse(base).unwrap())
            .clock(clock.clone())
            .build()
            .unwrap();
        Self { server, api, clock }
    }

    /// From now on everything is answered like this; what was sent before is forgotten.
    pub async fn answers(&self, status: u16, body: impl Into<Vec<u8>>) {
        let template = ResponseTemplate::new(status);
        self.answers_with(template.set_body_raw(body, "application/json"))
            .await;
    }

    /// The same, with headers.
    pub async fn answers_with(&self, template: ResponseTemplate) {
        self.server.reset().await;
        Mock::given(any())
            .respond_with(template)
            .mount(&self.server)
            .await;
    }

    /// What was sent since the answer was set.
    pub async fn sent(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }
}

/// A sample of the bank's, as printed; of the e-POS guide unless the name says which.
pub fn fixture(name: &str) -> String {
    let folder = if name.contains('/') { "" } else { "epos-2.10/" };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/");
    std::fs::read_to_string(format!("{path}{folder}{name}")).unwrap()
}

/// The same, parsed.
pub fn parsed(name: &str) -> Value {
    serde_json::from_str(&fixture(name)).unwrap()
}

/// A document with some of its fields changed.
pub fn with(mut document: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else {
        panic!("an object")
    };
    document.as_object_mut().unwrap().extend(changes);
    document
}

/// A document of v2 in the spelling of v3, by the announced rule; what is the merchant's own stays.
pub fn camel(value: &Value) -> Value {
    let own = ["integration_info", "additional_data", "additional_details"];
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| {
                    let inside = if own.contains(&name.as_str()) {
                        value.clone()
                    } else {
                        camel(value)
                    };
                    (camel_name(name), inside)
                })
                .collect(),
        ),
        Value::Array(values) => Value::Array(values.iter().map(camel).collect()),
        other => other.clone(),
    }
}

fn camel_name(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_uppercase() + rest
    })
}

/// The documents' examples compile.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/embedding.md")]
    struct Embedding;
    #[doc = include_str!("../../docs/console.md")]
    struct Console;
    #[doc = include_str!("../../docs/regions.md")]
    struct Regions;
    #[doc = include_str!("../../docs/how-to/quote.md")]
    struct Quote;
    #[doc = include_str!("../../docs/how-to/apply.md")]
    struct Apply;
    #[doc = include_str!("../../docs/how-to/rent.md")]
    struct Rent;
    #[doc = include_str!("../../docs/how-to/test.md")]
    struct Test;
    #[doc = include_str!("../../docs/how-to/several-processes.md")]
    struct SeveralProcesses;
    #[doc = include_str!("../../docs/how-to/behind-a-proxy.md")]
    struct BehindAProxy;
    #[doc = include_str!("../../docs/how-to/rotate-a-key.md")]
    struct RotateAKey;
    #[doc = include_str!("../../docs/how-to/needs-person.md")]
    struct NeedsPerson;
    #[doc = include_str!("../../docs/how-to/erase.md")]
    struct Erase;
}
