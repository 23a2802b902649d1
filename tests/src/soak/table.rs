//! What came of a run, as text.

use std::fmt::Write as _;
use std::time::Duration;

use super::Engine;
use super::judge::named;
use super::run::{Check, Outcome};
use super::sample::Sample;

/// So many rows a phase has at the most.
const ROWS: usize = 12;

/// Prints a run to standard output.
pub fn print(outcome: &Outcome) {
    print!("{}", text(outcome));
}

fn text(outcome: &Outcome) -> String {
    let Outcome {
        engine,
        plan,
        counts,
        deaths,
        ..
    } = outcome;
    let processes = match engine {
        Engine::Sqlite => "one process on SQLite",
        Engine::Postgres => "three processes on PostgreSQL",
    };
    let mut text = format!(
        "{processes}: {} orders a second for {}\n\n",
        plan.rate,
        spelt(plan.arrivals)
    );
    rows(&mut text, &outcome.steady);
    let _ = writeln!(
        text,
        "\n{} orders came, {} were taken, {} got no answer in forty tries; a process was killed {deaths} times",
        counts.came, counts.taken, counts.failed
    );
    let _ = writeln!(text, "callback to event: {}", pair(outcome.late));
    let _ = writeln!(text, "click to the bank's page: {}", pair(outcome.took));
    let drained = drained(outcome.drained_in);
    let _ = writeln!(text, "after the last order everything ended {drained}");
    let _ = writeln!(text, "events for a person: {}", outcome.for_persons);
    checks(&mut text, &outcome.checks);
    if let Some(overload) = &outcome.overload {
        let _ = writeln!(
            text,
            "\ntwice what it sustains ({} a second): {} a second for {}\n",
            overload.sustained,
            2 * overload.sustained,
            spelt(plan.overload)
        );
        rows(&mut text, &overload.samples);
        let counts = overload.counts;
        let of_all = |part: u64| format!("{part} ({} %)", part * 100 / counts.came.max(1));
        let _ = writeln!(
            text,
            "\n{} orders came: {} taken, {} told to come again later, {} without an answer",
            counts.came,
            of_all(counts.taken),
            of_all(counts.busy),
            of_all(counts.failed)
        );
        let quiet = overload.quiet;
        let _ = writeln!(
            text,
            "another shop of the same platform: {} orders came, {} were taken, {} were told to come again later",
            quiet.came, quiet.taken, quiet.busy
        );
        let _ = writeln!(text, "click to the bank's page: {}", pair(overload.took));
        let drained = self::drained(overload.drained_in);
        let _ = writeln!(text, "after the last order everything ended {drained}");
        checks(&mut text, &overload.checks);
    }
    let ends = if outcome.faults.is_empty() {
        "every order that was taken has ended once, as the bank has it".to_owned()
    } else {
        let count = outcome.faults.len();
        format!(
            "{count} orders did not end as they should:\n{}",
            named(&outcome.faults)
        )
    };
    let _ = writeln!(text, "\n{ends}");
    if !outcome.stopped_well {
        text += "a process did not end well\n";
    }
    if !outcome.last_failure.is_empty() {
        let _ = writeln!(
            text,
            "the last answer that was no use: {}",
            outcome.last_failure
        );
    }
    text += if outcome.is_well() {
        "passed\n"
    } else {
        "FAILED\n"
    };
    text
}

fn rows(text: &mut String, samples: &[Sample]) {
    *text += "   time   came   open   due      memory, MB     files   event late, ms   sent on, ms   busy\n";
    let each = samples.len().div_ceil(ROWS).max(1);
    for sample in samples.iter().skip(each - 1).step_by(each) {
        let of = |value: &dyn Fn(&super::process::Resources) -> u64| {
            let all = sample.processes.iter().map(|process| {
                let process = process.as_ref();
                process.map_or_else(|| "–".to_owned(), |process| value(process).to_string())
            });
            all.collect::<Vec<_>>().join("+")
        };
        let memory = of(&|process| process.kilobytes / 1024);
        let files = of(&|process| process.files);
        let _ = writeln!(
            text,
            "{:>5} s {:>6} {:>6} {:>5} {memory:>15} {files:>9} {:>16} {:>13} {:>6}",
            sample.at.as_secs(),
            sample.came,
            sample.open,
            sample.due,
            short(sample.late),
            short(sample.took),
            sample.busy
        );
    }
}

fn checks(text: &mut String, checks: &[Check]) {
    for check in checks {
        let verdict = if check.ok { "flat" } else { "GREW" };
        let growth = check.growth.map_or_else(
            || "too few looks to tell".to_owned(),
            |growth| format!("{} → {}", growth.from, growth.to),
        );
        let _ = writeln!(text, "{}: {growth}: {verdict}", check.what);
    }
}

fn drained(time: Option<Duration>) -> String {
    time.map_or_else(
        || "NOT in time".to_owned(),
        |time| format!("within {}", spelt(time)),
    )
}

fn spelt(time: Duration) -> String {
    match (time.as_secs() / 60, time.as_secs() % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

fn pair(latency: Option<(i64, i64)>) -> String {
    latency.map_or_else(
        || "not measured".to_owned(),
        |(middle, last)| format!("median {}, 99th percentile {}", ms(middle), ms(last)),
    )
}

fn ms(micros: i64) -> String {
    format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100)
}

fn short(latency: Option<(i64, i64)>) -> String {
    latency.map_or_else(
        || "–".to_owned(),
        |(middle, last)| {
            format!(
                "{}.{} / {}",
                middle / 1_000,
                middle % 1_000 / 100,
                last / 1_000
            )
        },
    )
}
