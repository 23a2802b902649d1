//! Decides what is begun when. It awaits nothing but messages, signals and time.

mod claiming;
mod message;
mod stopping;

use std::collections::BTreeMap;
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::future::{AbortHandle, Abortable, Either, select};
use futures::stream::StreamExt as _;
use inbank_domain::ShopName;
use inbank_ports::{Claimed, Delivery, GatewayErrorKind, ShopSlots};
use time::OffsetDateTime;

use self::message::{Ended, Message, Report};
use super::breaker::Breakers;
use super::delivery::{self, Count};
use super::pulse::{BETWEEN_CLAIMS, Pulse};
use super::{RoundResult, Worker, task, upkeep};
use crate::backlog;
use crate::figures;
use crate::slots::Slots;
use crate::store::NotWritten;

/// A shop whose bank wants fewer calls pauses for so long where the bank doesn't say.
const FEWER_CALLS: Duration = Duration::from_secs(15);

struct Supervisor<'a> {
    worker: &'a Worker,
    messages: UnboundedSender<Message>,
    stopping: Arc<AtomicBool>,
    rounds: Slots,
    deliveries: Slots,
    breakers: Breakers,
    /// Shops whose bank wants fewer calls, and until when.
    paused: BTreeMap<ShopName, OffsetDateTime>,
    claims: Pulse,
    outbox: Pulse,
    measure_at: OffsetDateTime,
    forget_at: OffsetDateTime,
    keeping: bool,
    next_task: u64,
    running: BTreeMap<u64, AbortHandle>,
}

pub(super) async fn run(worker: &Worker, stop: impl Future<Output = ()> + Send) {
    let (messages, mut inbox) = unbounded();
    worker.store.stopping.store(false, Ordering::Relaxed);
    let now = worker.store.now();
    let mut supervisor = Supervisor {
        worker,
        messages,
        stopping: Arc::new(AtomicBool::new(false)),
        rounds: Slots::new(
            worker.concurrency.orders_of_a_shop,
            worker.concurrency.orders,
        ),
        deliveries: Slots::new(worker.concurrency.deliveries_of_a_shop, u32::MAX),
        breakers: Breakers::default(),
        paused: BTreeMap::new(),
        claims: Pulse::new(now),
        outbox: Pulse::new(now),
        measure_at: now,
        forget_at: now,
        keeping: false,
        next_task: 0,
        running: BTreeMap::new(),
    };
    let mut stop = pin!(stop.fuse());
    loop {
        supervisor.begin_what_is_due();
        let wait = supervisor.until_next();
        let store = &worker.store;
        let woken = {
            let (due, news) = (pin!(store.due.raised()), pin!(store.news.raised()));
            let signals = select(due, news);
            let time = pin!(store.runtime.sleep(wait));
            let happened = select(inbox.next(), select(signals, time));
            match select(&mut stop, happened).await {
                Either::Left(_) => break,
                Either::Right((Either::Left((message, _)), _)) => Woken::Message(message),
                Either::Right((Either::Right((Either::Left((Either::Left(_), _)), _)), _)) => {
                    Woken::Due
                }
                Either::Right((Either::Right((Either::Left((Either::Right(_), _)), _)), _)) => {
                    Woken::News
                }
                Either::Right((Either::Right((Either::Right(_), _)), _)) => Woken::Time,
            }
        };
        let now = worker.store.now();
        match woken {
            Woken::Message(Some(message)) => supervisor.hear(message),
            Woken::Message(None) | Woken::Time => {}
            Woken::Due => supervisor.claims.raise(now),
            Woken::News => supervisor.outbox.raise(now),
        }
        // What has ended together is heard together, so that its slots are filled by one claim.
        while let Ok(message) = inbox.try_recv() {
            supervisor.hear(message);
        }
    }
    supervisor.stop(&mut inbox).await;
}

enum Woken {
    Message(Option<Message>),
    Due,
    News,
    Time,
}

impl Supervisor<'_> {
    fn begin_what_is_due(&mut self) {
        let now = self.worker.store.now();
        if !self.claims.under_way && self.claims.at <= now {
            self.begin_claim(now);
        }
        if !self.outbox.under_way && self.outbox.at <= now {
            self.begin_claiming_deliveries(now);
        }
        if !self.keeping && (self.measure_at <= now || self.forget_at <= now) {
            self.begin_upkeep(now);
        }
    }

    fn until_next(&self) -> Duration {
        let now = self.worker.store.now();
        let times = [
            (!self.claims.under_way).then_some(self.claims.at),
            (!self.outbox.under_way).then_some(self.outbox.at),
            (!self.keeping).then_some(self.measure_at),
        ];
        let next = times.into_iter().flatten().min();
        let wait = next.map_or(time::Duration::MINUTE, |at| at - now);
        wait.try_into().unwrap_or(Duration::ZERO)
    }

    fn begin_upkeep(&mut self, now: OffsetDateTime) {
        self.keeping = true;
        let looks = self.worker.poll_interval * upkeep::LOOKS_BETWEEN;
        self.measure_at = now + upkeep::MEASURED_EVERY.max(looks);
        let forget = self.forget_at <= now;
        if forget {
            self.forget_at = now + upkeep::FORGOTTEN_EVERY;
        }
        let worker = self.worker.clone();
        let stopping = self.stopping.clone();
        let report = Report {
            to: self.messages.clone(),
            message: Some(Message::Kept),
        };
        self.worker.store.runtime.spawn(async move {
            let _report = report;
            upkeep::measure(&worker).await;
            if forget {
                upkeep::forget(&worker, &stopping).await;
            }
        });
    }

    fn hear(&mut self, message: Message) {
        let now = self.worker.store.now();
        let runtime = &self.worker.store.runtime;
        if matches!(message, Message::Claimed(..)) {
            self.worker.note(|health| health.claiming_since = None);
        }
        match message {
            Message::Claimed(at, asked, Ok(claimed)) => {
                self.worker.note(|health| {
                    health.last_claim = Some(at);
                    health.claims_fail_since = None;
                });
                let full = is_full(&asked, claimed.iter().map(Claimed::shop));
                let idle = runtime.spread(self.worker.poll_interval);
                self.claims.answered(now, full, idle);
                let waited = claimed.iter().map(backlog::of_round);
                self.worker.store.rooms.backlog.note(&asked, &waited, at);
                for claimed in claimed {
                    self.begin_round(claimed, at);
                }
            }
            Message::Claimed(_, _, Err(error)) => {
                tracing::error!(
                    error = &error as &dyn Error,
                    "the ledger can't be asked for due orders"
                );
                self.worker.note(|health| {
                    health.claims_fail_since.get_or_insert(now);
                });
                let runtime = runtime.clone();
                self.claims.failed(now, |pause| runtime.spread(pause));
            }
            Message::DeliveriesClaimed(at, asked, Ok(claimed)) => {
                let full = is_full(&asked, claimed.iter().map(|d| &d.key.shop));
                let idle = runtime.spread(self.worker.poll_interval * 2);
                self.outbox.answered(now, full, idle);
                let waited = claimed.iter().map(backlog::of_delivery);
                self.worker.store.rooms.backlog.note(&asked, &waited, at);
                for delivery in claimed {
                    self.begin_delivery(delivery, at);
                }
            }
            Message::DeliveriesClaimed(_, _, Err(error)) => {
                tracing::error!(
                    error = &error as &dyn Error,
                    "the ledger can't be asked for events"
                );
                let runtime = runtime.clone();
                self.outbox.failed(now, |pause| runtime.spread(pause));
            }
            Message::RoundEnded(task, shop, host, ended) => {
                self.running.remove(&task);
                self.rounds.give_back(&shop);
                self.round_ended(&shop, &host, &ended, now);
                let soon = now + after_freeing(&self.rounds, &shop);
                self.claims.freed(soon);
            }
            Message::Delivered(task, shop, count) => {
                self.running.remove(&task);
                self.deliveries.give_back(&shop);
                figures::events(&shop, count.delivered, count.put_aside);
                self.worker.note(|health| {
                    health.events_delivered += count.delivered;
                    health.events_put_aside += count.put_aside;
                });
                let soon = now + after_freeing(&self.deliveries, &shop);
                self.outbox.freed(soon);
            }
            Message::Kept => self.keeping = false,
        }
        let (rounds, deliveries) = (self.rounds.total(), self.deliveries.total());
        let open = self.breakers.open();
        self.worker.note(|health| {
            health.rounds = rounds.into();
            health.deliveries = deliveries.into();
            health.open_breakers = open;
        });
    }

    fn round_ended(
        &mut self,
        shop: &ShopName,
        host: &Arc<str>,
        ended: &Ended,
        now: OffsetDateTime,
    ) {
        let answered = match ended {
            Ended::With(worked) if worked.asked => self.answered(shop, &worked.result, now),
            Ended::With(_) | Ended::Panicked | Ended::Cut => None,
        };
        let runtime = self.worker.store.runtime.clone();
        match ended {
            Ended::With(worked) => figures::round(shop, Some(&worked.result)),
            Ended::Panicked => figures::round(shop, None),
            Ended::Cut => {}
        }
        self.breakers
            .ended(host, answered, now, |pause| runtime.spread(pause));
        self.worker.note(|health| match ended {
            Ended::With(worked) => match worked.result {
                RoundResult::Done => health.rounds_done += 1,
                RoundResult::Bank(_) => health.rounds_without_answer += 1,
                RoundResult::NotWritten(NotWritten::Lost) => health.leases_lost += 1,
                RoundResult::NotWritten(
                    NotWritten::Gone | NotWritten::Ledger(_) | NotWritten::Taken,
                ) => health.rounds_not_written += 1,
                RoundResult::Stopped => {}
            },
            Ended::Cut => {}
            Ended::Panicked => health.rounds_panicked += 1,
        });
    }

    /// Whether the bank gave an answer, in a round that asked it; none where that can't be told.
    fn answered(
        &mut self,
        shop: &ShopName,
        result: &RoundResult,
        now: OffsetDateTime,
    ) -> Option<bool> {
        match result {
            RoundResult::Done => Some(true),
            RoundResult::Bank(error) => {
                if error.kind() == GatewayErrorKind::RateLimited {
                    let wait = error.retry_after().unwrap_or(FEWER_CALLS);
                    let wait = wait.try_into().unwrap_or(time::Duration::MINUTE);
                    self.paused.insert(shop.clone(), now.saturating_add(wait));
                }
                Some(!error.is_host_failure())
            }
            // It hung until the round's time was over.
            RoundResult::Stopped if !self.stopping.load(Ordering::Relaxed) => Some(false),
            RoundResult::Stopped | RoundResult::NotWritten(_) => None,
        }
    }

    fn begin_round(&mut self, claimed: Claimed, claimed_at: OffsetDateTime) {
        let (key, lease, failures) = claimed.names();
        let shop = self.worker.shops.get(&key.shop);
        let host = shop
            .as_ref()
            .map_or_else(|| "".into(), |s| s.bank().host.clone());
        self.rounds.take(&key.shop);
        self.breakers.began(&host);
        let (task, cut) = self.task();
        let report = Report {
            to: self.messages.clone(),
            message: Some(Message::RoundEnded(
                task,
                key.shop.clone(),
                host.clone(),
                Ended::Panicked,
            )),
        };
        let worker = self.worker.clone();
        let stopping = self.stopping.clone();
        self.worker.store.runtime.spawn(async move {
            let work = task::work(&worker, shop, claimed, claimed_at, stopping);
            let work = AssertUnwindSafe(Abortable::new(work, cut)).catch_unwind();
            let ended = match work.await {
                Ok(Ok(result)) => Ended::With(result),
                Ok(Err(_)) => {
                    task::give_back(&worker, &key, lease, failures).await;
                    Ended::Cut
                }
                Err(_) => {
                    task::poisoned(&worker, &key, lease, failures).await;
                    Ended::Panicked
                }
            };
            report.send(Message::RoundEnded(task, key.shop, host, ended));
        });
    }

    fn begin_delivery(&mut self, delivery: Delivery, claimed_at: OffsetDateTime) {
        let shop = delivery.key.shop.clone();
        self.deliveries.take(&shop);
        let (task, cut) = self.task();
        let report = Report {
            to: self.messages.clone(),
            message: Some(Message::Delivered(task, shop.clone(), Count::default())),
        };
        let worker = self.worker.clone();
        let stopping = self.stopping.clone();
        self.worker.store.runtime.spawn(async move {
            let (store, sink) = (&worker.store, &worker.sink);
            let delivering = delivery::deliver(
                store,
                sink,
                &worker.panics,
                &delivery,
                claimed_at,
                &stopping,
            );
            let count = Abortable::new(delivering, cut).await.unwrap_or_default();
            report.send(Message::Delivered(task, shop, count));
        });
    }

    fn task(&mut self) -> (u64, futures::future::AbortRegistration) {
        let (handle, cut) = AbortHandle::new_pair();
        self.next_task += 1;
        self.running.insert(self.next_task, handle);
        (self.next_task, cut)
    }
}

/// When to ask for more after a slot became free: at once where half are free, else a little later, so
/// that one claim fills several.
fn after_freeing(slots: &Slots, shop: &ShopName) -> Duration {
    if slots.is_half_free(shop) {
        Duration::ZERO
    } else {
        BETWEEN_CLAIMS
    }
}

/// Whether some shop has as many as there was room for, so that there may be more.
fn is_full<'a>(asked: &[ShopSlots], got: impl Iterator<Item = &'a ShopName>) -> bool {
    let mut counts: BTreeMap<&ShopName, u32> = BTreeMap::new();
    for shop in got {
        *counts.entry(shop).or_default() += 1;
    }
    asked.iter().any(|slots| {
        counts
            .get(&slots.shop)
            .is_some_and(|count| *count >= slots.free)
    })
}
