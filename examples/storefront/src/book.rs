//! The shop's own orders. In memory here; in a shop, rows of its database.

use std::sync::{Mutex, MutexGuard, PoisonError};

use inbank::{EventKind, Money, Months, OrderEvent, SinkError};
use serde::Serialize;
use tokio::sync::watch;

use crate::catalogue::{Article, Way};

/// What a customer ordered.
#[derive(Clone)]
pub(crate) struct Placed {
    pub(crate) article: Article,
    pub(crate) total: Money,
    pub(crate) months: Months,
    pub(crate) way: Option<Way>,
    pub(crate) signing: Signing,
    /// Paid, and ours to deliver.
    pub(crate) delivers: bool,
    /// Counts what is new of it, for pages that are open.
    pub(crate) news: watch::Sender<u64>,
}

/// How far the customer is with a signature by text message.
#[derive(Clone, Copy, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signing {
    Wanted,
    CodeSent,
    Confirmed,
}

#[derive(Default)]
pub(crate) struct Book {
    placed: Mutex<Vec<(String, Placed)>>,
    /// Counts what is new of any order.
    pub(crate) news: watch::Sender<u64>,
}

impl Book {
    fn lock(&self) -> MutexGuard<'_, Vec<(String, Placed)>> {
        self.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The latest first.
    pub(crate) fn all(&self) -> Vec<(String, Placed)> {
        self.lock().iter().rev().cloned().collect()
    }

    pub(crate) fn find(&self, order: &str) -> Option<Placed> {
        let all = self.lock();
        let found = all.iter().find(|(reference, _)| reference == order);
        found.map(|(_, placed)| placed.clone())
    }

    /// One order however often it is placed: a double click, a page that was gone back to.
    pub(crate) fn place(&self, order: &str, article: &Article, total: Money, months: Months) {
        let mut all = self.lock();
        match all.iter_mut().find(|(reference, _)| reference == order) {
            Some((_, placed)) => placed.months = months,
            None => all.push((
                order.to_owned(),
                Placed {
                    article: article.clone(),
                    total,
                    months,
                    way: None,
                    signing: Signing::Wanted,
                    delivers: false,
                    news: watch::Sender::default(),
                },
            )),
        }
    }

    pub(crate) fn change(&self, order: &str, change: impl FnOnce(&mut Placed)) {
        let mut all = self.lock();
        let found = all.iter_mut().find(|(reference, _)| reference == order);
        if let Some((_, placed)) = found {
            change(placed);
            placed.news.send_modify(|count| *count += 1);
        }
        self.news.send_modify(|count| *count += 1);
    }

    /// What an event does to an order. Each may come twice, so each only says how the order is now.
    pub(crate) fn take_in(&self, event: &OrderEvent) -> Result<(), SinkError> {
        let order = event.order.as_str();
        let total = self.find(order).map(|placed| placed.total);
        // A rental's event has no amount: the bank works its total out.
        let fits = event.amount.is_none_or(|paid| Some(paid) == total);
        match &event.kind {
            EventKind::Paid { .. } if !fits => {
                return Err(SinkError::Never("another amount was paid".into()));
            }
            EventKind::Paid { .. } => self.change(order, |placed| placed.delivers = true),
            EventKind::ActionWanted(_) => {
                self.change(order, |placed| placed.signing = Signing::Wanted);
            }
            // What the pages show of these is the order's status.
            EventKind::AwaitsMerchant
            | EventKind::NeedsPerson(_)
            | EventKind::NotPaid(_)
            | EventKind::Terminated => self.change(order, |_| ()),
        }
        Ok(())
    }
}
