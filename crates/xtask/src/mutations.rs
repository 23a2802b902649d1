//! `cargo xtask mutations`: faults that were mended are put back, one at a time, and the simulation has to find each.

mod kept;
mod patch;
mod tree;

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use self::kept::Kept;
use self::patch::Mutation;
use self::tree::Tree;
use crate::step;

/// Which of them.
#[derive(Args)]
pub(crate) struct Arguments {
    /// All of them; a third otherwise, another one with each commit
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// These: a patch's name, or its number
    names: Vec<String>,
}

/// The parts that the list is run in.
const PARTS: usize = 3;
/// A run that takes so long has not found anything, whatever the machine is.
const MINUTES: &str = "20";

/// Runs those that were asked for.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let root = step::root().context("mutations: started without cargo")?;
    let all = patch::all(&root.join("tests/mutations"))?;
    let plans = kept::all(&root, &all)?;
    let chosen = if arguments.all {
        all
    } else if arguments.names.is_empty() {
        third(all, commits()?)
    } else {
        named(all, &arguments.names)?
    };
    check(&chosen, &plans)
}

/// A third of the list, as before a merge.
pub(crate) fn before_a_merge() -> anyhow::Result<()> {
    run(&Arguments {
        all: false,
        names: Vec::new(),
    })
}

/// How many commits there are; none where the history is not all here, so that it can't be told.
fn commits() -> anyhow::Result<Option<usize>> {
    let shallow = step::output("git", &["rev-parse", "--is-shallow-repository"])?;
    if shallow.as_deref() != Some("false") {
        return Ok(None);
    }
    let count = step::output("git", &["rev-list", "--count", "HEAD"])?;
    Ok(count.and_then(|count| count.parse().ok()))
}

/// Every third, from one that changes with each commit; all of them where it isn't known how many commits there are,
/// since it would be the same third each time.
fn third(all: Vec<Mutation>, commits: Option<usize>) -> Vec<Mutation> {
    let Some(commits) = commits else { return all };
    let chosen = all.into_iter().enumerate();
    let chosen = chosen.filter(|(number, _)| number % PARTS == commits % PARTS);
    chosen.map(|(_, mutation)| mutation).collect()
}

fn named(all: Vec<Mutation>, names: &[String]) -> anyhow::Result<Vec<Mutation>> {
    for name in names {
        ensure!(
            all.iter().any(|mutation| mutation.is_called(name)),
            "mutations: there is no {name} in tests/mutations"
        );
    }
    let is_meant = |mutation: &Mutation| names.iter().any(|name| mutation.is_called(name));
    Ok(all.into_iter().filter(is_meant).collect())
}

/// What came of a mutation.
enum Verdict {
    /// The promise that it breaks was seen to be broken, by so many sequences.
    Found(u64),
    /// The same, by each plan that is kept for it. It is too rare to be looked for in others.
    FoundByPlan,
    /// Something else went wrong, or the simulation itself did: that counts as not found.
    Otherwise(String),
    /// Nothing was broken.
    NotFound,
    /// A plan that is kept for it does not find it.
    Missed(String),
    /// The patch doesn't apply, or what it makes doesn't build.
    Rotten(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(sequences) => write!(f, "found after {sequences}"),
            Self::FoundByPlan => f.write_str("found by the plan that is kept for it"),
            Self::Otherwise(what) => write!(f, "NOT FOUND, but: {what}"),
            Self::NotFound => f.write_str("NOT FOUND"),
            Self::Missed(why) => write!(f, "LOST: {why}"),
            Self::Rotten(why) => write!(f, "ROTTEN: {why}"),
        }
    }
}

/// Puts each into a copy of the workspace, and runs the simulation there.
fn check(chosen: &[Mutation], plans: &[Kept]) -> anyhow::Result<()> {
    let tree = Tree::copied()?;
    eprintln!("xtask: mutations: building the simulation without any");
    ensure!(
        tree.build()?,
        "mutations: the simulation doesn't build as it is"
    );
    let unmutated = Simulation::kept(&tree)?;
    unmutated.passes(&["--plan", "tests/plans", "--sequences", "0"])?;
    let mut lost = 0;
    for mutation in chosen {
        let verdict = verdict(&tree, &unmutated, mutation, plans)?;
        let (name, invariant) = (mutation.name(), mutation.invariant());
        let budget = mutation.sequences();
        println!("{name}: {verdict} (budget {budget}, {invariant})");
        lost += usize::from(!matches!(verdict, Verdict::Found(_) | Verdict::FoundByPlan));
    }
    let of = chosen.len();
    if lost > 0 {
        bail!("mutations: {lost} of {of} were not found; what that means is in CONTRIBUTING.md");
    }
    eprintln!("xtask: mutations: all {of} were found");
    Ok(())
}

fn verdict(
    tree: &Tree,
    unmutated: &Simulation,
    mutation: &Mutation,
    plans: &[Kept],
) -> anyhow::Result<Verdict> {
    eprintln!("xtask: mutations: {}", mutation.name());
    if !tree.applies(mutation.path())? {
        return Ok(Verdict::Rotten("it no longer applies".to_owned()));
    }
    let verdict = if tree.build()? {
        let mutated = Simulation::new(tree);
        match mutated.is_missed_by(mutation, plans)? {
            Some(why) => Verdict::Missed(why),
            None if mutation.is_left_to_its_plan() => Verdict::FoundByPlan,
            None => mutated.looks_for(mutation)?,
        }
    } else {
        Verdict::Rotten("it no longer builds".to_owned())
    };
    tree.reverse(mutation.path())?;
    if let Verdict::Found(number) = verdict {
        // Seeds start from 1. What is broken by the code as it is would be no merit of the mutation.
        unmutated.passes(&["--seed", &number.to_string(), "--sequences", "1"])?;
    }
    Ok(verdict)
}

/// A simulation that was built.
struct Simulation {
    program: PathBuf,
    /// Where it runs, so that it finds the kept plans.
    folder: PathBuf,
}

impl Simulation {
    fn new(tree: &Tree) -> Self {
        Self {
            program: tree.program(),
            folder: tree.folder().to_owned(),
        }
    }

    /// A copy of its program, which outlives the next build.
    fn kept(tree: &Tree) -> anyhow::Result<Self> {
        let mut simulation = Self::new(tree);
        let program = tree.folder().with_file_name("unmutated");
        std::fs::copy(&simulation.program, &program)?;
        simulation.program = program;
        Ok(simulation)
    }

    fn says(&self, arguments: &[&str]) -> anyhow::Result<(bool, String)> {
        let output = Command::new(&self.program)
            .args(arguments)
            .current_dir(&self.folder)
            // Its progress.
            .stderr(Stdio::null())
            .output()
            .context("mutations: the simulation could not be started")?;
        let says = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((output.status.success(), says))
    }

    fn passes(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let (passes, says) = self.says(arguments)?;
        ensure!(
            passes,
            "mutations: a promise is broken without any mutation: {says}"
        );
        Ok(())
    }

    /// Why a plan that is kept for the mutation does not find it; none where each does.
    fn is_missed_by(&self, mutation: &Mutation, plans: &[Kept]) -> anyhow::Result<Option<String>> {
        for plan in plans.iter().filter(|plan| plan.is_for(mutation)) {
            let (passes, says) = self.says(&["--plan", plan.path(), "--sequences", "0"])?;
            if let Err(why) = plan.judged(passes, &says, mutation.invariant()) {
                return Ok(Some(why));
            }
        }
        Ok(None)
    }

    fn looks_for(&self, mutation: &Mutation) -> anyhow::Result<Verdict> {
        let budget = mutation.sequences().to_string();
        let (found, says) = self.says(&[
            "--expect",
            mutation.invariant(),
            "--seed",
            "1",
            "--sequences",
            &budget,
            "--minutes",
            MINUTES,
        ])?;
        Ok(read(found, &says, mutation.invariant()))
    }
}

/// What the simulation says, as a verdict.
fn read(found: bool, says: &str, invariant: &str) -> Verdict {
    let number = says.strip_prefix("found after ");
    let number = number.and_then(|rest| rest.split(' ').next()?.parse().ok());
    match number {
        Some(number) if found => Verdict::Found(number),
        Some(_) | None if says.starts_with(&format!("{invariant} was not broken")) => {
            Verdict::NotFound
        }
        Some(_) | None if says.is_empty() => Verdict::Otherwise("the simulation broke".to_owned()),
        Some(_) | None => Verdict::Otherwise(says.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_commits_run_the_whole_list() {
        let all = || patch::numbered(7);
        let mut names: Vec<_> = (100..103)
            .flat_map(|commits| third(all(), Some(commits)))
            .map(|mutation| mutation.name().to_owned())
            .collect();
        names.sort();
        let whole: Vec<_> = all().iter().map(|m| m.name().to_owned()).collect();
        assert_eq!(names, whole);
        assert!(third(all(), Some(100)).len() < whole.len());
    }

    #[test]
    fn a_history_that_is_cut_short_runs_all() {
        assert_eq!(third(patch::numbered(7), None).len(), 7);
    }

    #[test]
    fn a_mutation_is_asked_for_by_its_name_or_number_and_by_none_that_there_is_not() {
        let asked = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            named(patch::numbered(3), &names)
        };
        assert_eq!(asked(&["02", "03-name"]).unwrap().len(), 2);
        assert!(asked(&["01", "04"]).is_err());
    }

    #[test]
    fn only_the_named_promise_counts_as_found() {
        let says = "found after 12 plans: seed 12: stuck: why";
        assert!(matches!(read(true, says, "stuck"), Verdict::Found(12)));
        let says = "another promise was broken: seed 3: panic: why";
        assert!(matches!(read(false, says, "stuck"), Verdict::Otherwise(_)));
        let says = "stuck was not broken in 50 plans";
        assert!(matches!(read(false, says, "stuck"), Verdict::NotFound));
        assert!(matches!(read(false, "", "stuck"), Verdict::Otherwise(_)));
    }
}
