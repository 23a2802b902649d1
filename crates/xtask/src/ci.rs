//! `cargo xtask ci`: what has to pass before a merge.

use crate::step::Step;
use crate::tool::{DENY, MACHETE};
use crate::{
    browser, docs, examples, interfaces, mutations, package, schemathesis, test, test_examples,
    toolchain,
};

/// Runs the steps in order, quick ones first, and stops at the first failure.
pub(crate) fn run() -> anyhow::Result<()> {
    toolchain::check()?;
    for step in checks() {
        step.run()?;
    }
    for step in dependencies()? {
        step.run()?;
    }
    interfaces::run(&interfaces::Arguments::default())?;
    // Not built from: what is in them has just been built.
    package::run(&package::Arguments::quick())?;
    docs::run()?;
    examples::run()?;
    browser::run(&browser::Arguments::default())?;
    schemathesis::run(&schemathesis::Arguments::default())?;
    test_examples::run()?;
    test::run()?;
    mutations::before_a_merge()
}

/// The checks that need the toolchain alone.
fn checks() -> [Step; 7] {
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
            "fuzzers' format",
            "fmt --all --check --manifest-path tests/fuzz/Cargo.toml",
            "a fuzzer is not formatted; `cargo fmt --all --manifest-path tests/fuzz/Cargo.toml` does it",
        ),
        Step::cargo(
            "lister's format",
            "fmt --all --check --manifest-path tests/public-api/Cargo.toml",
            "the lister is not formatted; `cargo fmt --all --manifest-path tests/public-api/Cargo.toml` does it",
        ),
        Step::cargo(
            "lints",
            "clippy --workspace --all-targets --all-features --locked -- -D warnings",
            "clippy or the compiler has something to say",
        ),
        Step::cargo(
            "lints without features",
            "clippy --package inbank --no-default-features --locked -- -D warnings",
            "clippy or the compiler has something to say where no feature is on",
        ),
        Step::cargo(
            "documentation",
            "doc --workspace --no-deps --all-features --document-private-items",
            "the documentation has a broken link, or another fault",
        )
        .environment("RUSTDOCFLAGS", "-D warnings"),
    ]
}

/// What we build on: is it used, and may it be?
fn dependencies() -> anyhow::Result<[Step; 2]> {
    Ok([
        MACHETE.step(
            "unused dependencies",
            "crates examples tests",
            "a Cargo.toml names what nobody uses",
        )?,
        // `deny.toml` says why not the advisories.
        DENY.step(
            "dependencies",
            "--all-features check bans licenses sources",
            "a dependency breaks a rule of deny.toml",
        )?,
    ])
}
