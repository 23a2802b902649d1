//! Looks which shops have something to send, and gives each a task.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use inbank::{LedgerError, ShopName};
use inbank_adapters_sql::{WebhookOrigin, WebhookTarget};
use time::OffsetDateTime;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::timeout;

use super::Webhooks;
use super::round::LEASE;

/// How often is looked, where nobody says that something happened.
const LOOKED_EVERY: Duration = Duration::from_secs(1);
/// How often what was kept for long enough is deleted, and how much of each kind.
const PRUNED_EVERY: Duration = Duration::from_mins(10);
const PRUNED: u32 = 1_000;
/// For a shop whose round failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// For tries that are under way when the service stops.
const DRAIN: Duration = Duration::from_secs(20);

impl Webhooks {
    /// Sends until `stop` is done; then what is under way is finished.
    pub(crate) async fn run(self: Arc<Self>, stop: impl Future<Output = ()> + Send) {
        let mut rounds = Rounds::default();
        let mut filed = false;
        let mut pruned_at = None;
        tokio::pin!(stop);
        loop {
            if !filed {
                filed = self.file_webhooks().await.inspect_err(complain).is_ok();
            }
            let now = self.now();
            if pruned_at.is_none_or(|at| now - at >= PRUNED_EVERY) {
                pruned_at = Some(now);
                let _ = self.store.prune(PRUNED, now).await.inspect_err(complain);
            }
            let shops = self.store.webhooks_with_work(LEASE, now).await;
            for shop in shops.inspect_err(complain).unwrap_or_default() {
                if self.platform.shop(shop.as_str()).is_ok() && rounds.may_begin(&shop, now) {
                    rounds.begin(self.clone(), shop);
                }
            }
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = rounds.tasks.join_next_with_id() => rounds.ended(ended, self.now()),
                () = self.wake.notified() => {}
                () = self.clock.sleep(LOOKED_EVERY) => {}
            }
        }
        self.stopping.send_replace(true);
        let ending = async { while rounds.tasks.join_next().await.is_some() {} };
        // What takes longer is cut, and sent again by whoever has the lease next.
        let _ = timeout(DRAIN, ending).await;
    }

    /// Writes down what the file says, so that all processes go by it, and removes what it says no more.
    async fn file_webhooks(&self) -> Result<(), LedgerError> {
        for shop in &self.shops_of_file {
            if self.of_file(shop).is_none()
                && self.store.remove_filed_webhook(shop, self.now()).await?
            {
                tracing::info!(%shop, "a webhook is removed, with what waited: inbank.toml has it no more");
            }
        }
        for file in &self.file {
            let start = self.feed_end(&file.shop).await?;
            let target = WebhookTarget {
                shop: file.shop.clone(),
                origin: WebhookOrigin::File,
                url: file.url.clone(),
                secrets: None,
            };
            self.store
                .set_webhook(&target, start, None, self.now())
                .await?;
        }
        Ok(())
    }

    /// The place of a shop's last event: a new webhook is told of what happens from then on. None is looked for where there is a
    /// webhook already.
    pub(super) async fn feed_end(&self, shop: &ShopName) -> Result<u64, LedgerError> {
        if self.store.webhook(shop, self.now()).await?.is_some() {
            return Ok(0);
        }
        let mut end = self.store.last_in_feed(shop, self.now()).await?;
        loop {
            let feed = self.platform.feed(shop, end, 1_000).await?;
            let Some(last) = feed.events.last() else {
                return Ok(end);
            };
            end = last.position;
        }
    }
}

/// The shops whose turn it is, and those whose turn it was just now.
#[derive(Default)]
struct Rounds {
    tasks: JoinSet<Duration>,
    at_work: Vec<(Id, ShopName)>,
    resting: BTreeMap<ShopName, OffsetDateTime>,
}

impl Rounds {
    fn may_begin(&self, shop: &ShopName, now: OffsetDateTime) -> bool {
        let at_work = self.at_work.iter().any(|(_, other)| other == shop);
        !at_work && self.resting.get(shop).is_none_or(|until| *until <= now)
    }

    fn begin(&mut self, webhooks: Arc<Webhooks>, shop: ShopName) {
        self.resting.remove(&shop);
        let about = shop.clone();
        let round = async move {
            let round = webhooks.round(&about).await.inspect_err(complain);
            round.unwrap_or(AFTER_FAILURE)
        };
        self.at_work.push((self.tasks.spawn(round).id(), shop));
    }

    /// A round that panicked is one that failed; its lease lapses.
    fn ended(&mut self, ended: Result<(Id, Duration), JoinError>, now: OffsetDateTime) {
        let (id, rest) = ended.unwrap_or_else(|error| (error.id(), AFTER_FAILURE));
        let at = self.at_work.iter().position(|(other, _)| *other == id);
        if let Some(at) = at {
            let (_, shop) = self.at_work.swap_remove(at);
            self.resting.insert(shop, now + rest);
        }
    }
}

fn complain(error: &LedgerError) {
    tracing::error!(%error, "webhooks wait: the ledger gave no answer");
}
