//! The folder from which calls may have a shop's keys read.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::{SecretFileError, read};

/// A folder of secrets that callers may name the files of, and nothing besides: whoever may add a shop could else have any file of
/// this machine sent to a server of their own, as a key.
#[derive(Clone, Debug)]
pub struct SecretsFolder {
    path: PathBuf,
    own: Vec<PathBuf>,
}

/// Why a file of the folder is not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum SecretsFolderError {
    /// It is somewhere else.
    #[error(
        "must be the name of a file in secrets_folder: not beginning with /, without .., and no link that leads out of it"
    )]
    Outside,
    /// It is the service's own.
    #[error("must be a shop's own file: inbank.toml has this one for something else")]
    Own,
    /// It is of no use.
    #[error("names a file that {0}")]
    File(#[from] SecretFileError),
}

impl SecretsFolder {
    /// A folder; files of `own` are refused though they are in it.
    pub fn new(path: impl Into<PathBuf>, own: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            path: path.into(),
            own: own.into_iter().collect(),
        }
    }

    /// What a file of the folder holds. Links are followed as they lead by now: a mounted secret that changes is another file.
    pub(crate) fn read(&self, name: &str) -> Result<String, SecretsFolderError> {
        let within = Path::new(name);
        let mut parts = within.components();
        if name.is_empty() || !parts.all(|part| matches!(part, Component::Normal(_))) {
            return Err(SecretsFolderError::Outside);
        }
        let unreadable = |error: io::Error| SecretFileError::Unreadable(error.kind());
        let folder = self.path.canonicalize().map_err(unreadable)?;
        let file = folder.join(within).canonicalize().map_err(unreadable)?;
        if !file.starts_with(&folder) {
            return Err(SecretsFolderError::Outside);
        }
        let is_it = |own: &PathBuf| own.canonicalize().is_ok_and(|own| own == file);
        if self.own.iter().any(is_it) {
            return Err(SecretsFolderError::Own);
        }
        Ok(read(&file)?)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join("secrets");
        fs::create_dir_all(folder.join("shops")).unwrap();
        let outside = around.path().join("outside");
        let own = folder.join("own");
        for file in [&outside, &own, &folder.join("shops/outlet")] {
            fs::write(file, "canary\n").unwrap();
        }
        let folder = SecretsFolder::new(&folder, [own]);
        assert_eq!(folder.read("shops/outlet").unwrap(), "canary");
        for name in [
            "",
            ".",
            "..",
            "../outside",
            "shops/../../outside",
            "shops/../shops/outlet",
            outside.to_str().unwrap(),
        ] {
            assert_eq!(
                folder.read(name),
                Err(SecretsFolderError::Outside),
                "{name}"
            );
        }
        assert_eq!(folder.read("own"), Err(SecretsFolderError::Own));
        for (name, problem) in [
            ("none", SecretFileError::Unreadable(io::ErrorKind::NotFound)),
            ("shops", SecretFileError::NoFile),
        ] {
            assert_eq!(folder.read(name), Err(problem.into()), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_inside_the_folder_alone() {
        use std::os::unix::fs::symlink;

        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join("secrets");
        fs::create_dir_all(folder.join("data")).unwrap();
        fs::write(around.path().join("outside"), "canary").unwrap();
        fs::write(folder.join("data/key"), "key").unwrap();
        // As mounted secrets have it.
        symlink("data/key", folder.join("key")).unwrap();
        symlink("../outside", folder.join("file")).unwrap();
        symlink("..", folder.join("folder")).unwrap();
        symlink("key", folder.join("own")).unwrap();
        let of_shops = SecretsFolder::new(&folder, []);
        assert_eq!(of_shops.read("key").unwrap(), "key");
        for name in ["file", "folder/outside", "folder"] {
            assert_eq!(
                of_shops.read(name),
                Err(SecretsFolderError::Outside),
                "{name}"
            );
        }
        // Whichever link leads there, it is one file.
        let with_own = SecretsFolder::new(&folder, [folder.join("own")]);
        for name in ["key", "data/key", "own"] {
            assert_eq!(with_own.read(name), Err(SecretsFolderError::Own), "{name}");
        }
    }
}
