use std::sync::Arc;

use async_trait::async_trait;
use inbank::console::{
    Check, DeliveryCard, Desk, DeskError, NewShop, Origin, Resent, ShopCard, WebhookCard,
    WebhookHealth, WebhookState,
};
use inbank::ports::AuditEntry;
use inbank::{Bank, Invalid, OrderKey, OrderReference, Platform, Reach, ShopName};
use inbank_adapters_sql::{KeptDelivery, ServiceStore, Webhook, WebhookMeasures, WebhookOrigin};

use crate::Service;
use crate::shops::{Identity, KeySource, RuntimeShops, Settings, ShopSettingError};
use crate::webhook::{Again, Standing, WebhookError, Webhooks, address, standing, without_query};

/// The console's desk: the same calls as the API's.
pub(super) struct ServiceDesk {
    platform: Platform,
    store: ServiceStore,
    webhooks: Arc<Webhooks>,
    shops: Arc<RuntimeShops>,
}

impl ServiceDesk {
    pub(super) fn of(service: &Service) -> Self {
        Self {
            platform: service.platform.clone(),
            store: service.store.clone(),
            webhooks: service.webhooks.clone(),
            shops: service.shops.clone(),
        }
    }
}

#[async_trait]
impl Desk for ServiceDesk {
    async fn shop(&self, shop: &ShopName) -> Result<ShopCard, DeskError> {
        // What another process has changed a moment ago is not to be changed back by somebody who could not see it.
        self.shops.sync_for_a_page().await;
        let setup = self.platform.setup(shop.as_str());
        let setup = setup.ok_or(DeskError::Missing)?;
        Ok(ShopCard {
            origin: if self.shops.is_of_file(shop) {
                Origin::File
            } else {
                Origin::Call
            },
            environment: setup
                .environment
                .map_or("as set up by hand", |environment| environment.as_str())
                .to_owned(),
            api_version: setup
                .api_version
                .map_or("none", |version| version.as_str())
                .to_owned(),
            base_url: setup.base_url,
            shop_uuid: setup.shop_uuid.unwrap_or_default(),
            key_fingerprints: setup.keys,
            return_url: setup.return_url,
        })
    }

    fn wrong(&self, new: &NewShop) -> Vec<Invalid> {
        settings(new).wrong()
    }

    async fn add_shop(
        &self,
        shop: &ShopName,
        new: NewShop,
        by: &AuditEntry,
    ) -> Result<(), DeskError> {
        let settings = settings(&new);
        let keys = KeySource::Given(new.keys);
        Ok(self.shops.add(shop, settings, keys, by).await?)
    }

    async fn change_keys(
        &self,
        shop: &ShopName,
        keys: Vec<String>,
        keep_present: bool,
        seen: &ShopCard,
        by: &AuditEntry,
    ) -> Result<(), DeskError> {
        if keep_present {
            return Ok(self.shops.add_keys(shop, keys, identity(seen), by).await?);
        }
        let keys = KeySource::Given(keys);
        Ok(self
            .shops
            .change_keys(shop, keys, Some(identity(seen)), by)
            .await?)
    }

    async fn remove_shop(
        &self,
        shop: &ShopName,
        anyway: bool,
        seen: &ShopCard,
        by: &AuditEntry,
    ) -> Result<(), DeskError> {
        let seen = Some(identity(seen));
        Ok(self.shops.remove(shop, anyway, seen, by).await?)
    }

    async fn check(&self, shop: &ShopName) -> Vec<Check> {
        let Ok(handle) = self.platform.shop(shop.as_str()) else {
            return Vec::new();
        };
        let mut checks = bank(handle.bank()).await;
        checks.push(self.clocks(shop).await);
        checks
    }

    async fn webhook(&self, shop: &ShopName) -> Result<Option<WebhookCard>, DeskError> {
        match self.webhooks.show(shop).await {
            Ok((webhook, failed)) => webhook_card(webhook, failed).map(Some),
            Err(WebhookError::Missing) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn webhooks(&self) -> Result<Vec<WebhookHealth>, DeskError> {
        let measured = self.store.measure_webhooks(self.webhooks.now()).await?;
        Ok(measured.into_iter().map(webhook_health).collect())
    }

    async fn deliveries(&self, key: &OrderKey) -> Result<Vec<DeliveryCard>, DeskError> {
        let waiting = self.store.deliveries(key, self.webhooks.now()).await?;
        waiting.into_iter().map(delivery_card).collect()
    }

    async fn resend(
        &self,
        key: &OrderKey,
        number: u64,
        by: &AuditEntry,
    ) -> Result<Resent, DeskError> {
        let events = self.platform.ledger().events(key).await?;
        let event = events.iter().find(|event| event.number == number);
        let id = event.ok_or(DeskError::Missing)?.id();
        let again = Again::Event(&id);
        match self.resent(&key.shop, &again, by).await? {
            Resent::Nothing => {
                let why = match self.rests(&key.shop).await? {
                    Resent::Off => {
                        "the webhook is switched off: the event waits for it, and is sent once it is switched on"
                    }
                    Resent::Paused => {
                        "the webhook pauses: the event waits for that, and needs no second one"
                    }
                    Resent::Sent | Resent::Nothing => {
                        "the event was not sent yet: it is on its way, and needs no second one"
                    }
                };
                Err(DeskError::Refused(why.to_owned()))
            }
            resent @ (Resent::Sent | Resent::Paused | Resent::Off) => Ok(resent),
        }
    }

    async fn resend_dead(&self, shop: &ShopName, by: &AuditEntry) -> Result<Resent, DeskError> {
        self.resent(shop, &Again::Dead, by).await
    }

    async fn enable(&self, shop: &ShopName, by: &AuditEntry) -> Result<(), DeskError> {
        Ok(self.webhooks.enable(shop, by).await?)
    }
}

impl ServiceDesk {
    async fn resent(
        &self,
        shop: &ShopName,
        again: &Again<'_>,
        by: &AuditEntry,
    ) -> Result<Resent, DeskError> {
        let count = self.webhooks.resend(shop, again, by).await?;
        if count == 0 {
            return Ok(Resent::Nothing);
        }
        self.rests(shop).await
    }

    /// What becomes of events that are to be sent by a shop's webhook, as it stands.
    async fn rests(&self, shop: &ShopName) -> Result<Resent, DeskError> {
        let now = self.webhooks.now();
        let webhook = self.store.webhook(shop, now).await?;
        let webhook = webhook.ok_or(DeskError::Missing)?;
        Ok(if webhook.disabled.is_some() {
            Resent::Off
        } else if webhook.paused_until.is_some_and(|until| until > now) {
            Resent::Paused
        } else {
            Resent::Sent
        })
    }

    /// As far as they may differ before somebody has to look.
    const APART: u64 = 2_000;

    async fn clocks(&self, shop: &ShopName) -> Check {
        let name = "The clocks agree";
        let ledger = self.platform.ledger();
        let asking = ledger.measure(std::slice::from_ref(shop), self.webhooks.now());
        match asking.await {
            Ok(measures) if measures.clock_ahead_ms.unsigned_abs() <= Self::APART => passed(
                name,
                "this machine's and the ledger's differ by less than 2 s",
            ),
            Ok(measures) => failed(
                name,
                format!(
                    "this machine's is {} ms ahead of the ledger's; set both by NTP",
                    measures.clock_ahead_ms
                ),
            ),
            Err(error) => failed(
                name,
                format!("not known, since the ledger is away: {error}"),
            ),
        }
    }
}

fn identity(seen: &ShopCard) -> Identity<'_> {
    Identity {
        uuid: &seen.shop_uuid,
        keys: &seen.key_fingerprints,
    }
}

fn passed(name: &str, detail: impl Into<String>) -> Check {
    Check {
        name: name.to_owned(),
        passed: true,
        detail: detail.into(),
    }
}

fn failed(name: &str, detail: impl Into<String>) -> Check {
    Check {
        passed: false,
        ..passed(name, detail)
    }
}

/// Whether it can be reached, and takes the key.
async fn bank(bank: &Bank) -> Vec<Check> {
    const NAMES: [&str; 2] = ["The bank answers", "It takes the shop's key"];
    let [reached, key] = NAMES;
    let (Some(connection), Some(sessions)) = (&bank.connection, &bank.sessions) else {
        return Vec::new();
    };
    match Reach::of(&**connection, &**sessions).await {
        Reach::Answers { ping } => vec![
            passed(reached, format!("at {}", bank.host)),
            passed(
                key,
                if ping {
                    "by its answer to a ping"
                } else {
                    "by what the payment sessions answer; a ping is not given to this shop"
                },
            ),
        ],
        Reach::KeyRefused(error) => vec![
            passed(reached, format!("at {}", bank.host)),
            failed(
                key,
                format!("{error}; set the key that Inbank gave for this shop and this environment"),
            ),
        ],
        Reach::NoAnswer(error) => vec![
            failed(
                reached,
                format!(
                    "{error}; look at the address, its name's resolution, the network and the proxy"
                ),
            ),
            failed(key, "not known, since the bank does not answer"),
        ],
    }
}

const fn origin(origin: WebhookOrigin) -> Origin {
    match origin {
        WebhookOrigin::File => Origin::File,
        WebhookOrigin::Call => Origin::Call,
    }
}

fn webhook_card(webhook: Webhook, failed: Vec<KeptDelivery>) -> Result<WebhookCard, DeskError> {
    let failures = failed.into_iter().map(delivery_card);
    Ok(WebhookCard {
        url: address(&webhook).to_owned(),
        origin: origin(webhook.target.origin),
        state: match standing(&webhook) {
            Standing::Active => WebhookState::Active,
            Standing::Failing => WebhookState::Failing,
            Standing::Disabled => WebhookState::Disabled,
        },
        disabled_at: webhook.disabled.as_ref().map(|(at, _)| *at),
        disabled_because: webhook.disabled.map(|(_, why)| why),
        failing_since: webhook.failing_since,
        paused_until: webhook.paused_until,
        tried_at: webhook.tried_at,
        last_status: webhook.last_status,
        last_problem: webhook.last_problem,
        delivered_at: webhook.delivered_at,
        waiting: webhook.waiting,
        dead: webhook.dead,
        failures: failures.collect::<Result<_, _>>()?,
    })
}

fn webhook_health(measures: WebhookMeasures) -> WebhookHealth {
    let (disabled_at, disabled_because) = measures.disabled.unzip();
    let state = match (disabled_at, measures.failing_since) {
        (Some(_), _) => WebhookState::Disabled,
        (None, Some(_)) => WebhookState::Failing,
        (None, None) => WebhookState::Active,
    };
    WebhookHealth {
        shop: measures.shop,
        state,
        since: disabled_at.or(measures.failing_since),
        disabled_because,
        paused_until: measures.paused_until,
        last_status: measures.last_status,
        last_problem: measures.last_problem,
        dead: measures.dead,
        oldest: measures.oldest,
    }
}

fn delivery_card(delivery: KeptDelivery) -> Result<DeliveryCard, DeskError> {
    let order = OrderReference::parse(delivery.reference);
    Ok(DeliveryCard {
        order: order.map_err(|error| DeskError::Refused(error.to_string()))?,
        number: delivery.number,
        kind: delivery.kind,
        tries: delivery.tries,
        tried_at: delivery.tried_at,
        next_at: delivery.due_at,
        dead_at: delivery.dead_at,
        taken_at: delivery.taken_at,
        to: delivery.url.map(|url| without_query(&url).to_owned()),
        status: delivery.status,
        problem: delivery.problem,
    })
}

fn settings(new: &NewShop) -> Settings {
    Settings {
        region: new.region.clone(),
        environment: new.environment.clone(),
        api_version: new.api_version.clone(),
        base_url: new.base_url.clone(),
        shop_uuid: new.shop_uuid.clone(),
        return_url: new.return_url.clone(),
        api_keys_env: None,
        api_keys_file: None,
    }
}

impl From<ShopSettingError> for DeskError {
    fn from(error: ShopSettingError) -> Self {
        match error {
            ShopSettingError::Ledger(error) => error.into(),
            ShopSettingError::Missing => Self::Missing,
            ShopSettingError::Changed => Self::Changed,
            ShopSettingError::OfFile
            | ShopSettingError::Taken
            | ShopSettingError::NoFolder
            | ShopSettingError::NoVault
            | ShopSettingError::Locked(_)
            | ShopSettingError::SameIdentity
            | ShopSettingError::Refused(_) => Self::Refused(error.to_string()),
            ShopSettingError::OpenOrders(_) => {
                Self::Refused(format!("nothing was removed: {error}"))
            }
            // Of what was set before; what a form sends was looked at.
            ShopSettingError::Invalid(invalid) => Self::Refused(invalid.to_string()),
        }
    }
}

impl From<WebhookError> for DeskError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Ledger(error) => error.into(),
            WebhookError::Missing => Self::Missing,
            WebhookError::OfFile
            | WebhookError::NoVault
            | WebhookError::Locked(_)
            | WebhookError::Invalid(_) => Self::Refused(error.to_string()),
        }
    }
}
