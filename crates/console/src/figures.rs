//! The figures of the overview, which count every order or read every event of a period: asked in the background, one at a time for each
//! period, and kept for a while. A page shows what there is, and of when it is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use inbank_ports::{LedgerError, ShopPeriod, ShopStatistics};
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::console::House;

/// For so long figures are not asked for again.
const KEPT: Duration = Duration::from_secs(15);
/// So long a page waits for figures that are newer; then it shows the older ones, or none yet.
const PATIENCE: Duration = Duration::from_millis(30);
/// Counting takes longer than this where there is a lot to count, or the ledger does not answer.
const LATE_AFTER: Duration = Duration::from_secs(3);
/// A task that has said nothing for so long is gone.
const LOST_AFTER: Duration = Duration::from_mins(2);

/// How far back a period reaches.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Span {
    Hour,
    Day,
    Month,
}

impl Span {
    pub(crate) const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Month];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Hour => "Last hour",
            Self::Day => "Last day",
            Self::Month => "Last 30 days",
        }
    }

    /// The day, where none is named.
    pub(crate) fn named(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|span| span.name() == name).unwrap_or(Self::Day)
    }

    const fn time(self) -> Duration {
        match self {
            Self::Hour => Duration::from_hours(1),
            Self::Day => Duration::from_hours(24),
            Self::Month => Duration::from_hours(24 * 30),
        }
    }
}

/// Figures of all shops, also of those that were removed.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: OffsetDateTime,
    pub(crate) periods: Vec<ShopPeriod>,
    pub(crate) statistics: Vec<ShopStatistics>,
}

/// Those that were asked for.
#[derive(Debug)]
pub(crate) struct Figures {
    kept: Mutex<BTreeMap<Span, Kept>>,
    /// Grows with each answer.
    answers: watch::Sender<u64>,
}

/// What is known of a period.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// None where it is being counted for the first time.
    pub(crate) seen: Option<Arc<Seen>>,
    /// Whether the ledger was asked for newer figures, and has not answered.
    pub(crate) is_late: bool,
}

#[derive(Debug, Default)]
struct Kept {
    seen: Option<Arc<Seen>>,
    asked_at: Option<OffsetDateTime>,
    /// The ledger gave no answer the last time.
    failed: bool,
    /// Something was decided here since they were asked for.
    outdated: bool,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            answers: watch::channel(0).0,
        }
    }
}

impl Figures {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<Span, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a period.
    pub(crate) async fn of(house: &Arc<House>, span: Span) -> Known {
        let own = &house.figures;
        let now = house.now();
        let mut answers = own.answers.subscribe();
        {
            let mut kept = own.kept();
            let kept = kept.entry(span).or_default();
            let is_fresh = |seen: &&Arc<Seen>| now - seen.at < KEPT && now >= seen.at;
            let fresh = kept.seen.as_ref().filter(is_fresh);
            let fresh = fresh.filter(|_| !kept.outdated);
            if let Some(fresh) = fresh {
                return Known {
                    seen: Some(fresh.clone()),
                    is_late: false,
                };
            }
            if kept.asked_at.is_none_or(|at| now - at >= LOST_AFTER) {
                kept.asked_at = Some(now);
                kept.outdated = false;
                tokio::spawn(ask(house.clone(), span, now));
            }
        }
        let newer = async {
            while own
                .kept()
                .get(&span)
                .is_some_and(|kept| kept.asked_at.is_some())
            {
                if answers.changed().await.is_err() {
                    return;
                }
            }
        };
        // Too late is shown by its time.
        drop(tokio::time::timeout(PATIENCE, newer).await);
        let known = |kept: &Kept| Known {
            seen: kept.seen.clone(),
            is_late: kept.failed || kept.asked_at.is_some_and(|at| now - at >= LATE_AFTER),
        };
        own.kept().get(&span).map(known).unwrap_or_default()
    }

    /// Something was decided: whoever looks next sees it counted.
    pub(crate) fn outdate(&self) {
        for kept in self.kept().values_mut() {
            kept.outdated = true;
        }
    }

    fn take(&self, span: Span, seen: Result<Seen, LedgerError>) {
        {
            let mut kept = self.kept();
            let kept = kept.entry(span).or_default();
            kept.asked_at = None;
            kept.failed = seen.is_err();
            match seen {
                Ok(seen) => kept.seen = Some(Arc::new(seen)),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "the console's figures can't be counted");
                }
            }
        }
        self.answers.send_modify(|answers| *answers += 1);
    }
}

async fn ask(house: Arc<House>, span: Span, now: OffsetDateTime) {
    let since = now.saturating_sub(span.time().try_into().unwrap_or(time::Duration::HOUR));
    let ledger = house.ledger();
    let asked = async {
        let shops = house.shops_with_orders().await?;
        Ok(Seen {
            at: now,
            periods: ledger.period(&shops, since, now).await?,
            statistics: ledger.statistics(&shops, now).await?,
        })
    };
    house.figures.take(span, asked.await);
}
