//! What `inbank serve` keeps beside the ledger, in the same database.

mod delivery;
mod idempotency;
mod sending;
mod settling;
mod shop;
mod webhook;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use inbank_ports::{AuditEntry, AuditLog, AuditQuery, AuditRecord, LedgerError};
use time::OffsetDateTime;

use crate::audit;
use crate::connection::ConnectError;
#[cfg(feature = "postgres")]
use crate::connection::DatabaseError;
use crate::engine::Engine;
use crate::script::{Statement, Text};

pub use self::delivery::{KeptDelivery, Resend};
pub use self::idempotency::{Begun, IdempotencyName};
pub use self::sending::{ClaimedWebhook, DueDelivery};
pub use self::settling::{Outcome, Ruled, Settled, Standing, TryReport};
pub use self::shop::{KeptShop, Replaces};
pub use self::webhook::{Webhook, WebhookMeasures, WebhookOrigin, WebhookTarget};

/// What `inbank serve` keeps beside the orders, in the same database: where webhooks go and which are still to be sent, what became
/// of requests that came with an `Idempotency-Key`, shops that were added at run time, and who decided what. Cheap to clone; made by
/// [`SqlLedger::service_store`](crate::SqlLedger::service_store).
///
/// As in the ledger, each method is one transaction, and durable when it returns; each is given the caller's time, and on PostgreSQL
/// the server's decides. Nothing personal belongs here; what is secret is given encrypted.
///
/// | what | is kept |
/// |---|---|
/// | deliveries of webhooks | until they succeed, or are given up |
/// | deliveries that were given up | [`DEAD`](Self::DEAD), so that they can be sent again |
/// | deliveries that succeeded | [`TAKEN`](Self::TAKEN), so that it can be shown that they did |
/// | requests with an `Idempotency-Key` | [`IDEMPOTENCY`](Self::IDEMPOTENCY) |
/// | webhooks, shops | until they are removed |
/// | who decided what | [`AUDIT`](Self::AUDIT) |
///
/// What is older is deleted by [`prune`](Self::prune). An order that is forgotten or erased takes its deliveries with it.
#[derive(Clone)]
pub struct ServiceStore {
    engine: Engine,
}

static OLD_DEAD: Text = Text::new(|| {
    "DELETE FROM inbank_webhook_delivery WHERE (shop, reference, number) IN (
        SELECT d.shop, d.reference, d.number FROM inbank_webhook_delivery AS d WHERE d.dead_at < @now - $2 LIMIT $3
    ) RETURNING number"
        .to_owned()
});

static OLD_TAKEN: Text = Text::new(|| {
    "DELETE FROM inbank_webhook_delivery WHERE (shop, reference, number) IN (
        SELECT d.shop, d.reference, d.number FROM inbank_webhook_delivery AS d WHERE d.taken_at < @now - $2 LIMIT $3
    ) RETURNING number"
        .to_owned()
});

static OLD_REQUESTS: Text = Text::new(|| {
    "DELETE FROM inbank_idempotency WHERE name IN (
        SELECT i.name FROM inbank_idempotency AS i WHERE i.began_at < @now - $2 LIMIT $3
    ) RETURNING began_at"
        .to_owned()
});

static OLD_AUDIT: Text = Text::new(|| {
    "DELETE FROM inbank_audit WHERE id IN (
        SELECT a.id FROM inbank_audit AS a WHERE a.at < @now - $2 LIMIT $3
    ) RETURNING id"
        .to_owned()
});

impl ServiceStore {
    /// How long a delivery is kept that was given up.
    pub const DEAD: Duration = Duration::from_hours(30 * 24);
    /// How long it is remembered that a delivery was taken, and when.
    pub const TAKEN: Duration = Duration::from_hours(30 * 24);
    /// How long it is remembered what became of a request with an `Idempotency-Key`.
    pub const IDEMPOTENCY: Duration = Duration::from_hours(7 * 24);
    /// How long it is remembered who decided what.
    pub const AUDIT: Duration = Duration::from_hours(400 * 24);

    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_async, reason = "a file asks nobody for rights")
    )]
    pub(crate) async fn open(engine: Engine) -> Result<Self, ConnectError> {
        #[cfg(feature = "postgres")]
        if let Engine::Postgres(postgres) = &engine {
            let checked = postgres.check_service().await;
            checked.map_err(|failure| DatabaseError::new(engine.place(), &failure))?;
        }
        Ok(Self { engine })
    }

    /// Deletes what was kept for long enough, of each kind at most `limit`, so that it holds up nothing else. Says how much.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn prune(&self, limit: u32, now: OffsetDateTime) -> Result<u64, LedgerError> {
        let script = [
            (&OLD_DEAD, longer_than_a_month(Self::DEAD)),
            (&OLD_TAKEN, longer_than_a_month(Self::TAKEN)),
            (&OLD_REQUESTS, longer_than_a_month(Self::IDEMPOTENCY)),
            (&OLD_AUDIT, longer_than_a_month(Self::AUDIT)),
        ];
        let script = script.map(|(text, kept)| Statement::new(text, now).with(kept).with(limit));
        let answers = self.engine.script(script.into()).await?;
        let deleted = answers.iter().flatten().map(Vec::len).sum::<usize>();
        Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
    }
}

/// In microseconds; pauses and leases are never as long.
fn longer_than_a_month(kept: Duration) -> i64 {
    i64::try_from(kept.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Debug for ServiceStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceStore")
            .field("engine", &self.engine.name())
            .finish_non_exhaustive()
    }
}

/// The same log as the [`SqlLedger`](crate::SqlLedger)'s of this database; what the store itself changes on somebody's behalf is in it
/// already.
#[async_trait]
impl AuditLog for ServiceStore {
    async fn record(&self, entry: &AuditEntry, now: OffsetDateTime) -> Result<(), LedgerError> {
        audit::record(&self.engine, entry, now).await
    }

    async fn records(&self, about: &AuditQuery) -> Result<Vec<AuditRecord>, LedgerError> {
        audit::records(&self.engine, about).await
    }
}
