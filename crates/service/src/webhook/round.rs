//! One shop's turn: its events are sent while its lease is held.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::iter;
use inbank::LedgerError;
use inbank::ShopName;
use inbank_adapters_sql::{
    ClaimedWebhook, DueDelivery, Outcome, Ruled, Settled, Standing, TryReport, WebhookOrigin,
};
use tokio::time::Instant;

use super::courier::{Parcel, Tried};
use super::message::WebhookMessage;
use super::schedule::{pause, rest};
use super::sealed::Kept;
use super::{WebhookSecret, Webhooks};

/// Longer than a batch takes: what is begun within [`BEGIN`], and one time limit.
pub(super) const LEASE: Duration = Duration::from_mins(1);
/// Nothing of a batch is begun after this.
const BEGIN: Duration = Duration::from_secs(20);
/// So many events are looked at together, …
const BATCH: u32 = 64;
/// … and those of so many orders are sent at once.
const AT_ONCE: usize = 8;
/// With failures and nothing else for so long a webhook is switched off.
const PATIENCE: Duration = Duration::from_hours(5 * 24);

/// For a shop for which there was nothing to do: somebody else was faster.
const AFTER_NOTHING: Duration = Duration::from_millis(500);
/// For a shop whose secrets this process doesn't have.
const UNABLE: Duration = Duration::from_mins(1);

/// What a batch's orders learn of each other.
struct Batch<'a> {
    url: &'a str,
    secrets: &'a [WebhookSecret],
    /// The server does not answer, or has too much to do: nothing more is begun.
    is_down: AtomicBool,
    until: Instant,
}

impl Webhooks {
    /// Sends what is due of a shop, until nothing is, or the service stops. Says how long the shop is to be left alone by this process.
    pub(super) async fn round(&self, shop: &ShopName) -> Result<Duration, LedgerError> {
        let claimed = self.store.claim_webhook(shop, LEASE, self.now()).await?;
        let Some(mut webhook) = claimed else {
            return Ok(AFTER_NOTHING);
        };
        let mut rest = UNABLE;
        if let Some(secrets) = self.secrets_of(&webhook) {
            rest = AFTER_NOTHING;
            while !self.is_stopping() {
                match self.batch(&mut webhook, &secrets).await? {
                    Turn::GoOn => rest = Duration::ZERO,
                    Turn::Enough => {
                        rest = Duration::ZERO;
                        break;
                    }
                    Turn::Nothing => break,
                    // Somebody else has it.
                    Turn::Lost => return Ok(AFTER_NOTHING),
                }
            }
        }
        self.store.release_webhook(&webhook, self.now()).await?;
        Ok(rest)
    }

    /// By which its messages are signed; none where this process can't know.
    fn secrets_of(&self, webhook: &ClaimedWebhook) -> Option<Vec<WebhookSecret>> {
        let shop = &webhook.shop;
        let secrets = match webhook.origin {
            WebhookOrigin::File => self.of_file(shop).map(|file| file.secrets.clone()),
            WebhookOrigin::Call => {
                let sealed = webhook.secrets.as_deref().unwrap_or_default();
                let opened = self
                    .vault
                    .as_ref()
                    .map(|vault| Kept::open(vault, shop, sealed));
                opened
                    .and_then(Result::ok)
                    .map(|kept| kept.valid(self.now()))
            }
        };
        if secrets.is_none() && self.is_new_complaint(shop) {
            tracing::error!(%shop, "this process has not the secrets of a webhook; nothing is sent by it");
        }
        secrets
    }

    async fn batch(
        &self,
        webhook: &mut ClaimedWebhook,
        secrets: &[WebhookSecret],
    ) -> Result<Turn, LedgerError> {
        let shop = &webhook.shop;
        // Gives the next events their places.
        self.platform.feed(shop, webhook.position, BATCH).await?;
        let taken = self
            .store
            .take_up_events(webhook, LEASE, BATCH, self.now())
            .await?;
        let Some(position) = taken else {
            return Ok(Turn::Lost);
        };
        let moved = position > webhook.position;
        let due = self.store.due_deliveries(shop, BATCH, self.now()).await?;
        if due.is_empty() {
            webhook.position = position;
            // What was taken up may wait for an earlier one of its order, and there may be more behind it.
            return Ok(if moved { Turn::GoOn } else { Turn::Nothing });
        }
        let settled = self.send(webhook, secrets, due).await;
        let settling = self
            .store
            .settle_deliveries(webhook, &settled, LEASE, self.now());
        let Some(standing) = settling.await? else {
            tracing::warn!(%shop, "sending webhooks took longer than its lease; some will come twice");
            return Ok(Turn::Lost);
        };
        tell(shop, &settled, &standing);
        webhook.position = position;
        webhook.failing = standing.failing_for.is_some();
        let over = standing.disabled.is_some() || standing.paused;
        Ok(if over { Turn::Enough } else { Turn::GoOn })
    }

    /// Sends a batch, an order's events one after the other.
    async fn send(
        &self,
        webhook: &ClaimedWebhook,
        secrets: &[WebhookSecret],
        due: Vec<DueDelivery>,
    ) -> Settled {
        let batch = Batch {
            url: &webhook.url,
            secrets,
            is_down: AtomicBool::new(false),
            until: Instant::now() + BEGIN,
        };
        // One at a time tells a server that fails as well as eight would.
        let at_once = if webhook.failing { 1 } else { AT_ONCE };
        let orders = iter(by_order(due)).map(|due| self.send_order(&batch, due));
        let tried: Vec<_> = orders.buffer_unordered(at_once).collect().await;
        let mut settled = Settled {
            patience: PATIENCE,
            ..Settled::default()
        };
        for (outcome, tried) in tried.into_iter().flatten() {
            settled.outcomes.push(outcome);
            let Some(tried) = tried else { continue };
            settled.gone |= tried.is_gone();
            settled.pause = settled.pause.max(rest(tried.rest()));
            // Of several the worst is shown.
            if !tried.is_taken() || settled.last == TryReport::default() {
                settled.last = report(&tried);
            }
        }
        settled
    }

    /// Sends an order's events until one fails.
    async fn send_order(
        &self,
        batch: &Batch<'_>,
        due: Vec<DueDelivery>,
    ) -> Vec<(Outcome, Option<Tried>)> {
        let mut outcomes = Vec::new();
        for due in due {
            if batch.is_down.load(Ordering::Relaxed)
                || Instant::now() >= batch.until
                || self.is_stopping()
            {
                break;
            }
            let event = match &due.event {
                Ok(event) => event,
                Err(unreadable) => {
                    let report = TryReport {
                        problem: format!("it can't be read: {}", unreadable.why),
                        ..TryReport::default()
                    };
                    outcomes.push((outcome(&due, Ruled::Dead { report }), None));
                    continue;
                }
            };
            let id = event.id();
            let parcel = Parcel {
                url: batch.url,
                secrets: batch.secrets,
                id: &id,
                body: WebhookMessage::from(event).body(),
            };
            let tried = self.courier.post(parcel, self.now()).await;
            if tried.is_down() {
                batch.is_down.store(true, Ordering::Relaxed);
            }
            let ruled = self.ruled(&due, &id, &tried);
            // The order's later ones wait for one that is tried again.
            let waits = matches!(ruled, Ruled::Again { .. });
            outcomes.push((outcome(&due, ruled), Some(tried)));
            if waits {
                break;
            }
        }
        outcomes
    }

    fn ruled(&self, due: &DueDelivery, id: &str, came: &Tried) -> Ruled {
        if came.is_taken() {
            return Ruled::Delivered {
                status: came.status,
            };
        }
        let report = report(came);
        let shop = &due.key.shop;
        let tries = due.tries.saturating_add(1);
        if let Some(pause) = pause(tries, came.retry_after, self.random()) {
            let problem = &report.problem;
            tracing::info!(%shop, event = id, tries, problem, "a webhook failed and is tried again");
            Ruled::Again { pause, report }
        } else {
            tracing::error!(%shop, event = id, "a webhook was given up; send it again by a call");
            Ruled::Dead { report }
        }
    }
}

/// How a batch ended.
enum Turn {
    /// There may be more.
    GoOn,
    /// Something was sent, and no more is to be for now.
    Enough,
    /// There was nothing to send.
    Nothing,
    /// The lease has passed on.
    Lost,
}

fn tell(shop: &ShopName, settled: &Settled, standing: &Standing) {
    if let Some(because) = &standing.disabled {
        tracing::error!(%shop, because, problem = settled.last.problem, "a webhook was switched off");
    }
}

fn report(tried: &Tried) -> TryReport {
    TryReport {
        status: tried.status,
        problem: tried.problem.clone().unwrap_or_default(),
    }
}

fn outcome(due: &DueDelivery, ruled: Ruled) -> Outcome {
    Outcome {
        key: due.key.clone(),
        number: due.number,
        ruled,
    }
}

/// Each order's events in their order, the order that is due longest first.
fn by_order(due: Vec<DueDelivery>) -> Vec<Vec<DueDelivery>> {
    let mut orders: Vec<Vec<DueDelivery>> = Vec::new();
    for due in due {
        match orders.iter_mut().find(|order| order[0].key == due.key) {
            Some(order) => order.push(due),
            None => orders.push(vec![due]),
        }
    }
    orders
}
