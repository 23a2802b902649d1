//! What our own work costs, as ratios to the plainest way to do the same, measured side by side in
//! one run. `cargo xtask bench` prints the table; `--json` for machines, `--full` for what takes minutes,
//! `--svg` for the picture in `docs/performance.md`. A name measures that figure alone.
#![expect(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark: it may stop where it is, and its ratios are measurements, not money"
)]

mod callback_authenticate;
mod calls_per_cpu;
mod claim_growth;
mod client_call;
mod cold_build;
mod commits;
mod console;
mod dialect;
mod drain;
mod instant;
mod intake;
mod intake_overhead;
mod latency;
mod memory;
mod pay;
mod picture;
mod store;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Serialize;

/// What a ratio has to be.
#[derive(Clone, Copy)]
enum Budget {
    AtMost(f64),
    AtLeast(f64),
}

use Budget::{AtLeast, AtMost};

/// In the order of the table: a name, how it is measured, and what it has to be. What is measured is a
/// ratio for each pair of runs.
type Measured = (&'static str, fn() -> Vec<f64>, Budget);

const ALWAYS: [Measured; 17] = [
    (
        "callback_authenticate",
        callback_authenticate::ratios,
        AtMost(1.6),
    ),
    (
        "callback_authenticate_signed",
        callback_authenticate::ratios_to_signed,
        AtMost(2.3),
    ),
    ("client_call", client_call::ratios, AtMost(1.03)),
    (
        "client_call_limited",
        client_call::ratios_to_limited,
        AtMost(1.03),
    ),
    ("calls_per_cpu", calls_per_cpu::ratios, AtLeast(20.0)),
    ("dialect", dialect::ratios, AtMost(1.15)),
    ("intake_sqlite", intake::sqlite, AtLeast(15.0)),
    ("intake_postgres", intake::postgres, AtLeast(2.5)),
    ("intake_overhead", intake_overhead::ratios, AtMost(1.5)),
    ("memory", memory::ratios, AtMost(1.1)),
    ("drain_sqlite", drain::sqlite, AtLeast(5.0)),
    ("drain_postgres", drain::postgres, AtLeast(0.4)),
    ("drain_slow_bank", drain::slow_bank, AtMost(1.2)),
    ("quiet_shop", latency::quiet_shop, AtMost(2.0)),
    ("pay_sqlite", pay::sqlite, AtLeast(2.0)),
    ("event_latency", latency::in_one_process, AtMost(1.3)),
    ("event_latency_polling", latency::by_polling, AtMost(4.0)),
];

/// With `--full` only: each takes minutes.
const FULL: [Measured; 8] = [
    ("console_sqlite", console::sqlite, AtMost(3.0)),
    ("console_postgres", console::postgres, AtMost(3.0)),
    (
        "console_slowest_sqlite",
        console::slowest_sqlite,
        AtMost(1.0),
    ),
    (
        "console_slowest_postgres",
        console::slowest_postgres,
        AtMost(1.0),
    ),
    ("claim_growth_sqlite", claim_growth::sqlite, AtMost(1.5)),
    ("claim_growth_postgres", claim_growth::postgres, AtMost(1.5)),
    ("cold_build", cold_build::times, AtMost(1.3)),
    ("binary", cold_build::sizes, AtMost(1.3)),
];

/// One row of the table.
#[derive(Serialize)]
struct Figure {
    name: &'static str,
    /// The median of the pairs, and between what the middle half of them lies.
    ratio: f64,
    low: f64,
    high: f64,
    pairs: usize,
    budget: f64,
    /// `lower` or `higher`.
    better: &'static str,
    ok: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    if given(memory::CHILD) {
        memory::child();
        return ExitCode::SUCCESS;
    }
    if given(calls_per_cpu::CHILD) {
        calls_per_cpu::child(&arguments);
        return ExitCode::SUCCESS;
    }
    let full: &[Measured] = if given("--full") { &FULL } else { &[] };
    let chosen: Vec<_> = arguments
        .iter()
        .filter(|name| !name.starts_with("--"))
        .collect();
    let all = ALWAYS.iter().chain(full);
    let chosen = all.filter(|row| chosen.is_empty() || chosen.iter().any(|name| *name == row.0));
    let figures: Vec<_> = chosen.map(Figure::measure).collect();
    if given("--json") {
        println!("{}", serde_json::json!({ "figures": figures }));
    } else {
        print(&figures);
    }
    if given("--svg") {
        picture::write(&figures);
    }
    ExitCode::from(u8::from(figures.iter().any(|figure| !figure.ok)))
}

impl Figure {
    fn measure(&(name, ratios, budget): &Measured) -> Self {
        eprintln!("measuring {name} …");
        let mut ratios: Vec<f64> = ratios();
        ratios.sort_by(f64::total_cmp);
        let rounded = |place: usize| (ratios[place] * 1000.0).round() / 1000.0;
        let quarter = ratios.len() / 4;
        let ratio = rounded(ratios.len() / 2);
        let (budget, better, ok) = match budget {
            AtMost(budget) => (budget, "lower", ratio <= budget),
            AtLeast(budget) => (budget, "higher", ratio >= budget),
        };
        Self {
            name,
            ratio,
            low: rounded(quarter),
            high: rounded(ratios.len() - 1 - quarter),
            pairs: ratios.len(),
            budget,
            better,
            ok,
        }
    }

    fn sign(&self) -> char {
        if self.better == "lower" { '≤' } else { '≥' }
    }
}

fn print(figures: &[Figure]) {
    println!(
        "{:<30}{:>8}{:>18}{:>10}",
        "figure", "ratio", "middle half", "budget"
    );
    for figure in figures {
        let verdict = if figure.ok { "" } else { "  missed" };
        let Figure {
            name,
            ratio,
            low,
            high,
            budget,
            ..
        } = figure;
        let half = format!("{low:.2} to {high:.2}");
        let budget = format!("{} {budget:.2}", figure.sign());
        println!("{name:<30}{ratio:>8.3}{half:>18}{budget:>10}{verdict}");
    }
}

/// The ratios of two short pieces of work, one for each of many rounds, in which both run a batch, in
/// alternating order, so that a slower moment of the machine slows both.
fn ratios_of(mut ours: impl FnMut(), mut plain: impl FnMut()) -> Vec<f64> {
    const ROUNDS: usize = 401;
    let batch = batch_for(&mut plain);
    let mut ratios = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let (a, b) = if round % 2 == 0 {
            let a = time(&mut ours, batch);
            (a, time(&mut plain, batch))
        } else {
            let b = time(&mut plain, batch);
            (time(&mut ours, batch), b)
        };
        ratios.push(a.as_secs_f64() / b.as_secs_f64());
    }
    ratios
}

/// The ratios of two kinds of calls that took turns, of the medians of each so many: one call alone says
/// little.
fn ratios_by(chunk: usize, ours: &[f64], plain: &[f64]) -> Vec<f64> {
    let pairs = ours.chunks(chunk).zip(plain.chunks(chunk));
    let ratio =
        |(ours, plain): (&[f64], &[f64])| median(&mut ours.to_vec()) / median(&mut plain.to_vec());
    pairs.map(ratio).collect()
}

/// How many repetitions take about a millisecond.
fn batch_for(work: &mut impl FnMut()) -> u32 {
    let mut batch = 1;
    while time(work, batch) < Duration::from_millis(1) {
        batch *= 2;
    }
    batch
}

/// What a platform runs on.
fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

fn time(work: &mut impl FnMut(), times: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        work();
    }
    start.elapsed()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
