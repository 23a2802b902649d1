//! `cargo xtask sbom`: what is inside of that which is shipped, as `CycloneDX`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::step::{output, root, target};
use crate::tool::CYCLONEDX;

/// What somebody ships: the command line, and the crate that is embedded.
const SHIPPED: [&str; 2] = ["crates/cli", "crates/inbank"];

/// The tool writes one of these beside each of our manifests.
const FILE: &str = "bill-of-materials";

/// Writes a bill for each, with everything behind features, for the system that it runs on.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = root().context("sbom: started without cargo")?;
    let folder = target()?.join("sbom");
    fs::create_dir_all(&folder)?;
    // The commit's time instead of now: the same commit has the same bill.
    let time = output("git", &["log", "-1", "--format=%ct"])?.unwrap_or_default();
    let made = CYCLONEDX
        .step(
            "sbom",
            "--format json --all-features --spec-version 1.5 --quiet",
            "the bill of materials could not be written",
        )?
        .argument("--manifest-path")
        .argument(root.join("Cargo.toml"))
        .argument("--override-filename")
        .argument(FILE)
        .environment("SOURCE_DATE_EPOCH", time)
        .run();
    let kept = collect(&root, &folder)?;
    made?;
    for bill in kept {
        eprintln!("xtask: sbom: {}", bill.display());
    }
    Ok(())
}

/// Takes what was written away from the sources, and keeps what is shipped.
fn collect(root: &Path, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut places = vec![root.join("tests")];
    for place in fs::read_dir(root.join("crates"))? {
        places.push(place?.path());
    }
    let mut kept = Vec::new();
    for place in places {
        let bill = place.join(FILE).with_extension("json");
        let shipped = SHIPPED.iter().any(|shipped| root.join(shipped) == place);
        let name = place.file_name().unwrap_or_default();
        if !bill.exists() {
            continue;
        }
        if shipped {
            let to = folder.join(name).with_extension("cdx.json");
            fs::copy(&bill, &to)?;
            kept.push(to);
        }
        fs::remove_file(bill)?;
    }
    kept.sort();
    Ok(kept)
}
