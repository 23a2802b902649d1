//! What our own work costs, as ratios to the plainest way to do the same, measured side by side in
//! one run. `cargo xtask bench` prints the table; `--json` for machines, `--full` for what takes minutes.
#![expect(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark: it may stop where it is, and its ratios are measurements, not money"
)]

mod callback_authenticate;
mod claim_growth;
mod client_call;
mod commits;
mod dialect;
mod drain;
mod instant;
mod intake;
mod intake_overhead;
mod latency;
mod memory;
mod pay;
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

/// In the order of the table: a name, how it is measured, and what it has to be.
type Measured = (&'static str, fn() -> f64, Budget);

const ALWAYS: [Measured; 15] = [
    (
        "callback_authenticate",
        callback_authenticate::ratio,
        AtMost(1.6),
    ),
    (
        "callback_authenticate_signed",
        callback_authenticate::ratio_to_signed,
        AtMost(2.3),
    ),
    ("client_call", client_call::ratio, AtMost(1.05)),
    ("dialect", dialect::ratio, AtMost(1.15)),
    ("intake_sqlite", intake::sqlite, AtLeast(5.0)),
    ("intake_postgres", intake::postgres, AtLeast(0.9)),
    ("intake_overhead", intake_overhead::ratio, AtMost(1.5)),
    ("memory", memory::ratio, AtMost(1.3)),
    ("drain_sqlite", drain::sqlite, AtLeast(3.0)),
    ("drain_postgres", drain::postgres, AtLeast(0.25)),
    ("drain_slow_bank", drain::slow_bank, AtMost(1.2)),
    ("quiet_shop", latency::quiet_shop, AtMost(2.0)),
    ("pay_sqlite", pay::sqlite, AtLeast(2.0)),
    ("event_latency", latency::in_one_process, AtMost(1.3)),
    ("event_latency_polling", latency::by_polling, AtMost(4.0)),
];

/// With `--full` only: each takes minutes.
const FULL: [Measured; 2] = [
    ("claim_growth_sqlite", claim_growth::sqlite, AtMost(2.0)),
    ("claim_growth_postgres", claim_growth::postgres, AtMost(2.0)),
];

/// One row of the table.
#[derive(Serialize)]
struct Figure {
    name: &'static str,
    ratio: f64,
    budget: f64,
    /// `lower` or `higher`.
    better: &'static str,
    ok: bool,
}

fn main() -> ExitCode {
    let given = |name: &str| std::env::args().any(|argument| argument == name);
    if given(memory::CHILD) {
        memory::child();
        return ExitCode::SUCCESS;
    }
    let full: &[Measured] = if given("--full") { &FULL } else { &[] };
    let mut figures = Vec::new();
    let chosen: Vec<_> = std::env::args()
        .skip(1)
        .filter(|name| !name.starts_with("--"))
        .collect();
    let all = ALWAYS.iter().chain(full);
    let chosen = all.filter(|row| chosen.is_empty() || chosen.iter().any(|name| name == row.0));
    for (name, ratio, budget) in chosen {
        eprintln!("measuring {name} …");
        let ratio = (ratio() * 1000.0).round() / 1000.0;
        let (budget, better, ok) = match *budget {
            AtMost(budget) => (budget, "lower", ratio <= budget),
            AtLeast(budget) => (budget, "higher", ratio >= budget),
        };
        figures.push(Figure {
            name,
            ratio,
            budget,
            better,
            ok,
        });
    }
    if given("--json") {
        println!("{}", serde_json::json!({ "figures": figures }));
    } else {
        println!("{:<30}{:>8}{:>10}", "figure", "ratio", "budget");
        for figure in &figures {
            let verdict = if figure.ok { "" } else { "  missed" };
            let Figure {
                name,
                ratio,
                budget,
                better,
                ..
            } = figure;
            let sign = if *better == "lower" { '≤' } else { '≥' };
            println!(
                "{name:<30}{ratio:>8.3}{:>10}{verdict}",
                format!("{sign} {budget:.2}")
            );
        }
    }
    ExitCode::from(u8::from(figures.iter().any(|figure| !figure.ok)))
}

/// The ratio of two short pieces of work: the median over many rounds, in each of which both run a
/// batch, in alternating order, so that a slower moment of the machine slows both.
fn ratio_of(mut ours: impl FnMut(), mut plain: impl FnMut()) -> f64 {
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
    median(&mut ratios)
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
