//! `cargo xtask bench`: figures of a release build.

use clap::Args;

use crate::step::Step;

/// What the bench target understands; passed through as it is.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Prints the figures as JSON
    #[arg(long)]
    json: bool,
    /// Measures also what takes minutes: claiming among ten million orders, and building from nothing
    #[arg(long)]
    full: bool,
    /// Draws the figures to `docs/figures.svg`
    #[arg(long)]
    svg: bool,
}

/// Builds and runs the bench target, which is a release build.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    bench(arguments).run()
}

/// Quiet, and cargo itself writes to stderr only: stdout holds the figures and nothing else.
fn bench(arguments: &Arguments) -> Step {
    let mut step = Step::cargo(
        "figures",
        "bench -q -p inbank-tests --bench figures --",
        "the figures could not be measured",
    );
    for (given, name) in [
        (arguments.json, "--json"),
        (arguments.full, "--full"),
        (arguments.svg, "--svg"),
    ] {
        if given {
            step = step.argument(name);
        }
    }
    step
}
