//! The commands, one file per concept.

mod address;
mod application;
mod calculation;
mod callback;
mod checked;
mod completions;
mod contract;
mod controls;
mod demo;
mod doctor;
mod document;
mod duration;
mod init;
mod ledger;
mod listen;
mod man;
mod order;
mod polling;
mod product;
mod rental;
mod sandbox;
mod serve;
mod session;
mod shop;
#[cfg(test)]
mod test_bank;
mod trigger;

use std::env;

use clap::{CommandFactory, FromArgMatches as _, Parser, Subcommand};

pub(crate) use self::controls::SandboxError;
use crate::exit::Failure;
use crate::progress;
use crate::settings::{Settings, scope};

/// Inbank financing from the command line.
///
/// Answers go to stdout; logs, progress and errors to stderr. Exit codes: 0 done, 1 anything else,
/// 2 wrong usage or settings, 3 the bank refused, 4 not authorised or a callback that is not
/// authentic, 5 the bank could not be reached, 6 the outcome is unknown, or known and its answer lost on the
/// way to stdout.
#[derive(Debug, Parser)]
#[command(
    name = "inbank",
    version,
    after_help = "Examples:
  inbank demo
  inbank shop
  inbank sandbox --region estonia
  inbank product hire_purchase --region estonia --output json"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the guides' flows against a sandbox inside this process
    Demo(demo::Demo),
    /// Serve an imitation of the bank until stopped
    Sandbox(sandbox::Serve),
    /// Serve the platform over HTTP, for shops in any language
    Serve(serve::Serve),
    /// Ask what the service has to know, and write its configuration
    Init(init::Init),
    /// Open the example shop beside a sandbox, to buy something in a browser
    Shop(shop::Open),
    /// Check settings, reachability, key, product, callback address and clock
    Doctor(doctor::Doctor),
    /// Show a product of the shop
    Product(product::Show),
    /// Ask what financing an amount would cost
    Calculate(calculation::Calculate),
    /// Open and show payment sessions
    #[command(subcommand, after_help = session::EXAMPLES)]
    Session(session::Command),
    /// Submit credit applications and follow them to a contract, with proof of income where it is wanted
    #[command(subcommand, after_help = application::EXAMPLES)]
    Application(application::Command),
    /// Show, sign, approve and cancel credit contracts
    #[command(subcommand, after_help = contract::EXAMPLES)]
    Contract(contract::Command),
    /// Quote rented devices, tell the bank which device it is, and activate rental contracts
    #[command(subcommand, after_help = rental::EXAMPLES)]
    Rental(rental::Command),
    /// Sign and verify callbacks
    #[command(subcommand, after_help = callback::EXAMPLES)]
    Callback(callback::Command),
    /// List, show and replay the orders in a platform's ledger
    #[command(subcommand, after_help = order::EXAMPLES)]
    Order(order::Command),
    /// Bring a platform's ledger up to date, and check it
    #[command(subcommand, after_help = ledger::EXAMPLES)]
    Ledger(ledger::Command),
    /// Have a running sandbox do what a customer or the bank would
    Trigger(trigger::Trigger),
    /// Show a sandbox's callbacks as they come, verified step by step, and pass them on
    Listen(listen::Listen),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Write the manual's pages, one for each command
    Man(man::Man),
}

impl Cli {
    /// The command line as its help, its manual and its completions have it.
    pub(crate) fn whole() -> clap::Command {
        scope::narrowed(Self::command())
    }

    /// What was asked for.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let mut whole = Self::whole();
        let arguments = env::args_os();
        let shown = || env::args_os().map(|text| text.to_string_lossy().into_owned());
        let given = whole.try_get_matches_from_mut(arguments).map_err(|error| {
            let arguments: Vec<_> = shown().collect();
            scope::blame_the_variable(error, &whole, &arguments)
        })?;
        scope::check(&mut whole, &given)?;
        Self::from_arg_matches(&given).map_err(|error| error.format(&mut whole))
    }

    /// Whether bank, shop and customer are all played.
    pub(crate) const fn is_a_demo(&self) -> bool {
        matches!(self.command, Command::Demo(_))
    }
}

impl Command {
    /// Whether it goes on until it is ended, or shows by itself how far it is.
    const fn shows_itself(&self) -> bool {
        match self {
            Self::Demo(_)
            | Self::Init(_)
            | Self::Listen(_)
            | Self::Sandbox(_)
            | Self::Serve(_)
            | Self::Shop(_) => true,
            Self::Order(command) => command.goes_on(),
            Self::Doctor(_)
            | Self::Product(_)
            | Self::Calculate(_)
            | Self::Session(_)
            | Self::Application(_)
            | Self::Contract(_)
            | Self::Rental(_)
            | Self::Callback(_)
            | Self::Ledger(_)
            | Self::Trigger(_)
            | Self::Completions(_)
            | Self::Man(_) => false,
        }
    }
}

pub(crate) async fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { settings, command } = cli;
    if command.shows_itself() {
        answer(command, &settings).await
    } else {
        progress::beside(answer(command, &settings)).await
    }
}

async fn answer(command: Command, settings: &Settings) -> Result<(), Failure> {
    match command {
        Command::Demo(demo) => demo::run(&demo, settings).await,
        Command::Sandbox(serve) => sandbox::run(serve, settings).await,
        Command::Listen(listen) => listen::run(&listen, settings).await,
        Command::Serve(serve) => serve::run(serve, settings).await,
        Command::Init(init) => init::run(init, settings),
        Command::Shop(open) => shop::run(open, settings).await,
        Command::Doctor(doctor) => doctor::run(&doctor, settings).await,
        Command::Product(show) => product::run(show, settings).await,
        Command::Calculate(calculate) => calculation::run(calculate, settings).await,
        Command::Session(command) => session::run(command, settings).await,
        Command::Application(command) => application::run(command, settings).await,
        Command::Contract(command) => contract::run(command, settings).await,
        Command::Rental(command) => rental::run(command, settings).await,
        Command::Callback(command) => callback::run(command, settings),
        Command::Order(command) => order::run(command, settings).await,
        Command::Ledger(command) => ledger::run(command, settings).await,
        Command::Trigger(trigger) => trigger::run(&trigger, settings).await,
        Command::Completions(completions) => completions::run(&completions),
        Command::Man(man) => man::run(&man, settings),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_command(
        command: &clap::Command,
        path: &str,
        visit: &mut impl FnMut(&str, &clap::Command),
    ) {
        visit(path, command);
        for child in command.get_subcommands() {
            every_command(child, &format!("{path} {}", child.get_name()), visit);
        }
    }

    #[test]
    fn the_commands_are_well_formed() {
        Cli::whole().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example_that_it_would_take() {
        let mut seen = 0;
        every_command(&Cli::whole(), "inbank", &mut |path, command| {
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_else(|| panic!("`{path}` shows no example"));
            let examples = help.lines().filter_map(|line| {
                let start = line.find(path)?;
                line[start..].split(" | ").next()
            });
            let mut parsed = 0;
            for example in examples {
                let words = words(example);
                let mut whole = Cli::whole();
                let read = whole.try_get_matches_from_mut(&words);
                let read = read.and_then(|given| scope::check(&mut whole, &given));
                assert!(read.is_ok(), "{example}: {}", read.unwrap_err());
                parsed += 1;
            }
            assert!(parsed > 0, "`{path}` shows no example of itself");
            seen += 1;
        });
        assert!(seen > 10);
    }

    /// As a shell would split it, as far as the examples go: words, and single or double quotes.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quote = None;
        for c in line.chars() {
            match (quote, c) {
                (None, '\'' | '"') => quote = Some(c),
                (Some(open), c) if c == open => quote = None,
                (None, ')') => break,
                (None, ' ') => words.push(String::new()),
                (_, c) => words.last_mut().unwrap().push(c),
            }
        }
        words.retain(|word| !word.is_empty());
        if let Some(redirect) = words
            .iter()
            .position(|word| matches!(word.as_str(), "<" | ">"))
        {
            words.truncate(redirect);
        }
        words
    }
}
