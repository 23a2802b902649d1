mod builder;
mod console;
mod figures;
mod setup;

use std::fmt;
use std::sync::{Arc, PoisonError};
#[cfg(feature = "axum")]
use std::time::Duration;

use inbank_app::{Inbox, Runtime, ShopError, ShopHandle, Shops, Worker};
use inbank_domain::{Invalid, ShopName, WebAddress};
use inbank_ports::{AuditLog, Feed, Ledger, LedgerError};

#[cfg(feature = "axum")]
use crate::Limits;
use crate::{ReturnPage, Shop};

pub use self::builder::PlatformBuilder;
use self::setup::Wired;
pub(crate) use self::setup::Wirings;

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
    wirings: Wirings,
    audit: Option<Arc<dyn AuditLog>>,
    #[cfg(feature = "axum")]
    limits: Limits,
}

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
        PlatformBuilder::empty()
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
    ///
    /// ```no_run
    /// # async fn example(platform: &inbank::Platform) -> Result<(), inbank::LedgerError> {
    /// for shop in platform.shop_names() {
    ///     let feed = platform.feed(&shop, 0, 100).await?;
    ///     println!("{shop}: {} events", feed.events.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
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
        let (bank, setup) = shop.wired(self.runtime.clock())?;
        let shop = inbank_app::Shop::new(name.clone(), bank, &self.public_url)?;
        take(self.worker.shops(), shop)?;
        let mut wirings = self.wirings.write().unwrap_or_else(PoisonError::into_inner);
        wirings.insert(name, Wired { page, setup });
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
        let mut wirings = self.wirings.write().unwrap_or_else(PoisonError::into_inner);
        wirings.remove(&name);
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
    pub(crate) const fn wirings(&self) -> &Wirings {
        &self.wirings
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
