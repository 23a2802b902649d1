//! The oldest Rust that we promise is the one that everything is built with: so each build proves the promise.

use std::fs;

use anyhow::{Context as _, ensure};

use crate::step::{output, root};

/// Checks that the promise and the toolchain are the same, and that it is this one that builds.
pub(crate) fn check() -> anyhow::Result<()> {
    let root = root().context("toolchain: started without cargo")?;
    let read = |name: &str| {
        let text = fs::read_to_string(root.join(name));
        text.with_context(|| format!("toolchain: {name} can't be read"))
    };
    let running = output("rustc", &["--version"])?.context("toolchain: rustc says no version")?;
    let promised = agreed(
        &read("Cargo.toml")?,
        &read("rust-toolchain.toml")?,
        &running,
    )?;
    eprintln!("xtask: toolchain: Rust {promised} is promised, and builds");
    Ok(())
}

/// The version of both files, if it is that of `rustc --version` too.
fn agreed(manifest: &str, toolchain: &str, running: &str) -> anyhow::Result<String> {
    let promised = value(manifest, "rust-version").context("Cargo.toml has no rust-version")?;
    let channel = value(toolchain, "channel").context("rust-toolchain.toml has no channel")?;
    ensure!(
        minor(promised) == minor(channel),
        "toolchain: Cargo.toml promises Rust {promised}, and rust-toolchain.toml builds with {channel}: change both, or the \
         promise is not proven"
    );
    let version = running.split(' ').nth(1).unwrap_or_default();
    ensure!(
        minor(version) == minor(channel),
        "toolchain: {running} builds in the place of {channel}: leave it to rust-toolchain.toml, without `+…` and \
         RUSTUP_TOOLCHAIN"
    );
    Ok(promised.to_owned())
}

/// `1.95` of `1.95` and of `1.95.0`.
fn minor(version: &str) -> Vec<&str> {
    version.split('.').take(2).collect()
}

/// The first value of a key, in a file that writes it as `key = "value"`.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(|line| line.split_once('='));
    let (_, value) = lines.find(|(name, _)| name.trim() == key)?;
    Some(value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace.package]\nversion = \"0.1.0\"\nrust-version = \"1.95\"\n";
    const TOOLCHAIN: &str = "[toolchain]\nchannel = \"1.95.0\"\n";
    const RUNNING: &str = "rustc 1.95.0 (f2d3ce0bd 2026-03-21)";

    #[test]
    fn what_is_promised_is_what_builds() {
        assert_eq!(agreed(MANIFEST, TOOLCHAIN, RUNNING).unwrap(), "1.95");
    }

    #[test]
    fn a_promise_that_nobody_builds_with_is_a_failure() {
        for (manifest, toolchain, running) in [
            (
                MANIFEST.replace("1.95", "1.94"),
                TOOLCHAIN.to_owned(),
                RUNNING,
            ),
            (
                MANIFEST.to_owned(),
                TOOLCHAIN.replace("1.95", "1.96"),
                RUNNING,
            ),
            (
                MANIFEST.to_owned(),
                TOOLCHAIN.replace("1.95.0", "stable"),
                RUNNING,
            ),
            (
                MANIFEST.replace("rust-version", "edition"),
                TOOLCHAIN.to_owned(),
                RUNNING,
            ),
            (
                MANIFEST.to_owned(),
                TOOLCHAIN.to_owned(),
                "rustc 1.97.0-nightly (0 2026-11-01)",
            ),
        ] {
            assert!(agreed(&manifest, &toolchain, running).is_err());
        }
    }
}
