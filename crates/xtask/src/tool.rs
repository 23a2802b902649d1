//! Programs that look after the project and are no part of it. Each is installed where it is missing, in the one version
//! that is written down here: what they mean, and what they accept, changes between versions.

use std::fs;
use std::path::{Path, PathBuf};

use crate::step::{Step, target};

/// A program of the registry, which most are run as `cargo something`.
pub(crate) struct Tool {
    package: &'static str,
    version: &'static str,
    /// What it is built with, where not with its usual features.
    features: Option<&'static str>,
}

/// Licences, sources and bans of what we build on. The version that `deny.toml` is written for.
pub(crate) const DENY: Tool = Tool::new("cargo-deny", "0.20.2");
/// Dependencies that nobody uses.
pub(crate) const MACHETE: Tool = Tool::new("cargo-machete", "0.9.2");
/// Changes of what others build on, against an older version.
pub(crate) const SEMVER_CHECKS: Tool = Tool::new("cargo-semver-checks", "0.51.0");
/// The bill of materials.
pub(crate) const CYCLONEDX: Tool = Tool::new("cargo-cyclonedx", "0.5.9");
/// Inputs by coverage.
pub(crate) const FUZZ: Tool = Tool::new("cargo-fuzz", "0.13.2");
/// Faults that the tests ought to find.
pub(crate) const MUTANTS: Tool = Tool::new("cargo-mutants", "27.1.0");
/// The documents as a site. Without its server, which nobody needs who looks at files.
pub(crate) const MDBOOK: Tool = Tool {
    package: "mdbook",
    version: "0.5.4",
    features: Some("search"),
};

impl Tool {
    const fn new(package: &'static str, version: &'static str) -> Self {
        Self {
            package,
            version,
            features: None,
        }
    }

    /// A step that runs it, installed first where it is missing.
    pub(crate) fn step(
        &self,
        name: &'static str,
        arguments: &'static str,
        failure: &'static str,
    ) -> anyhow::Result<Step> {
        // By its path: cargo itself would prefer one of another version in its home.
        let program = self.installed()?;
        let mut step = Step::program(name, program, "", failure);
        if let Some(subcommand) = self.package.strip_prefix("cargo-") {
            step = step.argument(subcommand);
        }
        let arguments = arguments.split_whitespace();
        Ok(arguments.fold(step, Step::argument))
    }

    /// Where it is. Installing it takes minutes, so it outlasts the package cache, beside what is built.
    fn installed(&self) -> anyhow::Result<PathBuf> {
        let folder = target()?.join("tools");
        let program = folder
            .join("bin")
            .join(self.package)
            .with_extension(std::env::consts::EXE_EXTENSION);
        if !self.stands_in(&read(&folder)) || !program.exists() {
            let failure = "a tool could not be installed";
            let mut step = Step::cargo("tools", "install --locked", failure)
                .argument("--root")
                .argument(&folder)
                .argument("--target-dir")
                .argument(folder.join("build"));
            if let Some(features) = self.features {
                step = step
                    .argument("--no-default-features")
                    .argument("--features")
                    .argument(features);
            }
            step.argument(format!("{}@{}", self.package, self.version))
                .run()?;
        }
        Ok(program)
    }

    /// Whether cargo's list of what it installed has exactly this version.
    fn stands_in(&self, list: &str) -> bool {
        let entry = format!("\"{} {} ", self.package, self.version);
        list.lines().any(|line| line.starts_with(&entry))
    }
}

fn read(folder: &Path) -> String {
    fs::read_to_string(folder.join(".crates.toml")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_there_in_its_own_version_alone() {
        let list = "[v1]\n\
            \"cargo-deny 0.20.2 (registry+https://github.com/rust-lang/crates.io-index)\" = [\"cargo-deny\"]\n\
            \"cargo-machete 0.9.20 (registry+https://github.com/rust-lang/crates.io-index)\" = [\"cargo-machete\"]\n";
        assert!(DENY.stands_in(list));
        assert!(!MACHETE.stands_in(list));
        assert!(!FUZZ.stands_in(list));
        assert!(!DENY.stands_in(""));
    }
}
