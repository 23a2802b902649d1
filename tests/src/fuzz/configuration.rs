//! The service's configuration, as an operator writes it: bad files are named by their line, and no secret is shown.

use std::io::ErrorKind;
use std::path::Path;

use inbank_service::{Config, SecretFileError, SecretSource};
use url::Url;

use super::settings::is_loopback;

/// What variables of the environment hold, and files. The last is no secret.
const VALUES: [(&str, &str); 4] = [
    ("HOOK", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    ("SECRET_KEY", "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="),
    ("TOKEN", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
    ("UUID", "f893a2ee-fb32-455e-b1c1-8690ee42c90b"),
];
/// Every other one's.
const KEY: &str = "7f6e5d4c3b2a19081726354453627180";

/// Variables and files, as their names have it. Some are missing.
struct Held;

impl SecretSource for Held {
    fn variable(&self, name: &str) -> Option<String> {
        let of_it = VALUES.iter().find(|(part, _)| name.contains(part));
        let value = of_it.map_or(KEY, |(_, value)| value);
        (!name.contains("MISSING")).then(|| value.to_owned())
    }

    fn file(&self, path: &Path) -> Result<String, SecretFileError> {
        let held = path.to_str().and_then(|path| self.variable(path));
        held.ok_or(SecretFileError::Unreadable(ErrorKind::NotFound))
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.file(path).is_ok()
    }
}

/// Bytes as an `inbank.toml`.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let shown = match Config::read(text, Held) {
        Ok(config) => {
            assert_is_fit(&config);
            format!("{config:?}")
        }
        Err(error) => {
            let shown = error.to_string();
            assert!(!shown.is_empty());
            if let Some(line) = shown.strip_prefix("line ") {
                let line: usize = line.split(':').next().unwrap().parse().unwrap();
                // A file may end where something should have followed.
                assert!((1..=text.lines().count() + 1).contains(&line), "{shown}");
            }
            shown
        }
    };
    // What a file repeats by itself is its own.
    let secrets = VALUES[..3].iter().map(|(_, secret)| *secret).chain([KEY]);
    for secret in secrets.filter(|secret| !text.contains(secret)) {
        assert!(!shown.contains(secret), "a secret is shown");
    }
}

fn assert_is_fit(config: &Config) {
    let url = Url::parse(&config.public_url).unwrap();
    assert!(url.scheme() == "https" || url.host_str().is_some_and(is_loopback));
}
