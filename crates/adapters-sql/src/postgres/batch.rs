//! What waits at the same time is written by one statement: waiting for the disk, and starting a statement, is what costs.

use std::collections::HashSet;
use std::sync::Arc;

use inbank_domain::OrderKey;
use inbank_ports::LedgerError;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::connection::{Connections, Work};
use crate::failure::Failure;

/// A statement with so many takes some ten milliseconds; more would make the first wait for the last.
const BATCH: usize = 256;

/// How calls of one kind are written together.
pub(super) struct Kind<Q, A> {
    /// So many batches are under way at a time at the most.
    pub(super) at_once: usize,
    /// The order that may be in a batch only once, where that matters.
    pub(super) only_once: fn(&Q) -> Option<&OrderKey>,
    /// Writes a batch, and says of each what came of it.
    pub(super) write: Work<Vec<Q>, Vec<A>>,
}

/// Where calls of one kind wait. The tasks behind it end with this.
pub(super) struct Batches<Q, A> {
    waiting: mpsc::Sender<Waiting<Q, A>>,
    place: String,
}

struct Waiting<Q, A> {
    asked: Q,
    answer: oneshot::Sender<Result<A, Failure>>,
}

impl<Q, A> Batches<Q, A>
where
    Q: Send + Sync + 'static,
    A: Send + 'static,
{
    pub(super) fn start(connections: &Connections, kind: &Kind<Q, A>) -> Self {
        let (waiting, arrivals) = mpsc::channel(2 * BATCH);
        let arrivals = Arc::new(Mutex::new(arrivals));
        for _ in 0..kind.at_once {
            let (connections, arrivals) = (connections.clone(), Arc::clone(&arrivals));
            tokio::spawn(run(connections, arrivals, kind.only_once, kind.write));
        }
        Self {
            waiting,
            place: connections.place().to_owned(),
        }
    }

    /// Answers once it is durable.
    pub(super) async fn run(&self, asked: Q) -> Result<A, LedgerError> {
        let gone = || Failure::unavailable("the task that writes is gone; connect again");
        let (answer, answered) = oneshot::channel();
        let sent = self.waiting.send(Waiting { asked, answer }).await;
        sent.map_err(|_| gone().at(&self.place))?;
        let answer = answered.await.map_err(|_| gone());
        answer.flatten().map_err(|failure| failure.at(&self.place))
    }
}

async fn run<Q, A>(
    connections: Connections,
    arrivals: Arc<Mutex<mpsc::Receiver<Waiting<Q, A>>>>,
    only_once: fn(&Q) -> Option<&OrderKey>,
    write: Work<Vec<Q>, Vec<A>>,
) where
    Q: Send + Sync + 'static,
    A: Send + 'static,
{
    let mut left = Vec::new();
    loop {
        let mut batch = std::mem::take(&mut left);
        if batch.is_empty() {
            let mut arrivals = arrivals.lock().await;
            let Some(first) = arrivals.recv().await else {
                return;
            };
            batch.push(first);
            // The last batch's callers wake up one after the other: without a pause the first of them would go alone.
            let mut waiting = 0;
            tokio::task::yield_now().await;
            while (waiting + 1..BATCH).contains(&arrivals.len()) {
                waiting = arrivals.len();
                tokio::task::yield_now().await;
            }
            while batch.len() < BATCH {
                let Ok(next) = arrivals.try_recv() else { break };
                batch.push(next);
            }
        }
        // What nobody waits for is not begun: it is as if it had never been asked for.
        batch.retain(|waiting| !waiting.answer.is_closed());
        left = second_ones(&mut batch, only_once);
        let (asked, answers): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .map(|Waiting { asked, answer }| (asked, answer))
            .unzip();
        if asked.is_empty() {
            continue;
        }
        let outcomes = match connections.spawn(asked, write).await {
            Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
            Err(failure) => answers.iter().map(|_| Err(failure.clone())).collect(),
        };
        let outcomes: Vec<_> = outcomes;
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Whoever has gone away doesn't need to know.
            let _ = answer.send(outcome);
        }
    }
}

/// Takes out those whose order the batch has already.
fn second_ones<Q, A>(
    batch: &mut Vec<Waiting<Q, A>>,
    only_once: fn(&Q) -> Option<&OrderKey>,
) -> Vec<Waiting<Q, A>> {
    let mut seen = HashSet::new();
    let second: Vec<_> = batch
        .iter()
        .map(|waiting| only_once(&waiting.asked).is_some_and(|key| !seen.insert(key.clone())))
        .collect();
    if !second.contains(&true) {
        return Vec::new();
    }
    let (second_ones, first_ones): (Vec<_>, Vec<_>) = std::mem::take(batch)
        .into_iter()
        .zip(second)
        .partition(|(_, second)| *second);
    batch.extend(first_ones.into_iter().map(|(waiting, _)| waiting));
    second_ones
        .into_iter()
        .map(|(waiting, _)| waiting)
        .collect()
}
