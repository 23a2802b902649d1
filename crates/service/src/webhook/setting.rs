//! Where webhooks go, set and looked at by calls.

use inbank::ports::AuditEntry;
use inbank::{AttemptId, Invalid, LedgerError, OrderKey, ShopName};
use inbank_adapters_sql::{KeptDelivery, Resend, Webhook, WebhookOrigin, WebhookTarget};
use time::OffsetDateTime;

use super::courier::Parcel;
use super::message::{TestData, TestMessage};
use super::sealed::Kept;
use super::{WebhookSecret, Webhooks};
use crate::answer::moment;
use crate::vault::Locked;

/// So many failed deliveries are shown.
const SHOWN: u32 = 20;

/// Why a webhook is left as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebhookError {
    /// The configuration's file says where it goes.
    #[error(
        "inbank.toml says where this shop's webhooks go; change webhook_url there, and start again"
    )]
    OfFile,
    /// There is no key to encrypt secrets with.
    #[error(
        "the service has no key to keep secrets with: set secret_key_env in inbank.toml, and start again"
    )]
    NoVault,
    /// There is none.
    #[error("the shop has no webhook")]
    Missing,
    /// Its secrets can't be read.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// A value breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The ledger gave no answer.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What came of a test.
pub(crate) struct Tested {
    pub(crate) status: Option<u16>,
    pub(crate) problem: Option<String>,
    pub(crate) answer: Option<String>,
}

/// Which events to send again.
pub(crate) enum Again<'a> {
    Event(&'a str),
    Dead,
    Between(OffsetDateTime, OffsetDateTime),
}

impl Webhooks {
    /// How a shop's webhook stands, with its last failures.
    pub(crate) async fn show(
        &self,
        shop: &ShopName,
    ) -> Result<(Webhook, Vec<KeptDelivery>), WebhookError> {
        let webhook = self.store.webhook(shop, self.now()).await?;
        let webhook = webhook.ok_or(WebhookError::Missing)?;
        let failed = self
            .store
            .failed_deliveries(shop, SHOWN, self.now())
            .await?;
        Ok((webhook, failed))
    }

    /// Says where a shop's webhooks go. A new secret signs beside the former for a day; where none is given the former goes on, or
    /// one is made, which is answered this once.
    pub(crate) async fn set(
        &self,
        shop: &ShopName,
        url: &str,
        given: Option<WebhookSecret>,
        by: &AuditEntry,
    ) -> Result<Option<WebhookSecret>, WebhookError> {
        self.courier.targets().check(url)?;
        let vault = match (self.of_file(shop), &self.vault) {
            (Some(_), _) => return Err(WebhookError::OfFile),
            (None, None) => return Err(WebhookError::NoVault),
            (None, Some(vault)) => vault,
        };
        let standing = self.store.webhook(shop, self.now()).await?;
        let sealed = standing.and_then(|webhook| webhook.target.secrets);
        let kept = sealed.map(|sealed| Kept::open(vault, shop, &sealed));
        let mut kept = match kept.transpose() {
            Ok(kept) => kept.unwrap_or_default(),
            // Whoever brings a new one needs the former no more.
            Err(Locked) if given.is_some() => Kept::default(),
            Err(locked) => return Err(locked.into()),
        };
        let made =
            (given.is_none() && kept.is_empty()).then(|| WebhookSecret::generate(self.random()));
        if let Some(secret) = given.or_else(|| made.clone()) {
            kept.change(secret, self.now());
        }
        let target = WebhookTarget {
            shop: shop.clone(),
            origin: WebhookOrigin::Call,
            url: url.to_owned(),
            secrets: Some(kept.seal(vault, shop, self.random()).ok_or(Locked)?),
        };
        let start = self.feed_end(shop).await?;
        let set = self.store.set_webhook(&target, start, Some(by), self.now());
        set.await?;
        self.wake.notify_one();
        Ok(made)
    }

    /// No more webhooks for a shop; what was still to be sent is forgotten.
    pub(crate) async fn remove(
        &self,
        shop: &ShopName,
        by: &AuditEntry,
    ) -> Result<(), WebhookError> {
        if self.of_file(shop).is_some() {
            return Err(WebhookError::OfFile);
        }
        let removed = self.store.remove_webhook(shop, by, self.now()).await?;
        removed.then_some(()).ok_or(WebhookError::Missing)
    }

    /// Switches a webhook on that was switched off.
    pub(crate) async fn enable(
        &self,
        shop: &ShopName,
        by: &AuditEntry,
    ) -> Result<(), WebhookError> {
        let enabled = self.store.enable_webhook(shop, by, self.now()).await?;
        self.wake.notify_one();
        enabled.then_some(()).ok_or(WebhookError::Missing)
    }

    /// Sends events again. Says how many.
    pub(crate) async fn resend(
        &self,
        shop: &ShopName,
        again: &Again<'_>,
        by: &AuditEntry,
    ) -> Result<u64, WebhookError> {
        if self.store.webhook(shop, self.now()).await?.is_none() {
            return Err(WebhookError::Missing);
        }
        let which = match again {
            Again::Event(id) => match self.event(shop, id).await? {
                Some(event) => event,
                None => return Ok(0),
            },
            Again::Dead => Resend::Dead,
            Again::Between(from, until) => Resend::Between {
                from: *from,
                until: *until,
            },
        };
        let resent = self.store.resend(shop, &which, by, self.now()).await?;
        self.wake.notify_one();
        Ok(resent)
    }

    /// The event of an id.
    async fn event(&self, shop: &ShopName, id: &str) -> Result<Option<Resend>, WebhookError> {
        let parts = id.rsplit_once('/').and_then(|(attempt, number)| {
            Some((AttemptId::parse(attempt).ok()?, number.parse().ok()?))
        });
        let Some((attempt, number)) = parts else {
            let problem = "must be the id of an event, as webhook-id has it";
            return Err(Invalid::new("event", problem).into());
        };
        let order = self.platform.ledger().order_of(shop, &attempt).await?;
        Ok(order.map(|order| Resend::Event {
            key: OrderKey::new(shop.clone(), order),
            attempt,
            number,
        }))
    }

    /// Posts a message that is about no order, now and once.
    pub(crate) async fn test(&self, shop: &ShopName) -> Result<Tested, WebhookError> {
        let (webhook, _) = self.show(shop).await?;
        let target = &webhook.target;
        let secrets = match target.origin {
            WebhookOrigin::File => {
                let file = self.of_file(shop).map(|file| file.secrets.clone());
                file.ok_or(WebhookError::Missing)?
            }
            WebhookOrigin::Call => {
                let vault = self.vault.as_ref().ok_or(WebhookError::NoVault)?;
                let sealed = target.secrets.as_deref().unwrap_or_default();
                Kept::open(vault, shop, sealed)?.valid(self.now())
            }
        };
        let message = TestMessage {
            kind: "webhook.test",
            timestamp: moment(self.now()),
            data: TestData {
                shop: shop.as_str(),
            },
        };
        let id = AttemptId::from_bytes(self.random().bytes());
        let parcel = Parcel {
            url: &target.url,
            secrets: &secrets,
            id: &format!("test/{id}"),
            body: serde_json::to_vec(&message).unwrap_or_default(),
        };
        let tried = self.courier.post(parcel, self.now()).await;
        Ok(Tested {
            status: tried.status,
            problem: tried.problem,
            answer: tried.answer,
        })
    }
}
