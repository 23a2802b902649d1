use std::fs;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

/// The file that an address names.
#[derive(Clone, Debug)]
pub(crate) struct DatabaseFile {
    pub(super) path: PathBuf,
    /// Whether it may be created.
    pub(super) create: bool,
}

impl DatabaseFile {
    /// Reads an address: `sqlite:ledger.db`, `sqlite:///var/lib/ledger.db`, with `?mode=rw` where the file has to be there already.
    ///
    /// # Errors
    /// What is wrong with it, to be said after "the ledger's address".
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        let rest = url.strip_prefix("sqlite:").unwrap_or(url);
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        if path == ":memory:" || parameters.contains("mode=memory") {
            return Err(
                "must be a file's: what is in memory is lost with the process, and with it what customers have signed",
            );
        }
        let create = match parameters {
            "" | "mode=rwc" => true,
            "mode=rw" => false,
            _ => {
                return Err("may have no other parameter than mode=rwc or mode=rw");
            }
        };
        let path = percent_decode_str(path).decode_utf8();
        let path = path.map_err(|_| "is no text once its % are resolved")?;
        if path.is_empty() {
            return Err("has no path");
        }
        Ok(Self {
            path: PathBuf::from(path.as_ref()),
            create,
        })
    }

    /// How errors name it.
    pub(crate) fn place(&self) -> String {
        self.path.display().to_string()
    }

    /// How long the write-ahead log is.
    pub(super) fn log_bytes(&self) -> u64 {
        let mut path = self.path.clone().into_os_string();
        path.push("-wal");
        fs::metadata(path).map_or(0, |log| log.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_names_a_file() {
        for (url, path) in [
            ("sqlite:a.db", "a.db"),
            ("sqlite://a.db", "a.db"),
            ("sqlite:///var/a.db?mode=rwc", "/var/a.db"),
            ("sqlite:/var/with%20space.db", "/var/with space.db"),
        ] {
            assert_eq!(
                DatabaseFile::parse(url).unwrap().path,
                PathBuf::from(path),
                "{url}"
            );
        }
        assert!(!DatabaseFile::parse("sqlite:a.db?mode=rw").unwrap().create);
    }

    #[test]
    fn what_is_no_file_is_refused() {
        for url in [
            "sqlite:",
            "sqlite::memory:",
            "sqlite:a?mode=memory",
            "sqlite:a?x=y",
        ] {
            assert!(DatabaseFile::parse(url).is_err(), "{url}");
        }
    }
}
