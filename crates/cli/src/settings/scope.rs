//! Which settings mean something to which command. The others are neither shown by its help nor taken: whoever gives
//! one would believe that it does something.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, Error};

/// By the path of a command, its settings besides `--output`, which all have. One that stands under it has the same;
/// what is not listed here has all.
const SETTINGS_OF: [(&str, &[&str]); 13] = [
    ("demo", &[]),
    ("sandbox", &["region", "shop"]),
    ("serve", &["region"]),
    ("shop", &["region"]),
    ("callback", &["api_key_file"]),
    ("order list", &["shop"]),
    ("order show", &["shop"]),
    ("order events", &["shop"]),
    ("ledger", &[]),
    ("trigger", CONTROLS),
    ("listen", CONTROLS),
    ("completions", &[]),
    ("man", &[]),
];

/// What it takes to reach a sandbox.
const CONTROLS: &[&str] = &["base_url", "api_key_file"];

/// Hides from each command what means nothing to it.
pub(crate) fn narrowed(mut whole: Command) -> Command {
    let settings: Vec<Arg> = global(&whole).cloned().collect();
    for (path, meant) in SETTINGS_OF {
        let others = settings.iter().filter(|arg| !means(meant, arg));
        // A command keeps an argument of its own for one that it would be handed down.
        let hidden = others.map(|arg| arg.clone().hide(true)).collect();
        whole = within(whole, path, hidden);
    }
    whole
}

/// Refuses what was given by flag and means nothing to the command. A variable may stand for other commands.
pub(crate) fn check(whole: &mut Command, given: &ArgMatches) -> Result<(), Error> {
    let path = path(given);
    let found = SETTINGS_OF
        .iter()
        .find(|(command, _)| path == *command || path.starts_with(&format!("{command} ")));
    let Some((_, meant)) = found else {
        return Ok(());
    };
    let by_flag =
        |arg: &&Arg| given.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let unmeant = global(whole).find(|arg| by_flag(arg) && !means(meant, arg));
    let Some(flag) = unmeant.and_then(Arg::get_long) else {
        return Ok(());
    };
    let problem = format!("--{flag} means nothing to `inbank {path}`: leave it out");
    Err(whole.error(ErrorKind::ArgumentConflict, problem))
}

/// Says of a value that came by a variable that it did: whoever set it looks for a flag otherwise.
pub(crate) fn blame_the_variable(mut error: Error, whole: &Command, arguments: &[String]) -> Error {
    let flag = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(named)) => named.split([' ', '=']).next().unwrap_or_default(),
        _ => return error,
    };
    let flag = flag.to_owned();
    let is_given = |argument: &String| {
        argument
            .strip_prefix(&flag)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    };
    let variable = variable(whole, flag.trim_start_matches('-'));
    if let (Some(variable), false) = (variable, arguments.iter().any(is_given)) {
        error.insert(ContextKind::InvalidArg, ContextValue::String(variable));
    }
    error
}

fn variable(command: &Command, flag: &str) -> Option<String> {
    let named = command
        .get_arguments()
        .find(|arg| arg.get_long() == Some(flag));
    let here = named
        .and_then(Arg::get_env)
        .filter(|name| std::env::var_os(name).is_some())
        .map(|name| name.to_string_lossy().into_owned());
    here.or_else(|| {
        command
            .get_subcommands()
            .find_map(|under| variable(under, flag))
    })
}

fn global(whole: &Command) -> impl Iterator<Item = &Arg> {
    whole.get_arguments().filter(|arg| arg.is_global_set())
}

fn means(meant: &[&str], arg: &Arg) -> bool {
    let id = arg.get_id().as_str();
    id == "output" || meant.contains(&id)
}

fn within(command: Command, path: &str, hidden: Vec<Arg>) -> Command {
    let (first, rest) = path.split_once(' ').unwrap_or((path, ""));
    command.mut_subcommand(first, |under| {
        if rest.is_empty() {
            under.args(hidden)
        } else {
            within(under, rest, hidden)
        }
    })
}

/// The command's words behind `inbank`.
fn path(given: &ArgMatches) -> String {
    match given.subcommand() {
        Some((name, under)) => {
            let rest = path(under);
            if rest.is_empty() {
                name.to_owned()
            } else {
                format!("{name} {rest}")
            }
        }
        None => String::new(),
    }
}
