//! `cargo xtask instances`: instances of the service, killed by chance for a while.

use clap::Args;

use crate::step::Step;

#[derive(Args)]
pub(crate) struct Arguments {
    /// For so long they are killed and started again; then every order ends
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// Runs the test of it, which goes by events otherwise.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let instances = Step::cargo(
        "instances",
        "test -q --locked -p inbank-cli --test cli instances_that_are_killed -- --nocapture",
        "an order did not end once, or an event did not come in its order",
    );
    let seconds = arguments.seconds.to_string();
    instances
        .environment("INBANK_INSTANCES_SECONDS", seconds)
        .run()
}
