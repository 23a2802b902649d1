//! What a platform does with one order: pay, apply, rent, and then every command that its attempt
//! can take. Each call is safe to repeat, and what was begun is finished also when the caller is gone.

mod command;
mod opening;

use std::fmt;
use std::sync::Arc;

use inbank_domain::{
    Attempt, Invalid, Order, OrderEvent, OrderKey, OrderStatus, Product, ProductCode,
};
use inbank_ports::{Due, GatewayError, ReceivedCallback};

use crate::calls::Caller;
use crate::store::{How, Store};
use crate::{Bank, OrderError, Shop};

pub use command::CommandOutcome;
pub(crate) use command::{claim, not_written};
pub(crate) use opening::fingerprint;
pub use opening::{ApplyOutcome, NotOffered, PayOutcome};

/// An order that is to be erased and changes each time it was read is left for later.
const ERASED_WITHIN: u32 = 8;

/// One order of a shop, on its present attempt unless another is named. Cheap to clone.
#[derive(Clone)]
pub struct OrderHandle {
    key: Result<OrderKey, Invalid>,
    attempt: Option<u32>,
    shop: Arc<Shop>,
    store: Store,
}

impl OrderHandle {
    pub(crate) const fn new(key: Result<OrderKey, Invalid>, shop: Arc<Shop>, store: Store) -> Self {
        Self {
            key,
            attempt: None,
            shop,
            store,
        }
    }

    /// The same order, where commands and questions are about the attempt of this number.
    ///
    /// ```no_run
    /// # async fn example(shop: &inbank_app::ShopHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// // The customer paid a former cart in a second tab: that one is to go.
    /// shop.order("1001").on_attempt(1).cancel().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_attempt(mut self, number: u32) -> Self {
        self.attempt = Some(number);
        self
    }

    /// The order with all its attempts, as the ledger has it; none where it was never paid.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// if let Some(order) = order.find().await? {
    ///     println!("{} attempts", order.attempts.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Invalid`], [`OrderError::Ledger`].
    pub async fn find(&self) -> Result<Option<Order>, OrderError> {
        Ok(self.store.ledger.order(self.key()?).await?)
    }

    /// Where the order stands.
    ///
    /// ```no_run
    /// # use inbank_domain::OrderStatus;
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// if order.status().await? == OrderStatus::Paid {
    ///     println!("thank you");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`], and as [`find`](Self::find).
    pub async fn status(&self) -> Result<OrderStatus, OrderError> {
        Ok(self.present().await?.status())
    }

    /// Its events, in order, delivered or not.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// for event in order.history().await? {
    ///     println!("{} {}", event.occurred_at, event.kind);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub async fn history(&self) -> Result<Vec<OrderEvent>, OrderError> {
        Ok(self.store.ledger.events(self.key()?).await?)
    }

    /// The callbacks that are kept of it, oldest first.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// for callback in order.callbacks().await? {
    ///     println!("{} {}", callback.received_at, callback.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub async fn callbacks(&self) -> Result<Vec<ReceivedCallback>, OrderError> {
        Ok(self.store.ledger.callbacks(self.key()?).await?)
    }

    /// Reads the bank about its live attempts now, and about the one that counts, as a callback would have
    /// it read, and says how it then stands.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// println!("the bank says now: {}", order.refresh().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`], [`OrderError::Bank`] where the bank gives no answer; then it is read
    /// again later.
    pub async fn refresh(&self) -> Result<OrderStatus, OrderError> {
        let key = self.key()?;
        let now = self.store.now();
        if !self.store.ledger.wake(key, now).await? {
            return Err(OrderError::NotFound);
        }
        match self.round().await? {
            Some(end) => match end.result {
                crate::worker::RoundResult::Bank(error) => Err(OrderError::Bank(error)),
                crate::worker::RoundResult::Done
                | crate::worker::RoundResult::NotWritten(_)
                | crate::worker::RoundResult::Stopped => Ok(end.order.status()),
            },
            None => self.status().await,
        }
    }

    /// Erases the order with everything that is kept of it: attempts, callbacks, events, also those
    /// that were not delivered. The bank is not told.
    ///
    /// ```no_run
    /// # use inbank_app::OrderError;
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// match order.erase().await {
    ///     Err(OrderError::Kept(why)) => println!("not yet: {why}"),
    ///     erased => erased?,
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Kept`] while an attempt lives or has paid: nobody would hear what becomes of it.
    /// [`OrderError::NotFound`], [`OrderError::Busy`], and as [`find`](Self::find).
    pub async fn erase(&self) -> Result<(), OrderError> {
        for _ in 0..ERASED_WITHIN {
            let order = self.present().await?;
            order.may_be_erased()?;
            let (key, version) = (self.key()?, Some(order.version));
            if self.store.ledger.erase(key, version).await? {
                return Ok(());
            }
        }
        Err(OrderError::Busy)
    }

    /// A person has seen to what was told to need one: in [`Order::needs_person`] this, and nothing that was
    /// told since. From then on nobody is wanted; nothing else changes, and no event tells of it. Should the
    /// same be found again, it is told again only where it is news. False, and nothing is changed, where something else
    /// was told since, or nobody is wanted any more. Safe to repeat.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// if let Some(told) = order.find().await?.and_then(|order| order.needs_person) {
    ///     println!("look into it: {told}");
    ///     order.seen_to(&told).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`], [`OrderError::Busy`], and as [`find`](Self::find).
    pub async fn seen_to(&self, told: &str) -> Result<bool, OrderError> {
        let mut order = self.present().await?;
        let how = How::default();
        let seen = self.store.change(&mut order, &how, |order, _| {
            (order.seen_to(told), Due::Leased)
        });
        seen.await.map_err(not_written)
    }

    pub(crate) fn bank(&self) -> &Bank {
        self.shop.bank()
    }

    /// What the bank says of a product; none where that can't be had now.
    pub(crate) async fn product_if_told(&self, code: &ProductCode) -> Option<Product> {
        let product = self.shop.product_if_told(&self.store.runtime, code).await;
        product.ok().flatten()
    }

    /// Calls the bank about this order.
    pub(crate) fn caller(&self) -> Caller {
        Caller::new(&self.store.runtime, &self.shop, self.key.as_ref().ok())
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn key(&self) -> Result<&OrderKey, OrderError> {
        self.key
            .as_ref()
            .map_err(|invalid| OrderError::Invalid(invalid.clone()))
    }

    /// Does something at the bank in a task of its own, and has the bank read then, whatever the answer: a
    /// browser that hangs up leaves nothing half done, and nothing unnoticed.
    pub(crate) async fn at_the_bank<T: Send + 'static>(
        &self,
        operation: &'static str,
        doing: impl Future<Output = Result<T, GatewayError>> + Send + 'static,
    ) -> Result<T, OrderError> {
        let order = self.clone();
        let done = self.store.runtime.detached(async move {
            let done = order.caller().call(operation, doing).await;
            order.something_happened().await?;
            Ok(done?)
        });
        done.await.ok_or(OrderError::Busy)?
    }

    pub(crate) async fn present(&self) -> Result<Order, OrderError> {
        self.find().await?.ok_or(OrderError::NotFound)
    }

    /// The attempt that calls are about: the one that was named, or the one that counts.
    pub(crate) fn number(&self, order: &Order) -> Result<u32, OrderError> {
        let attempt = match self.attempt {
            Some(number) => order.attempt(number),
            None => order.present(),
        };
        attempt.map(|a| a.number).ok_or(OrderError::NotFound)
    }

    pub(crate) async fn present_attempt(&self) -> Result<Attempt, OrderError> {
        let order = self.present().await?;
        let number = self.number(&order)?;
        order.attempt(number).cloned().ok_or(OrderError::NotFound)
    }
}

impl fmt::Debug for OrderHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderHandle")
            .field("key", &self.key)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
