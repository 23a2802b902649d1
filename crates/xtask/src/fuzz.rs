//! `cargo xtask fuzz`: inputs that nobody thought of, found by coverage.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::step::{Step, root, target};
use crate::tool::FUZZ;

/// How long, and what.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How many seconds for each target
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// A target; all of them unless given
    target: Option<String>,
}

/// Runs the targets one after the other, from the committed corpora. What is found stays in `target/fuzz`; an input that
/// fails is to become a file of the committed corpus, since the tests replay that.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let root = root().context("fuzz: started without cargo")?;
    let folder = root.join("tests/fuzz");
    let all = targets(&folder)?;
    let chosen = match &arguments.target {
        None => all,
        Some(target) => {
            ensure!(
                all.contains(target),
                "fuzz: there is no target {target}; there are {}",
                all.join(", ")
            );
            vec![target.clone()]
        }
    };
    let made = target()?.join("fuzz");
    for target in chosen {
        fuzz(&folder, &made, &target, arguments.seconds)?.run()?;
    }
    Ok(())
}

/// One run. Without a sanitizer, since those need a nightly compiler, and nothing of ours is `unsafe`.
fn fuzz(folder: &Path, made: &Path, target: &str, seconds: u32) -> anyhow::Result<Step> {
    let grown = made.join("corpus").join(target);
    let failures = made.join("failures").join(target);
    for folder in [&grown, &failures] {
        fs::create_dir_all(folder)?;
    }
    let step = FUZZ
        .step(
            "fuzz",
            "run --sanitizer none",
            "an input was found for which something does not hold; it is named above",
        )?
        .argument("--fuzz-dir")
        .argument(folder)
        .argument("--target-dir")
        .argument(made)
        .argument(target)
        // New inputs go to the first of these.
        .argument(&grown)
        .argument(folder.join("corpus").join(target))
        .argument("--")
        .argument(format!("-max_total_time={seconds}"))
        .argument(format!("-artifact_prefix={}/", failures.display()))
        .argument(format!(
            "-dict={}",
            folder.join(dictionary(target)).display()
        ));
    Ok(step)
}

/// The words that mean something to a target.
fn dictionary(target: &str) -> &'static str {
    match target {
        "answers" | "callback_message" | "documents" => "json.dict",
        _ => "text.dict",
    }
}

/// By the programs that there are.
fn targets(folder: &Path) -> anyhow::Result<Vec<String>> {
    let programs = folder.join("fuzz_targets");
    let files = fs::read_dir(&programs).with_context(|| programs.display().to_string())?;
    let mut names = Vec::new();
    for file in files {
        let path = file?.path();
        names.extend(path.file_stem().map(|name| name.display().to_string()));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_dictionary_that_is_there() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz");
        let targets = targets(&folder).unwrap();
        assert!(targets.contains(&"answers".to_owned()), "{targets:?}");
        for target in targets {
            assert!(folder.join(dictionary(&target)).is_file(), "{target}");
        }
    }
}
