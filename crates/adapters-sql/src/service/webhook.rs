//! Where a shop's events are posted.

use std::time::Duration;

use inbank_domain::ShopName;
use inbank_ports::{AuditEntry, LedgerError};
use time::OffsetDateTime;

use super::ServiceStore;
use crate::audit::recorded;
use crate::failure::Failure;
use crate::row::known;
use crate::script::{Cells, Statement, Text};

/// Who says where a shop's webhooks go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WebhookOrigin {
    /// The configuration's file, which also says where the secrets are.
    File,
    /// A call of the API.
    Call,
}

impl WebhookOrigin {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Call => "call",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::File, Self::Call]
            .into_iter()
            .find(|origin| origin.as_str() == name)
    }
}

/// Where a shop's webhooks go.
#[derive(Clone, Eq, PartialEq)]
pub struct WebhookTarget {
    /// The shop.
    pub shop: ShopName,
    /// Who says so.
    pub origin: WebhookOrigin,
    /// The address that they are posted to.
    pub url: String,
    /// By which they are signed, encrypted; none where the configuration's file says where they are.
    pub secrets: Option<Vec<u8>>,
}

impl std::fmt::Debug for WebhookTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookTarget")
            .field("shop", &self.shop)
            .field("origin", &self.origin)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// How a shop's webhook stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Webhook {
    /// Where it goes.
    pub target: WebhookTarget,
    /// When that was set.
    pub changed_at: OffsetDateTime,
    /// The place in the shop's feed of the last event that was taken up.
    pub position: u64,
    /// When it was switched off, and why.
    pub disabled: Option<(OffsetDateTime, String)>,
    /// Nothing is sent before this.
    pub paused_until: Option<OffsetDateTime>,
    /// Since when there have been failures and nothing else.
    pub failing_since: Option<OffsetDateTime>,
    /// When something was last sent.
    pub tried_at: Option<OffsetDateTime>,
    /// The status of the last answer, where there was one.
    pub last_status: Option<u16>,
    /// What was wrong with the last try.
    pub last_problem: Option<String>,
    /// When an event was last taken.
    pub delivered_at: Option<OffsetDateTime>,
    /// Events that are still to be delivered, taken up or not.
    pub waiting: u64,
    /// Events that were given up, and can be sent again.
    pub dead: u64,
}

/// What an operator watches of a webhook.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WebhookMeasures {
    /// The shop.
    pub shop: ShopName,
    /// When it was switched off, and why.
    pub disabled: Option<(OffsetDateTime, String)>,
    /// Nothing is sent before this.
    pub paused_until: Option<OffsetDateTime>,
    /// Since when there have been failures and nothing else.
    pub failing_since: Option<OffsetDateTime>,
    /// The status of the last answer, where there was one.
    pub last_status: Option<u16>,
    /// What was wrong with the last try.
    pub last_problem: Option<String>,
    /// Events that are still to be delivered, of those that were taken up.
    pub waiting: u64,
    /// How long ago the first happened that is still to be delivered, taken up or not.
    pub oldest: Option<Duration>,
    /// Events that were given up.
    pub dead: u64,
}

static SET: Text = Text::new(|| {
    // What the file says again, as each process does that starts, changes nothing.
    "INSERT INTO inbank_webhook AS w (shop, origin, url, secrets, changed_at, position, lease) VALUES ($2, $3, $4, $5, @now, $6, 0)
    ON CONFLICT (shop) DO UPDATE SET
        origin = excluded.origin, url = excluded.url, secrets = excluded.secrets, changed_at = excluded.changed_at,
        lease = w.lease + 1, leased_until = NULL, paused_until = NULL, failing_since = NULL,
        disabled_at = NULL, disabled_because = NULL
    WHERE excluded.origin = 'call' OR w.origin = 'call' OR w.url <> excluded.url"
        .to_owned()
});

static ENABLE: Text = Text::new(|| {
    "UPDATE inbank_webhook SET disabled_at = NULL, disabled_because = NULL, failing_since = NULL, paused_until = NULL
    WHERE shop = $2 RETURNING shop"
        .to_owned()
});

static REMOVE: Text =
    Text::new(|| "DELETE FROM inbank_webhook WHERE shop = $2 RETURNING shop".to_owned());

static REMOVE_FILED: Text = Text::new(|| {
    "DELETE FROM inbank_webhook WHERE shop = $2 AND origin = 'file' RETURNING shop".to_owned()
});

static REMOVE_DELIVERIES: Text =
    Text::new(|| "DELETE FROM inbank_webhook_delivery WHERE shop = $2".to_owned());

static SHOW: Text = Text::new(|| {
    "SELECT w.shop, w.origin, w.url, w.secrets, w.changed_at, w.position, w.disabled_at, w.disabled_because, w.paused_until,
        w.failing_since, w.tried_at, w.last_status, w.last_problem, w.delivered_at,
        (SELECT count(*) FROM inbank_webhook_delivery AS d WHERE d.shop = w.shop AND d.due_at IS NOT NULL)
            + (SELECT count(*) FROM inbank_event AS e WHERE e.shop = w.shop AND e.position > w.position)
            + (SELECT count(*) FROM inbank_event AS e WHERE e.shop = w.shop AND e.position IS NULL),
        (SELECT count(*) FROM inbank_webhook_delivery AS d WHERE d.shop = w.shop AND d.dead_at IS NOT NULL)
    FROM inbank_webhook AS w WHERE w.shop = $2"
        .to_owned()
});

/// What waits the longest has the first place in the feed: of what was taken up, of what has a place and was not, and of what has none
/// yet. The last two are found at an end of an index; for the first, as for the counts, an index of what waits alone is read.
static MEASURE: Text = Text::new(|| {
    "SELECT w.shop, w.disabled_at, w.disabled_because, w.paused_until, w.failing_since, w.last_status, w.last_problem,
        (SELECT count(*) FROM inbank_webhook_delivery AS d WHERE d.shop = w.shop AND d.due_at IS NOT NULL),
        @now - (SELECT e.occurred_at FROM inbank_event AS e WHERE e.shop = w.shop AND e.position =
            (SELECT min(d.position) FROM inbank_webhook_delivery AS d WHERE d.shop = w.shop AND d.due_at IS NOT NULL)),
        @now - (SELECT e.occurred_at FROM inbank_event AS e WHERE e.shop = w.shop AND e.position > w.position
            ORDER BY e.position LIMIT 1),
        @now - (SELECT e.occurred_at FROM inbank_event AS e WHERE e.shop = w.shop AND e.position IS NULL ORDER BY e.id LIMIT 1),
        (SELECT count(*) FROM inbank_webhook_delivery AS d WHERE d.shop = w.shop AND d.dead_at IS NOT NULL)
    FROM inbank_webhook AS w ORDER BY w.shop"
        .to_owned()
});

static LAST_PLACED: Text = Text::new(|| "SELECT last FROM inbank_feed WHERE shop = $2".to_owned());

fn webhook(row: &Cells) -> Result<Webhook, Failure> {
    let mut row = row.cursor();
    let target = WebhookTarget {
        shop: row.parsed(ShopName::parse)?,
        origin: known("origin of a webhook", WebhookOrigin::named(row.text()?))?,
        url: row.text()?.to_owned(),
        secrets: row.maybe_bytes()?,
    };
    let (changed_at, position) = (row.moment()?, row.count()?);
    let (disabled_at, because) = (row.maybe_moment()?, row.maybe_text()?);
    Ok(Webhook {
        target,
        changed_at,
        position,
        disabled: disabled_at.map(|at| (at, because.unwrap_or_default().to_owned())),
        paused_until: row.maybe_moment()?,
        failing_since: row.maybe_moment()?,
        tried_at: row.maybe_moment()?,
        last_status: status(row.maybe_number()?),
        last_problem: row.maybe_text()?.map(str::to_owned),
        delivered_at: row.maybe_moment()?,
        waiting: row.count()?,
        dead: row.count()?,
    })
}

pub(super) fn status(stored: Option<i64>) -> Option<u16> {
    stored.and_then(|status| u16::try_from(status).ok())
}

fn measures(row: &Cells) -> Result<WebhookMeasures, Failure> {
    let mut row = row.cursor();
    let shop = row.parsed(ShopName::parse)?;
    let (disabled_at, because) = (row.maybe_moment()?, row.maybe_text()?);
    let disabled = disabled_at.map(|at| (at, because.unwrap_or_default().to_owned()));
    let paused_until = row.maybe_moment()?;
    let failing_since = row.maybe_moment()?;
    let last_status = status(row.maybe_number()?);
    let last_problem = row.maybe_text()?.map(str::to_owned);
    let waiting = row.count()?;
    let mut oldest = None;
    for _ in 0..3 {
        oldest = oldest.max(row.maybe_number()?.map(age));
    }
    Ok(WebhookMeasures {
        shop,
        disabled,
        paused_until,
        failing_since,
        last_status,
        last_problem,
        waiting,
        oldest,
        dead: row.count()?,
    })
}

/// Of microseconds. What a clock that was put back finds in the future has no age.
fn age(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// What removes a shop's webhook.
pub(super) fn removed(shop: &ShopName, now: OffsetDateTime) -> [Statement; 2] {
    [
        Statement::new(&REMOVE, now).with(shop),
        Statement::new(&REMOVE_DELIVERIES, now).with(shop),
    ]
}

impl ServiceStore {
    /// Says where a shop's webhooks go, and switches them on; `by` is recorded. A new one starts after `start` in the shop's feed,
    /// one that was there goes on where it was. The same said again by the file changes nothing.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn set_webhook(
        &self,
        target: &WebhookTarget,
        start: u64,
        by: Option<&AuditEntry>,
        now: OffsetDateTime,
    ) -> Result<(), LedgerError> {
        let set = Statement::new(&SET, now)
            .with(&target.shop)
            .with(target.origin.as_str())
            .with(&*target.url)
            .with(target.secrets.as_deref())
            .with(start);
        let mut script = vec![set];
        script.extend(by.map(|by| recorded(by, now)));
        self.engine.script(script).await.map(drop)
    }

    /// Switches a webhook on again. False when there is none.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn enable_webhook(
        &self,
        shop: &ShopName,
        by: &AuditEntry,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let enable = Statement::new(&ENABLE, now).with(shop).guarding();
        let script = vec![enable, recorded(by, now)];
        Ok(self.engine.script(script).await?.is_some())
    }

    /// Removes a webhook, with what was still to be delivered. False when there is none.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn remove_webhook(
        &self,
        shop: &ShopName,
        by: &AuditEntry,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let [webhook, deliveries] = removed(shop, now);
        let script = vec![webhook.guarding(), deliveries, recorded(by, now)];
        Ok(self.engine.script(script).await?.is_some())
    }

    /// Removes a webhook that the configuration's file has no more, with what was still to be delivered. False when there is none, or
    /// a call has set it.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn remove_filed_webhook(
        &self,
        shop: &ShopName,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let about = |text| Statement::new(text, now).with(shop);
        let script = vec![about(&REMOVE_FILED).guarding(), about(&REMOVE_DELIVERIES)];
        Ok(self.engine.script(script).await?.is_some())
    }

    /// How a shop's webhook stands; none where there is none.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn webhook(
        &self,
        shop: &ShopName,
        now: OffsetDateTime,
    ) -> Result<Option<Webhook>, LedgerError> {
        let rows = self
            .engine
            .look(Statement::new(&SHOW, now).with(shop))
            .await?;
        self.engine
            .understood(rows.first().map(webhook).transpose())
    }

    /// What an operator watches, of every shop that has a webhook.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn measure_webhooks(
        &self,
        now: OffsetDateTime,
    ) -> Result<Vec<WebhookMeasures>, LedgerError> {
        let rows = self.engine.look(Statement::new(&MEASURE, now)).await?;
        self.engine.understood(rows.iter().map(measures).collect())
    }

    /// The last place in a shop's feed that was given to an event; later events have none yet.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn last_in_feed(
        &self,
        shop: &ShopName,
        now: OffsetDateTime,
    ) -> Result<u64, LedgerError> {
        let last = Statement::new(&LAST_PLACED, now).with(shop);
        let rows = self.engine.look(last).await?;
        let last = rows.first().map(|row| row.cursor().count()).transpose();
        Ok(self.engine.understood(last)?.unwrap_or_default())
    }
}
