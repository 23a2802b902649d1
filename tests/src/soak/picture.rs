//! A run as a picture: memory, open files, how late events are, and what is open, over time.
#![expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "points of a drawing"
)]

use std::fmt::Write as _;

use super::Engine;
use super::run::Outcome;
use super::sample::Sample;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 120.0;
const TOP: f64 = 64.0;
const PANEL: f64 = 104.0;
const GAP: f64 = 56.0;
const COLOURS: [&str; 3] = ["a", "b", "c"];

const STYLE: &str = "\
svg{background:#ffffff;--ink:#1f2328;--soft:#57606a;--grid:#d0d7de;--a:#0550ae;--b:#1a7f37;--c:#953800}\
@media (prefers-color-scheme:dark){svg{background:#0d1117;--ink:#e6edf3;--soft:#9198a1;--grid:#3d444d;\
--a:#79c0ff;--b:#56d364;--c:#ffa657}}\
text{fill:var(--soft);font:13px sans-serif}.name{fill:var(--ink);font-weight:600}.head{fill:var(--ink);font-size:16px;font-weight:600}\
.grid{stroke:var(--grid)}.line{fill:none;stroke-width:1.8;stroke-linejoin:round}\
.a{stroke:var(--a)}.b{stroke:var(--b)}.c{stroke:var(--c)}.dash{stroke-dasharray:5 4}\
text.a{fill:var(--a);stroke:none}text.b{fill:var(--b);stroke:none}text.c{fill:var(--c);stroke:none}";

/// One line of a panel: its name, and a value for each look, if there is one.
struct Line {
    name: String,
    values: Vec<Option<f64>>,
    dashed: bool,
}

/// The steady part of a run.
pub fn draw(outcome: &Outcome) -> String {
    let samples = &outcome.steady;
    let panels = [
        (
            "Memory, MB",
            each(samples, outcome.engine, |p| p.kilobytes as f64 / 1024.0),
        ),
        (
            "Open files",
            each(samples, outcome.engine, |p| p.files as f64),
        ),
        (
            "From callback to event, ms",
            vec![
                line("99 of 100", samples, true, |s| {
                    Some(s.late?.1 as f64 / 1_000.0)
                }),
                line("median", samples, false, |s| {
                    Some(s.late?.0 as f64 / 1_000.0)
                }),
            ],
        ),
        (
            "Orders that have not ended",
            vec![line("open", samples, false, |s| Some(s.open as f64))],
        ),
    ];
    let height = TOP + panels.len() as f64 * (PANEL + GAP) + 8.0;
    let (title, description) = words(outcome);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title what">
<title id="title">{title}</title>
<desc id="what">{description}</desc>
<style>{STYLE}</style>
<text x="{LEFT}" y="26" class="head">{title}</text>
"#
    );
    let end = samples
        .last()
        .map_or(1.0, |sample| sample.at.as_secs_f64().max(1.0));
    for (number, (name, lines)) in panels.iter().enumerate() {
        panel(
            &mut svg,
            TOP + number as f64 * (PANEL + GAP),
            name,
            lines,
            samples,
            end,
        );
    }
    svg += "</svg>\n";
    svg
}

fn words(outcome: &Outcome) -> (String, String) {
    let processes = match outcome.engine {
        Engine::Sqlite => "one process on SQLite",
        Engine::Postgres => "three processes on PostgreSQL",
    };
    let title = format!("{} orders a second: {processes}", outcome.plan.rate);
    let ends = outcome.steady.first().zip(outcome.steady.last());
    let memory = |sample: &Sample| {
        let process = sample.processes.first().copied().flatten();
        process.map_or(0, |process| process.kilobytes / 1024)
    };
    let (from, to) = ends.map_or((0, 0), |(first, last)| (memory(first), memory(last)));
    let killed = match outcome.deaths {
        0 => String::new(),
        deaths => {
            format!("The third process is killed {deaths} times, where its lines are broken. ")
        }
    };
    let description = format!(
        "Over {} minutes, in which {} orders came: resident memory and open files of each process, the time from the bank's \
         callback to the event, and the orders that have not ended. {killed}The first process has {from} MB at the first look and {to} MB at the last.",
        outcome.plan.arrivals.as_secs().div_ceil(60),
        outcome.steady.last().map_or(0, |sample| sample.came),
    );
    (title, description)
}

fn each(
    samples: &[Sample],
    engine: Engine,
    value: impl Fn(&super::process::Resources) -> f64,
) -> Vec<Line> {
    let of = |process: usize| {
        let name = format!("process {}", process + 1);
        line(&name, samples, false, |sample| {
            sample.processes.get(process)?.as_ref().map(&value)
        })
    };
    (0..engine.processes()).map(of).collect()
}

fn line(
    name: &str,
    samples: &[Sample],
    dashed: bool,
    value: impl Fn(&Sample) -> Option<f64>,
) -> Line {
    Line {
        name: name.to_owned(),
        values: samples.iter().map(value).collect(),
        dashed,
    }
}

fn panel(svg: &mut String, top: f64, name: &str, lines: &[Line], samples: &[Sample], end: f64) {
    let values = lines.iter().flat_map(|line| line.values.iter().flatten());
    let most = ceiling(values.copied().fold(0.0, f64::max));
    let (bottom, width) = (top + PANEL, WIDTH - LEFT - RIGHT);
    let x = |sample: &Sample| LEFT + width * sample.at.as_secs_f64() / end;
    let y = |value: f64| bottom - PANEL * value / most;
    let _ = writeln!(
        svg,
        r#"<text x="{LEFT}" y="{:.0}" class="name">{name}</text>"#,
        top - 9.0
    );
    for part in [0.0, 0.5, 1.0] {
        let (at, value) = (y(most * part), most * part);
        let _ = writeln!(
            svg,
            r#"<line x1="{LEFT}" x2="{:.0}" y1="{at:.1}" y2="{at:.1}" class="grid"/><text x="{:.0}" y="{:.1}" text-anchor="end">{value}</text>"#,
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.5
        );
    }
    for quarter in 0..=4 {
        let seconds = end * f64::from(quarter) / 4.0;
        let _ = writeln!(
            svg,
            r#"<text x="{:.1}" y="{:.0}" text-anchor="{}">{}</text>"#,
            LEFT + width * f64::from(quarter) / 4.0,
            bottom + 18.0,
            if quarter == 4 { "end" } else { "middle" },
            if end >= 120.0 {
                format!("{:.1} min", seconds / 60.0)
            } else {
                format!("{seconds:.0} s")
            }
        );
    }
    let mut free = f64::NEG_INFINITY;
    // The names stand where their lines end, the highest first, none on another.
    let mut named: Vec<(f64, usize)> = (0..lines.len())
        .map(|n| {
            let last = lines[n].values.iter().rev().find_map(|value| *value);
            (y(last.unwrap_or_default()), n)
        })
        .collect();
    named.sort_by(|one, other| one.0.total_cmp(&other.0));
    for (end_y, n) in named {
        let (line, colour) = (&lines[n], COLOURS[n % COLOURS.len()]);
        let dash = if line.dashed { " dash" } else { "" };
        let _ = writeln!(
            svg,
            r#"<path d="{}" class="line {colour}{dash}"/>"#,
            path(line, samples, &x, &y)
        );
        let at = (end_y + 4.5).max(free + 15.0);
        free = at;
        let _ = writeln!(
            svg,
            r#"<text x="{:.0}" y="{at:.1}" class="{colour}">{}</text>"#,
            WIDTH - RIGHT + 8.0,
            line.name
        );
    }
}

/// A line that is broken where there is nothing.
fn path(
    line: &Line,
    samples: &[Sample],
    x: &impl Fn(&Sample) -> f64,
    y: &impl Fn(f64) -> f64,
) -> String {
    let mut path = String::new();
    let mut goes_on = false;
    for (sample, value) in samples.iter().zip(&line.values) {
        if let Some(value) = value {
            let letter = if goes_on { 'L' } else { 'M' };
            let _ = write!(path, "{letter}{:.1} {:.1}", x(sample), y(*value));
        }
        goes_on = value.is_some();
    }
    path
}

/// The next larger round number: twice a one, a two or a five before zeros.
fn ceiling(most: f64) -> f64 {
    let ten = 10_f64.powf(most.max(1.0).log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 10.0];
    let step = steps.into_iter().find(|step| step * ten >= most);
    step.unwrap_or(10.0) * ten
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_the_next_round_number() {
        for (most, end) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (31.0, 40.0),
            (45.0, 60.0),
            (250.0, 400.0),
            (999.0, 1000.0),
        ] {
            assert!((ceiling(most) - end).abs() < 1e-6, "{most}");
        }
    }
}
