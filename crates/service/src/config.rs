//! `inbank.toml`: which shops there are, and who may call. It names variables of the environment and files, and
//! holds no secret itself.

mod reader;
mod secret;
mod shop;
mod token;
mod webhook;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use inbank::{Invalid, Shop, WebAddress};
use serde::Deserialize;
use toml::Spanned;
use url::{Host, Url};

use self::reader::Reader;
use self::shop::ShopTable;
use self::token::TokenTable;
use crate::{FileWebhook, SecretSource, SecretsFolder, Tokens, Vault, WebhookTargets};

/// What a file says, checked, with the secrets that it names.
#[derive(Debug)]
pub struct Config {
    /// Where the bank and browsers reach us.
    pub public_url: String,
    /// The shops; none where calls add all of them.
    pub shops: Vec<Shop>,
    /// Who may call.
    pub tokens: Tokens,
    /// Where the shops' webhooks go.
    pub webhooks: Vec<FileWebhook>,
    /// Where webhooks may go at all.
    pub webhook_targets: WebhookTargets,
    /// Encrypts what is kept secret.
    pub vault: Option<Vault>,
    /// Where calls may have shops' keys read from.
    pub secrets_folder: Option<SecretsFolder>,
}

/// What is wrong with a file, and in which line.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    line: Option<usize>,
    problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.problem),
            None => f.write_str(&self.problem),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    public_url: Spanned<String>,
    api_tokens_env: Option<Spanned<String>>,
    api_tokens_file: Option<Spanned<String>>,
    secret_key_env: Option<Spanned<String>>,
    secret_key_file: Option<Spanned<String>>,
    secrets_folder: Option<Spanned<String>>,
    #[serde(default)]
    webhook_targets_allowed: Vec<Spanned<String>>,
    #[serde(default)]
    tokens: Vec<TokenTable>,
    #[serde(default)]
    shops: Vec<ShopTable>,
}

impl Config {
    /// Reads a file's text; `source` has the variables and the files that it names.
    ///
    /// # Errors
    /// [`ConfigError`] names the first key that isn't known, is missing or has a bad value, with its line, and
    /// the first secret that is missing. No secret is repeated.
    pub fn read(text: &str, source: impl SecretSource) -> Result<Self, ConfigError> {
        let reader = Reader {
            text,
            source,
            files: RefCell::default(),
        };
        let file: File = toml::from_str(text).map_err(|error| ConfigError {
            line: error.span().map(|span| reader.line(span.start)),
            problem: error.message().to_owned(),
        })?;
        let public_url = reader.checked(&file.public_url, "public_url", |url| {
            WebAddress::parse(url)?;
            let Ok(parsed) = Url::parse(url) else {
                let problem =
                    "must be an address that a browser can open, such as https://pay.example.com";
                return Err(Invalid::new("public_url", problem));
            };
            if parsed.scheme() == "http" && !is_loopback(&parsed) {
                let problem = "must be https: callbacks and customers come there, and plain http is for loopback only";
                return Err(Invalid::new("public_url", problem));
            }
            if let Some(problem) = misleading(url) {
                return Err(Invalid::new("public_url", problem));
            }
            Ok(url.to_owned())
        })?;
        let mut shops = Vec::new();
        let mut names = BTreeSet::new();
        for table in &file.shops {
            if !names.insert(table.id.get_ref()) {
                return Err(reader.wrong(&table.id, "id: another [[shops]] has it"));
            }
            shops.push(reader.shop(table)?);
        }
        let tokens = reader.tokens(&file)?;
        let webhook_targets = reader.targets(&file.webhook_targets_allowed)?;
        let mut webhooks = Vec::new();
        for table in &file.shops {
            webhooks.extend(reader.webhook(table, &webhook_targets)?);
        }
        let key = reader.reference(
            ("secret_key_env", file.secret_key_env.as_ref()),
            ("secret_key_file", file.secret_key_file.as_ref()),
        )?;
        let vault = key.map(|key| reader.vault(key)).transpose()?;
        let secrets_folder = file.secrets_folder.as_ref();
        let secrets_folder = secrets_folder.map(|folder| reader.secrets_folder(folder));
        Ok(Self {
            public_url,
            shops,
            tokens,
            webhooks,
            webhook_targets,
            vault,
            secrets_folder: secrets_folder.transpose()?,
        })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Why nobody would be reached at an address that paths are added to.
fn misleading(url: &str) -> Option<&'static str> {
    if url.contains(['?', '#']) {
        return Some("must have neither query nor fragment: paths are added to it");
    }
    let path = url.split('/').skip(3);
    let stands_for_another = |part: &str| part.contains(['{', '}']) || part.starts_with([':', '*']);
    path.into_iter()
        .any(stands_for_another)
        .then_some("must have no braces in its path, and no part that begins with `:` or `*`")
}

#[cfg(test)]
mod tests;
