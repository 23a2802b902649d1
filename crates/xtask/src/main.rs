//! Developer commands over the whole workspace: `cargo xtask test`, `bench`, `browser`, `ci`, `clients`, `docs`, `fuzz`, `instances`,
//! `mutants`, `mutations`, `package`, `features`, `sbom`, `soak`, `test-examples`.
//!
//! What runs by hand and what runs before a merge is the same code, so that neither surprises.

mod bench;
mod browser;
mod ci;
mod clients;
mod docs;
mod examples;
mod features;
mod fuzz;
mod instances;
mod interfaces;
mod mutants;
mod mutations;
mod node;
mod package;
mod program;
mod public_api;
mod python;
mod sbom;
mod schemathesis;
mod simulate;
mod soak;
mod step;
mod test;
mod test_examples;
mod tool;
mod toolchain;
mod tree;
mod tutorial;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::step::StepFailed;

/// Developer commands over the whole workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Runs every test: unit, integration and documentation tests, with all features
    Test,
    /// Measures a release build; figures on stdout, everything else on stderr
    Bench(bench::Arguments),
    /// Drives the example shop and the sandbox's pages in a browser
    Browser(browser::Arguments),
    /// Runs the platform through what may happen, and judges what it was told
    Simulate(simulate::Arguments),
    /// Loads real processes over real databases for minutes, and then with more than they can take
    Soak(soak::Arguments),
    /// Kills instances of `inbank serve` on one PostgreSQL by chance while orders run, for a minute
    Instances(instances::Arguments),
    /// Counts, builds and runs the programs in `examples/`, and follows the tutorial
    Examples,
    /// Compares the clients in `examples/clients` with what the service's document makes
    Clients(clients::Arguments),
    /// Runs the examples for platforms in other languages against `inbank serve` and its sandbox
    TestExamples,
    /// Follows the tutorial: makes its project, runs its commands, compares what they print
    Tutorial,
    /// Builds the documents as a site in `target/site`, with the reference beside it, and checks its links
    Docs,
    /// Looks for inputs that break what must hold of any, ten minutes for each target
    Fuzz(fuzz::Arguments),
    /// Puts faults into the rules and the use cases, and lists those that no test finds
    Mutants(mutants::Arguments),
    /// Puts faults back that were mended, each of which the simulation has to find; a third of them, or all
    Mutations(mutations::Arguments),
    /// Compares what others can name of our crates with the lists of it, and with the last tag where there is one
    Interfaces(interfaces::Arguments),
    /// Makes the package of each crate that others may depend on, and builds from it
    Package(package::Arguments),
    /// Measures what each feature of the embedded crate costs: crates, seconds to build, bytes
    Features(features::Arguments),
    /// Writes the bills of materials of what is shipped to `target/sbom`
    Sbom,
    /// Calls a service in every way that its `OpenAPI` document allows, and in others, and compares its answers with the document
    Schemathesis(schemathesis::Arguments),
    /// Runs what has to pass before a merge: format, lints, docs, dependencies, interfaces, documents, pages, tests, mutations
    Ci,
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Test => test::run(),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Browser(arguments) => browser::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Soak(arguments) => soak::run(&arguments),
        Command::Instances(arguments) => instances::run(&arguments),
        Command::Examples => examples::run(),
        Command::Clients(arguments) => clients::run(&arguments),
        Command::TestExamples => test_examples::run(),
        Command::Docs => docs::run(),
        Command::Tutorial => tutorial::run(),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Mutants(arguments) => mutants::run(&arguments),
        Command::Mutations(arguments) => mutations::run(&arguments),
        Command::Interfaces(arguments) => interfaces::run(&arguments),
        Command::Package(arguments) => package::run(&arguments),
        Command::Features(arguments) => features::run(&arguments),
        Command::Sbom => sbom::run(),
        Command::Schemathesis(arguments) => schemathesis::run(&arguments),
        Command::Ci => ci::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            // The failed command's own code, so that callers can tell a failed test from a broken build.
            error
                .downcast_ref::<StepFailed>()
                .map_or(ExitCode::FAILURE, StepFailed::exit_code)
        }
    }
}
