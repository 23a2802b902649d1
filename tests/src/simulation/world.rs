use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use inbank_testkit::SimRuntime;

use super::around::Around;
use super::database::Database;
use super::fleet::{Fleet, Process, reference};
use super::people::{About, Decision, Wish, application, close, decide_in, pay};
use super::{Happening, Invariant, Mark, Plan, Violation, judge};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// Orders of a shop.
const ORDERS: usize = 2;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What must not happen, and happened first.
    pub violation: Option<Violation>,
    /// The rare things that happened.
    pub marks: BTreeSet<Mark>,
    /// Stands for every call, its time and its answer, and who went on when.
    pub hash: u64,
}

/// Runs a plan.
pub fn run(plan: &Plan) -> Outcome {
    run_in(&World::new(plan, false), plan)
}

/// Runs a plan, and shows on stderr what happens.
pub fn run_traced(plan: &Plan) -> Outcome {
    run_in(&World::new(plan, true), plan)
}

fn run_in(world: &World, plan: &Plan) -> Outcome {
    for step in &plan.steps {
        world.pass(Duration::from_millis(step.after_ms.into()));
        world.around.trace(|| format!("{:?}", step.what));
        world.happen(step.what);
        judge::mark(&world.around, &world.fleet);
        if let Some(violation) = world.violation() {
            return world.outcome(Some(violation));
        }
    }
    let violation = world.come_to_an_end();
    world.outcome(violation)
}

struct World {
    sim: SimRuntime,
    around: Arc<Around>,
    database: Arc<Database>,
    fleet: Arc<Fleet>,
}

impl World {
    fn new(plan: &Plan, traced: bool) -> Self {
        let sim = SimRuntime::new(plan.seed);
        let around = Around::new(plan.seed, sim.process(), plan.setting.clone(), traced);
        let around = Arc::new(around);
        let database = Arc::new(Database::new(plan.setting.connections));
        let fleet = Fleet::new(around.clone(), database.clone());
        fleet.open();
        Self {
            sim,
            around,
            database,
            fleet,
        }
    }

    fn pass(&self, time: Duration) {
        self.sim.block_on(self.sim.pass(time));
    }

    fn happen(&self, what: Happening) {
        let shops = self.around.setting.shops;
        match what {
            Happening::Pay {
                process,
                shop,
                order,
                cart,
                then,
                hangs_up_ms,
            } => self.pay(
                process,
                (shop % shops, order),
                Wish::Cart(cart),
                then,
                hangs_up_ms,
            ),
            Happening::Rent {
                process,
                shop,
                order,
                then,
            } => self.pay(process, (shop % shops, order), Wish::Telephone, then, None),
            Happening::Apply {
                process,
                shop,
                order,
                cart,
            } => {
                let lender = self.fleet.lender(shop % shops);
                let request = application(&lender, &reference(order % ORDERS), cart);
                self.with(process, shop % shops, order, |process, order| {
                    process.spawn(async move { drop(order.apply(&request).await) });
                });
            }
            Happening::Approve {
                process,
                shop,
                order,
            } => self.decide(process, (shop % shops, order), Decision::Yes),
            Happening::Cancel {
                process,
                shop,
                order,
            } => self.decide(process, (shop % shops, order), Decision::No),
            Happening::Both { shop, order } => {
                self.around.mark(Mark::DecidedTwice);
                self.decide(0, (shop % shops, order), Decision::Yes);
                self.decide(1, (shop % shops, order), Decision::No);
            }
            Happening::Refresh {
                process,
                shop,
                order,
            } => self.with(process, shop % shops, order, |process, order| {
                process.spawn(async move { drop(order.refresh().await) });
            }),
            Happening::Kill { process, back_ms } => {
                self.fleet
                    .kill(process, Duration::from_millis(back_ms.into()));
            }
            Happening::StandStill { process, ms, at } => {
                let time = Duration::from_millis(ms.into());
                self.fleet.stand_still(process, time, at);
            }
            Happening::Deploy => self.fleet.deploy(),
            Happening::Outage { shop, seconds } => {
                let lender = self.fleet.lender(shop % shops);
                lender.goes_away(Duration::from_secs(seconds.into()));
            }
            Happening::Nothing => {}
        }
    }

    fn with(
        &self,
        process: usize,
        shop: usize,
        order: usize,
        then: impl FnOnce(&Process, inbank::OrderHandle),
    ) {
        if let Some(process) = self.fleet.process(process)
            && let Some(handle) = process.order(shop, order % ORDERS)
        {
            then(&process, handle);
        }
    }

    fn pay(
        &self,
        process: usize,
        (shop, order): (usize, usize),
        wish: Wish,
        then: super::Then,
        hangs_up: Option<u32>,
    ) {
        let lender = self.fleet.lender(shop);
        let number = order % ORDERS;
        self.with(process, shop, order, |process, order| {
            let at = (process, lender);
            let of = (reference(number), order);
            pay(
                &self.around,
                &self.fleet,
                at,
                (&of.0, of.1),
                (wish, then, hangs_up),
            );
        });
    }

    fn decide(&self, process: usize, (shop, order): (usize, usize), decision: Decision) {
        if let Some(process) = self.fleet.process(process) {
            let order = reference(order % ORDERS);
            let about = About {
                shop,
                order,
                attempt: None,
            };
            decide_in(&self.fleet, &process, about, decision);
        }
    }

    /// No fault any more, and whatever is waited for comes or is cancelled, until all is quiet.
    fn come_to_an_end(&self) -> Option<Violation> {
        let faults_until = self.around.now();
        self.around.faults.end();
        // What was begun goes on in the processes that began it, and a shop that is watched closely is so for a while yet.
        let calm = self.around.setting.calm_shop.is_some();
        self.pass(if calm { 20 * MINUTE } else { 12 * MINUTE });
        let lost = self.lost_slots();
        if lost.is_some() {
            return lost;
        }
        self.fleet.slow_down();
        let mut unsettled = None;
        let mut was_quiet = false;
        // An opening that nothing is heard of is given up after eight days.
        for _ in 0..20 {
            self.pass(8 * HOUR);
            for shop in 0..self.around.setting.shops {
                for order in 0..ORDERS {
                    self.with(order, shop, order, |process, order| {
                        process.spawn(async move { close(&order).await });
                    });
                }
            }
            self.pass(8 * HOUR);
            if let Some(violation) = self.violation() {
                return Some(violation);
            }
            let late = judge::late(&self.around, &self.fleet, faults_until);
            if late.is_some() {
                return late;
            }
            unsettled = judge::unsettled(&self.around, &self.fleet);
            if unsettled.is_none() {
                if was_quiet {
                    break;
                }
                was_quiet = true;
            }
        }
        // What nobody took, and no person was told of, is no wonder then.
        let unsettled = unsettled.map(|unsettled| {
            let untold = judge::put_aside_untold(&self.around);
            untold.unwrap_or(unsettled)
        });
        unsettled
            .or_else(|| judge::judge(&self.around, &self.fleet, &self.database))
            .or_else(|| self.lost_slots())
    }

    /// No round and no delivery takes half an hour: a process that looks busy for longer, whenever it is
    /// looked at, has lost a slot.
    fn lost_slots(&self) -> Option<Violation> {
        let mut busy = judge::busy(&self.fleet);
        // Where nothing is under way, nothing is lost.
        if !busy.is_empty() {
            self.pass(20 * MINUTE);
            busy = judge::busy(&self.fleet);
        }
        for _ in 0..6 {
            if busy.is_empty() {
                return None;
            }
            self.pass(7 * MINUTE);
            let still = judge::busy(&self.fleet);
            busy.retain(|life, _| still.contains_key(life));
        }
        let (_, what) = busy.pop_first()?;
        let invariant = Invariant::SlotLost;
        Some(Violation { invariant, what })
    }

    fn violation(&self) -> Option<Violation> {
        if let Some(panic) = judge::panicked(&self.sim.panics()) {
            let invariant = Invariant::Panic;
            return Some(Violation {
                invariant,
                what: panic,
            });
        }
        self.around.log().violations.first().cloned()
    }

    fn outcome(&self, violation: Option<Violation>) -> Outcome {
        judge::mark(&self.around, &self.fleet);
        let log = self.around.log();
        Outcome {
            violation,
            marks: log.marks.clone(),
            hash: log.hash() ^ self.sim.trace(),
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.fleet.close();
    }
}
