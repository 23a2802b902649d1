//! Webhooks: events that are posted to a shop's own server, after the Standard Webhooks specification 1.0.0.
//!
//! What happened comes from the shop's feed. Each event becomes a delivery, in the transaction that moves the shop's place in the
//! feed, so that none is lost; it is deleted once the server took it. An order's events go out one after the other; of several
//! orders at once; and each shop's by a task of its own, so that a server that hangs holds up nobody else's. One process at a time
//! sends for a shop, which a lease makes sure of: it is fenced, so that what a process writes that was thought dead is refused. After
//! a crash what was under way is sent again.

mod courier;
mod message;
mod round;
mod schedule;
mod sealed;
mod secret;
mod sender;
mod setting;
mod standing;
mod target;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use inbank::http::SystemClock;
use inbank::ports::{Clock, Random};
use inbank::{OsRandom, Platform, ShopName};
use inbank_adapters_sql::ServiceStore;
use time::OffsetDateTime;
use tokio::sync::{Notify, watch};

use self::courier::Courier;
use crate::vault::Vault;

pub(crate) use self::message::WebhookMessage;
pub use self::secret::WebhookSecret;
pub(crate) use self::setting::{Again, WebhookError};
pub(crate) use self::standing::{Standing, address, standing, without_query};
pub use self::target::WebhookTargets;

/// Where a shop's webhooks go, as the configuration's file says.
#[derive(Clone, Debug)]
pub struct FileWebhook {
    /// The shop.
    pub shop: ShopName,
    /// The address that they are posted to.
    pub url: String,
    /// All of them sign.
    pub secrets: Vec<WebhookSecret>,
}

/// How webhooks are sent.
#[derive(Clone)]
pub struct WebhookOptions {
    /// Those that the configuration's file has.
    pub file: Vec<FileWebhook>,
    /// Where they may go.
    pub targets: WebhookTargets,
    /// Encrypts the secrets of those that are set by calls; without it none is.
    pub vault: Option<Vault>,
    /// Raised when something happened, so that it goes out at once; without it within a second.
    pub wake: Arc<Notify>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How long a try may take; 15 seconds unless given.
    pub time_limit: Option<Duration>,
}

impl Default for WebhookOptions {
    fn default() -> Self {
        Self {
            file: Vec::new(),
            targets: WebhookTargets::default(),
            vault: None,
            wake: Arc::default(),
            clock: Arc::new(SystemClock),
            time_limit: None,
        }
    }
}

impl fmt::Debug for WebhookOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookOptions")
            .field("file", &self.file)
            .field("targets", &self.targets)
            .finish_non_exhaustive()
    }
}

/// Sends the shops' webhooks.
pub(crate) struct Webhooks {
    platform: Platform,
    store: ServiceStore,
    courier: Courier,
    file: Vec<FileWebhook>,
    /// The shops that the file has, with a webhook or without.
    shops_of_file: Vec<ShopName>,
    vault: Option<Vault>,
    wake: Arc<Notify>,
    clock: Arc<dyn Clock>,
    stopping: watch::Sender<bool>,
    /// The shops about which this process has complained already.
    complained: Mutex<BTreeSet<ShopName>>,
}

impl Webhooks {
    pub(crate) fn new(
        platform: Platform,
        store: ServiceStore,
        options: WebhookOptions,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            // Before calls have added any.
            shops_of_file: platform.shop_names(),
            platform,
            store,
            courier: Courier::new(options.targets, options.time_limit)?,
            file: options.file,
            vault: options.vault,
            wake: options.wake,
            clock: options.clock,
            stopping: watch::channel(false).0,
            complained: Mutex::default(),
        })
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    #[expect(
        clippy::unused_self,
        reason = "whoever asks shouldn't know where it comes from"
    )]
    fn random(&self) -> &'static dyn Random {
        &OsRandom
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// What the file says of a shop.
    fn of_file(&self, shop: &ShopName) -> Option<&FileWebhook> {
        self.file.iter().find(|file| file.shop == *shop)
    }

    /// Whether nothing was said about this shop before.
    fn is_new_complaint(&self, shop: &ShopName) -> bool {
        let mut complained = self
            .complained
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        complained.insert(shop.clone())
    }
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks").finish_non_exhaustive()
    }
}
