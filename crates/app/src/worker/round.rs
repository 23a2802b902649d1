use inbank_domain::{Event, Intent, Occurrence, Step, given_up};
use inbank_ports::{
    Claim, Committed, Entry, GatewayError, GatewayErrorKind, LedgerError, Listing, Rest,
};
use time::OffsetDateTime;

use super::settle::Settled;
use super::{Telling, Worker, pace};
use crate::desk::financed_besides;
use crate::{FollowError, News, Shop};

/// One claim, from its lease to its release.
pub(super) struct Round<'a> {
    pub(super) worker: &'a Worker,
    pub(super) claim: Claim,
    pub(super) leased_until: OffsetDateTime,
    delivered: Option<u64>,
}

/// What a round leaves behind.
pub(crate) struct Handled {
    /// The financing as it stands.
    pub(crate) entry: Entry,
    /// Why its intent was given up, where it was.
    pub(crate) refusal: Option<Refusal>,
}

/// Why the bank did not carry out an intent, and won't.
#[derive(Debug)]
pub(crate) enum Refusal {
    Bank(GatewayError),
    Changed(String),
}

/// Why a round could not go on: the same may be tried again later.
pub(super) enum Trouble {
    /// The bank gave no answer.
    Bank(GatewayError),
    /// The ledger did not.
    Ledger(LedgerError),
    /// Somebody else has the lease, or changed the financing: what was learnt is dropped.
    Lost,
}

/// How much of what was learnt is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wrote {
    All,
    /// Only that it named a session or application that another financing has.
    WithoutWhatIsAnothers,
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl<'a> Round<'a> {
    pub(super) const fn new(
        worker: &'a Worker,
        claim: Claim,
        leased_until: OffsetDateTime,
    ) -> Self {
        Self {
            worker,
            claim,
            leased_until,
            delivered: None,
        }
    }

    pub(super) async fn run(mut self, telling: Telling) -> Result<Handled, LedgerError> {
        // What was learnt before does not wait for the bank.
        let mut told = self.tell(telling).await;
        let mut refusal = None;
        let shop = self.worker.shops.get(self.claim.entry.shop.as_str());
        let looked = if let Some(shop) = shop {
            self.carry_on(shop, &mut refusal).await
        } else {
            tracing::error!(shop = %self.claim.entry.shop, "the ledger has financings of a shop that is not configured");
            Err(Trouble::Lost)
        };
        told = told && self.tell(telling).await;
        self.rest(looked, told, telling).await?;
        Ok(Handled {
            entry: self.claim.entry,
            refusal,
        })
    }

    /// Settles the intent, where there is one, and reads what the bank now says.
    async fn carry_on(
        &mut self,
        shop: &Shop,
        refusal: &mut Option<Refusal>,
    ) -> Result<(), Trouble> {
        let mut failed = Ok(());
        if let Some(intent) = self.claim.entry.intent.clone() {
            match self.settle(shop, &intent).await {
                Ok(Settled::AsTheBankShows) => {}
                Ok(Settled::Refused(why)) => {
                    self.drop_intent(&intent, &why).await?;
                    *refusal = Some(why);
                }
                // What the bank shows may settle it all the same.
                Err(trouble) => failed = Err(trouble),
            }
        }
        self.look(shop).await?;
        failed
    }

    /// Reads the bank, and writes down what it says.
    async fn look(&mut self, shop: &Shop) -> Result<(), Trouble> {
        let financing = &self.claim.entry.financing;
        if financing.session.is_none() && financing.application.is_none() {
            return self.look_for(shop).await;
        }
        match shop.follow().refresh(financing).await {
            Ok(news) => self.write(news).await.map(drop),
            // Asking again soon is no use, and nobody else would ever learn of it.
            Err(FollowError::Gateway(error)) if error.kind() == GatewayErrorKind::NotFound => {
                self.anomaly(error.to_string()).await
            }
            Err(FollowError::Gateway(error)) => Err(Trouble::Bank(error)),
            Err(error) => self.anomaly(error.to_string()).await,
        }
    }

    /// Looks where the callbacks lead that came for an opening that was never answered. Anybody can
    /// bring a form of another financing here, also one of the same order, so none of them keeps the
    /// next from being looked at, or the financing from its end.
    async fn look_for(&mut self, shop: &Shop) -> Result<(), Trouble> {
        for subject in self.claim.heard_of.clone() {
            let financing = &self.claim.entry.financing;
            match shop.follow().take_on(&subject, financing).await {
                Ok(news) => {
                    if self.write(news).await? == Wrote::All {
                        return Ok(());
                    }
                }
                Err(FollowError::Gateway(error)) if error.kind() != GatewayErrorKind::NotFound => {
                    return Err(Trouble::Bank(error));
                }
                Err(error) => {
                    tracing::warn!(financing = %financing.id, %error, "a callback of something else");
                }
            }
        }
        self.give_up().await
    }

    /// Ends what was never heard of in all its time.
    async fn give_up(&mut self) -> Result<(), Trouble> {
        let mut entry = self.claim.entry.clone();
        if self.worker.clock.now() < entry.answer_by {
            return Ok(());
        }
        if let Step::Moved(edge) = given_up(entry.financing.state) {
            entry.financing.state = edge.to;
            let expired = vec![Occurrence::Moved(edge.event)];
            self.commit(entry, expired).await?;
        }
        Ok(())
    }

    async fn write(&mut self, news: News) -> Result<Wrote, Trouble> {
        let mut entry = self.claim.entry.clone();
        entry.financing = news.financing;
        let mut occurrences = Vec::new();
        match news.step {
            Step::Moved(edge) => {
                entry.roused_at = self.worker.clock.now();
                occurrences.push(Occurrence::Moved(edge.event));
                if let Some(twice) = self.financed_twice(&entry, edge.event).await? {
                    occurrences.push(twice);
                }
            }
            Step::Anomaly(anomaly) => note(&mut entry, anomaly.to_string(), &mut occurrences),
            Step::Unchanged => {}
        }
        let state = entry.financing.state;
        entry.intent = entry.intent.filter(|intent| !intent.is_over_in(state));
        if entry == self.claim.entry {
            return Ok(Wrote::All);
        }
        self.commit(entry, occurrences).await
    }

    /// Two attempts at one order that both came through: the customer would pay twice.
    async fn financed_twice(
        &self,
        entry: &Entry,
        event: Event,
    ) -> Result<Option<Occurrence>, LedgerError> {
        if !matches!(event, Event::Granted | Event::Completed) {
            return Ok(None);
        }
        let listing = Listing {
            shop: Some(entry.shop.clone()),
            order: Some(entry.financing.order.clone()),
            limit: None,
        };
        let attempts = self.worker.ledger.list(&listing).await?;
        let other = financed_besides(&attempts, entry.attempt);
        Ok(other.map(|other| {
            let (attempt, state) = (other.attempt, other.financing.state.as_str());
            Occurrence::Anomaly(format!(
                "attempt {attempt} at this order is {state} as well: cancel one of them"
            ))
        }))
    }

    async fn anomaly(&mut self, what: String) -> Result<(), Trouble> {
        let mut entry = self.claim.entry.clone();
        let mut occurrences = Vec::new();
        note(&mut entry, what, &mut occurrences);
        if occurrences.is_empty() {
            return Ok(());
        }
        self.commit(entry, occurrences).await.map(drop)
    }

    async fn drop_intent(&mut self, intent: &Intent, why: &Refusal) -> Result<(), Trouble> {
        let mut entry = self.claim.entry.clone();
        entry.intent = None;
        let what = match why {
            Refusal::Bank(error) => format!("{intent} was not carried out: {error}"),
            Refusal::Changed(what) => format!("{intent} was not carried out: {what}"),
        };
        self.commit(entry, vec![Occurrence::Anomaly(what)])
            .await
            .map(drop)
    }

    async fn commit(
        &mut self,
        entry: Entry,
        occurrences: Vec<Occurrence>,
    ) -> Result<Wrote, Trouble> {
        let now = self.worker.clock.now();
        let ledger = &self.worker.ledger;
        match ledger
            .commit(&self.claim, &entry, &occurrences, now)
            .await?
        {
            Committed::Written(claim) => {
                for occurrence in &occurrences {
                    tracing::info!(shop = %entry.shop, financing = %entry.financing.id, %occurrence, "a financing moved on");
                }
                self.claim = *claim;
                // The ledger hears of deliveries at the end of the lease.
                let told = self.delivered.unwrap_or_default();
                self.claim.undelivered.retain(|event| event.number > told);
                Ok(Wrote::All)
            }
            Committed::Lost => Err(Trouble::Lost),
            Committed::Taken => {
                // Without what it can't have.
                let what = "a callback named a session or application of another financing";
                Box::pin(self.anomaly(what.to_owned())).await?;
                Ok(Wrote::WithoutWhatIsAnothers)
            }
        }
    }

    /// Tells the platform what it wasn't told yet, in order; false when it did not take all of it.
    async fn tell(&mut self, telling: Telling) -> bool {
        if telling == Telling::Later {
            return self.claim.undelivered.is_empty();
        }
        while let Some(event) = self.claim.undelivered.first() {
            // Another may be telling by now; twice is allowed, out of order is not.
            if self.worker.clock.now() >= self.leased_until {
                return false;
            }
            if let Err(error) = self.worker.sink.deliver(event).await {
                tracing::warn!(event = event.id(), %error, "the platform did not take an event; it comes again");
                return false;
            }
            self.delivered = Some(event.number);
            self.claim.undelivered.remove(0);
        }
        true
    }

    async fn rest(
        &self,
        looked: Result<(), Trouble>,
        told: bool,
        telling: Telling,
    ) -> Result<(), LedgerError> {
        let now = self.worker.clock.now();
        let entry = &self.claim.entry;
        let mut asked = None;
        let failed = match &looked {
            Ok(()) => false,
            Err(Trouble::Bank(error)) => {
                tracing::warn!(financing = %entry.financing.id, %error, "the bank gave no answer");
                asked = error.retry_after();
                true
            }
            Err(Trouble::Ledger(error)) => {
                tracing::warn!(financing = %entry.financing.id, %error, "not written down");
                true
            }
            Err(Trouble::Lost) => {
                tracing::debug!(financing = %entry.financing.id, "overtaken");
                true
            }
        };
        let tell_later = telling == Telling::Later && !told;
        let (failures, due) = if failed || (!told && !tell_later) {
            let failures = entry.failures.saturating_add(1);
            (failures, Some(pace::next_try(entry, failures, asked, now)))
        } else {
            (0, pace::next_look(entry, now))
        };
        let rest = Rest {
            delivered: self.delivered,
            failures,
            due: if tell_later { Some(now) } else { due },
            at: now,
        };
        let released = self.worker.ledger.release(&self.claim, &rest).await?;
        if !released {
            tracing::debug!(financing = %entry.financing.id, "the lease had passed on");
        }
        Ok(())
    }
}

/// An anomaly, told once until another takes its place.
fn note(entry: &mut Entry, what: String, occurrences: &mut Vec<Occurrence>) {
    if entry.anomaly.as_ref() != Some(&what) {
        entry.anomaly = Some(what.clone());
        occurrences.push(Occurrence::Anomaly(what));
    }
}
