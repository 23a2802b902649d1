//! Prints what can be named of a crate, one line an item, from what rustdoc says of it in JSON.

use std::io::{self, Write as _};

use anyhow::Context as _;

fn main() -> anyhow::Result<()> {
    let json = std::env::args_os()
        .nth(1)
        .context("give the file that rustdoc wrote")?;
    // What a type has by itself, or by its derives' own rules, is no line that anybody has written.
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?;
    let mut stdout = io::stdout().lock();
    for item in api.items() {
        writeln!(stdout, "{item}")?;
    }
    Ok(())
}
