//! `cargo xtask simulate`: the platform through what may happen, judged by what the bank truly has.

use clap::Args;

use crate::step::Step;

/// What the simulation understands; passed through as it is.
#[derive(Args)]
pub(crate) struct Arguments {
    /// `--help` says what there is
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and runs it.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let arguments = arguments.arguments.iter();
    arguments.fold(simulation(), Step::argument).run()
}

/// The plans that have failed once, and a hundred thousand more, the same each time.
pub(crate) fn before_a_merge() -> Step {
    ["--plan", "tests/plans", "--sequences", "100000"]
        .into_iter()
        .fold(simulation(), Step::argument)
}

/// Quiet, so that stdout holds the summary and nothing else.
fn simulation() -> Step {
    Step::cargo(
        "simulation",
        "run -q --profile simulate --locked -p inbank-tests --bin simulate --",
        "a promise was broken; the plan that shows how is printed above",
    )
}
