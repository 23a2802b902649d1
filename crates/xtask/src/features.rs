//! `cargo xtask features`: what each feature of the embedded crate costs whoever turns it on.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::step::{Step, cargo_output_at, root, target};

/// What is measured.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Counts crates, and builds nothing
    #[arg(long)]
    crates: bool,
    /// Only these rows: a feature, `default` or `all`
    rows: Vec<String>,
}

/// The features, each by itself, what one has without asking, and all.
const SETS: [(&str, &[&str]); 9] = [
    ("`axum`", &["axum"]),
    ("`rustls`", &["rustls"]),
    ("`sqlite`", &["sqlite"]),
    ("`postgres`", &["postgres"]),
    ("`metrics`", &["metrics"]),
    ("`console`", &["console"]),
    ("`mocks`", &["mocks"]),
    ("default", &["axum", "rustls", "sqlite"]),
    (
        "all",
        &[
            "axum", "rustls", "sqlite", "postgres", "metrics", "console", "mocks",
        ],
    ),
];

/// A program that has a platform.
struct Program {
    crates: BTreeSet<String>,
    built: Option<Built>,
}

struct Built {
    seconds: u64,
    bytes: u64,
}

/// Prints a table; `crates/inbank/README.md` has its count of crates.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = target()?.join("features");
    // From nothing, each time.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let base = program(&folder, "none", &[], None, arguments)?;
    let from = folder.join("none");
    println!("| feature | crates | seconds | kB |\n|---|---|---|---|");
    row("none of them", &base, None);
    for (name, features) in SETS {
        let key = name.trim_matches('`');
        if !arguments.rows.is_empty() && !arguments.rows.iter().any(|row| row == key) {
            continue;
        }
        let program = program(&folder, key, features, Some(&from), arguments)?;
        row(name, &program, Some(&base));
    }
    Ok(())
}

/// What a program has, or has more than another.
fn row(name: &str, program: &Program, base: Option<&Program>) {
    let plus = if base.is_some() { "+" } else { "" };
    let crates = match base {
        Some(base) => program.crates.difference(&base.crates).count(),
        None => program.crates.len(),
    };
    let figures = program.built.as_ref().map(|built| {
        let before = base.and_then(|base| base.built.as_ref());
        let bytes = built
            .bytes
            .saturating_sub(before.map_or(0, |before| before.bytes));
        (built.seconds, bytes)
    });
    match figures {
        Some((seconds, bytes)) => {
            println!(
                "| {name} | {plus}{crates} | {plus}{seconds} | {plus}{} |",
                bytes / 1000
            );
        }
        None => println!("| {name} | {plus}{crates} | | |"),
    }
}

/// Counts what a program with these features builds on, and builds it: on top of what another has built, where there is one.
fn program(
    folder: &Path,
    name: &str,
    features: &[&str],
    from: Option<&PathBuf>,
    arguments: &Arguments,
) -> anyhow::Result<Program> {
    let place = folder.join(name);
    write(&place, features)?;
    let crates = crates(&place)?;
    if arguments.crates {
        return Ok(Program {
            crates,
            built: None,
        });
    }
    let target = place.join("target");
    if let Some(from) = from {
        // With its times, by which cargo knows that it is as it was left.
        Step::program("features", "cp", "-a", "what was built could not be copied")
            .argument(from.join("target"))
            .argument(&target)
            .run()?;
    }
    let manifest = place.join("Cargo.toml");
    let before = seconds_of_children()?;
    Step::cargo(
        "features",
        "build --quiet --release",
        "a program with these features does not build",
    )
    .argument("--manifest-path")
    .argument(&manifest)
    .argument("--target-dir")
    .argument(&target)
    .run()?;
    let seconds = seconds_of_children()? - before;
    let program = target
        .join("release/platform")
        .with_extension(env::consts::EXE_EXTENSION);
    let bytes = fs::metadata(&program)
        .with_context(|| program.display().to_string())?
        .len();
    Ok(Program {
        crates,
        built: Some(Built { seconds, bytes }),
    })
}

/// What the processor has spent on programs that we have started, which doesn't depend on who else builds. As Linux counts it, in
/// hundredths.
fn seconds_of_children() -> anyhow::Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat").context(
        "features: the processor's time is counted on Linux alone; --crates counts crates anywhere",
    )?;
    // Behind the program's name, which may have spaces in it, come the third field and on; these are the 16th and the 17th.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(13).take(2);
    let ticks = ticks.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks / 100)
}

/// Writes the smallest program that uses what the features are for.
fn write(place: &Path, features: &[&str]) -> anyhow::Result<()> {
    let root = root().context("features: started without cargo")?;
    let inbank = root.join("crates/inbank");
    let has = |feature| features.contains(&feature);
    let database = if has("sqlite") || has("postgres") {
        ".database(std::env::args().nth(1).unwrap_or_default())"
    } else {
        ""
    };
    let serve = if has("axum") {
        "let listener = tokio::net::TcpListener::bind(\"127.0.0.1:0\").await?;\n    platform.serve(listener, axum::Router::new()).await?;"
    } else {
        "platform.run(std::future::pending()).await;"
    };
    let program = format!(
        "use inbank::{{Platform, Region, Shop}};\n\n\
        #[tokio::main]\n\
        async fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    \
        let platform = Platform::builder()\n        \
        .public_url(\"https://shop.example/inbank\")\n        \
        {database}\n        \
        .shop(Shop::new(\"main\", Region::ESTONIA, \"uuid\", \"key\"))\n        \
        .on_event(|_| async {{ Ok::<(), std::io::Error>(()) }})\n        \
        .build()\n        .await?;\n    {serve}\n    Ok(())\n}}\n"
    );
    let axum = if has("axum") {
        "axum = { version = \"0.8\", default-features = false }\n"
    } else {
        ""
    };
    let manifest = format!(
        "[package]\nname = \"platform\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
        inbank = {{ path = {:?}, default-features = false, features = {features:?} }}\n{axum}\
        tokio = {{ version = \"1\", default-features = false, features = [\"macros\", \"net\", \"rt-multi-thread\"] }}\n\n\
        [profile.release]\nstrip = true\n\n[workspace]\n",
        inbank.display().to_string()
    );
    fs::create_dir_all(place.join("src"))?;
    fs::write(place.join("Cargo.toml"), manifest)?;
    fs::write(place.join("src/main.rs"), program)?;
    // The versions of this workspace.
    fs::copy(root.join("Cargo.lock"), place.join("Cargo.lock"))?;
    Ok(())
}

/// The crates of other people that are built into it, ours left out.
fn crates(place: &Path) -> anyhow::Result<BTreeSet<String>> {
    let tree = cargo_output_at(
        place,
        &[
            "tree",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    )?;
    let names = tree
        .lines()
        .filter(|line| !line.contains("(/") && !line.contains("(*)"));
    let names: BTreeSet<String> = names
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    ensure!(!names.is_empty(), "features: cargo names no crates");
    Ok(names)
}
