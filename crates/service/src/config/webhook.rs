//! Webhooks in `inbank.toml`, and the key by which secrets are kept.

use inbank::ShopName;
use toml::Spanned;

use super::ConfigError;
use super::reader::Reader;
use super::secret::Reference;
use super::shop::ShopTable;
use crate::{FileWebhook, SecretSource, Vault, WebhookSecret, WebhookTargets};

impl<S: SecretSource> Reader<'_, S> {
    pub(super) fn targets(
        &self,
        allowed: &[Spanned<String>],
    ) -> Result<WebhookTargets, ConfigError> {
        // One by one, so that the line of the wrong one is named.
        for network in allowed {
            self.checked(network, "webhook_targets_allowed", |network| {
                WebhookTargets::allowing([network])
            })?;
        }
        let all = allowed.iter().map(|network| network.get_ref().as_str());
        WebhookTargets::allowing(all).map_err(|error| ConfigError {
            line: None,
            problem: error.to_string(),
        })
    }

    /// Where a shop's webhooks go, where the file says so.
    pub(super) fn webhook(
        &self,
        table: &ShopTable,
        targets: &WebhookTargets,
    ) -> Result<Option<FileWebhook>, ConfigError> {
        let secret = self.reference(
            ("webhook_secret_env", table.webhook_secret_env.as_ref()),
            ("webhook_secret_file", table.webhook_secret_file.as_ref()),
        )?;
        let (url, secret) = match (&table.webhook_url, secret) {
            (None, None) => return Ok(None),
            (Some(url), Some(secret)) => (url, secret),
            (Some(url), None) => {
                let problem = "webhook_url needs webhook_secret_env or webhook_secret_file, which says where its secret is";
                return Err(self.wrong(url, problem));
            }
            (None, Some(secret)) => return Err(self.lonely(secret, "needs webhook_url")),
        };
        self.checked(url, "webhook_url", |url| targets.check(url))?;
        let mut secrets = Vec::new();
        for held in self.list(secret)? {
            let parsed = WebhookSecret::parse(&held);
            secrets.push(parsed.map_err(|error| {
                let problem = error.problem();
                self.misfit(secret, format_args!("has one that {problem}"))
            })?);
        }
        Ok(Some(FileWebhook {
            shop: self.checked(&table.id, "id", |id| ShopName::parse(id))?,
            url: url.get_ref().clone(),
            secrets,
        }))
    }

    pub(super) fn vault(&self, secret: Reference<'_>) -> Result<Vault, ConfigError> {
        let keys = self.list(secret)?;
        Vault::new(keys.iter().map(String::as_str)).ok_or_else(|| {
            let problem = "has a key that can be guessed: take 32 characters or more";
            self.misfit(secret, problem)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::Config;

    const FILE: &str = r#"
public_url = "https://pay.example.com"
api_tokens_env = "TOKENS"
secret_key_env = "SECRET_KEY"
webhook_targets_allowed = ["127.0.0.0/8", "10.0.0.7"]

[[shops]]
id = "main"
region = "estonia"
shop_uuid_env = "UUID"
api_keys_env = "KEYS"
webhook_url = "https://shop.example.com/inbank-events"
webhook_secret_env = "SECRETS"
"#;

    fn environment(name: &str) -> Option<String> {
        let held = match name {
            "TOKENS" => "first-token-of-many",
            "SECRET_KEY" => {
                "a-key-of-today-that-nobody-guesses,a-key-of-yesterday-that-nobody-guesses"
            }
            "UUID" => "a93f1f44-d5dd-4469-bfcc-c1de9e969213",
            "KEYS" => "former-key",
            "SECRETS" => {
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, whsec_C2FtZV9sZW5ndGhfYXNfdGhlX290aGVy"
            }
            "SHORT" => "whsec_c2hvcnQ=",
            _ => return None,
        };
        Some(held.to_owned())
    }

    #[test]
    fn webhooks_are_read_with_all_their_secrets() {
        let config = Config::read(FILE, environment).unwrap();
        let [webhook] = &config.webhooks[..] else {
            panic!("{:?}", config.webhooks)
        };
        assert_eq!((webhook.shop.as_str(), webhook.secrets.len()), ("main", 2));
        assert!(config.vault.is_some());
        let without = FILE
            .replacen("webhook_url", "# ", 1)
            .replacen("webhook_secret_env", "# ", 1);
        assert!(
            Config::read(&without, environment)
                .unwrap()
                .webhooks
                .is_empty()
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_without_secrets() {
        for (from, to, says) in [
            ("https://shop", "http://shop", None),
            (
                "https://shop",
                "https://user:whsec@shop",
                Some("line 12: webhook_url must have no user"),
            ),
            (
                "https://shop.example.com",
                "https://192.168.0.1",
                Some("line 12: webhook_url must be reached over"),
            ),
            (
                "\"SECRETS\"",
                "\"SHORT\"",
                Some("line 13: webhook_secret_env: SHORT has one that must be whsec_"),
            ),
            (
                "\"SECRETS\"",
                "\"NONE\"",
                Some("line 13: webhook_secret_env: the variable NONE"),
            ),
            (
                "webhook_secret_env",
                "# ",
                Some("line 12: webhook_url needs webhook_secret_env"),
            ),
            (
                "webhook_url",
                "# ",
                Some("line 13: webhook_secret_env needs webhook_url"),
            ),
            (
                "\"SECRET_KEY\"",
                "\"SHORT\"",
                Some("line 4: secret_key_env: SHORT has a key that can be guessed"),
            ),
            (
                "10.0.0.7",
                "localhost",
                Some("line 5: webhook_targets_allowed must be"),
            ),
            (
                "webhook_targets_allowed = [\"127.0.0.0/8\", \"10.0.0.7\"]",
                "",
                None,
            ),
        ] {
            let read = Config::read(&FILE.replacen(from, to, 1), environment);
            match says {
                None => assert!(read.is_ok(), "{from} -> {to}: {read:?}"),
                Some(says) => {
                    let error = read.unwrap_err().to_string();
                    assert!(error.starts_with(says), "{from} -> {to}: {error}");
                    assert!(!error.contains("c2hvcnQ"), "{error}");
                }
            }
        }
    }
}
