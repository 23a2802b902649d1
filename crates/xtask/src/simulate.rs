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
    // One tier starts another program.
    programs().run()?;
    arguments.fold(simulation(), Step::argument).run()
}

/// The plans that have failed once, then a hundred thousand at the bank's ports, a thousand by requests and
/// answers, and some processes that are killed: the same each time.
pub(crate) fn before_a_merge() -> anyhow::Result<()> {
    programs().run()?;
    for arguments in [
        "--plan tests/plans --sequences 100000",
        "--tier b --sequences 1000",
        "--tier c --sequences 20",
    ] {
        let arguments = arguments.split_whitespace();
        arguments.fold(simulation(), Step::argument).run()?;
    }
    Ok(())
}

fn programs() -> Step {
    Step::cargo(
        "simulation's programs",
        "build -q --profile simulate --locked -p inbank-tests --bins",
        "the simulation does not build",
    )
}

/// Quiet, so that stdout holds the summary and nothing else.
fn simulation() -> Step {
    Step::cargo(
        "simulation",
        "run -q --profile simulate --locked -p inbank-tests --bin simulate --",
        "a promise was broken; the plan that shows how is printed above",
    )
}
