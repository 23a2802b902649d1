//! Secrets by reference: in variables of the environment, or in files.

mod folder;

use std::env;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

pub use self::folder::SecretsFolder;

/// Where the secrets are that `inbank.toml` names. A function from a variable's name to what it holds is one without files.
pub trait SecretSource {
    /// What a variable of the environment holds.
    fn variable(&self, name: &str) -> Option<String>;

    /// What a file holds, without the line's end behind it.
    ///
    /// # Errors
    /// [`SecretFileError`], which repeats nothing of the file.
    fn file(&self, path: &Path) -> Result<String, SecretFileError>;

    /// Whether a folder is there.
    fn is_folder(&self, path: &Path) -> bool;
}

/// The environment of this process, and the files of this machine.
#[derive(Clone, Copy, Debug)]
pub struct ThisProcess;

impl SecretSource for ThisProcess {
    fn variable(&self, name: &str) -> Option<String> {
        env::var(name).ok()
    }

    fn file(&self, path: &Path) -> Result<String, SecretFileError> {
        read(path)
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }
}

impl<E: Fn(&str) -> Option<String>> SecretSource for E {
    fn variable(&self, name: &str) -> Option<String> {
        self(name)
    }

    fn file(&self, _: &Path) -> Result<String, SecretFileError> {
        Err(SecretFileError::Unreadable(io::ErrorKind::NotFound))
    }

    fn is_folder(&self, _: &Path) -> bool {
        false
    }
}

/// Why a secret's file is of no use.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SecretFileError {
    /// It can't be read.
    #[error("can't be read: {0}")]
    Unreadable(io::ErrorKind),
    /// It is a folder, or a pipe.
    #[error("is no file")]
    NoFile,
    /// It is larger than any list of secrets.
    #[error("is larger than 64 KiB, which no secret is")]
    TooLarge,
    /// It is no UTF-8.
    #[error("is no text in UTF-8")]
    NoText,
    /// Nothing is in it.
    #[error("holds nothing")]
    Empty,
}

const LARGEST: u64 = 64 << 10;

/// What a file holds. One line's end is dropped, since editors and `echo` put it there.
fn read(path: &Path) -> Result<String, SecretFileError> {
    let unreadable = |error: io::Error| SecretFileError::Unreadable(error.kind());
    // Whoever opens a pipe waits for somebody who writes.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(SecretFileError::NoFile);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    if read.map_err(unreadable)? as u64 > LARGEST {
        return Err(SecretFileError::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|_| SecretFileError::NoText)?;
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    if secret.trim().is_empty() {
        return Err(SecretFileError::Empty);
    }
    Ok(secret.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_without_the_one_line_end_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (content, held) in [
            ("secret", "secret"),
            ("secret\n", "secret"),
            ("secret\r\n", "secret"),
            ("secret\n\n", "secret\n"),
            (" first,second \n", " first,second "),
        ] {
            fs::write(&path, content).unwrap();
            assert_eq!(read(&path).unwrap(), held, "{content:?}");
        }
    }

    #[test]
    fn what_is_no_secret_is_told_without_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        assert_eq!(
            read(&path),
            Err(SecretFileError::Unreadable(io::ErrorKind::NotFound))
        );
        assert_eq!(read(folder.path()), Err(SecretFileError::NoFile));
        let large = "canary".repeat(20_000);
        for (content, problem) in [
            (large.as_bytes(), SecretFileError::TooLarge),
            (b"canary\xff", SecretFileError::NoText),
            (b"", SecretFileError::Empty),
            (b" \n", SecretFileError::Empty),
        ] {
            fs::write(&path, content).unwrap();
            let error = read(&path).unwrap_err();
            assert_eq!(error, problem);
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}
