//! Deliveries: those that failed, those of an order, and sending events again.

use inbank_domain::{AttemptId, OrderKey, ShopName};
use inbank_ports::{AuditEntry, LedgerError};
use time::OffsetDateTime;

use super::ServiceStore;
use super::webhook::status;
use crate::audit::recorded;
use crate::failure::Failure;
use crate::script::{Cells, Statement, Text};

/// The delivery of an event to the shop's own server: it waits, it failed, or it was taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptDelivery {
    /// The order that it is about, as the shop calls it.
    pub reference: String,
    /// Its number in its order.
    pub number: u64,
    /// The event's id.
    pub id: String,
    /// The event's kind.
    pub kind: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next; none once it was taken, or given up.
    pub due_at: Option<OffsetDateTime>,
    /// When it was given up.
    pub dead_at: Option<OffsetDateTime>,
    /// When it was taken.
    pub taken_at: Option<OffsetDateTime>,
    /// When it was last tried; none where it only waits.
    pub tried_at: Option<OffsetDateTime>,
    /// The status of the last answer, where there was one.
    pub status: Option<u16>,
    /// What was wrong.
    pub problem: Option<String>,
    /// Where it was posted when it was last tried; none where it only waits, and where the webhook has gone elsewhere since.
    pub url: Option<String>,
}

/// Which events to send again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Resend {
    /// This one.
    Event {
        /// The order that it is about.
        key: OrderKey,
        /// The attempt that it is about.
        attempt: AttemptId,
        /// Its number in its order.
        number: u64,
    },
    /// All that were given up.
    Dead,
    /// All that happened in a time.
    Between {
        /// From then on.
        from: OffsetDateTime,
        /// Before then.
        until: OffsetDateTime,
    },
}

/// So many are sent again by one call at the most.
const MOST: u32 = 10_000;

fn which(deliveries: &str) -> String {
    format!(
        "SELECT d.reference, d.number, e.attempt_id, e.kind, d.tries, d.due_at, d.dead_at, d.taken_at, d.tried_at, d.status, d.problem,
            CASE WHEN w.changed_at <= d.tried_at THEN w.url END
        FROM inbank_webhook_delivery AS d
        JOIN inbank_event AS e ON e.shop = d.shop AND e.reference = d.reference AND e.number = d.number
        LEFT JOIN inbank_webhook AS w ON w.shop = d.shop
        WHERE d.shop = $2 AND {deliveries}"
    )
}

static FAILED: Text = Text::new(|| {
    which(
        "d.tried_at IS NOT NULL AND d.taken_at IS NULL ORDER BY d.tried_at DESC, d.position LIMIT $3",
    )
});

/// Also those that were not taken up, as none is while the webhook pauses or is switched off.
static OF_ORDER: Text = Text::new(|| {
    let taken_up = which("d.reference = $3");
    format!(
        "{taken_up} UNION ALL SELECT e.reference, e.number, e.attempt_id, e.kind, 0, @now, NULL, NULL, NULL, NULL, NULL, NULL
        FROM inbank_event AS e JOIN inbank_webhook AS w ON w.shop = e.shop
        WHERE e.shop = $2 AND e.reference = $3 AND (e.position IS NULL OR e.position > w.position) ORDER BY 2"
    )
});

/// Those that were not taken up yet are sent anyway. What came of the try that was taken is no failure of the next.
fn again(which: &str) -> String {
    format!(
        "INSERT INTO inbank_webhook_delivery AS kept (shop, reference, number, position, tries, due_at)
        SELECT e.shop, e.reference, e.number, e.position, 0, @now FROM inbank_event AS e
        WHERE e.shop = $2 AND e.position <= (SELECT w.position FROM inbank_webhook AS w WHERE w.shop = $2) AND {which}
        ON CONFLICT (shop, reference, number) DO UPDATE SET tries = 0, due_at = excluded.due_at, dead_at = NULL, taken_at = NULL,
            tried_at = CASE WHEN kept.taken_at IS NULL THEN kept.tried_at END,
            status = CASE WHEN kept.taken_at IS NULL THEN kept.status END
        RETURNING number"
    )
}

static EVENT: Text =
    Text::new(|| again("e.reference = $3 AND e.number = $4 AND e.attempt_id = $5"));

static BETWEEN: Text =
    Text::new(|| again("e.occurred_at >= $3 AND e.occurred_at < $4 ORDER BY e.position LIMIT $5"));

static DEAD: Text = Text::new(|| {
    "UPDATE inbank_webhook_delivery SET tries = 0, due_at = @now, dead_at = NULL WHERE (shop, reference, number) IN (
        SELECT d.shop, d.reference, d.number FROM inbank_webhook_delivery AS d
        WHERE d.shop = $2 AND d.dead_at IS NOT NULL LIMIT $3
    ) RETURNING number"
        .to_owned()
});

fn kept(row: &Cells) -> Result<KeptDelivery, Failure> {
    let mut row = row.cursor();
    let (reference, number) = (row.text()?.to_owned(), row.count()?);
    let attempt = row.text()?;
    Ok(KeptDelivery {
        reference,
        number,
        // As an event calls itself.
        id: format!("{attempt}/{number}"),
        kind: row.text()?.to_owned(),
        tries: row.small()?,
        due_at: row.maybe_moment()?,
        dead_at: row.maybe_moment()?,
        taken_at: row.maybe_moment()?,
        tried_at: row.maybe_moment()?,
        status: status(row.maybe_number()?),
        problem: row.maybe_text()?.map(str::to_owned),
        url: row.maybe_text()?.map(str::to_owned),
    })
}

impl ServiceStore {
    /// The deliveries of an order's events, in their order: those that wait, were given up, or were taken within
    /// [`TAKEN`](Self::TAKEN). An event that isn't among them was taken before that, or happened before the shop had a webhook.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn deliveries(
        &self,
        key: &OrderKey,
        now: OffsetDateTime,
    ) -> Result<Vec<KeptDelivery>, LedgerError> {
        let rows = self.engine.look(Statement::new(&OF_ORDER, now).of(key));
        let rows = rows.await?;
        self.engine.understood(rows.iter().map(kept).collect())
    }

    /// The deliveries of a shop's webhook that failed and did not succeed since, the last tried first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn failed_deliveries(
        &self,
        shop: &ShopName,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<Vec<KeptDelivery>, LedgerError> {
        let statement = Statement::new(&FAILED, now).with(shop).with(limit);
        let rows = self.engine.look(statement).await?;
        self.engine.understood(rows.iter().map(kept).collect())
    }

    /// Has events of a shop sent again, delivered or not: at once, and with all their tries before them; at most ten thousand.
    /// Says how many.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn resend(
        &self,
        shop: &ShopName,
        which: &Resend,
        by: &AuditEntry,
        now: OffsetDateTime,
    ) -> Result<u64, LedgerError> {
        let statement = match which {
            Resend::Event {
                key,
                attempt,
                number,
            } => Statement::new(&EVENT, now)
                .with(shop)
                .with(key.reference.as_str())
                .with(*number)
                .with(attempt.as_str()),
            Resend::Dead => Statement::new(&DEAD, now).with(shop).with(MOST),
            Resend::Between { from, until } => Statement::new(&BETWEEN, now)
                .with(shop)
                .with(*from)
                .with(*until)
                .with(MOST),
        };
        let script = vec![statement.guarding(), recorded(by, now)];
        let answers = self.engine.script(script).await?.unwrap_or_default();
        Ok(answers.first().map_or(0, |rows| rows.len() as u64))
    }
}
