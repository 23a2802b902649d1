//! Whether what others build on changed in a way that the version doesn't say.

use anyhow::Context as _;
use clap::Args;

use crate::public_api;
use crate::step::{output, root};
use crate::tool::SEMVER_CHECKS;

/// What is done with the lists.
#[derive(Args, Default)]
pub(crate) struct Arguments {
    /// Writes the lists in `tests/public-api` anew instead of comparing
    #[arg(long)]
    write: bool,
}

/// The crates that somebody else builds on, the one that is embedded first.
const INTERFACES: [&str; 8] = [
    "inbank",
    "inbank-adapters-http",
    "inbank-adapters-sql",
    "inbank-app",
    "inbank-console",
    "inbank-domain",
    "inbank-ports",
    "inbank-testkit",
];

/// Compares with the lists, or writes them; then with the last tag.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    public_api::check(&INTERFACES, arguments.write)?;
    check()
}

/// Compares with the last tag of a version. Without one nothing was released, and there is nothing to break.
fn check() -> anyhow::Result<()> {
    let describe = ["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"];
    let Some(tag) = output("git", &describe)? else {
        eprintln!(
            "xtask: interfaces: NOT CHECKED: no tag v… can be reached from here, so there is no version to compare with"
        );
        return Ok(());
    };
    eprintln!("xtask: interfaces: against {tag}");
    let root = root().context("interfaces: started without cargo")?;
    let step = SEMVER_CHECKS
        .step(
            "interfaces",
            "",
            "an interface changed in a way that needs another version: say so in Cargo.toml, or change it back",
        )?
        .argument("--manifest-path")
        .argument(root.join("Cargo.toml"))
        .argument("--baseline-rev")
        .argument(tag);
    let step = INTERFACES.iter().fold(step, |step, name| {
        step.argument("--package").argument(*name)
    });
    step.run()
}
