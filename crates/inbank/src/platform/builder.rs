use std::sync::Arc;
use std::time::Duration;

use inbank_app::{Concurrency, Retention, Runtime, Shops, Stopping, Worker};
use inbank_domain::{Invalid, OrderEvent, WebAddress};
use inbank_ports::{AuditLog, Clock, EventSink, Ledger, SinkError};

use super::{BuildError, Platform, Wirings};
#[cfg(feature = "axum")]
use crate::Limits;
use crate::Shop;
use crate::database::connect;
use crate::on_event::OnEvent;
use crate::runtime::tokio_runtime;

/// Collects the settings of a [`Platform`]; nothing fails before [`build`](Self::build).
#[must_use]
pub struct PlatformBuilder {
    shops: Vec<Shop>,
    public_url: Option<String>,
    database: Option<String>,
    ledger: Option<Arc<dyn Ledger>>,
    audit: Option<Arc<dyn AuditLog>>,
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
    pub(super) fn empty() -> Self {
        Self {
            shops: Vec::new(),
            public_url: None,
            database: None,
            ledger: None,
            audit: None,
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

    /// Where it is written down who decided what in a console; the platform's own database unless another ledger is given.
    ///
    /// ```no_run
    /// # use std::sync::Arc;
    /// # use inbank::Platform;
    /// # use inbank::sql::LedgerOptions;
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let ledger = Arc::new(LedgerOptions::new().connections(4).connect("sqlite:inbank.db").await?);
    /// let builder = Platform::builder().ledger(ledger.clone()).audit_log(ledger);
    /// # let _ = builder;
    /// # Ok(())
    /// # }
    /// ```
    pub fn audit_log(mut self, audit: Arc<dyn AuditLog>) -> Self {
        self.audit = Some(audit);
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

    /// A clock instead of the system's, for tests: what waits an hour then happens when you say so.
    ///
    /// ```no_run
    /// # use std::sync::Arc;
    /// # use inbank::Platform;
    /// # fn example(clock: Arc<dyn inbank::ports::Clock>) {
    /// // `inbank_testkit::ManualClock`, for instance
    /// let builder = Platform::builder().clock(clock);
    /// # let _ = builder;
    /// # }
    /// ```
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Another runtime than Tokio, and its clock: a simulation's.
    ///
    /// ```no_run
    /// # use std::sync::Arc;
    /// # use inbank::ports::{Clock, Spawner};
    /// # use inbank::{OsRandom, Platform, Runtime};
    /// # fn example(clock: Arc<dyn Clock>, spawner: Arc<dyn Spawner>) {
    /// let runtime = Runtime::new(clock, Arc::new(OsRandom), spawner);
    /// let builder = Platform::builder().runtime(runtime);
    /// # let _ = builder;
    /// # }
    /// ```
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Checks the settings, connects to the database and wires everything. The bank is not asked.
    ///
    /// ```no_run
    /// # use inbank::{OrderEvent, Platform, Region, Shop};
    /// # async fn take_in(_: OrderEvent) -> std::io::Result<()> { Ok(()) }
    /// # async fn example(uuid: String, key: String) {
    /// let built = Platform::builder()
    ///     .public_url("https://shop.example.com/inbank")
    ///     .database("sqlite:inbank.db")
    ///     .shop(Shop::new("main", Region::ESTONIA, uuid, key))
    ///     .on_event(take_in)
    ///     .build()
    ///     .await;
    /// match built {
    ///     Ok(platform) => println!("{:?}", platform.shop_names()),
    ///     Err(error) => eprintln!("inbank is not there: {error}"), // names the setting
    /// }
    /// # }
    /// ```
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
        let (ledger, audit) = match (self.ledger, self.database) {
            (Some(ledger), _) => (ledger, self.audit),
            (None, Some(url)) => {
                let (ledger, audit) = connect(&url).await?;
                (ledger, self.audit.or(Some(audit)))
            }
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
            wirings: Wirings::default(),
            audit,
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
