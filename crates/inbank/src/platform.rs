use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use inbank_app::{
    Concurrency, Health, Inbox, Retention, Runtime, ShopError, ShopHandle, Shops, Stopping, Worker,
};
use inbank_domain::{Invalid, OrderEvent, ShopName, WebAddress};
use inbank_ports::{Clock, EventSink, Feed, Ledger, LedgerError, ShopStatistics, SinkError};

#[cfg(feature = "axum")]
use crate::Limits;
use crate::database::connect;
use crate::on_event::OnEvent;
use crate::runtime::tokio_runtime;
use crate::{ReturnPage, Shop};

/// A commerce platform's shops at the bank, with a ledger in which nothing is lost and nothing counts
/// twice. Cheap to clone.
///
/// - [`shop`](Self::shop) gives a shop's orders, quotes and products;
/// - [`serve`](Self::serve) serves the platform's own routes with ours beside them, works in the
///   background, and stops on SIGTERM and Ctrl-C; or [`router`](Self::router) and [`run`](Self::run)
///   do either by itself.
#[derive(Clone)]
pub struct Platform {
    worker: Worker,
    inbox: Inbox,
    public_url: WebAddress,
    runtime: Runtime,
    pages: Pages,
    #[cfg(feature = "axum")]
    limits: Limits,
}

/// The shops' pages for returning customers, which change with the shops.
pub(crate) type Pages = Arc<RwLock<BTreeMap<ShopName, ReturnPage>>>;

/// Why there is no platform, or no such shop.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A setting is missing or breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The connection to the bank can't be set up.
    #[error(transparent)]
    Bank(#[from] inbank_adapters_http::SettingsError),
    /// Two shops can't be told apart.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// The ledger's database can't be used.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    #[error(transparent)]
    Database(#[from] inbank_adapters_sql::ConnectError),
}

/// The platform has no shop of this name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no shop called {0:?}; add it to the platform first")]
pub struct NoShop(String);

impl Platform {
    /// Starts with nothing; [`PlatformBuilder::build`] says what is missing.
    ///
    /// ```no_run
    /// # use inbank::{OrderEvent, Platform, Region, Shop};
    /// # async fn take_in(_: OrderEvent) -> std::io::Result<()> { Ok(()) }
    /// # async fn example(uuid: String, key: String) -> Result<(), inbank::BuildError> {
    /// let platform = Platform::builder()
    ///     .public_url("https://shop.example.com/inbank")
    ///     .database("sqlite:inbank.db")
    ///     .shop(Shop::new("main", Region::ESTONIA, uuid, key))
    ///     .on_event(take_in)
    ///     .build()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> PlatformBuilder {
        PlatformBuilder {
            shops: Vec::new(),
            public_url: None,
            database: None,
            ledger: None,
            sink: None,
            clock: None,
            runtime: None,
            concurrency: Concurrency::default(),
            retention: Retention::default(),
            stopping: Stopping::default(),
            poll_interval: None,
            #[cfg(feature = "axum")]
            limits: Limits::default(),
        }
    }

    /// A shop: its orders, quotes, products.
    ///
    /// ```no_run
    /// # fn example(platform: &inbank::Platform) -> Result<(), inbank::NoShop> {
    /// let order = platform.shop("main")?.order("1001");
    /// # let _ = order;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`NoShop`] where no shop has that name.
    pub fn shop(&self, name: &str) -> Result<ShopHandle, NoShop> {
        let shop = ShopName::parse(name).ok();
        let shop = shop.and_then(|name| self.worker.shop(&name));
        shop.ok_or_else(|| NoShop(name.chars().take(64).collect()))
    }

    /// The shops' names, in order.
    pub fn shop_names(&self) -> Vec<ShopName> {
        let shops = self.worker.shops().all();
        shops.iter().map(|shop| shop.name().clone()).collect()
    }

    /// Adds a shop while the platform runs.
    ///
    /// ```no_run
    /// # use inbank::{Region, Shop};
    /// # fn example(platform: &inbank::Platform, uuid: String, key: String) -> Result<(), inbank::BuildError> {
    /// platform.add_shop(Shop::new("outlet", Region::LATVIA, uuid, key))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`BuildError`]; nothing is changed.
    pub fn add_shop(&self, shop: Shop) -> Result<(), BuildError> {
        self.wire(shop, Shops::add)
    }

    /// Puts a shop in the place of the one with the same name while the platform runs: with other
    /// keys, for instance. What is under way goes on with the former.
    ///
    /// ```no_run
    /// # use inbank::{Region, Shop};
    /// # fn example(platform: &inbank::Platform, uuid: &str, new: &str, old: &str) -> Result<(), inbank::BuildError> {
    /// let shop = Shop::new("main", Region::ESTONIA, uuid, new).with_further_key(old);
    /// platform.replace_shop(shop)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`BuildError`]; nothing is changed.
    pub fn replace_shop(&self, shop: Shop) -> Result<(), BuildError> {
        self.wire(shop, Shops::replace)
    }

    fn wire(
        &self,
        shop: Shop,
        take: impl FnOnce(&Shops, inbank_app::Shop) -> Result<(), ShopError>,
    ) -> Result<(), BuildError> {
        let name = shop.name()?;
        let page = shop
            .return_url
            .as_deref()
            .map(ReturnPage::parse)
            .transpose()?;
        let bank = shop.bank(self.runtime.clock())?;
        let shop = inbank_app::Shop::new(name.clone(), bank, &self.public_url)?;
        take(self.worker.shops(), shop)?;
        let mut pages = self.pages.write().unwrap_or_else(PoisonError::into_inner);
        match page {
            Some(page) => pages.insert(name, page),
            None => pages.remove(&name),
        };
        Ok(())
    }

    /// Takes a shop away while the platform runs. Its orders stay in the ledger, and are not worked on
    /// by this process. False when there is none of this name.
    ///
    /// ```no_run
    /// # fn example(platform: &inbank::Platform) {
    /// assert!(platform.remove_shop("outlet"));
    /// # }
    /// ```
    pub fn remove_shop(&self, name: &str) -> bool {
        let Ok(name) = ShopName::parse(name) else {
            return false;
        };
        let mut pages = self.pages.write().unwrap_or_else(PoisonError::into_inner);
        pages.remove(&name);
        self.worker.shops().remove(&name)
    }

    /// Says that there is a shop of this name, which this process can't use for now, for want of its keys perhaps: the bank and
    /// browsers that come for it are told to come again (503), and not that it isn't there (404), after which the bank would not come
    /// again. Until it is added, replaced or removed.
    ///
    /// ```no_run
    /// # fn example(platform: &inbank::Platform) -> Result<(), inbank::Invalid> {
    /// platform.withhold_shop(inbank::ShopName::parse("outlet")?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn withhold_shop(&self, name: ShopName) {
        self.worker.shops().withhold(name);
    }

    /// The shops that this process [can't use](Self::withhold_shop) for now.
    ///
    /// ```no_run
    /// # fn example(platform: &inbank::Platform) {
    /// println!("{:?} can't be used", platform.withheld_shops());
    /// # }
    /// ```
    pub fn withheld_shops(&self) -> Vec<ShopName> {
        self.worker.shops().withheld()
    }

    /// The ledger, to list and show.
    ///
    /// ```no_run
    /// # use inbank::ports::Listing;
    /// # async fn example(platform: &inbank::Platform) -> Result<(), Box<dyn std::error::Error>> {
    /// let listing = Listing { needs_person: true, ..Listing::default() };
    /// for order in platform.ledger().orders(&listing).await?.orders {
    ///     println!("{}: {:?}", order.key, order.needs_person);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        self.worker.ledger()
    }

    /// Where callbacks come in, for a server that is not axum.
    ///
    /// ```no_run
    /// # use inbank::{Headers, InboxError};
    /// # async fn example(platform: &inbank::Platform, shop: &str, attempt: &str, body: &[u8]) {
    /// // From the path `/callbacks/{shop}/{attempt}`, with the body as it came.
    /// let status = match platform.inbox().receive(shop, attempt, &Headers::NONE, body).await {
    ///     Ok(_) => 200,
    ///     Err(InboxError::Callback(_)) => 401,
    ///     Err(InboxError::Ledger(_)) => 503,
    ///     Err(_) => 404,
    /// };
    /// # let _ = status;
    /// # }
    /// ```
    pub const fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// How the worker of this process is.
    ///
    /// ```no_run
    /// # fn example(platform: &inbank::Platform) {
    /// let health = platform.health();
    /// println!("{:?} waiting, last asked {:?}", health.ledger.due, health.last_claim);
    /// # }
    /// ```
    pub fn health(&self) -> Health {
        self.worker.health()
    }

    /// How many orders each shop has, and how they stand: the figures beside [`health`](Self::health) that
    /// take a look at the whole ledger, so for now and then.
    ///
    /// ```no_run
    /// # async fn example(platform: &inbank::Platform) -> Result<(), inbank::LedgerError> {
    /// for shop in platform.statistics().await? {
    ///     println!("{}: {:?}, {} for a person", shop.shop, shop.orders, shop.needs_person);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn statistics(&self) -> Result<Vec<ShopStatistics>, LedgerError> {
        let now = self.runtime.now();
        let ledger = self.worker.ledger();
        ledger.statistics(&self.shop_names(), now).await
    }

    /// Events of a shop after a position, in an order in which none is missed: for platforms that
    /// would rather read than be told. Start at 0, and go on from the last position.
    ///
    /// ```no_run
    /// # use inbank::ShopName;
    /// # async fn example(platform: &inbank::Platform) -> Result<(), Box<dyn std::error::Error>> {
    /// let shop = ShopName::parse("main")?;
    /// let mut after = 0; // kept by the reader
    /// let feed = platform.feed(&shop, after, 100).await?;
    /// for positioned in feed.events {
    ///     println!("{}", positioned.event.kind);
    ///     after = positioned.position;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Result<Feed, LedgerError> {
        self.worker.ledger().feed(shop, after, limit).await
    }

    /// Works until `stop` is done: refreshes orders when a callback arrived or a poll is due, sends
    /// commands, delivers events. Every platform needs it in one process at least; more share the
    /// work. Returns when what was begun is finished, or its time is over: end your own server first,
    /// so that it waits for what the last requests began.
    ///
    /// ```no_run
    /// # async fn example(platform: inbank::Platform, stop: tokio::sync::oneshot::Receiver<()>) {
    /// let worker = platform.clone();
    /// let working = tokio::spawn(async move {
    ///     worker.run(async { drop(stop.await) }).await;
    /// });
    /// # let _ = working.await;
    /// # }
    /// ```
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        self.worker.run(stop).await;
    }

    /// Waits for what callers began at the bank.
    #[cfg(feature = "axum")]
    pub(crate) async fn finish(&self, limit: Duration) {
        self.worker.finish(limit).await;
    }

    #[cfg(feature = "axum")]
    pub(crate) const fn limits(&self) -> Limits {
        self.limits
    }

    #[cfg(feature = "axum")]
    pub(crate) const fn pages(&self) -> &Pages {
        &self.pages
    }

    #[cfg(feature = "axum")]
    pub(crate) const fn public_url(&self) -> &WebAddress {
        &self.public_url
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}

/// Collects the settings of a [`Platform`]; nothing fails before [`build`](Self::build).
#[must_use]
pub struct PlatformBuilder {
    shops: Vec<Shop>,
    public_url: Option<String>,
    database: Option<String>,
    ledger: Option<Arc<dyn Ledger>>,
    sink: Option<Arc<dyn EventSink>>,
    clock: Option<Arc<dyn Clock>>,
    runtime: Option<Runtime>,
    concurrency: Concurrency,
    retention: Retention,
    stopping: Stopping,
    poll_interval: Option<Duration>,
    #[cfg(feature = "axum")]
    limits: Limits,
}

impl PlatformBuilder {
    /// With a shop. Each needs a name of its own, and an identity of its own at the bank.
    ///
    /// ```no_run
    /// # use inbank::{Platform, Region, Shop};
    /// # fn example(uuid: &str, key: &str) {
    /// let builder = Platform::builder()
    ///     .shop(Shop::new("main", Region::ESTONIA, uuid, key))
    ///     .shop(Shop::new("riga", Region::LATVIA, "another", "its own").live());
    /// # let _ = builder;
    /// # }
    /// ```
    pub fn shop(mut self, shop: Shop) -> Self {
        self.shops.push(shop);
        self
    }

    /// Where our routes are reached from outside: `https://pay.example.com/inbank`.
    ///
    /// ```no_run
    /// let builder = inbank::Platform::builder().public_url("https://pay.example.com/inbank");
    /// ```
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// The ledger in a database: `sqlite:inbank.db`, or `postgres://…` for any number of processes. Its
    /// tables are made, or brought up to date, where the account may.
    ///
    /// ```no_run
    /// let builder = inbank::Platform::builder().database("postgres://shop@db.example.com/shop");
    /// ```
    pub fn database(mut self, url: impl Into<String>) -> Self {
        self.database = Some(url.into());
        self
    }

    /// Another ledger: one in memory for tests, a store of your own.
    ///
    /// ```no_run
    /// # use std::sync::Arc;
    /// # use inbank::Platform;
    /// # use inbank::sql::LedgerOptions;
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let ledger = LedgerOptions::new().connections(4).connect("sqlite:inbank.db").await?;
    /// let builder = Platform::builder().ledger(Arc::new(ledger));
    /// # let _ = builder;
    /// # Ok(())
    /// # }
    /// ```
    pub fn ledger(mut self, ledger: Arc<dyn Ledger>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// What is called with each event: at least once, in order for each order. An error, and it comes
    /// again after a growing pause; [`SinkError::Never`] puts it aside.
    ///
    /// ```no_run
    /// # use inbank::{OrderEvent, Platform, SinkError};
    /// let builder = Platform::builder().on_event(|event: OrderEvent| async move {
    ///     // In one transaction of yours: keep the id, where it is unique, and change the order.
    ///     println!("{}: {} {}", event.id(), event.order, event.kind);
    ///     Ok::<_, SinkError>(())
    /// });
    /// # let _ = builder;
    /// ```
    pub fn on_event<F, O, E>(self, on_event: F) -> Self
    where
        F: Fn(OrderEvent) -> O + Send + Sync + 'static,
        O: Future<Output = Result<(), E>> + Send,
        E: Into<SinkError>,
    {
        self.event_sink(Arc::new(OnEvent(on_event)))
    }

    /// The same, as an implementation of the port.
    ///
    /// ```no_run
    /// # use std::sync::Arc;
    /// # use inbank::ports::async_trait;
    /// # use inbank::{EventSink, OrderEvent, Platform, SinkError};
    /// struct Orders;
    ///
    /// #[async_trait]
    /// impl EventSink for Orders {
    ///     async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
    ///         println!("{}: {}", event.order, event.kind);
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let builder = Platform::builder().event_sink(Arc::new(Orders));
    /// # let _ = builder;
    /// ```
    pub fn event_sink(mut self, sink: Arc<dyn EventSink>) -> Self {
        self.sink = Some(sink);
        self
    }

    /// How much goes on at once, and how much callers may have under way before they are told that it is busy.
    ///
    /// ```no_run
    /// # use inbank::{Concurrency, Platform};
    /// let builder = Platform::builder().concurrency(Concurrency {
    ///     orders_of_a_shop: 16, // as many readings of one shop does its bank like at once
    ///     ..Concurrency::default()
    /// });
    /// # let _ = builder;
    /// ```
    pub const fn concurrency(mut self, concurrency: Concurrency) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// How late this process notices what time or another process made due; 200 ms unless set.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// let builder = inbank::Platform::builder().poll_interval(Duration::from_secs(1));
    /// # let _ = builder;
    /// ```
    pub const fn poll_interval(mut self, pause: Duration) -> Self {
        self.poll_interval = Some(pause);
        self
    }

    /// How long orders that are over are kept; seven years unless set.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// let builder = inbank::Platform::builder().keep_orders(Duration::from_hours(24 * 365));
    /// # let _ = builder;
    /// ```
    pub const fn keep_orders(mut self, keep: Duration) -> Self {
        self.retention.orders = keep;
        self
    }

    /// How long stopping waits for what was sent; 25 s unless set.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// let builder = inbank::Platform::builder().drain(Duration::from_secs(10));
    /// # let _ = builder;
    /// ```
    pub const fn drain(mut self, drain: Duration) -> Self {
        self.stopping.drain = drain;
        self
    }

    /// What nobody from outside can exceed, where the platform is [served](Platform::serve).
    ///
    /// ```no_run
    /// # use inbank::{Limits, Platform};
    /// let limits = Limits { connections: 256, ..Limits::default() };
    /// let builder = Platform::builder().limits(limits);
    /// # let _ = builder;
    /// ```
    #[cfg(feature = "axum")]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// A clock instead of the system's, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Another runtime than Tokio, and its clock: a simulation's.
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Checks the settings, connects to the database and wires everything. The bank is not asked.
    ///
    /// # Errors
    /// [`BuildError`] names what is missing or wrong.
    pub async fn build(self) -> Result<Platform, BuildError> {
        let missing = |field: &'static str, what: &'static str| Invalid::new(field, what);
        let public_url = self.public_url.ok_or_else(|| {
            missing(
                "public_url",
                "is missing: callbacks and browsers come there",
            )
        })?;
        let public_url =
            WebAddress::parse(&public_url).map_err(|error| error.named("public_url"))?;
        let sink = self.sink.ok_or_else(|| {
            missing(
                "on_event",
                "is missing: without it nobody learns what was paid",
            )
        })?;
        let runtime = self
            .runtime
            .unwrap_or_else(|| tokio_runtime(self.clock.clone()));
        let ledger = match (self.ledger, self.database) {
            (Some(ledger), _) => ledger,
            (None, Some(url)) => connect(&url).await?,
            (None, None) => {
                return Err(missing("database", "is missing: such as sqlite:inbank.db").into());
            }
        };
        let mut worker = Worker::new(Shops::default(), ledger, sink, runtime.clone())
            .with_concurrency(self.concurrency)
            .with_retention(self.retention)
            .with_stopping(self.stopping);
        if let Some(pause) = self.poll_interval {
            worker = worker.with_poll_interval(pause);
        }
        let platform = Platform {
            inbox: worker.inbox(),
            worker,
            public_url,
            runtime,
            pages: Pages::default(),
            #[cfg(feature = "axum")]
            limits: self.limits,
        };
        for shop in self.shops {
            platform.add_shop(shop)?;
        }
        Ok(platform)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_platform_lacks_is_named() {
        let error = Platform::builder().build().await.unwrap_err();
        assert!(error.to_string().starts_with("public_url"), "{error}");
    }
}
