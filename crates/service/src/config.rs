//! `inbank.toml`: which shops there are, and who may call. It names variables of the environment, and holds no
//! secret itself.

mod webhook;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr as _;

use inbank::http::{ApiVersion, Environment, RegionProfile, Site};
use inbank::{ApiKey, Invalid, ReturnPage, Shop, ShopId, ShopName, WebAddress};
use serde::Deserialize;
use toml::Spanned;
use url::{Host, Url};

use crate::token::SHORTEST;
use crate::{FileWebhook, Scope, Token, Tokens, Vault, WebhookTargets};

/// What a file says, checked, with what its variables hold.
#[derive(Debug)]
pub struct Config {
    /// Where the bank and browsers reach us.
    pub public_url: String,
    /// The shops.
    pub shops: Vec<Shop>,
    /// Who may call.
    pub tokens: Tokens,
    /// Where the shops' webhooks go.
    pub webhooks: Vec<FileWebhook>,
    /// Where webhooks may go at all.
    pub webhook_targets: WebhookTargets,
    /// Encrypts what is kept secret.
    pub vault: Option<Vault>,
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
    secret_key_env: Option<Spanned<String>>,
    #[serde(default)]
    webhook_targets_allowed: Vec<Spanned<String>>,
    #[serde(default)]
    tokens: Vec<TokenTable>,
    #[serde(default)]
    shops: Vec<ShopTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenTable {
    env: Spanned<String>,
    scope: Spanned<String>,
    shops: Option<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopTable {
    id: Spanned<String>,
    region: Spanned<String>,
    environment: Option<Spanned<String>>,
    api_version: Option<Spanned<String>>,
    base_url: Option<Spanned<String>>,
    shop_uuid_env: Spanned<String>,
    api_keys_env: Spanned<String>,
    return_url: Option<Spanned<String>>,
    webhook_url: Option<Spanned<String>>,
    webhook_secret_env: Option<Spanned<String>>,
}

/// The file's text, for the lines, and the environment.
struct Reader<'a, E> {
    text: &'a str,
    environment: E,
}

impl Config {
    /// Reads a file's text; `environment` has the variables that it names.
    ///
    /// # Errors
    /// [`ConfigError`] names the first key that isn't known, is missing or has a bad value, with its line, and
    /// the first variable that is missing. No value of a variable is repeated.
    pub fn read(
        text: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let reader = Reader { text, environment };
        let file: File = toml::from_str(text).map_err(|error| ConfigError {
            line: error.span().map(|span| reader.line(span.start)),
            problem: error.message().to_owned(),
        })?;
        let public_url = reader.checked(&file.public_url, "public_url", |url| {
            WebAddress::parse(url)?;
            if is_plain(url) && !is_loopback(url) {
                let problem = "must be https: callbacks and customers come there, and plain http is for loopback only";
                return Err(Invalid::new("public_url", problem));
            }
            Ok(url.to_owned())
        })?;
        let mut shops = Vec::new();
        let mut names = BTreeSet::new();
        for table in &file.shops {
            shops.push(reader.shop(table)?);
            names.insert(table.id.get_ref().clone());
        }
        if shops.is_empty() {
            return Err(ConfigError {
                line: None,
                problem: "there is no [[shops]]; add one for each shop".to_owned(),
            });
        }
        let tokens = reader.tokens(&file, &names)?;
        let webhook_targets = reader.targets(&file.webhook_targets_allowed)?;
        let mut webhooks = Vec::new();
        for table in &file.shops {
            webhooks.extend(reader.webhook(table, &webhook_targets)?);
        }
        let vault = file.secret_key_env.as_ref();
        let vault = vault.map(|name| reader.vault(name)).transpose()?;
        Ok(Self {
            public_url,
            shops,
            tokens,
            webhooks,
            webhook_targets,
            vault,
        })
    }
}

impl<E: Fn(&str) -> Option<String>> Reader<'_, E> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    fn wrong(&self, value: &Spanned<String>, problem: impl fmt::Display) -> ConfigError {
        ConfigError {
            line: Some(self.line(value.span().start)),
            problem: problem.to_string(),
        }
    }

    fn checked<T>(
        &self,
        value: &Spanned<String>,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Result<T, ConfigError> {
        let parsed = parse(value.get_ref());
        parsed.map_err(|error| self.wrong(value, format_args!("{key} {}", error.problem())))
    }

    /// What a variable holds.
    fn variable(&self, name: &Spanned<String>, key: &str) -> Result<String, ConfigError> {
        let held = (self.environment)(name.get_ref()).filter(|held| !held.trim().is_empty());
        held.ok_or_else(|| {
            let problem = format!("{key}: the variable {} is not set", name.get_ref());
            self.wrong(name, problem)
        })
    }

    /// What a variable holds, as a list.
    fn list(&self, name: &Spanned<String>, key: &str) -> Result<Vec<String>, ConfigError> {
        let held = self.variable(name, key)?;
        let parts = held.split(',').map(str::trim);
        let parts: Vec<_> = parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        if parts.is_empty() {
            let problem = format!("{key}: the variable {} holds nothing", name.get_ref());
            return Err(self.wrong(name, problem));
        }
        Ok(parts)
    }

    fn shop(&self, table: &ShopTable) -> Result<Shop, ConfigError> {
        let name = self.checked(&table.id, "id", |id| ShopName::parse(id))?;
        let profile = self.checked(&table.region, "region", |region| {
            RegionProfile::named(region).ok_or_else(|| {
                let names: Vec<_> = RegionProfile::ALL.iter().map(|p| p.region.name).collect();
                Invalid::new("region", format!("must be one of {}", names.join(", ")))
            })
        })?;
        let uuid = self.variable(&table.shop_uuid_env, "shop_uuid_env")?;
        let uuid = ShopId::parse(uuid.trim()).map(|_| uuid.trim().to_owned());
        let uuid = uuid.map_err(|error| {
            let held = table.shop_uuid_env.get_ref();
            self.wrong(
                &table.shop_uuid_env,
                format_args!("{held} {}", error.problem()),
            )
        })?;
        let keys = self.list(&table.api_keys_env, "api_keys_env")?;
        for key in &keys {
            ApiKey::parse(key).map_err(|error| {
                let held = table.api_keys_env.get_ref();
                self.wrong(
                    &table.api_keys_env,
                    format_args!("{held} {}", error.problem()),
                )
            })?;
        }
        let mut keys = keys.into_iter();
        let first = keys.next().unwrap_or_default();
        let mut shop = Shop::new(name.to_string(), profile.region.clone(), uuid, first);
        for key in keys {
            shop = shop.with_further_key(key);
        }
        let mut is_live = false;
        if let Some(environment) = &table.environment {
            let parse = |text: &str| Environment::from_str(text);
            if self.checked(environment, "environment", parse)? == Environment::Live {
                is_live = true;
                shop = shop.live();
            }
        }
        if let Some(version) = &table.api_version {
            let parse = |text: &str| ApiVersion::from_str(text);
            shop = shop.with_version(self.checked(version, "api_version", parse)?);
        }
        if let Some(url) = &table.base_url {
            let site = self.checked(url, "base_url", Site::parse)?;
            if is_live && site.is_loopback() {
                let problem = "base_url is of this machine, where no live shop is: leave it out, or set environment to demo";
                return Err(self.wrong(url, problem));
            }
            shop = shop.with_base_url(url.get_ref());
        }
        if let Some(url) = &table.return_url {
            self.checked(url, "return_url", |url| ReturnPage::parse(url).map(drop))?;
            shop = shop.with_return_url(url.get_ref());
        }
        Ok(shop)
    }

    fn tokens(&self, file: &File, names: &BTreeSet<String>) -> Result<Tokens, ConfigError> {
        let mut tokens = Vec::new();
        if let Some(name) = &file.api_tokens_env {
            let secrets = self.secrets(name, "api_tokens_env")?;
            let token = |secret: &String| Token::new(secret, Scope::Admin).of(name.get_ref());
            tokens.extend(secrets.iter().map(token));
        }
        for table in &file.tokens {
            let scope = Scope::named(table.scope.get_ref())
                .ok_or_else(|| self.wrong(&table.scope, "scope must be read, write or admin"))?;
            let mut shops = None;
            for shop in table.shops.iter().flatten() {
                if !names.contains(shop.get_ref()) {
                    return Err(self.wrong(shop, "shops: there is no [[shops]] with this id"));
                }
                let name = self.checked(shop, "shops", |name| ShopName::parse(name))?;
                shops.get_or_insert_with(Vec::new).push(name);
            }
            // An empty list means none, and not all of them.
            let shops = shops.or_else(|| table.shops.is_some().then(Vec::new));
            for secret in self.secrets(&table.env, "env")? {
                let token = Token::new(&secret, scope).of(table.env.get_ref());
                tokens.push(match &shops {
                    Some(shops) => token.for_shops(shops.clone()),
                    None => token,
                });
            }
        }
        let twice = |n: &usize| {
            tokens[..*n]
                .iter()
                .any(|token: &Token| token.is_same_as(&tokens[*n]))
        };
        if (0..tokens.len()).any(|n| twice(&n)) {
            return Err(ConfigError {
                line: None,
                problem: "a token stands twice among the variables: which of its scopes holds?"
                    .to_owned(),
            });
        }
        if tokens.is_empty() {
            return Err(ConfigError {
                line: None,
                problem: "nobody may call: set api_tokens_env, or add a [[tokens]]".to_owned(),
            });
        }
        Ok(Tokens::new(tokens))
    }

    fn secrets(&self, name: &Spanned<String>, key: &str) -> Result<Vec<String>, ConfigError> {
        let secrets = self.list(name, key)?;
        if secrets.iter().any(|secret| secret.len() < SHORTEST) {
            let held = name.get_ref();
            let problem = format!(
                "{held} has a token that can be guessed: take {SHORTEST} characters or more"
            );
            return Err(self.wrong(name, problem));
        }
        Ok(secrets)
    }
}

/// Whether it is plain http; what can't be read is refused elsewhere.
fn is_plain(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "http")
}

fn is_loopback(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
public_url = "https://pay.example.com"
api_tokens_env = "TOKENS"

[[tokens]]
env = "READER"
scope = "read"
shops = ["main"]

[[shops]]
id = "main"
region = "estonia"
environment = "demo"
api_version = "v3"
base_url = "http://127.0.0.1:8480"
shop_uuid_env = "UUID"
api_keys_env = "KEYS"
return_url = "https://shop.example.com/orders/{order_reference}"
"#;

    fn environment(name: &str) -> Option<String> {
        let held = match name {
            "TOKENS" => "first-token-of-many, second-token-of-many",
            "READER" => "token-for-reading-only",
            "UUID" => "a93f1f44-d5dd-4469-bfcc-c1de9e969213",
            "KEYS" => "former-key,key-of-today",
            "SHORT" => "short",
            "BAD" => "not an id",
            "EMPTY" => " , ",
            _ => return None,
        };
        Some(held.to_owned())
    }

    fn error(text: &str) -> String {
        Config::read(text, environment).unwrap_err().to_string()
    }

    #[test]
    fn a_whole_file_is_read() {
        let config = Config::read(FILE, environment).unwrap();
        assert_eq!(config.shops.len(), 1);
        for token in ["first-token-of-many", "second-token-of-many"] {
            assert!(config.tokens.find(token).unwrap().may(Scope::Admin));
        }
        let reader = config.tokens.find("token-for-reading-only").unwrap();
        assert!(!reader.may(Scope::Write));
        assert!(!reader.sees(&ShopName::parse("other").unwrap()));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (from, to, says) in [
            (
                "environment = \"demo\"",
                "environment = \"test\"",
                "line 13: environment",
            ),
            (
                "region = \"estonia\"",
                "region = \"finland\"",
                "line 12: region must be one of",
            ),
            ("id = \"main\"\n", "", "line 10: "),
            ("\"v3\"", "\"v4\"", "line 14: api_version"),
            ("http://127", "ftp://127", "line 15: base_url"),
            (
                "\"UUID\"",
                "\"NONE\"",
                "line 16: shop_uuid_env: the variable NONE is not set",
            ),
            ("\"UUID\"", "\"BAD\"", "line 16: BAD"),
            (
                "\"KEYS\"",
                "\"EMPTY\"",
                "line 17: api_keys_env: the variable EMPTY",
            ),
            (
                "\"TOKENS\"",
                "\"SHORT\"",
                "line 3: SHORT has a token that can be guessed",
            ),
            ("[\"main\"]", "[\"other\"]", "line 8: shops: there is no"),
            (
                "scope = \"read\"",
                "scope = \"look\"",
                "line 7: scope must be",
            ),
            (
                "return_url",
                "return_uri",
                "line 18: unknown field `return_uri`",
            ),
            ("public_url = ", "public_url ", "line 2: "),
            (
                "https://pay",
                "http://pay",
                "line 2: public_url must be https",
            ),
            (
                "environment = \"demo\"",
                "environment = \"live\"",
                "line 15: base_url is of this machine",
            ),
        ] {
            let says_now = error(&FILE.replacen(from, to, 1));
            assert!(says_now.starts_with(says), "{from} -> {to}: {says_now}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost/x",
            "http://[::1]:1",
        ] {
            let text = FILE.replacen("https://pay.example.com", url, 1);
            assert_eq!(Config::read(&text, environment).unwrap().public_url, url);
        }
    }

    #[test]
    fn a_token_that_stands_twice_is_refused() {
        let text = FILE.replacen("\"READER\"", "\"TOKENS\"", 1);
        assert!(
            error(&text).starts_with("a token stands twice"),
            "{}",
            error(&text)
        );
    }

    #[test]
    fn no_value_of_a_variable_is_repeated() {
        for text in [
            FILE.replacen("\"UUID\"", "\"BAD\"", 1),
            FILE.replacen("\"TOKENS\"", "\"SHORT\"", 1),
        ] {
            let says = error(&text);
            assert!(
                !says.contains("short") && !says.contains("not an id"),
                "{says}"
            );
        }
    }

    #[test]
    fn a_file_in_which_nobody_may_call_is_refused() {
        let text = FILE.replacen("api_tokens_env = \"TOKENS\"\n", "", 1);
        let (before, after) = text.split_once("[[tokens]]").unwrap();
        let (_, shops) = after.split_once("[[shops]]").unwrap();
        assert!(error(&format!("{before}[[shops]]{shops}")).starts_with("nobody may call"));
        assert!(error(before).starts_with("there is no [[shops]]"));
    }
}
