use clap::Args;
use clap_complete::Shell;

use super::Cli;
use crate::exit::Failure;
use crate::output;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank completions bash > ~/.local/share/bash-completion/completions/inbank
  inbank completions fish > ~/.config/fish/completions/inbank.fish

The script is printed as it is, whatever --output says.")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(completions: &Completions) -> Result<(), Failure> {
    // Into memory first: `generate` panics where the reader of a pipe has gone.
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Cli::whole(), "inbank", &mut script);
    output::line(&String::from_utf8_lossy(&script))
}
