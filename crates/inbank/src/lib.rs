//! Inbank financing for commerce platforms.
//!
//! [`Platform`] is what most want: all shops, a ledger in which nothing is lost and nothing counts
//! twice, a router for callbacks and returning browsers, a worker, and events. `docs/platform.md` is
//! its guide.
//!
//! [`Inbank`] wires one shop's use cases without a ledger, for who keeps one already, and for what
//! needs none: quotes, signing, proof of income.
//!
//! The crates under it are re-exported: [`domain`] says what things are, [`ports`] what can be
//! swapped, [`app`] what a shop does, [`http`] how the bank is reached, `sql` where the ledger is,
//! [`receiver`] how callbacks come in.
//!
//! # Without a ledger
//!
//! ```no_run
//! use inbank::app::{Quote, Started};
//! use inbank::domain::{
//!     ApiKey, CalculationRequest, Currency, FinancingId, Locale, Money, Months, OrderReference,
//!     PartnerUrls, ProductCode, ProductFamily, Purchase, Region, SessionRequest, ShopId, WebAddress,
//! };
//! use inbank::http::{HmacAuthenticator, PartnerApi, RegionProfile};
//! use inbank::Inbank;
//!
//! # async fn example(raw_body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let key = ApiKey::parse(&std::env::var("INBANK_API_KEY")?)?;
//! let shop = ShopId::parse(std::env::var("INBANK_SHOP_UUID")?)?;
//! let authenticator = HmacAuthenticator::new([&key])?;
//! let api = PartnerApi::builder(&RegionProfile::ESTONIA, shop, key).build()?;
//! let inbank = Inbank::new(api, authenticator);
//!
//! // What would it cost?
//! let product = ProductCode::parse("hire_purchase")?;
//! let total = Money::parse("499.90", Currency::EUR)?;
//! let question =
//!     CalculationRequest::new(&Region::ESTONIA, product.clone(), total, Months::new(12)?)?;
//! if let Quote::Offered(conditions) = inbank.quotes().quote(&question).await? {
//!     println!("{} a month", conditions.monthly_payment);
//! }
//!
//! // Send the customer to the bank. Store the id before, and the financing after.
//! let id = FinancingId::parse("order-1001-1")?;
//! let address = |path| WebAddress::parse(&format!("https://shop.example/{path}/{id}"));
//! let request = SessionRequest::new(
//!     &Region::ESTONIA,
//!     product,
//!     total,
//!     Locale::parse("et-ET")?,
//!     PartnerUrls {
//!         return_url: address("return")?,
//!         cancel_url: address("return")?,
//!         callback_url: address("callbacks")?,
//!     },
//!     Purchase::new(OrderReference::parse("1001")?),
//! )?;
//! let financing = match inbank.checkout().start(id, ProductFamily::HirePurchase, &request).await {
//!     Started::Open { financing, redirect_url } => {
//!         println!("redirect to {redirect_url}");
//!         financing
//!     }
//!     Started::Unknown { financing, .. } | Started::Refused { financing, .. } => financing,
//!     _ => return Ok(()),
//! };
//!
//! // A callback: pass its body as it came. Deliver only when this says completed.
//! let news = inbank.follow().callback(raw_body, &financing).await?;
//! println!("{:?}", news.step);
//! # Ok(())
//! # }
//! ```

mod platform;

use std::sync::Arc;

pub use inbank_adapters_http as http;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use inbank_adapters_sql as sql;
pub use inbank_app as app;
pub use inbank_domain as domain;
pub use inbank_ports as ports;
pub use inbank_receiver as receiver;
pub use platform::{Platform, PlatformBuilder, PlatformShop};

use inbank_adapters_http::SystemClock;
use inbank_adapters_http::{HmacAuthenticator, PartnerApi};
use inbank_app::{
    ActivateRental, Apply, Checkout, Decide, Follow, FollowPorts, Offers, Quotes, Rent, Sign,
};
use inbank_ports::{Clock, IncomeProof, Signing};

/// One shop at the bank, wired. Cheap to clone.
#[derive(Clone)]
pub struct Inbank {
    api: Arc<PartnerApi>,
    authenticator: Arc<HmacAuthenticator>,
    clock: Arc<dyn Clock>,
}

impl Inbank {
    /// Wires a shop's connection and its callbacks' authenticator.
    pub fn new(api: PartnerApi, authenticator: HmacAuthenticator) -> Self {
        Self {
            api: Arc::new(api),
            authenticator: Arc::new(authenticator),
            clock: Arc::new(SystemClock),
        }
    }

    /// With a clock instead of the system's, to wait by.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The connection itself, which implements the gateway ports.
    pub fn api(&self) -> &Arc<PartnerApi> {
        &self.api
    }

    /// What tells the bank's callbacks from anybody else's.
    pub fn authenticator(&self) -> &Arc<HmacAuthenticator> {
        &self.authenticator
    }

    /// What financing a cart would cost.
    pub fn quotes(&self) -> Quotes {
        Quotes::new(self.api.clone(), self.api.clone())
    }

    /// What may be rented, and what that would cost.
    pub fn rent(&self) -> Rent {
        Rent::new(self.api.clone())
    }

    /// Sends customers to the bank.
    pub fn checkout(&self) -> Checkout {
        Checkout::new(self.api.clone())
    }

    /// Submits direct applications.
    pub fn apply(&self) -> Apply {
        Apply::new(self.api.clone(), self.api.clone())
    }

    /// Proof of income, for applications that want it.
    pub fn income_proof(&self) -> Arc<dyn IncomeProof> {
        self.api.clone()
    }

    /// Accepts offers, cancels applications.
    pub fn offers(&self) -> Offers {
        Offers::new(self.api.clone())
    }

    /// Has contracts signed.
    pub fn sign(&self) -> Sign {
        Sign::new(self.api.clone(), self.api.clone())
    }

    /// Printouts and payment links of contracts, and signing itself.
    pub fn signing(&self) -> Arc<dyn Signing> {
        self.api.clone()
    }

    /// Brings financings up to date after callbacks and returns, or waits for news of them.
    pub fn follow(&self) -> Follow {
        let ports = FollowPorts {
            authenticator: self.authenticator.clone(),
            sessions: self.api.clone(),
            applications: self.api.clone(),
            contracts: self.api.clone(),
            clock: self.clock.clone(),
        };
        Follow::new(ports, self.api.region().clone())
    }

    /// Approves and cancels granted financings.
    pub fn decide(&self) -> Decide {
        let region = self.api.region().clone();
        Decide::new(self.api.clone(), self.api.clone(), region)
    }

    /// Activates granted rentals, which are not approved.
    pub fn activate_rental(&self) -> ActivateRental {
        ActivateRental::new(self.api.clone())
    }
}

impl std::fmt::Debug for Inbank {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbank")
            .field("api", &self.api)
            .field("authenticator", &self.authenticator)
            .finish_non_exhaustive()
    }
}
