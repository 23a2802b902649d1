//! Loads a platform for minutes, on loopback, and judges what came of it; the tables on stdout, progress on stderr. The
//! bank and the platform's processes are this program too.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use inbank_tests::soak::{Engine, Plan, bank, draw, platform, print, run};

/// Has orders arrive for minutes while the bank fails and processes die, and then more than can be taken
#[derive(Parser)]
#[command(name = "soak")]
struct Arguments {
    /// How long orders arrive, on each database
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// So many arrive each second
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// One process on SQLite, three on one PostgreSQL, or one after the other
    #[arg(long, default_value = "both")]
    database: Database,
    /// For how many seconds twice as many arrive as are sustained, at the end; 0 leaves that out
    #[arg(long, default_value_t = 60)]
    overload: u64,
    /// Draws the runs to docs/soak-sqlite.svg and docs/soak-postgres.svg
    #[arg(long)]
    svg: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Both,
}

impl Database {
    fn engines(self) -> &'static [Engine] {
        match self {
            Self::Sqlite => &[Engine::Sqlite],
            Self::Postgres => &[Engine::Postgres],
            Self::Both => &[Engine::Sqlite, Engine::Postgres],
        }
    }
}

fn main() -> ExitCode {
    match soak() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soak: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn soak() -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Runtime::new()?;
    let part: Vec<String> = std::env::args().skip(1).take(2).collect();
    match part.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bank"] => {
            runtime.block_on(bank());
            return Ok(true);
        }
        ["platform", setting] => {
            let setting = serde_json::from_str(setting).context("no setting of a process")?;
            runtime.block_on(platform(setting));
            return Ok(true);
        }
        _ => {}
    }
    let arguments = Arguments::parse();
    let plan = Plan {
        arrivals: Duration::from_mins(arguments.minutes),
        rate: arguments.rate,
        overload: Duration::from_secs(arguments.overload),
    };
    let mut well = true;
    for (number, engine) in arguments.database.engines().iter().enumerate() {
        let outcome = runtime.block_on(run(plan, *engine))?;
        if number > 0 {
            println!();
        }
        print(&outcome);
        well &= outcome.is_well();
        if arguments.svg {
            let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
            let path = docs.join(format!("soak-{engine}.svg"));
            let written = std::fs::write(&path, draw(&outcome));
            written.with_context(|| format!("can't write {}", path.display()))?;
        }
    }
    Ok(well)
}
