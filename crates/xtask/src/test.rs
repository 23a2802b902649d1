//! `cargo xtask test`: every test of the workspace.

use crate::simulate;
use crate::step::{self, Step};

/// Runs unit and integration tests, then documentation tests, then the simulation.
pub(crate) fn run() -> anyhow::Result<()> {
    tests().run()?;
    documentation_tests().run()?;
    simulate::before_a_merge()
}

/// All but the documentation tests. All features, since mocks and the second database live behind features.
fn tests() -> Step {
    const FAILURE: &str = "a test failed, or the tests don't build";
    if step::has_subcommand("nextest") {
        // A run without any test is a mistake in the command, not a success: said here, whatever the version's default is.
        let arguments = "nextest run --workspace --all-features --locked --no-tests=fail";
        Step::cargo("tests", arguments, FAILURE)
    } else {
        Step::cargo(
            "tests",
            "test --workspace --all-features --locked --lib --bins --tests --examples",
            FAILURE,
        )
    }
}

/// The examples in the documentation, which nextest does not run.
fn documentation_tests() -> Step {
    let arguments = "test --doc --workspace --all-features --locked";
    Step::cargo(
        "documentation tests",
        arguments,
        "an example in the documentation failed",
    )
}
