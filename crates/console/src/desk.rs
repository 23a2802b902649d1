//! What only a service can: shops that are added while it runs, and webhooks.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use inbank_domain::{Invalid, OrderKey, OrderReference, ShopName};
use inbank_ports::{AuditEntry, LedgerError};
use time::OffsetDateTime;

/// Shops and webhooks as a service keeps them. Whatever changes something writes down who did it, in the transaction
/// of the change.
#[async_trait]
pub trait Desk: Send + Sync {
    /// What is known of a shop.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn shop(&self, shop: &ShopName) -> Result<ShopCard, DeskError>;

    /// Whatever breaks a rule of a shop that is to be added, but for its name and keys, each by its field of [`NewShop`]. Nothing is done.
    fn wrong(&self, new: &NewShop) -> Vec<Invalid>;

    /// Adds a shop.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is changed. [`DeskError::Refused`] where there is one of this name.
    async fn add_shop(
        &self,
        shop: &ShopName,
        new: NewShop,
        by: &AuditEntry,
    ) -> Result<(), DeskError>;

    /// Changes a shop's keys at the bank to these: the first signs and sends, all verify. The present ones stay behind them where that is
    /// wanted. `seen` is the shop as whoever changes it was shown it.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is changed. [`DeskError::Changed`] where the shop has other keys or another identifier by then: of two who
    /// change the same at one moment, one does.
    async fn change_keys(
        &self,
        shop: &ShopName,
        keys: Vec<String>,
        keep_present: bool,
        seen: &ShopCard,
        by: &AuditEntry,
    ) -> Result<(), DeskError>;

    /// Removes a shop as it was `seen`; with open orders only where that is wanted `anyway`. Its orders stay in the ledger.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is changed. [`DeskError::Refused`] where orders are open, [`DeskError::Changed`] where the shop has other
    /// keys or another identifier by then.
    async fn remove_shop(
        &self,
        shop: &ShopName,
        anyway: bool,
        seen: &ShopCard,
        by: &AuditEntry,
    ) -> Result<(), DeskError>;

    /// Looks whether the shop can work: the bank is reached, its key taken, the clocks agree.
    async fn check(&self, shop: &ShopName) -> Vec<Check>;

    /// How the shop's webhook stands; none where it has none.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn webhook(&self, shop: &ShopName) -> Result<Option<WebhookCard>, DeskError>;

    /// How all webhooks stand, each in short; a shop that has none is left out. Asked for each overview, so it takes no longer where
    /// there are many orders.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn webhooks(&self) -> Result<Vec<WebhookHealth>, DeskError>;

    /// The deliveries of an order's events: those that wait, have failed, and those that were taken not too long ago.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn deliveries(&self, key: &OrderKey) -> Result<Vec<DeliveryCard>, DeskError>;

    /// Sends the order's event of this number again. Says what becomes of it.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is sent. [`DeskError::Missing`] where there is no such event, or no webhook.
    async fn resend(
        &self,
        key: &OrderKey,
        number: u64,
        by: &AuditEntry,
    ) -> Result<Resent, DeskError>;

    /// Sends all events of a shop again that were given up. Says what becomes of them.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is sent.
    async fn resend_dead(&self, shop: &ShopName, by: &AuditEntry) -> Result<Resent, DeskError>;

    /// Switches a webhook on that was switched off.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is changed.
    async fn enable(&self, shop: &ShopName, by: &AuditEntry) -> Result<(), DeskError>;
}

/// Why a desk did nothing.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The shop is not as whoever changes it has seen it.
    #[error(
        "the shop was changed since this page was shown: look at its identifier and keys as they are now, before you go on"
    )]
    Changed,
    /// The ledger gave no answer.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// There is nothing of this name.
    #[error("there is none")]
    Missing,
    /// It can't be done; the sentence says why, and what to do instead. It is shown, so it repeats no key.
    #[error("{0}")]
    Refused(String),
}

/// Who says what a shop is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The configuration's file: it is changed there.
    File,
    /// A call, or this console.
    Call,
}

/// A shop as a service knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShopCard {
    /// Who says so.
    pub origin: Origin,
    /// `demo`, `live`.
    pub environment: String,
    /// `v2`, `v3`.
    pub api_version: String,
    /// Where it is reached, where that is not the bank's own address.
    pub base_url: Option<String>,
    /// The shop's identifier at the bank.
    pub shop_uuid: String,
    /// A fingerprint of each key, the one that signs first: nothing that a key could be found by.
    pub key_fingerprints: Vec<String>,
    /// Where its customers are sent on to.
    pub return_url: Option<String>,
}

/// A shop that is to be added.
#[derive(Clone, Eq, PartialEq)]
pub struct NewShop {
    /// `estonia`, `latvia` …
    pub region: String,
    /// `demo` or `live`; the service's choice where none is given.
    pub environment: Option<String>,
    /// `v2` or `v3`; the region's own where none is given.
    pub api_version: Option<String>,
    /// A sandbox, a proxy; the bank's own where none is given.
    pub base_url: Option<String>,
    /// The shop's identifier at the bank.
    pub shop_uuid: String,
    /// Its keys at the bank.
    pub keys: Vec<String>,
    /// Where its customers are sent on to.
    pub return_url: Option<String>,
}

/// Without the keys.
impl fmt::Debug for NewShop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewShop")
            .field("region", &self.region)
            .field("environment", &self.environment)
            .field("api_version", &self.api_version)
            .field("base_url", &self.base_url)
            .field("shop_uuid", &self.shop_uuid)
            .field("return_url", &self.return_url)
            .finish_non_exhaustive()
    }
}

/// Something that was looked at, and how it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Check {
    /// What: `The bank is reached`.
    pub name: String,
    /// Whether it is as it should be.
    pub passed: bool,
    /// What was found, and what to do where it is wrong.
    pub detail: String,
}

/// Whether a webhook is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WebhookState {
    /// Events are sent as they happen.
    Active,
    /// It goes on trying, and there have been failures and nothing else for a while.
    Failing,
    /// It is switched off.
    Disabled,
}

/// What becomes of events that are to be sent again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Resent {
    /// They are sent.
    Sent,
    /// They are sent once a pause is over that the shop's server has asked for, or that its failures have led to.
    Paused,
    /// They are kept, and sent once the webhook is switched on.
    Off,
    /// There were none.
    Nothing,
}

/// How a shop's webhook stands, in short.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WebhookHealth {
    /// The shop.
    pub shop: ShopName,
    /// Whether it is sent.
    pub state: WebhookState,
    /// Since when it is switched off, or has failed and nothing else.
    pub since: Option<OffsetDateTime>,
    /// Why it is switched off.
    pub disabled_because: Option<String>,
    /// Nothing is sent before this.
    pub paused_until: Option<OffsetDateTime>,
    /// The HTTP status of the last answer.
    pub last_status: Option<u16>,
    /// What was wrong with it.
    pub last_problem: Option<String>,
    /// Events that were given up, and can be sent again.
    pub dead: u64,
    /// How long ago the first event happened that was not taken yet.
    pub oldest: Option<Duration>,
}

/// A shop's webhook, and how it fares.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WebhookCard {
    /// Where events are posted, without a query: there may be a token in it.
    pub url: String,
    /// Who says so.
    pub origin: Origin,
    /// Whether it is sent.
    pub state: WebhookState,
    /// Why it is switched off.
    pub disabled_because: Option<String>,
    /// When it was switched off.
    pub disabled_at: Option<OffsetDateTime>,
    /// Since when there have been failures and nothing else.
    pub failing_since: Option<OffsetDateTime>,
    /// Nothing is sent before this.
    pub paused_until: Option<OffsetDateTime>,
    /// When something was last sent.
    pub tried_at: Option<OffsetDateTime>,
    /// The HTTP status of the last answer.
    pub last_status: Option<u16>,
    /// What was wrong with it.
    pub last_problem: Option<String>,
    /// When an event was last taken.
    pub delivered_at: Option<OffsetDateTime>,
    /// Events that are still to be delivered.
    pub waiting: u64,
    /// Events that were given up, and can be sent again.
    pub dead: u64,
    /// The last deliveries that failed and did not succeed since, the latest first.
    pub failures: Vec<DeliveryCard>,
}

/// The delivery of an event: it waits, it failed, or it was taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeliveryCard {
    /// The order.
    pub order: OrderReference,
    /// The event's number in its order.
    pub number: u64,
    /// The event's kind.
    pub kind: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it was tried last.
    pub tried_at: Option<OffsetDateTime>,
    /// When it is tried next; none once it was taken, or given up.
    pub next_at: Option<OffsetDateTime>,
    /// When it was given up.
    pub dead_at: Option<OffsetDateTime>,
    /// When it was taken.
    pub taken_at: Option<OffsetDateTime>,
    /// Where it was posted, without a query; none where that is not known.
    pub to: Option<String>,
    /// The HTTP status of the last answer. The answer itself is not shown: it is the shop's, and may say anything.
    pub status: Option<u16>,
    /// What was wrong.
    pub problem: Option<String>,
}
