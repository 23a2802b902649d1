//! `cargo xtask soak`: minutes of load on real processes over real databases.

use clap::Args;

use crate::step::Step;

/// What the soak understands; passed through as it is.
#[derive(Args)]
pub(crate) struct Arguments {
    /// `--help` says what there is
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and runs it, as the simulation is built. Quiet: stdout holds the tables and nothing else.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let soak = Step::cargo(
        "soak",
        "run -q --profile simulate --locked -p inbank-tests --bin soak --",
        "something grew, or an order did not end once; the table above says what",
    );
    arguments.arguments.iter().fold(soak, Step::argument).run()
}
