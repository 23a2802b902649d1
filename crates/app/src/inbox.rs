//! Takes the bank's callbacks in, and the same forms from returning browsers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use inbank_domain::{AttemptId, Callback, OrderKey, OrderReference, ShopName};
use inbank_ports::{
    CallbackError, Headers, Kept, LedgerError, ReceivedCallback, SignedCallback, Subject,
};
use time::OffsetDateTime;

use crate::store::Store;
use crate::{Shop, Shops, figures};

/// Keeps authentic callbacks, and wakes their orders. It reads nothing at the bank: the worker does.
/// Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    shops: Shops,
    store: Store,
    refused: Arc<Refused>,
    returns: Arc<Returns>,
}

/// Why a callback is not taken.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// So much is being kept that it would wait, or this process can't use the shop ([`Shops::withhold`]): 503, so that the bank tries
    /// again. Nothing was written.
    #[error("too much is coming in at once, or the shop's keys can't be had; try again")]
    Busy,
    /// It is not authentic: 401.
    #[error(transparent)]
    Callback(#[from] CallbackError),
    /// Authentic, and about another session or application than the attempt's whose address it came
    /// to: 404.
    #[error("the callback is about another attempt than the one whose address it came to")]
    Foreign,
    /// It could not be kept: 5xx, so that the bank tries again.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Authentic, for an attempt that the ledger doesn't have: 404. Every attempt is written before its
    /// address is given to the bank, so either the address or the ledger is another's.
    #[error("the ledger has no such attempt; is this the ledger that it was opened in?")]
    NoAttempt,
    /// There is no such shop here: 404.
    #[error("there is no such shop here; check the name in the callback address")]
    NoShop,
}

impl Inbox {
    pub(crate) fn new(shops: Shops, store: Store, returns: Arc<Returns>) -> Self {
        Self {
            shops,
            store,
            refused: Arc::default(),
            returns,
        }
    }

    /// Takes a callback that came to the address of a shop's attempt, by the request's headers and the
    /// raw bytes of its body. When this returns `Ok` it is durable, and may be answered with success;
    /// a copy is a success that changes nothing.
    ///
    /// ```
    /// # use inbank_app::{Inbox, InboxError};
    /// # use inbank_ports::Headers;
    /// # async fn example(inbox: &Inbox, headers: &Headers, body: &[u8]) -> Result<(), InboxError> {
    /// // The shop and the attempt are the last two parts of the address that it came to.
    /// inbox.receive("main", "3cb22acd24dd1163831b1c31a8c09c08", headers, body).await?;
    /// // It is kept: answer 200.
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`InboxError`]; nothing is kept then. What anybody can cause is logged as a count.
    pub async fn receive(
        &self,
        shop: &str,
        attempt: &str,
        headers: &Headers,
        body: &[u8],
    ) -> Result<Kept, InboxError> {
        let received = self.take(shop, attempt, headers, body).await;
        figures::callback(shop, &received);
        match &received {
            Err(InboxError::Ledger(error)) => {
                tracing::warn!(
                    shop,
                    error = error as &dyn std::error::Error,
                    "a callback is not kept"
                );
            }
            Err(error) => self.refused.note(error, self.store.now()),
            Ok(_) => {}
        }
        received
    }

    async fn take(
        &self,
        shop: &str,
        attempt: &str,
        headers: &Headers,
        body: &[u8],
    ) -> Result<Kept, InboxError> {
        let (shop, attempt) = self.address(shop, attempt)?;
        let signed = shop.bank().callbacks.authenticate(headers, body)?;
        // Not before it is known to be the bank's: nobody else can fill the room.
        let _place = self
            .store
            .rooms
            .intake
            .enter(shop.name())
            .ok_or(InboxError::Busy)?;
        let received = self.received(&shop, attempt, &signed);
        match self.store.ledger.keep(&received).await? {
            Kept::NoAttempt => Err(InboxError::NoAttempt),
            Kept::Foreign => Err(InboxError::Foreign),
            kept @ (Kept::Written | Kept::Copy) => {
                if kept == Kept::Written {
                    self.store.due.raise();
                }
                Ok(kept)
            }
        }
    }

    fn address(&self, shop: &str, attempt: &str) -> Result<(Arc<Shop>, AttemptId), InboxError> {
        let shop = ShopName::parse(shop).map_err(|_| InboxError::NoShop)?;
        let shop = self.shops.get(&shop).ok_or_else(|| {
            if self.shops.is_withheld(&shop) {
                InboxError::Busy
            } else {
                InboxError::NoShop
            }
        })?;
        let attempt = AttemptId::parse(attempt).map_err(|_| InboxError::NoAttempt)?;
        Ok((shop, attempt))
    }

    async fn order_key(&self, shop: &Shop, attempt: &AttemptId) -> Result<OrderKey, InboxError> {
        let reference = self.store.ledger.order_of(shop.name(), attempt).await?;
        let reference = reference.ok_or(InboxError::NoAttempt)?;
        Ok(OrderKey::new(shop.name().clone(), reference))
    }

    fn received(
        &self,
        shop: &Shop,
        attempt: AttemptId,
        signed: &SignedCallback,
    ) -> ReceivedCallback {
        let (subject, status) = match &signed.callback {
            Ok(callback) => (Some(subject(callback)), status(callback)),
            Err(why) => {
                tracing::warn!(shop = %shop.name(), %attempt, %why, "a callback is not understood");
                (None, String::new())
            }
        };
        ReceivedCallback {
            shop: shop.name().clone(),
            attempt,
            key: signed.key().as_str().to_owned(),
            subject,
            status,
            content: signed.content(),
            received_at: self.store.now(),
        }
    }

    /// A browser has come back from the bank, with a form or without: the order is read. Anybody who has
    /// the address can cause that, so those that come within a second have it read once, at its end.
    ///
    /// ```
    /// # use inbank_app::{Inbox, InboxError};
    /// # async fn example(inbox: &Inbox) -> Result<(), InboxError> {
    /// let order = inbox.returned("main", "3cb22acd24dd1163831b1c31a8c09c08").await?;
    /// println!("send the customer to the page of order {order}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`InboxError`].
    pub async fn returned(&self, shop: &str, attempt: &str) -> Result<OrderReference, InboxError> {
        let (shop, attempt) = self.address(shop, attempt)?;
        let _place = self
            .store
            .rooms
            .returns
            .enter(shop.name())
            .ok_or(InboxError::Busy)?;
        let key = self.order_key(&shop, &attempt).await?;
        let now = self.store.now();
        let reference = key.reference.clone();
        match self.returns.came(&key, now) {
            Some(at) if at > now => self.wake_later(key, (at - now).unsigned_abs()),
            Some(_) => {
                self.store.ledger.wake(&key, now).await?;
                self.store.due.raise();
            }
            None => {}
        }
        Ok(reference)
    }

    fn wake_later(&self, key: OrderKey, pause: Duration) {
        let store = self.store.clone();
        self.store.runtime.spawn(async move {
            store.runtime.sleep(pause).await;
            match store.ledger.wake(&key, store.now()).await {
                Ok(_) => store.due.raise(),
                // It is read by its own clock then.
                Err(error) => {
                    tracing::warn!(order = %key, error = &error as &dyn std::error::Error, "a return wakes no order");
                }
            }
        });
    }
}

fn subject(callback: &Callback) -> Subject {
    match callback {
        Callback::Session(callback) => Subject::Session(callback.id.clone()),
        Callback::Application(callback) => Subject::Application(callback.application.clone()),
    }
}

fn status(callback: &Callback) -> String {
    let status = match callback {
        Callback::Session(callback) => callback.status.as_str(),
        Callback::Application(callback) => callback.status.as_str(),
    };
    status.chars().take(64).collect()
}

/// When returning browsers last woke an order, or will: kept for a second, to space the wakes apart.
#[derive(Default)]
pub(crate) struct Returns(Mutex<BTreeMap<OrderKey, OffsetDateTime>>);

const RETURNS_APART: time::Duration = time::Duration::SECOND;

impl Returns {
    /// A browser has returned to an order: when that is to wake it; none where another is about to.
    fn came(&self, key: &OrderKey, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let mut wakes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wakes.retain(|_, at| now - *at < RETURNS_APART);
        let at = match wakes.get(key) {
            Some(at) if *at > now => return None,
            Some(at) => at.saturating_add(RETURNS_APART),
            None => now,
        };
        wakes.insert(key.clone(), at);
        Some(at)
    }
}

/// Counts what anybody can cause, and logs it now and then: thousands of forged callbacks must not
/// make thousands of lines.
#[derive(Default)]
struct Refused {
    since_last: AtomicU64,
    last: Mutex<Option<OffsetDateTime>>,
}

const LOGGED_EVERY: time::Duration = time::Duration::seconds(10);

impl Refused {
    fn note(&self, error: &InboxError, now: OffsetDateTime) {
        let count = self.since_last.fetch_add(1, Ordering::Relaxed) + 1;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| now - last >= LOGGED_EVERY) {
            *last = Some(now);
            self.since_last.store(0, Ordering::Relaxed);
            tracing::warn!(count, %error, "callbacks are refused; the reason of the last one");
        }
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("shops", &self.shops)
            .finish_non_exhaustive()
    }
}
