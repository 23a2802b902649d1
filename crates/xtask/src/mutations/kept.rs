//! The plans that are kept (`tests/plans`), each for a mutation, which it has to break a promise under.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::patch::Mutation;

/// A plan that is kept for a mutation: its file is called as the patch is, and may have another name after a dot.
#[derive(Debug)]
pub(super) struct Kept {
    /// From the workspace's root.
    path: String,
    mutation: String,
}

impl Kept {
    fn called(file: &str) -> Self {
        let mutation = file.split('.').next().unwrap_or_default();
        Self {
            path: format!("{FOLDER}/{file}"),
            mutation: mutation.to_owned(),
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn is_for(&self, mutation: &Mutation) -> bool {
        self.mutation == mutation.name()
    }

    /// What the simulation says of it under its mutation; why it does not bite, where it doesn't.
    pub(super) fn judged(&self, passes: bool, says: &str, invariant: &str) -> Result<(), String> {
        let path = &self.path;
        if passes {
            return Err(format!("{path} passes under it"));
        }
        if says.starts_with(&format!("plan {path}: {invariant}: ")) {
            return Ok(());
        }
        if says.is_empty() {
            return Err(format!("the simulation broke over {path}"));
        }
        Err(format!("{path} breaks another promise: {says}"))
    }
}

const FOLDER: &str = "tests/plans";

/// Every plan that is kept. One that is kept for no mutation is an error: nobody would know whether it still bites.
pub(super) fn all(root: &Path, mutations: &[Mutation]) -> anyhow::Result<Vec<Kept>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(FOLDER)).context(FOLDER)? {
        let name = entry?.file_name();
        files.push(name.to_string_lossy().into_owned());
    }
    files.sort();
    of(&files, mutations)
}

fn of(files: &[String], mutations: &[Mutation]) -> anyhow::Result<Vec<Kept>> {
    let kept: Vec<_> = files.iter().map(|file| Kept::called(file)).collect();
    for plan in &kept {
        ensure!(
            mutations.iter().any(|mutation| plan.is_for(mutation)),
            "mutations: {} is kept for no mutation: call it as the patch is that it finds",
            plan.path
        );
    }
    for mutation in mutations.iter().filter(|m| m.is_left_to_its_plan()) {
        ensure!(
            kept.iter().any(|plan| plan.is_for(mutation)),
            "mutations: {} has a budget of 0, and no plan in {FOLDER} to find it",
            mutation.name()
        );
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::super::patch;
    use super::*;

    fn named(files: &[&str]) -> anyhow::Result<Vec<Kept>> {
        let files: Vec<_> = files.iter().map(|file| (*file).to_owned()).collect();
        of(&files, &patch::numbered(3))
    }

    #[test]
    fn a_plan_is_kept_for_the_mutation_that_it_is_called_after() {
        let kept = named(&["02-name.json", "03-name.slow.json", "03-name.json"]).unwrap();
        let of = |number: usize| {
            let mutations = patch::numbered(3);
            let plans = kept
                .iter()
                .filter(|plan| plan.is_for(&mutations[number - 1]));
            plans.count()
        };
        assert_eq!([of(1), of(2), of(3)], [0, 1, 2]);
    }

    #[test]
    fn a_plan_that_is_kept_for_no_mutation_is_named() {
        let error = named(&["02-name.json", "stuck-17.json"]).unwrap_err();
        assert!(
            error.to_string().contains("tests/plans/stuck-17.json"),
            "{error}"
        );
    }

    #[test]
    fn a_mutation_that_is_not_looked_for_needs_a_plan() {
        let mut mutations = patch::numbered(2);
        mutations[1] = patch::left_to_its_plan("02-name");
        let plan = |name: &str| [name.to_owned()];
        assert!(of(&plan("02-name.json"), &mutations).is_ok());
        let error = of(&plan("01-name.json"), &mutations).unwrap_err();
        assert!(
            error.to_string().contains("02-name has a budget of 0"),
            "{error}"
        );
    }

    #[test]
    fn a_plan_bites_only_where_it_breaks_the_promise_of_its_mutation() {
        let plan = Kept::called("02-name.json");
        let judged = |passes, says: &str| plan.judged(passes, says, "stuck");
        assert_eq!(
            judged(false, "plan tests/plans/02-name.json: stuck: why"),
            Ok(())
        );
        let passes = judged(
            true,
            "0 plans from seed 1 in 0.0s, 0 a second: nothing broken",
        );
        assert!(passes.unwrap_err().contains("passes"));
        let other = judged(false, "plan tests/plans/02-name.json: panic: why");
        assert!(other.unwrap_err().contains("panic: why"));
        assert!(judged(false, "plan tests/plans/03-name.json: stuck: why").is_err());
        assert!(judged(false, "").unwrap_err().contains("broke"));
    }
}
