//! Carries financings on in the background: reads the bank when something was heard or should have
//! been, settles intents, tells the platform.

mod pace;
mod round;
mod settle;

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, join_all, pending, select};
use futures::stream::{FuturesUnordered, StreamExt as _};
use inbank_domain::{FinancingId, ShopName};
use inbank_ports::{Claim, Clock, EventSink, FinancingLedger, LedgerError};
use time::OffsetDateTime;

use crate::Shops;
use round::Round;
pub(crate) use round::{Handled, Refusal};

/// Works on due financings of all shops. Any number of workers, in any number of processes, may share
/// a ledger: its leases keep them apart, and what one leaves unfinished another takes up.
#[derive(Clone)]
pub struct Worker {
    shops: Shops,
    ledger: Arc<dyn FinancingLedger>,
    sink: Arc<dyn EventSink>,
    clock: Arc<dyn Clock>,
}

/// How long a financing is worked on alone. Longer than any one call to the bank may take, so that a
/// lease lapses under a living worker only when it was stopped; shorter than a merchant's patience
/// with a worker that died.
pub(crate) const LEASE: Duration = Duration::from_mins(2);
/// How many financings one turn takes, all at once.
const AT_ONCE: usize = 16;
/// How soon a callback is worked on, at the latest, when nothing was due before.
const IDLE: Duration = Duration::from_millis(200);
const LEDGER_AWAY: Duration = Duration::from_secs(1);
const FORGET_EVERY: Duration = Duration::from_hours(1);

impl Worker {
    /// A worker for the financings of `shops`.
    pub fn new(
        shops: Shops,
        ledger: Arc<dyn FinancingLedger>,
        sink: Arc<dyn EventSink>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            shops,
            ledger,
            sink,
            clock,
        }
    }

    /// Works on the financings that are due now, some at a time, and says how many there were. With
    /// none it is time to wait: nothing is due, or what is due is being written to just now. May be dropped at any time; what was begun is
    /// taken up again when its lease has lapsed.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger can't be asked. What goes wrong with one financing is logged,
    /// and tried again after a growing pause.
    pub async fn turn(&self) -> Result<usize, LedgerError> {
        let (claims, until) = self.claim(AT_ONCE).await?;
        let count = claims.len();
        let rounds = claims.into_iter().map(|claim| self.work_on(claim, until));
        join_all(rounds).await;
        Ok(count)
    }

    /// Works until `stop` is done. Now and then it forgets callbacks older than `keep`. What is under
    /// way when it stops is finished first.
    pub async fn run(&self, keep: Duration, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut rounds = FuturesUnordered::new();
        let mut forget_at = self.clock.now();
        loop {
            if self.clock.now() >= forget_at {
                forget_at = self.clock.now() + FORGET_EVERY;
                if let Err(error) = self.forget_callbacks(keep).await {
                    tracing::warn!(%error, "old callbacks are kept for now");
                }
            }
            // One that takes long, at the bank or at the platform, holds up no other.
            let wait = match self.claim(AT_ONCE - rounds.len()).await {
                Ok((claims, until)) => {
                    let any = !claims.is_empty();
                    rounds.extend(claims.into_iter().map(|claim| self.work_on(claim, until)));
                    if any { Duration::ZERO } else { IDLE }
                }
                Err(error) => {
                    tracing::error!(%error, "the worker can't ask the ledger");
                    LEDGER_AWAY
                }
            };
            let mut room = pin!(async {
                if rounds.is_empty() || rounds.next().await.is_none() {
                    pending::<()>().await;
                }
            });
            let news = select(room.as_mut(), self.clock.sleep(wait));
            if let Either::Left(_) = select(stop.as_mut(), news).await {
                break;
            }
        }
        while rounds.next().await.is_some() {}
    }

    /// Due financings, and until when they are leased.
    async fn claim(&self, limit: usize) -> Result<(Vec<Claim>, OffsetDateTime), LedgerError> {
        let now = self.clock.now();
        let until = now + LEASE;
        if limit == 0 {
            return Ok((Vec::new(), until));
        }
        Ok((self.ledger.claim(now, until, limit).await?, until))
    }

    async fn work_on(&self, claim: Claim, until: OffsetDateTime) {
        if let Err(error) = self.handle(claim, until, Telling::Now).await {
            tracing::warn!(%error, "a financing is left to its lease");
        }
    }

    /// Forgets the raw callbacks of finished financings that are older than `age`; says how many.
    ///
    /// # Errors
    /// [`LedgerError`]; call again later.
    pub async fn forget_callbacks(&self, age: Duration) -> Result<u64, LedgerError> {
        self.ledger.forget_callbacks(self.clock.now() - age).await
    }

    /// Works on one financing now; none when somebody else does.
    pub(crate) async fn handle_one(
        &self,
        shop: &ShopName,
        id: &FinancingId,
    ) -> Result<Option<Handled>, LedgerError> {
        let now = self.clock.now();
        let until = now + LEASE;
        let claim = self.ledger.claim_one(shop, id, now, until).await?;
        match claim {
            Some(claim) => self.handle(claim, until, Telling::Later).await.map(Some),
            None => Ok(None),
        }
    }

    /// Works on a claim whose lease was asked for until `leased_until`: by the time it was asked, not
    /// by that of the answer, since a process may be stopped in between.
    async fn handle(
        &self,
        claim: Claim,
        leased_until: OffsetDateTime,
        telling: Telling,
    ) -> Result<Handled, LedgerError> {
        Round::new(self, claim, leased_until).run(telling).await
    }

    pub(crate) fn ledger(&self) -> &Arc<dyn FinancingLedger> {
        &self.ledger
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}

/// Whether a round tells the platform what it learns. A round that the platform itself waits for does
/// not: its sink might wait for the very transaction that the platform is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Telling {
    Now,
    Later,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("shops", &self.shops)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
