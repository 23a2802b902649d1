//! Sending webhooks: whose turn it is, and what is due.

use std::time::Duration;

use inbank_domain::{OrderEvent, OrderKey, OrderReference, ShopName};
use inbank_ports::{Lease, LedgerError, UnreadableEvent};
use time::OffsetDateTime;

use super::ServiceStore;
use super::webhook::WebhookOrigin;
use crate::failure::Failure;
use crate::moment::SLACK;
use crate::row::{EVENT_COLUMNS, Refused, event, known, names};
use crate::script::{Cells, Statement, Text};

/// A shop's webhook, leased: nobody else sends its events until the lease lapses.
#[derive(Clone)]
pub struct ClaimedWebhook {
    /// The shop.
    pub shop: ShopName,
    /// The lease.
    pub lease: Lease,
    /// Who says where it goes.
    pub origin: WebhookOrigin,
    /// Where it goes.
    pub url: String,
    /// By which it is signed, encrypted.
    pub secrets: Option<Vec<u8>>,
    /// The place in the shop's feed of the last event that was taken up.
    pub position: u64,
    /// Whether there have been failures and nothing else.
    pub failing: bool,
}

impl std::fmt::Debug for ClaimedWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClaimedWebhook")
            .field("shop", &self.shop)
            .field("lease", &self.lease)
            .finish_non_exhaustive()
    }
}

/// An event that is to be delivered now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DueDelivery {
    /// The order that it is about.
    pub key: OrderKey,
    /// Its number in its order.
    pub number: u64,
    /// How often it was tried.
    pub tries: u32,
    /// The event; what is wrong with it where it can't be read.
    pub event: Result<OrderEvent, UnreadableEvent>,
}

/// Those that nobody holds, and those that a wrong clock has leased.
fn is_free() -> String {
    format!(
        "w.disabled_at IS NULL AND (w.paused_until IS NULL OR w.paused_until <= @now)
        AND (w.leased_until IS NULL OR w.leased_until <= @now OR w.leased_until > @now + $2 + {SLACK})"
    )
}

static WITH_WORK: Text = Text::new(|| {
    format!(
        "SELECT w.shop FROM inbank_webhook AS w WHERE {} AND (
            EXISTS (SELECT 1 FROM inbank_webhook_delivery AS d WHERE d.shop = w.shop AND d.due_at <= @now)
            OR EXISTS (SELECT 1 FROM inbank_event AS e WHERE e.shop = w.shop AND e.position > w.position)
            OR EXISTS (SELECT 1 FROM inbank_event AS e WHERE e.shop = w.shop AND e.position IS NULL)
        ) ORDER BY w.shop",
        is_free()
    )
});

static CLAIM: Text = Text::new(|| {
    format!(
        "UPDATE inbank_webhook AS w SET lease = w.lease + 1, leased_until = @now + $2 WHERE w.shop = $3 AND {}
        RETURNING lease, origin, url, secrets, position, failing_since",
        is_free()
    )
});

/// The lease is held, and lasts from now on.
static HOLD: Text = Text::new(|| {
    "UPDATE inbank_webhook SET leased_until = @now + $4 WHERE shop = $2 AND lease = $3 AND leased_until IS NOT NULL RETURNING shop"
        .to_owned()
});

static RELEASE: Text = Text::new(|| {
    "UPDATE inbank_webhook SET leased_until = NULL WHERE shop = $2 AND lease = $3".to_owned()
});

/// The last of the next places that are given. Asked by itself: whoever gives places commits them together and in their order, so
/// that all up to one that can be seen can be seen as well. A statement that took "the next" would see others than the one before it.
static NEXT_PLACES: Text = Text::new(|| {
    "SELECT max(n.position) FROM (
        SELECT e.position FROM inbank_event AS e WHERE e.shop = $2 AND e.position > $3 ORDER BY e.position LIMIT $4
    ) AS n"
        .to_owned()
});

/// An order's event is not due before an earlier one of it that waits.
static TAKE_UP: Text = Text::new(|| {
    "INSERT INTO inbank_webhook_delivery (shop, reference, number, position, tries, due_at)
    SELECT e.shop, e.reference, e.number, e.position, 0, coalesce(
        (SELECT max(d.due_at) FROM inbank_webhook_delivery AS d
            WHERE d.shop = e.shop AND d.reference = e.reference AND d.due_at > @now),
        @now
    )
    FROM inbank_event AS e
    WHERE e.shop = $2 AND e.position <= $3 AND e.position > (SELECT w.position FROM inbank_webhook AS w WHERE w.shop = $2)
    ON CONFLICT (shop, reference, number) DO NOTHING"
        .to_owned()
});

static TAKEN_UP: Text = Text::new(|| {
    "UPDATE inbank_webhook SET position = $3 WHERE shop = $2 AND position < $3".to_owned()
});

static DUE: Text = Text::new(|| {
    let columns = names("e.", &EVENT_COLUMNS);
    format!(
        "SELECT d.reference, d.number, d.tries, o.refused, {columns} FROM inbank_webhook_delivery AS d
        JOIN inbank_order AS o ON o.shop = d.shop AND o.reference = d.reference
        JOIN inbank_event AS e ON e.shop = d.shop AND e.reference = d.reference AND e.number = d.number
        WHERE d.shop = $2 AND d.due_at <= @now ORDER BY d.due_at, d.position LIMIT $3"
    )
});

fn claimed(shop: &ShopName, row: &Cells) -> Result<ClaimedWebhook, Failure> {
    let mut row = row.cursor();
    Ok(ClaimedWebhook {
        shop: shop.clone(),
        lease: Lease(row.count()?),
        origin: known("origin of a webhook", WebhookOrigin::named(row.text()?))?,
        url: row.text()?.to_owned(),
        secrets: row.maybe_bytes()?,
        position: row.count()?,
        failing: row.maybe_number()?.is_some(),
    })
}

/// None where the order has no name that can be read: it can't be named to anybody, and waits for a version that can.
fn due(shop: &ShopName, row: &Cells) -> Result<Option<DueDelivery>, Failure> {
    let mut row = row.cursor();
    let Ok(reference) = row.parsed(OrderReference::parse) else {
        return Ok(None);
    };
    let key = OrderKey::new(shop.clone(), reference);
    let (number, tries) = (row.count()?, row.small()?);
    let refused = Refused(row.maybe_number()?);
    Ok(Some(DueDelivery {
        event: event(&key, refused, &mut row)?,
        key,
        number,
        tries,
    }))
}

impl ServiceStore {
    /// The shops whose webhook has something to send, and is held by nobody.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn webhooks_with_work(
        &self,
        lease: Duration,
        now: OffsetDateTime,
    ) -> Result<Vec<ShopName>, LedgerError> {
        let rows = self
            .engine
            .look(Statement::new(&WITH_WORK, now).with(lease))
            .await?;
        let names = rows.iter().map(|row| row.cursor().parsed(ShopName::parse));
        self.engine.understood(names.collect())
    }

    /// Leases a shop's webhook; none where somebody holds it, or it is switched off or paused.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn claim_webhook(
        &self,
        shop: &ShopName,
        lease: Duration,
        now: OffsetDateTime,
    ) -> Result<Option<ClaimedWebhook>, LedgerError> {
        let claim = Statement::new(&CLAIM, now)
            .with(lease)
            .with(shop)
            .guarding();
        let Some(answers) = self.engine.script(vec![claim]).await? else {
            return Ok(None);
        };
        let row = answers.first().and_then(|rows| rows.first());
        let claimed = row.map(|row| claimed(shop, row)).transpose();
        self.engine.understood(claimed)
    }

    /// Makes deliveries of the next events in the shop's feed, at most `limit`, and holds the lease for as long again. Read the
    /// feed before: it gives them their places. Says the place of the last; none when the lease has passed on.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn take_up_events(
        &self,
        webhook: &ClaimedWebhook,
        lease: Duration,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<Option<u64>, LedgerError> {
        let about = |text| Statement::new(text, now).with(&webhook.shop);
        let next = about(&NEXT_PLACES).with(webhook.position).with(limit);
        let rows = self.engine.look(next).await?;
        let next = rows.first().map(|row| row.cursor().maybe_number());
        let next = self.engine.understood(next.transpose())?.flatten();
        let next = next.map_or(webhook.position, i64::cast_unsigned);
        let script = vec![
            held(webhook, lease, now),
            about(&TAKE_UP).with(next),
            about(&TAKEN_UP).with(next),
        ];
        let held = self.engine.script(script).await?;
        Ok(held.map(|_| next))
    }

    /// What is to be delivered now, the longest due first, and an order's events in their order.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn due_deliveries(
        &self,
        shop: &ShopName,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<Vec<DueDelivery>, LedgerError> {
        let statement = Statement::new(&DUE, now).with(shop).with(limit);
        let rows = self.engine.look(statement).await?;
        let due = rows.iter().filter_map(|row| due(shop, row).transpose());
        self.engine.understood(due.collect())
    }

    /// Ends a lease.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn release_webhook(
        &self,
        webhook: &ClaimedWebhook,
        now: OffsetDateTime,
    ) -> Result<(), LedgerError> {
        let release = Statement::new(&RELEASE, now)
            .with(&webhook.shop)
            .with(webhook.lease.0);
        self.engine.script(vec![release]).await.map(drop)
    }
}

/// What makes sure that a lease is held, and has it last.
pub(super) fn held(webhook: &ClaimedWebhook, lease: Duration, now: OffsetDateTime) -> Statement {
    let hold = Statement::new(&HOLD, now)
        .with(&webhook.shop)
        .with(webhook.lease.0)
        .with(lease);
    hold.guarding()
}
