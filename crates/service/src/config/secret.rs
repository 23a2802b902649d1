//! Where the file says that secrets are: each in a variable of the environment, or in a file of its own.

use std::fmt;
use std::path::Path;

use toml::Spanned;

use super::ConfigError;
use super::reader::Reader;
use crate::{SecretSource, SecretsFolder};

/// A key that may be there, and its value.
pub(super) type Given<'a> = (&'static str, Option<&'a Spanned<String>>);

/// Where a secret is.
#[derive(Clone, Copy)]
pub(super) struct Reference<'a> {
    /// The key that says so.
    key: &'static str,
    /// The variable's name, or the file's path.
    value: &'a Spanned<String>,
    is_file: bool,
}

impl<'a> Reference<'a> {
    /// The variable's name, or the file's path.
    pub(super) fn name(&self) -> &'a str {
        self.value.get_ref()
    }
}

impl<S: SecretSource> Reader<'_, S> {
    /// Where a secret is; none where neither key says so.
    pub(super) fn reference<'a>(
        &self,
        (of_variable, variable): Given<'a>,
        (of_file, file): Given<'a>,
    ) -> Result<Option<Reference<'a>>, ConfigError> {
        let (key, value, is_file) = match (variable, file) {
            (None, None) => return Ok(None),
            (Some(value), None) => (of_variable, value, false),
            (None, Some(value)) => (of_file, value, true),
            (Some(_), Some(file)) => {
                let problem =
                    format!("{of_file} stands beside {of_variable}: which of them holds?");
                return Err(self.wrong(file, problem));
            }
        };
        Ok(Some(Reference {
            key,
            value,
            is_file,
        }))
    }

    /// Where a secret is that has to be there; `beside` is another value of its table.
    pub(super) fn needed<'a>(
        &self,
        variable: Given<'a>,
        file: Given<'a>,
        beside: &Spanned<String>,
    ) -> Result<Reference<'a>, ConfigError> {
        self.reference(variable, file)?.ok_or_else(|| {
            let problem = format!("{} is missing here, or {}", variable.0, file.0);
            self.wrong(beside, problem)
        })
    }

    /// What it holds.
    pub(super) fn held(&self, secret: Reference<'_>) -> Result<String, ConfigError> {
        let (key, name) = (secret.key, secret.name());
        if secret.is_file {
            let path = self.path(key, secret.value)?;
            self.files.borrow_mut().push(path.to_owned());
            return self.source.file(path).map_err(|error| {
                self.wrong(secret.value, format_args!("{key}: the file {name} {error}"))
            });
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || ['_', '.', '-'].contains(&c);
        if name.is_empty() || !name.chars().all(fits) {
            let problem = format!(
                "{key} must be the name of a variable, such as {}",
                key.trim_end_matches("_env").to_uppercase()
            );
            return Err(self.wrong(secret.value, problem));
        }
        let held = self.source.variable(name);
        held.filter(|held| !held.trim().is_empty()).ok_or_else(|| {
            let problem = format!("{key}: the variable {name} is not set");
            self.wrong(secret.value, problem)
        })
    }

    /// What it holds, as a list.
    pub(super) fn list(&self, secret: Reference<'_>) -> Result<Vec<String>, ConfigError> {
        let held = self.held(secret)?;
        let parts = held.split(',').map(str::trim);
        let parts: Vec<_> = parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        if parts.is_empty() {
            return Err(self.misfit(secret, "holds nothing"));
        }
        Ok(parts)
    }

    /// What is wrong with what it holds, in words that don't repeat it.
    pub(super) fn misfit(&self, secret: Reference<'_>, problem: impl fmt::Display) -> ConfigError {
        let (key, name) = (secret.key, secret.name());
        self.wrong(secret.value, format_args!("{key}: {name} {problem}"))
    }

    /// What is wrong with the key alone.
    pub(super) fn lonely(&self, secret: Reference<'_>, problem: &str) -> ConfigError {
        self.wrong(secret.value, format_args!("{} {problem}", secret.key))
    }

    /// The folder whose files calls may name.
    pub(super) fn secrets_folder(
        &self,
        folder: &Spanned<String>,
    ) -> Result<SecretsFolder, ConfigError> {
        const KEY: &str = "secrets_folder";
        let path = self.path(KEY, folder)?;
        if !self.source.is_folder(path) {
            let problem = format!("{KEY}: there is no folder {}", folder.get_ref());
            return Err(self.wrong(folder, problem));
        }
        // What is the service's own is no shop's.
        Ok(SecretsFolder::new(path, self.files.borrow().clone()))
    }

    /// A path that means the same wherever the service is started.
    fn path<'a>(&self, key: &str, value: &'a Spanned<String>) -> Result<&'a Path, ConfigError> {
        let path = Path::new(value.get_ref().as_str());
        if path.is_absolute() {
            Ok(path)
        } else {
            let problem = "must be a whole path, such as /run/secrets/name";
            Err(self.wrong(value, format_args!("{key} {problem}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use crate::secret::SecretFileError;
    use crate::{Config, Scope, SecretSource};

    const FILE: &str = r#"
public_url = "https://pay.example.com"
api_tokens_file = "/run/secrets/tokens"
secret_key_file = "/run/secrets/key"
secrets_folder = "/run/secrets"

[[tokens]]
file = "/run/secrets/reader"
scope = "read"

[[shops]]
id = "main"
region = "estonia"
shop_uuid_file = "/run/secrets/uuid"
api_keys_file = "/run/secrets/keys"
webhook_url = "https://shop.example.com/inbank-events"
webhook_secret_file = "/run/secrets/webhook"
"#;

    struct Secrets;

    impl SecretSource for Secrets {
        fn variable(&self, name: &str) -> Option<String> {
            (name == "UUID").then(|| "a93f1f44-d5dd-4469-bfcc-c1de9e969213".to_owned())
        }

        fn file(&self, path: &std::path::Path) -> Result<String, SecretFileError> {
            let held = match path.to_str().unwrap().rsplit_once('/').unwrap().1 {
                "tokens" => "first-token-of-many,second-token-of-many",
                "reader" => "token-for-reading-only",
                "key" => "a-key-of-today-that-nobody-guesses",
                "uuid" => "a93f1f44-d5dd-4469-bfcc-c1de9e969213",
                "keys" => "former-key,key-of-today",
                "webhook" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "canary" => "canary",
                "lines" => "first-canary-of-many\nsecond-canary-of-many",
                "commas" => " , ",
                _ => return Err(SecretFileError::Unreadable(ErrorKind::NotFound)),
            };
            Ok(held.to_owned())
        }

        fn is_folder(&self, path: &std::path::Path) -> bool {
            path == std::path::Path::new("/run/secrets")
        }
    }

    #[test]
    fn every_secret_may_be_in_a_file() {
        let config = Config::read(FILE, Secrets).unwrap();
        for (token, scope) in [
            ("second-token-of-many", Scope::Admin),
            ("token-for-reading-only", Scope::Read),
        ] {
            assert!(config.tokens.find(token).unwrap().may(scope), "{token}");
        }
        assert_eq!(config.shops.len(), 1);
        assert_eq!(config.webhooks[0].secrets.len(), 1);
        assert!(config.vault.is_some() && config.secrets_folder.is_some());
        let mixed = FILE.replace(
            "shop_uuid_file = \"/run/secrets/uuid\"",
            "shop_uuid_env = \"UUID\"",
        );
        assert!(Config::read(&mixed, Secrets).is_ok());
    }

    #[test]
    fn what_is_wrong_with_a_file_is_named_by_its_key_and_line_and_never_by_its_content() {
        for (from, to, says) in [
            (
                "/run/secrets/tokens",
                "secrets/tokens",
                "line 3: api_tokens_file must be a whole path",
            ),
            (
                "secrets/tokens",
                "secrets/none",
                "line 3: api_tokens_file: the file /run/secrets/none can't be read",
            ),
            (
                "secrets/tokens",
                "secrets/canary",
                "line 3: api_tokens_file: /run/secrets/canary has a token that can be guessed",
            ),
            (
                "secrets/tokens",
                "secrets/lines",
                "line 3: api_tokens_file: /run/secrets/lines has a token that no header can carry",
            ),
            (
                "secrets/key\"",
                "secrets/canary\"",
                "line 4: secret_key_file: /run/secrets/canary has a key",
            ),
            (
                "folder = \"/run/secrets\"",
                "folder = \"/run/none\"",
                "line 5: secrets_folder: there is no folder /run/none",
            ),
            (
                "folder = \"/run/secrets\"",
                "folder = \"secrets\"",
                "line 5: secrets_folder must be a whole path",
            ),
            (
                "secrets/reader",
                "secrets/commas",
                "line 8: file: /run/secrets/commas holds nothing",
            ),
            (
                "file = \"/run/secrets/reader\"\n",
                "",
                "line 8: env is missing here, or file",
            ),
            (
                "secrets/uuid",
                "secrets/lines",
                "line 14: shop_uuid_file: /run/secrets/lines ",
            ),
            (
                "shop_uuid_file = \"/run/secrets/uuid\"\n",
                "",
                "line 12: shop_uuid_env is missing here, or shop_uuid_file",
            ),
            (
                "secrets/keys",
                "secrets/commas",
                "line 15: api_keys_file: /run/secrets/commas holds nothing",
            ),
            (
                "api_keys_file",
                "api_keys_env = \"KEYS\"\napi_keys_file",
                "line 16: api_keys_file stands beside api_keys_env",
            ),
            (
                "secrets/webhook",
                "secrets/canary",
                "line 17: webhook_secret_file: /run/secrets/canary has one that must be",
            ),
            (
                "webhook_url = \"https://shop.example.com/inbank-events\"\n",
                "",
                "line 16: webhook_secret_file needs webhook_url",
            ),
            (
                "webhook_secret_file = \"/run/secrets/webhook\"\n",
                "",
                "line 16: webhook_url needs webhook_secret_env or webhook_secret_file",
            ),
        ] {
            let error = Config::read(&FILE.replacen(from, to, 1), Secrets)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(says), "{from} -> {to}: {error}");
            assert!(
                !error.replace("/run/secrets/canary", "").contains("canary"),
                "{error}"
            );
        }
    }
}
