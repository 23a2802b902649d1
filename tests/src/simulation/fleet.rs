use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures::FutureExt as _;
use futures::channel::oneshot;
use inbank::ports::Spawner as _;
use inbank::{Concurrency, OrderHandle, Platform, Region, Runtime, ShopHandle};
use inbank_testkit::SimProcess;
use tower::ServiceExt as _;

use super::around::Around;
use super::database::{Database, Statements};
use super::desk::Desk;
use super::lender::Lender;
use super::sink::Teller;
use super::{Mark, Waits};

/// Where the routes are reached from outside.
pub(super) const PUBLIC_URL: &str = "https://pay.example/inbank";
pub(super) const REGION: Region = Region::ESTONIA;

/// The platform's processes.
pub(super) struct Fleet {
    around: Arc<Around>,
    database: Arc<Database>,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    processes: Vec<Option<Process>>,
    lenders: Vec<Arc<Lender>>,
    desks: Vec<Desk>,
    lives: u32,
    /// How many of the shops a process knows that starts now.
    shops: usize,
    /// Whether days are to pass: then processes look for what is due rarely.
    slow: bool,
}

/// One process of the platform, from its start to its end.
#[derive(Clone)]
pub(super) struct Process {
    sim: SimProcess,
    /// Its number among all that there were.
    pub(super) life: u32,
    pub(super) platform: Platform,
    /// Made for the first request: many processes are never asked.
    router: Arc<OnceLock<Router>>,
    stopping: Stopping,
}

/// How a process is stopped, and says that it has ended; once.
type Stopping = Arc<Mutex<Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>>>;

impl Process {
    pub(super) fn order(&self, shop: usize, order: usize) -> Option<OrderHandle> {
        self.named(shop, &reference(order))
    }

    pub(super) fn shop(&self, shop: usize) -> Option<ShopHandle> {
        self.platform.shop(&shop_name(shop)).ok()
    }

    pub(super) fn named(&self, shop: usize, order: &str) -> Option<OrderHandle> {
        Some(self.shop(shop)?.order(order))
    }

    /// Does something in it, without waiting for it.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.sim.spawn(Box::pin(task));
    }
}

pub(super) fn shop_name(shop: usize) -> String {
    format!("shop-{shop}")
}

/// The number of a shop.
pub(super) fn shop_number(name: &str) -> usize {
    let number = name.rsplit('-').next().and_then(|n| n.parse().ok());
    number.unwrap_or_default()
}

pub(super) fn reference(order: usize) -> String {
    format!("order-{order}")
}

impl Fleet {
    pub(super) fn new(around: Arc<Around>, database: Arc<Database>) -> Arc<Self> {
        let shops = around.setting.shops_at_first.min(around.setting.shops);
        Arc::new(Self {
            around,
            database,
            slots: Mutex::new(Slots {
                shops,
                ..Slots::default()
            }),
        })
    }

    /// Opens the shops, and starts every process.
    pub(super) fn open(self: &Arc<Self>) {
        for shop in 0..self.around.setting.shops {
            let desk = Desk::new(shop, &self.around);
            let books = desk.books();
            let lender = Lender::new(shop, books, self.around.clone(), self.clone());
            let mut slots = self.slots();
            slots.lenders.push(lender);
            slots.desks.push(desk);
        }
        for slot in 0..self.around.setting.processes {
            self.slots().processes.push(None);
            self.start(slot);
        }
    }

    pub(super) fn lenders(&self) -> Vec<Arc<Lender>> {
        self.slots().lenders.clone()
    }

    pub(super) fn lender(&self, shop: usize) -> Arc<Lender> {
        let slots = self.slots();
        slots.lenders[shop % slots.lenders.len()].clone()
    }

    /// A process that lives: that of a number, or the next one.
    pub(super) fn process(&self, number: usize) -> Option<Process> {
        let slots = self.slots();
        let count = slots.processes.len();
        (0..count).find_map(|next| slots.processes[(number + next) % count].clone())
    }

    /// Whoever a load balancer picks.
    pub(super) fn any(&self) -> Option<Process> {
        self.process(self.around.people.index(8))
    }

    pub(super) fn living(&self) -> Vec<Process> {
        self.slots().processes.iter().flatten().cloned().collect()
    }

    /// Whether a process lives, and was not told to stop.
    pub(super) fn lives(&self, life: u32) -> bool {
        self.living().iter().any(|process| process.life == life)
    }

    /// A request to one of the processes; none where nobody answers.
    pub(super) async fn request(&self, request: Request<Body>) -> Option<StatusCode> {
        let process = self.any()?;
        let (answer, answered) = oneshot::channel();
        let platform = &process.platform;
        let router = process
            .router
            .get_or_init(|| Router::new().nest("/inbank", platform.router()));
        let router = router.clone();
        process.spawn(async move {
            let Ok(response) = router.oneshot(request).await;
            // Whoever asked may have gone away.
            let _ = answer.send(response.status());
        });
        answered.await.ok()
    }

    /// Ends a process where it stands; another takes its place after a while.
    pub(super) fn kill(self: &Arc<Self>, number: usize, back: Duration) {
        let slot = number % self.around.setting.processes;
        let Some(process) = self.slots().processes[slot].take() else {
            return;
        };
        self.around.log().disturbed = true;
        for lender in self.lenders() {
            lender.killed_while_asking();
        }
        process.sim.kill();
        self.start_later(slot, back);
    }

    /// Has a process stand still as soon as it is at something.
    pub(super) fn stand_still(&self, number: usize, time: Duration, at: Waits) {
        let slot = number % self.around.setting.processes;
        let mut log = self.around.log();
        log.disturbed = true;
        if let Some(process) = &self.slots().processes[slot] {
            log.about_to_stand.insert((process.life, at), time);
        }
    }

    /// A process waits.
    pub(super) fn waits(&self, life: u32, at: Waits) {
        let time = self.around.log().about_to_stand.remove(&(life, at));
        let Some(time) = time.filter(|_| !self.around.faults.are_over()) else {
            return;
        };
        if let Some(process) = self.living().iter().find(|process| process.life == life) {
            process.sim.stand_still(time);
            self.around.mark(Mark::StoodStill);
        }
    }

    fn start_later(self: &Arc<Self>, slot: usize, back: Duration) {
        let (fleet, around) = (self.clone(), self.around.clone());
        self.around.spawn(async move {
            around.pass(back).await;
            fleet.start(slot);
        });
    }

    /// As [`deploy`](Self::deploy), with processes that look for what is due rarely: days are to pass.
    pub(super) fn slow_down(self: &Arc<Self>) {
        self.slots().slow = true;
        self.around.log().slow_since = Some(self.around.now());
        self.deploy();
    }

    /// Stops and starts one process after another; the new ones know every shop.
    pub(super) fn deploy(self: &Arc<Self>) {
        self.slots().shops = self.around.setting.shops;
        self.around.log().disturbed |= !self.around.faults.are_over();
        let fleet = self.clone();
        self.around.spawn(async move {
            for slot in 0..fleet.around.setting.processes {
                // One that is dead is about to start anyway.
                let Some(process) = fleet.slots().processes[slot].take() else {
                    continue;
                };
                let stopping = process.stopping.lock().ok().and_then(|mut s| s.take());
                let Some((stop, ended)) = stopping else {
                    continue;
                };
                // Both ends are there for as long as it runs.
                let _ = stop.send(());
                let _ = ended.await;
                process.sim.kill();
                if !fleet.around.faults.are_over() {
                    fleet.around.mark(Mark::Deployed);
                }
                fleet.start(slot);
            }
        });
    }

    fn start(self: &Arc<Self>, slot: usize) {
        let (life, poll, shops) = {
            let mut slots = self.slots();
            if slots.processes[slot].is_some() {
                return;
            }
            slots.lives += 1;
            let shops = slots
                .lenders
                .iter()
                .cloned()
                .zip(slots.desks.iter().cloned());
            let shops: Vec<_> = shops.take(slots.shops).collect();
            let poll = match (slots.slow, slot) {
                (false, _) => Duration::from_secs(self.around.setting.poll_seconds.into()),
                // One of them is enough to notice what time alone has made due.
                (true, 0) => Duration::from_hours(3),
                (true, _) => Duration::from_hours(8),
            };
            (slots.lives, poll, shops)
        };
        let setting = &self.around.setting;
        let mut sim = self.around.process();
        if let Some(ahead) = setting.clocks_ahead {
            sim = sim.with_clock_ahead(time::Duration::seconds(ahead[slot % 3].into()));
        }
        let shared = Arc::new(sim.clone());
        let statements = Statements::new(
            self.around.clone(),
            self.database.clone(),
            self.clone(),
            life,
        );
        let teller = Teller::new(self.around.clone(), self.clone());
        let concurrency = Concurrency {
            orders_of_a_shop: setting.slots,
            deliveries_of_a_shop: setting.slots,
            // Who is turned away does nothing that could break a promise.
            longest_wait: std::time::Duration::MAX,
            ..Concurrency::default()
        };
        let mut builder = Platform::builder()
            .public_url(PUBLIC_URL)
            .ledger(Arc::new(statements))
            .event_sink(Arc::new(teller))
            .concurrency(concurrency)
            .poll_interval(poll)
            .runtime(Runtime::new(shared.clone(), shared.clone(), shared));
        for (lender, desk) in shops {
            builder = builder.shop(desk.shop(lender, life, &sim));
        }
        let built = builder.build().now_or_never();
        // A ledger that is given is not waited for.
        let platform = built.unwrap().unwrap();
        let ((stop, stopped), (ended, has_ended)) = (oneshot::channel(), oneshot::channel());
        let working = platform.clone();
        let process = Process {
            sim,
            life,
            platform,
            router: Arc::default(),
            stopping: Arc::new(Mutex::new(Some((stop, has_ended)))),
        };
        process.spawn(async move {
            let stop = async move {
                if stopped.await.is_err() {
                    // Nobody will stop it.
                    std::future::pending::<()>().await;
                }
            };
            working.run(stop).await;
            // Nobody waits for one that is killed.
            let _ = ended.send(());
        });
        self.slots().processes[slot] = Some(process);
    }

    /// Lets go of everything: what knows each other would never be dropped.
    pub(super) fn close(&self) {
        let slots = std::mem::take(&mut *self.slots());
        drop(slots);
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
