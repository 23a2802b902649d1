//! `cargo xtask ci`: what has to pass before a merge.

use anyhow::ensure;

use crate::step::{self, Step};
use crate::{examples, test};

/// Runs the steps in order, quick ones first, and stops at the first failure.
pub(crate) fn run() -> anyhow::Result<()> {
    for step in checks() {
        step.run()?;
    }
    ensure!(
        step::has_subcommand("deny"),
        "dependencies: cargo-deny is missing; `.ci/run` installs it, as does `cargo install --locked cargo-deny@0.20.2`"
    );
    dependencies().run()?;
    examples::run()?;
    test::run()
}

/// The checks that need the toolchain alone.
fn checks() -> [Step; 4] {
    [
        Step::cargo(
            "format",
            "fmt --all --check",
            "the code is not formatted; `cargo fmt --all` does it",
        ),
        Step::cargo(
            "examples' format",
            "fmt --all --check --manifest-path examples/Cargo.toml",
            "an example is not formatted; `cargo fmt --all --manifest-path examples/Cargo.toml` does it",
        ),
        Step::cargo(
            "lints",
            "clippy --workspace --all-targets --all-features --locked -- -D warnings",
            "clippy or the compiler has something to say",
        ),
        Step::cargo(
            "documentation",
            "doc --workspace --no-deps --all-features --document-private-items",
            "the documentation has a broken link, or another fault",
        )
        .environment("RUSTDOCFLAGS", "-D warnings"),
    ]
}

/// Licences, sources and bans; `deny.toml` says why not the advisories.
fn dependencies() -> Step {
    Step::cargo(
        "dependencies",
        "deny --all-features check bans licenses sources",
        "a dependency breaks a rule of deny.toml",
    )
}
