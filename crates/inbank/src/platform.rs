use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use inbank_adapters_http::{HmacAuthenticator, PartnerApi, SystemClock};
use inbank_app::{Desk, Intake, Shop, ShopPorts, Shops, Worker};
use inbank_domain::{FinancingEvent, Invalid, ShopName, WebAddress};
use inbank_ports::{Clock, EventSink, FinancingLedger, SinkError, async_trait};
use inbank_receiver::{Receiver, ReturnPage};

/// A commerce platform's shops at the bank, with a ledger in which nothing is lost and nothing counts
/// twice. Cheap to clone.
///
/// - [`desk`](Self::desk) opens and decides, for one shop;
/// - [`router`](Self::router) takes the bank's callbacks and the customers' browsers, mounted in the
///   platform's own server;
/// - [`run`](Self::run) does the rest in the background, in as many processes as share the ledger.
#[derive(Clone)]
pub struct Platform {
    shops: Shops,
    worker: Worker,
    receiver: Receiver,
    ledger: Arc<dyn FinancingLedger>,
    keep_callbacks: Duration,
}

impl Platform {
    /// Starts with nothing; [`PlatformBuilder::build`] says what is missing.
    pub fn builder() -> PlatformBuilder {
        PlatformBuilder {
            shops: Vec::new(),
            public_url: None,
            ledger: None,
            sink: None,
            clock: Arc::new(SystemClock),
            keep_callbacks: KEEP_CALLBACKS,
        }
    }

    /// A shop's desk; none where no shop has that name.
    pub fn desk(&self, shop: &str) -> Option<Desk> {
        let shop = self.shops.get(shop)?;
        Some(Desk::new(shop.clone(), self.worker.clone()))
    }

    /// The routes for callbacks and returning browsers, to be mounted where `public_url` leads.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> axum::Router<S> {
        self.receiver.clone().into_router()
    }

    /// What works in the background, for who wants to turn it by hand.
    pub const fn worker(&self) -> &Worker {
        &self.worker
    }

    /// The ledger, to list and show.
    pub fn ledger(&self) -> &Arc<dyn FinancingLedger> {
        &self.ledger
    }

    /// Works until `stop` is done: reads the bank when something was heard or should have been,
    /// settles what was decided, tells the platform's sink. Every platform needs it in one process at
    /// least; more share the work.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        self.worker.run(self.keep_callbacks, stop).await;
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("shops", &self.shops)
            .finish_non_exhaustive()
    }
}

/// Raw callbacks are for finding out what went wrong; a month is enough for that.
const KEEP_CALLBACKS: Duration = Duration::from_hours(30 * 24);
/// How long a sink may take for one event before it counts as not taken.
const SINK_LIMIT: Duration = Duration::from_secs(30);

/// Collects the settings of a [`Platform`]; nothing fails before [`build`](Self::build).
#[must_use]
pub struct PlatformBuilder {
    shops: Vec<PlatformShop>,
    public_url: Option<WebAddress>,
    ledger: Option<Arc<dyn FinancingLedger>>,
    sink: Option<Arc<dyn EventSink>>,
    clock: Arc<dyn Clock>,
    keep_callbacks: Duration,
}

/// One shop of a platform.
pub struct PlatformShop {
    name: ShopName,
    region: inbank_domain::Region,
    ports: Box<dyn FnOnce(Arc<dyn Clock>) -> ShopPorts + Send>,
    page: Option<ReturnPage>,
}

impl PlatformShop {
    /// A shop at Inbank. Callbacks signed with any of the authenticator's keys are taken, so that a
    /// key can be changed without losing one.
    pub fn new(name: ShopName, api: PartnerApi, authenticator: HmacAuthenticator) -> Self {
        let region = api.region().clone();
        let ports = move |clock| {
            let api = Arc::new(api);
            ShopPorts {
                authenticator: Arc::new(authenticator),
                products: api.clone(),
                sessions: api.clone(),
                applications: api.clone(),
                contracts: api.clone(),
                rentals: api,
                clock,
            }
        };
        Self {
            name,
            region,
            ports: Box::new(ports),
            page: None,
        }
    }

    /// A shop at whatever implements the ports: another lender, a double in a test.
    pub fn with_ports(name: ShopName, region: inbank_domain::Region, ports: ShopPorts) -> Self {
        Self {
            name,
            region,
            ports: Box::new(move |_| ports),
            page: None,
        }
    }

    /// With the page to which customers are sent on from the bank. Without one they see a plain page
    /// that asks them to go back to the shop.
    #[must_use]
    pub fn returning_to(mut self, page: ReturnPage) -> Self {
        self.page = Some(page);
        self
    }
}

impl PlatformBuilder {
    /// With a shop. Each needs a name of its own.
    pub fn shop(mut self, shop: PlatformShop) -> Self {
        self.shops.push(shop);
        self
    }

    /// Where the platform's server is reached from outside, and our routes are mounted in it:
    /// `https://pay.example.com/inbank`.
    pub fn public_url(mut self, url: WebAddress) -> Self {
        self.public_url = Some(url);
        self
    }

    /// The ledger in a database: `sqlite:orders.db`, or `postgres://…` for any number of processes.
    /// Its tables are made, or brought up to date.
    ///
    /// # Errors
    /// [`ConnectError`](crate::sql::ConnectError), which doesn't show the address.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub async fn database(self, url: &str) -> Result<Self, crate::sql::ConnectError> {
        let ledger = crate::sql::SqlLedger::connect(url).await?;
        Ok(self.ledger(Arc::new(ledger)))
    }

    /// Another ledger: one in memory for tests, a store of your own.
    pub fn ledger(mut self, ledger: Arc<dyn FinancingLedger>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Where the platform wants to be told what happens.
    pub fn events(mut self, sink: Arc<dyn EventSink>) -> Self {
        self.sink = Some(sink);
        self
    }

    /// A clock instead of the system's, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long the raw callbacks of finished financings are kept; 30 days unless set.
    pub const fn keep_callbacks(mut self, keep: Duration) -> Self {
        self.keep_callbacks = keep;
        self
    }

    /// Checks the settings and wires everything. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Invalid`] names what is missing or wrong.
    pub fn build(self) -> Result<Platform, Invalid> {
        let missing = |field, what| Invalid::new(field, what);
        let public_url = self
            .public_url
            .ok_or_else(|| missing("public_url", "must say where callbacks reach the platform"))?;
        let ledger = self
            .ledger
            .ok_or_else(|| missing("ledger", "must be given: name a database"))?;
        let sink = self
            .sink
            .ok_or_else(|| missing("events", "must be given, or nobody learns what happens"))?;
        let mut shops = Vec::new();
        let mut pages = Vec::new();
        for shop in self.shops {
            pages.extend(shop.page.map(|page| (shop.name.clone(), page)));
            let ports = (shop.ports)(self.clock.clone());
            shops.push(Shop::new(shop.name, shop.region, &public_url, ports)?);
        }
        let shops = Shops::new(shops)?;
        let intake = Intake::new(shops.clone(), ledger.clone(), self.clock.clone());
        let mut receiver = Receiver::new(intake);
        for (shop, page) in pages {
            receiver = receiver.return_to(shop, page);
        }
        let sink = Arc::new(LimitedSink(sink));
        Ok(Platform {
            worker: Worker::new(shops.clone(), ledger.clone(), sink, self.clock),
            shops,
            receiver,
            ledger,
            keep_callbacks: self.keep_callbacks,
        })
    }
}

/// A sink that hangs must not hold a financing for ever.
struct LimitedSink(Arc<dyn EventSink>);

#[async_trait]
impl EventSink for LimitedSink {
    async fn deliver(&self, event: &FinancingEvent) -> Result<(), SinkError> {
        match tokio::time::timeout(SINK_LIMIT, self.0.deliver(event)).await {
            Ok(delivered) => delivered,
            Err(_) => Err(format!("no answer within {} s", SINK_LIMIT.as_secs()).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use inbank_domain::{Event, FinancingId, Occurrence, OrderReference};
    use time::OffsetDateTime;

    use super::*;

    struct Hanging;

    #[async_trait]
    impl EventSink for Hanging {
        async fn deliver(&self, _: &FinancingEvent) -> Result<(), SinkError> {
            pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_sink_that_hangs_counts_as_one_that_did_not_take_the_event() {
        let event = FinancingEvent::new(
            ShopName::parse("main").unwrap(),
            FinancingId::parse("f").unwrap(),
            OrderReference::parse("1").unwrap(),
            1,
            1,
            Occurrence::Moved(Event::Granted),
            OffsetDateTime::UNIX_EPOCH,
        );
        let delivered = LimitedSink(Arc::new(Hanging)).deliver(&event).await;
        assert!(delivered.unwrap_err().to_string().contains("30 s"));
    }

    #[test]
    fn what_a_platform_lacks_is_named() {
        let error = Platform::builder().build().unwrap_err();
        assert_eq!(error.field(), "public_url");
    }
}
