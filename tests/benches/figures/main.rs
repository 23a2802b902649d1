//! What our own work costs, as ratios to the plainest way to do the same, measured side by side in
//! one run. `cargo xtask bench` prints the table; `--json` for machines.
#![expect(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    reason = "a benchmark: it may stop where it is, and its ratios are measurements, not money"
)]

mod callback_authenticate;
mod client_call;
mod dialect;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Serialize;

/// One row of the table.
#[derive(Serialize)]
struct Figure {
    name: &'static str,
    ratio: f64,
    budget: f64,
    ok: bool,
}

fn main() -> ExitCode {
    let json = std::env::args().any(|argument| argument == "--json");
    let measured = [
        (
            "callback_authenticate",
            callback_authenticate::ratio as fn() -> f64,
            1.6,
        ),
        (
            "callback_authenticate_signed",
            callback_authenticate::ratio_to_signed,
            2.3,
        ),
        ("client_call", client_call::ratio, 1.05),
        ("dialect", dialect::ratio, 1.15),
    ];
    let mut figures = Vec::new();
    for (name, ratio, budget) in measured {
        eprintln!("measuring {name} …");
        let ratio = (ratio() * 1000.0).round() / 1000.0;
        figures.push(Figure {
            name,
            ratio,
            budget,
            ok: ratio <= budget,
        });
    }
    if json {
        println!("{}", serde_json::json!({ "figures": figures }));
    } else {
        println!("{:<30}{:>8}{:>8}", "figure", "ratio", "budget");
        for figure in &figures {
            let verdict = if figure.ok { "" } else { "  over budget" };
            let Figure {
                name,
                ratio,
                budget,
                ..
            } = figure;
            println!("{name:<30}{ratio:>8.3}{budget:>8.2}{verdict}");
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
