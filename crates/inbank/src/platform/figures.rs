//! How a platform is.

use inbank_app::{Calls, Health};
use inbank_ports::{LedgerError, ShopStatistics};

use super::Platform;

impl Platform {
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

    /// The last calls that this process made to banks, and how their hosts answer.
    ///
    /// ```no_run
    /// # fn example(platform: &inbank::Platform, now: time::OffsetDateTime) {
    /// for host in platform.calls().hosts(now) {
    ///     println!("{}: {} of {} without an answer", host.host, host.hour.failures, host.hour.calls);
    /// }
    /// # }
    /// ```
    pub const fn calls(&self) -> &Calls {
        self.worker.calls()
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
}
