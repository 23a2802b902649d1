use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::Cli;
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank man --out ~/.local/share/man/man1

A page for each command, made from what --help shows; `man inbank-order-list` then shows one. The folder is \
made where it is missing.")]
pub(crate) struct Man {
    /// The folder for the pages
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Serialize)]
struct Written {
    pages: Vec<String>,
    #[serde(skip)]
    folder: String,
}

pub(crate) fn run(man: &Man, settings: &Settings) -> Result<(), Failure> {
    let pages = write(&man.out).map_err(|error| {
        Failure::other(
            format!("--out {}: {error}", man.out.display()),
            "name a folder that can be written to",
        )
    })?;
    let written = Written {
        pages,
        folder: man.out.display().to_string(),
    };
    output::answer(settings.output, &written)
}

fn write(folder: &Path) -> io::Result<Vec<String>> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::whole(), folder)?;
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let page = Path::new(&name).extension().is_some_and(|end| end == "1");
        if page && (name == "inbank.1" || name.starts_with("inbank-")) {
            pages.push(name);
        }
    }
    pages.sort();
    Ok(pages)
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pages in {}", self.pages.len(), self.folder)
    }
}
