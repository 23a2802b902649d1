//! Runs plans of the simulation until there are enough or one breaks a promise; the summary on stdout,
//! progress on stderr.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;
use inbank_tests::simulation::{
    Invariant, Mark, Plan, Violation, run, run_real, run_traced, shrink,
};

/// Runs the platform through what may happen, and judges what it was told
#[derive(Parser)]
#[command(name = "simulate")]
struct Arguments {
    /// `a`: at the bank's ports. `b`: by HTTP requests and answers, in memory. `c`: real processes over SQLite and
    /// PostgreSQL, which are killed
    #[arg(long, default_value = "a")]
    tier: Tier,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// So many plans, of this seed and those after it
    #[arg(long, default_value_t = 10_000)]
    sequences: u64,
    /// Ten million plans: an hour on two cores that nobody else uses
    #[arg(long, conflicts_with = "sequences")]
    full: bool,
    /// No longer than this many minutes
    #[arg(long)]
    minutes: Option<u64>,
    /// Plans that are kept, which are run first; a file, or a folder of them
    #[arg(long)]
    plan: Option<PathBuf>,
    /// Names the seed of a failure and goes on; fails at the end
    #[arg(long)]
    go_on: bool,
    /// Shows on stderr what happens in the plans of `--plan`, or in that of `--seed`, and runs no others
    #[arg(long)]
    trace: bool,
    /// Expects this promise to be broken, as a mutation of the code must
    #[arg(long)]
    expect: Option<String>,
    /// Where the plan of a failure is written
    #[arg(long)]
    save: Option<PathBuf>,
    /// Fails unless this many plans, or more, have hit every rare thing; 0 asks for none
    #[arg(long, default_value_t = 20_000)]
    marks_within: u64,
}

impl Arguments {
    fn plans(&self) -> u64 {
        if self.full {
            10_000_000
        } else {
            self.sequences
        }
    }
}

/// A run makes and drops many small things: the system's allocator takes a sixth of its time, this one half of that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Through how much of the code a plan goes.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Tier {
    A,
    B,
    C,
}

impl Tier {
    fn draw(self, seed: u64) -> Plan {
        match self {
            Self::A | Self::C => Plan::draw(seed),
            Self::B => Plan::draw_wired(seed),
        }
    }
}

/// One seed of so many is run twice, and must go the same way.
const TWICE: u64 = 1_000;
/// So many runs to make a failing plan smaller.
const SHRINKING: usize = 2_000;

/// The number of a plan, from 0, and what it broke.
type Failure = (u64, Plan, Violation);

struct Progress {
    next: AtomicU64,
    done: AtomicU64,
    stopped: AtomicBool,
    marks: Mutex<BTreeMap<Mark, u64>>,
    /// The failure of the lowest number: whatever the threads do, it is the same each time.
    failed: Mutex<Option<Failure>>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = if let Tier::C = arguments.tier {
        simulate_processes(&arguments)
    } else {
        // A platform's sink that is to panic says so each time.
        std::panic::set_hook(Box::new(|_| {}));
        simulate(&arguments)
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("simulate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(arguments: &Arguments) -> anyhow::Result<bool> {
    if arguments.trace {
        let plans = match &arguments.plan {
            Some(path) => kept(path)?.into_iter().map(|(_, plan)| plan).collect(),
            None => vec![arguments.tier.draw(arguments.seed)],
        };
        for plan in plans {
            if let Some(violation) = run_traced(&plan).violation {
                println!("{violation}");
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let Some(path) = &arguments.plan {
        for (name, plan) in kept(path)? {
            if let Some(violation) = judged(&plan) {
                println!("plan {name}: {violation}");
                return Ok(false);
            }
        }
    }
    let began = Instant::now();
    let progress = Progress {
        next: AtomicU64::new(0),
        done: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
        marks: Mutex::default(),
        failed: Mutex::default(),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| work(arguments, &progress)))
            .collect();
        let limit = arguments
            .minutes
            .map(|minutes| Duration::from_secs(minutes * 60));
        let mut said = Instant::now();
        while workers.iter().any(|worker| !worker.is_finished()) {
            thread::park_timeout(Duration::from_millis(100));
            if limit.is_some_and(|limit| began.elapsed() >= limit) {
                progress.stopped.store(true, Ordering::Relaxed);
            }
            if said.elapsed() >= Duration::from_secs(5) {
                said = Instant::now();
                let done = progress.done.load(Ordering::Relaxed);
                eprintln!("simulate: {done} of {}", arguments.plans());
            }
        }
    });
    let failed = progress
        .failed
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(expected) = &arguments.expect {
        let done = progress.done.load(Ordering::Relaxed);
        return Ok(match &*failed {
            Some((number, plan, violation)) if violation.invariant.to_string() == *expected => {
                let plans = number + 1;
                println!("found after {plans} plans: seed {}: {violation}", plan.seed);
                true
            }
            Some((_, plan, violation)) => {
                println!(
                    "another promise was broken: seed {}: {violation}",
                    plan.seed
                );
                false
            }
            None => {
                println!("{expected} was not broken in {done} plans");
                false
            }
        });
    }
    if let Some((_, plan, violation)) = &*failed {
        return report(arguments, plan, violation).map(|()| false);
    }
    let done = progress.done.load(Ordering::Relaxed);
    let took = began.elapsed();
    let rate = u128::from(done) * 1_000 / took.as_millis().max(1);
    println!(
        "{done} plans from seed {} in {took:.1?}, {rate} a second: nothing broken",
        arguments.seed
    );
    let marks = progress
        .marks
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let mut all = true;
    for mark in Mark::ALL {
        let count = marks.get(mark).copied().unwrap_or_default();
        println!("{mark}: {count}");
        all &= count > 0;
    }
    let enough = arguments.marks_within > 0 && done >= arguments.marks_within;
    if enough && !all {
        println!("a rare thing never happened: what would go wrong then is not tried");
    }
    Ok(all || !enough)
}

/// One run after another, each with processes of its own; what breaks a promise panics.
fn simulate_processes(arguments: &Arguments) -> anyhow::Result<bool> {
    let program = env::current_exe()?.with_file_name("embedder");
    anyhow::ensure!(program.exists(), "{} is not built", program.display());
    let runtime = tokio::runtime::Runtime::new()?;
    let began = Instant::now();
    let limit = arguments
        .minutes
        .map(|minutes| Duration::from_secs(minutes * 60));
    let mut done: u64 = 0;
    while done < arguments.plans() && limit.is_none_or(|limit| began.elapsed() < limit) {
        runtime.block_on(run_real(arguments.seed.wrapping_add(done), &program));
        done += 1;
        if done.is_multiple_of(10) {
            eprintln!("simulate: {done} of {}", arguments.plans());
        }
    }
    let took = began.elapsed();
    println!(
        "{done} runs of processes from seed {} in {took:.1?}: nothing broken",
        arguments.seed
    );
    Ok(true)
}

fn work(arguments: &Arguments, progress: &Progress) {
    while !progress.stopped.load(Ordering::Relaxed) {
        let number = progress.next.fetch_add(1, Ordering::Relaxed);
        if number >= arguments.plans() {
            return;
        }
        let plan = arguments.tier.draw(arguments.seed.wrapping_add(number));
        let outcome = run(&plan);
        let mut violation = outcome.violation;
        if violation.is_none() && number.is_multiple_of(TWICE) && run(&plan).hash != outcome.hash {
            violation = Some(Violation {
                invariant: Invariant::Reproducible,
                what: "the same plan went another way".to_owned(),
            });
        }
        let mut marks = progress
            .marks
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for mark in outcome.marks {
            *marks.entry(mark).or_default() += 1;
        }
        drop(marks);
        progress.done.fetch_add(1, Ordering::Relaxed);
        if let Some(violation) = violation {
            if arguments.go_on {
                println!("seed {}: {violation}", plan.seed);
            } else {
                progress.stopped.store(true, Ordering::Relaxed);
            }
            let mut failed = progress
                .failed
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            // Each number below was given out before, and its plan is run to the end.
            if failed.as_ref().is_none_or(|(first, _, _)| number < *first) {
                *failed = Some((number, plan, violation));
            }
        }
    }
}

fn judged(plan: &Plan) -> Option<Violation> {
    run(plan).violation
}

fn report(arguments: &Arguments, plan: &Plan, violation: &Violation) -> anyhow::Result<()> {
    println!("seed {}: {violation}", plan.seed);
    eprintln!("simulate: looking for a smaller plan");
    let smallest = shrink(plan, violation.invariant, SHRINKING);
    let json = serde_json::to_string_pretty(&smallest)?;
    println!("{json}");
    if let Some(violation) = judged(&smallest) {
        println!("{violation}");
    }
    if let Some(folder) = &arguments.save {
        let path = folder.join(format!("{}-{}.json", violation.invariant, plan.seed));
        fs::write(&path, json).with_context(|| format!("can't write {}", path.display()))?;
        println!("kept as {}", path.display());
    }
    Ok(())
}

/// The plans of a file, or of a folder.
fn kept(path: &PathBuf) -> anyhow::Result<Vec<(String, Plan)>> {
    let mut files = Vec::new();
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            files.push(entry?.path());
        }
        files.sort();
    } else {
        files.push(path.clone());
    }
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path)?;
        let plan = serde_json::from_str(&text);
        let plan = plan.with_context(|| format!("{} is no plan", path.display()))?;
        Ok((path.display().to_string(), plan))
    };
    files.into_iter().map(read).collect()
}
