//! A run: processes, load, faults, looks; then all is let come to its end, and judged.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use inbank_testkit::Postgres;
use reqwest::Client;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::bank::{Controls, Session};
use super::customer::{Counts, Market, Patience};
use super::growth::{Growth, Tolerance, percentile};
use super::judge::{Evidence, faults};
use super::process::Process;
use super::sample::Sample;
use super::shop::Said;
use super::told::Listener;
use super::{Engine, Plan, Setting};
use crate::Setting as Ports;

/// The shop that has the load.
const BUSY: &str = "main";
/// Another of the same platform, at a bank of its own: one order a second, whatever the first has.
const QUIET: &str = "quiet";
/// The bank's faults go on by a step each so often.
const DISTURBED: Duration = Duration::from_secs(5);
/// Looked at so often, or as seldom as makes this many looks.
const LOOK: Duration = Duration::from_secs(1);
const LOOKS: u32 = 120;
/// So long everything has to come to its end when nobody arrives any more. A process that was killed leaves a lease of two
/// minutes, and what it was opening waits as long.
const DRAINED: Duration = Duration::from_mins(6);
/// The process that is killed, of several; the others' memory is looked at.
const VICTIM: usize = 2;
/// So often while orders arrive.
const DEATHS: u32 = 5;
const DEAD_FOR: Duration = Duration::from_secs(2);

/// What came of a run.
pub struct Outcome {
    pub(crate) engine: Engine,
    pub(crate) plan: Plan,
    pub(crate) steady: Vec<Sample>,
    pub(crate) counts: Counts,
    pub(crate) late: Option<(i64, i64)>,
    pub(crate) took: Option<(i64, i64)>,
    pub(crate) deaths: u32,
    pub(crate) drained_in: Option<Duration>,
    pub(crate) checks: Vec<Check>,
    pub(crate) overload: Option<Overload>,
    pub(crate) faults: Vec<String>,
    pub(crate) for_persons: usize,
    pub(crate) last_failure: String,
    pub(crate) stopped_well: bool,
}

/// Something that must not grow.
pub(crate) struct Check {
    pub(crate) what: String,
    pub(crate) growth: Option<Growth>,
    pub(crate) ok: bool,
}

impl Check {
    /// Of what samples show that were taken while orders arrived.
    fn of(
        samples: &[Sample],
        arrivals: Duration,
        what: String,
        of: &dyn Fn(&Sample) -> Option<u64>,
        tolerance: Tolerance,
    ) -> Self {
        let arriving = samples.iter().filter(|sample| sample.at <= arrivals);
        let growth = Growth::of(&arriving.filter_map(of).collect::<Vec<_>>());
        Self {
            what,
            growth,
            ok: growth.is_some_and(|growth| growth.is_within(tolerance)),
        }
    }
}

/// Twice what it sustains.
pub(crate) struct Overload {
    pub(crate) sustained: u32,
    pub(crate) samples: Vec<Sample>,
    pub(crate) counts: Counts,
    pub(crate) quiet: Counts,
    pub(crate) took: Option<(i64, i64)>,
    pub(crate) drained_in: Option<Duration>,
    pub(crate) checks: Vec<Check>,
}

impl Outcome {
    /// Whether nothing grew, everything ended once, and everybody ended well.
    pub fn is_well(&self) -> bool {
        let overload = self.overload.as_ref();
        self.faults.is_empty()
            && self.stopped_well
            && self.drained_in.is_some()
            && self.checks.iter().all(|check| check.ok)
            && overload.is_none_or(|overload| {
                overload.drained_in.is_some()
                    && overload.quiet.busy == 0
                    && overload.checks.iter().all(|check| check.ok)
            })
    }
}

/// Runs a plan on an engine.
///
/// # Errors
/// Where a process doesn't start, or can't be spoken to by anybody.
pub async fn run(plan: Plan, engine: Engine) -> anyhow::Result<Outcome> {
    let mut stage = Stage::set(engine)?;
    let steady = stage
        .phase(plan.rate, plan.arrivals, Kind::Disturbed)
        .await?;
    let all = Latencies::take(&mut stage);
    let drained_in = stage.drain().await?;
    let counts = stage.market.counts(None);
    let mut checks = checks(&steady, plan.rate, engine, plan.arrivals);
    // Where more comes than it sustains it is late, as it says.
    checks.push(Check::of(
        &steady,
        plan.arrivals,
        "from a callback to its event, µs".to_owned(),
        &|sample| u64::try_from(sample.late?.0).ok(),
        Tolerance::LATENCY,
    ));
    let overload = if plan.overload.is_zero() {
        None
    } else {
        Some(stage.overload(plan).await?)
    };
    let sessions = stage.books().await?;
    let told = stage.listener.deliveries();
    let evidence = Evidence {
        orders: &stage.market.orders(),
        told: &told,
        sessions: &sessions,
    };
    let faults = faults(&evidence);
    let for_persons = told.iter().filter(|t| t.kind.starts_with("needs_person"));
    let for_persons = for_persons.count();
    Ok(Outcome {
        engine,
        plan,
        steady,
        counts,
        late: all.late,
        took: all.took,
        deaths: stage.deaths,
        drained_in,
        checks,
        overload,
        faults,
        for_persons,
        last_failure: stage.market.last_failure(),
        stopped_well: stage.stop(),
    })
}

/// What must not have grown while orders arrived.
pub(crate) fn checks(
    samples: &[Sample],
    rate: u32,
    engine: Engine,
    arrivals: Duration,
) -> Vec<Check> {
    let check = |what: String, of: &dyn Fn(&Sample) -> Option<u64>, tolerance: Tolerance| {
        Check::of(samples, arrivals, what, of, tolerance)
    };
    let mut checks = Vec::new();
    for process in 0..engine.processes() {
        if engine.processes() > 1 && process == VICTIM {
            continue;
        }
        let name = process + 1;
        checks.push(check(
            format!("memory of process {name}, kB"),
            &|sample| Some(sample.processes.get(process)?.as_ref()?.kilobytes),
            Tolerance::MEMORY,
        ));
        checks.push(check(
            format!("open files of process {name}"),
            &|sample| Some(sample.processes.get(process)?.as_ref()?.files),
            Tolerance::FILES,
        ));
    }
    checks.push(check(
        "orders that are open".to_owned(),
        &|sample| Some(sample.open),
        Tolerance::backlog(rate),
    ));
    checks
}

/// What goes on beside the load.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Kind {
    /// The bank fails, processes die, and customers come again.
    Disturbed,
    /// Nothing; customers go away where the shop is busy.
    Undisturbed,
}

pub(crate) struct Latencies {
    late: Option<(i64, i64)>,
    pub(crate) took: Option<(i64, i64)>,
}

impl Latencies {
    pub(crate) fn take(stage: &mut Stage) -> Self {
        let mut late = std::mem::take(&mut stage.late);
        let mut took = std::mem::take(&mut stage.took);
        late.sort_unstable();
        took.sort_unstable();
        Self {
            late: middle_and_last(&late),
            took: middle_and_last(&took),
        }
    }
}

fn middle_and_last(sorted: &[i64]) -> Option<(i64, i64)> {
    Some((percentile(sorted, 50)?, percentile(sorted, 99)?))
}

pub(crate) struct Stage {
    pub(crate) engine: Engine,
    client: Client,
    settings: Vec<Setting>,
    processes: Vec<Option<Process>>,
    controls: Vec<Controls>,
    banks: Vec<Process>,
    pub(crate) market: Arc<Market>,
    listener: Listener,
    deaths: u32,
    late: Vec<i64>,
    took: Vec<i64>,
    // Last, since they go when nobody uses them any more.
    _postgres: Option<Postgres>,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn set(engine: Engine) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let postgres = (engine == Engine::Postgres).then(Postgres::start);
        let database = match &postgres {
            Some(postgres) => postgres.database(),
            None => format!("sqlite:{}/ledger.db", folder.path().display()),
        };
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // Longer than the server's own limit.
            .timeout(Duration::from_secs(130))
            .build()?;
        let mut banks = Vec::new();
        let mut controls = Vec::new();
        for shop in [BUSY, QUIET] {
            let (bank, address) = Process::bank(shop);
            banks.push(bank);
            controls.push(Controls::new(address, client.clone()));
        }
        let addresses: Vec<_> = controls.iter().map(|bank| bank.address.clone()).collect();
        let settings: Vec<Setting> = (0..engine.processes())
            .map(|process| Setting {
                database: database.clone(),
                port: Ports::free_port(),
                events: folder.path().join(format!("events-{process}")),
                banks: addresses.clone(),
            })
            .collect();
        // One after the other: the first makes the tables.
        let processes = settings.iter().map(Process::platform).map(Some).collect();
        let ports = settings.iter().map(|setting| setting.port).collect();
        Ok(Self {
            engine,
            market: Market::new(client.clone(), ports, controls.clone()),
            listener: Listener::new(settings.iter().map(|setting| setting.events.clone())),
            client,
            settings,
            processes,
            controls,
            banks,
            deaths: 0,
            late: Vec::new(),
            took: Vec::new(),
            _postgres: postgres,
            _folder: folder,
        })
    }

    /// Lets orders arrive, and looks.
    pub(crate) async fn phase(
        &mut self,
        rate: u32,
        time: Duration,
        kind: Kind,
    ) -> anyhow::Result<Vec<Sample>> {
        let patience = match kind {
            Kind::Disturbed => Patience::ComesAgain,
            Kind::Undisturbed => Patience::Leaves,
        };
        let arrivals: Vec<_> = [(0, rate), (1, 1)]
            .map(|(shop, rate)| {
                let market = self.market.clone();
                tokio::spawn(async move { market.come(shop, rate, time, patience).await })
            })
            .into();
        let began = Instant::now();
        let mut look = interval((time / LOOKS).max(LOOK));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.tick().await;
        let mut disturb = interval(DISTURBED);
        let mut die = interval(time / (DEATHS + 1));
        die.tick().await;
        let mut revive = None;
        let mut step = 0;
        let mut samples = Vec::new();
        while began.elapsed() < time {
            tokio::select! {
                _ = look.tick() => {
                    let sample = self.look(began.elapsed()).await?;
                    self.say(rate, &sample);
                    samples.push(sample);
                    if revive.is_some_and(|at| Instant::now() >= at) {
                        revive = None;
                        self.revive();
                    }
                }
                _ = disturb.tick(), if kind == Kind::Disturbed => {
                    self.controls[0].disturb(step).await?;
                    step += 1;
                }
                _ = die.tick(), if kind == Kind::Disturbed && self.processes.len() > 1 => {
                    if let Some(victim) = self.processes[VICTIM].take() {
                        victim.kill();
                        self.deaths += 1;
                        revive = Some(Instant::now() + DEAD_FOR);
                    }
                }
            }
        }
        if revive.is_some() {
            self.revive();
        }
        for arrival in arrivals {
            arrival.await?;
        }
        self.controls[0].clear_faults().await?;
        Ok(samples)
    }

    fn revive(&mut self) {
        let setting = &self.settings[VICTIM];
        // It listens within a moment; the load goes on meanwhile, in other threads.
        let process = tokio::task::block_in_place(|| Process::platform(setting));
        self.processes[VICTIM] = Some(process);
    }

    async fn look(&mut self, at: Duration) -> anyhow::Result<Sample> {
        self.listener.read_on()?;
        let (late, took) = (self.listener.take_late(), self.market.take_took());
        let counts = self.market.counts(None);
        let said = self.said().await;
        let due = said.map_or(0, |said| said.due);
        let resources = |process: &Option<Process>| process.as_ref()?.resources();
        let ended = self.listener.ended() as u64;
        let sample = Sample {
            at,
            processes: self.processes.iter().map(resources).collect(),
            came: counts.came,
            ended,
            open: counts.taken.saturating_sub(ended),
            due,
            late: middle_and_last(&late),
            took: middle_and_last(&took),
            busy: self.market.busy(),
        };
        self.late.extend(late);
        self.took.extend(took);
        Ok(sample)
    }

    /// What the first process says of itself; none where it doesn't soon.
    async fn said(&self) -> Option<Said> {
        let url = format!("http://127.0.0.1:{}/health", self.settings[0].port);
        let request = self.client.get(url).timeout(Duration::from_secs(1));
        request.send().await.ok()?.json().await.ok()
    }

    /// Waits until everybody has gone and every order that was taken has ended: how long that took. None
    /// where it took too long.
    pub(crate) async fn drain(&mut self) -> anyhow::Result<Option<Duration>> {
        let began = Instant::now();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while began.elapsed() < DRAINED {
            look.tick().await;
            let sample = self.look(began.elapsed()).await?;
            self.say(0, &sample);
            let counts = self.market.counts(None);
            let gone = counts.taken + counts.busy + counts.failed == counts.came;
            let ended = self
                .market
                .taken()
                .iter()
                .all(|order| self.listener.has_ended(order));
            if gone && ended {
                return Ok(Some(began.elapsed()));
            }
        }
        Ok(None)
    }

    fn say(&self, rate: u32, sample: &Sample) {
        let memory = sample
            .processes
            .iter()
            .flatten()
            .map(|p| p.kilobytes / 1024);
        let memory: Vec<String> = memory.map(|megabytes| megabytes.to_string()).collect();
        let late = sample.late.map_or(0, |(middle, _)| middle / 1_000);
        let line = format!(
            "soak: {}, {} a second, {} s: {} came, {} open, {} due, {} MB, {late} ms late, {} busy",
            self.engine,
            rate,
            sample.at.as_secs(),
            sample.came,
            sample.open,
            sample.due,
            memory.join("+"),
            sample.busy,
        );
        let mut error = std::io::stderr().lock();
        // Where nobody looks on, a line each time.
        let _ = if error.is_terminal() {
            write!(error, "\r\x1b[K{line}")
        } else {
            writeln!(error, "{line}")
        };
        let _ = error.flush();
    }

    async fn books(&self) -> anyhow::Result<HashMap<String, Vec<Session>>> {
        let mut books: HashMap<String, Vec<Session>> = HashMap::new();
        for bank in &self.controls {
            for session in bank.books().await? {
                let order = format!("{}/{}", bank.address.name, session.order_reference);
                books.entry(order).or_default().push(session);
            }
        }
        Ok(books)
    }

    /// Whether all processes of the platform ended well.
    fn stop(self) -> bool {
        let processes = self.processes.into_iter().flatten();
        let well = processes.map(Process::stop).collect::<Vec<_>>();
        self.banks.into_iter().for_each(Process::kill);
        well.into_iter().all(|well| well)
    }
}
