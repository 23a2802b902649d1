//! `cargo xtask mutants`: faults put into the code one at a time, which its tests ought to find.

use std::path::PathBuf;

use clap::Args;

use crate::step::{output, target};
use crate::tool::MUTANTS;

/// What is to be changed; all of `domain` and `app` unless told otherwise, which takes many hours.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Only files like this, such as `crates/domain/src/money.rs`; may be repeated
    #[arg(long, value_name = "PATTERN")]
    file: Vec<String>,
    /// Only what differs from a commit or branch, such as `main`
    #[arg(long, value_name = "COMMIT")]
    in_diff: Option<String>,
    /// Only shows what would be changed
    #[arg(long)]
    list: bool,
}

/// Runs the crate's own tests against each fault. What no test found is listed, and makes the command fail.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let made = target()?.join("mutants");
    std::fs::create_dir_all(&made)?;
    let mut step = MUTANTS
        .step(
            "mutants",
            "--package inbank-domain --package inbank-app --all-features --no-shuffle",
            "no test finds some of the faults; they are listed above",
        )?
        .argument("--output")
        .argument(&made);
    for pattern in &arguments.file {
        step = step.argument("--file").argument(pattern);
    }
    if let Some(commit) = &arguments.in_diff {
        step = step
            .argument("--in-diff")
            .argument(diff(commit, made.join("in.diff"))?);
    }
    if arguments.list {
        step = step.argument("--list");
    }
    step.run()
}

/// A file with what differs from a commit, what isn't committed yet included.
fn diff(commit: &str, file: PathBuf) -> anyhow::Result<PathBuf> {
    let diff = output("git", &["diff", commit])?;
    let diff = diff.ok_or_else(|| anyhow::anyhow!("mutants: git knows no {commit}"))?;
    // The output is cut at its ends, and a patch ends in a line end.
    std::fs::write(&file, diff + "\n")?;
    Ok(file)
}
