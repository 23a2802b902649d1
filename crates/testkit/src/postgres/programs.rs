//! The server's programs, as they are installed.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use super::{account, build_folder};

const PROGRAMS: [&str; 5] = ["initdb", "pg_ctl", "pg_dump", "postgres", "psql"];

/// Their folder; installs them if they are missing and we may.
pub(super) fn folder() -> PathBuf {
    if let Some(folder) = installed() {
        return folder;
    }
    let mut said = String::new();
    if account().is_some() {
        // Tests start in several processes at once; one installs, and the others find it done.
        let lock = File::create(build_folder().join("postgres.lock")).unwrap();
        lock.lock().unwrap();
        for arguments in [&["update"] as &[_], &["install", "-y", "postgresql"]] {
            if installed().is_none() {
                let mut apt = Command::new("apt-get");
                apt.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
                said += &apt.output().map_or_else(
                    |error| format!("apt-get: {error}\n"),
                    |output| String::from_utf8_lossy(&output.stderr).into_owned(),
                );
            }
        }
    }
    installed().unwrap_or_else(|| {
        panic!(
            "{PROGRAMS:?} are not in one folder of PATH, in /usr/lib/postgresql/*/bin or where `pg_config --bindir` says. \
             Install PostgreSQL, on Debian with `apt-get install postgresql`, and run the tests again.\n{said}"
        )
    })
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut debian: Vec<_> = debian.map(|entry| entry.unwrap().path()).collect();
    debian.sort_by_key(|path| path.file_name()?.to_str()?.parse::<u32>().ok());
    folders.extend(debian.iter().rev().map(|version| version.join("bin")));
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(String::from_utf8(output.stdout).unwrap().trim().into());
    }
    let complete = |folder: &PathBuf| PROGRAMS.iter().all(|name| folder.join(name).is_file());
    folders.into_iter().find(complete)
}
