//! Who may call, as the file says.

use inbank::ShopName;
use serde::Deserialize;
use toml::Spanned;

use super::reader::Reader;
use super::secret::Reference;
use super::{ConfigError, File};
use crate::token::SHORTEST;
use crate::{Scope, SecretSource, Token, Tokens};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenTable {
    env: Option<Spanned<String>>,
    file: Option<Spanned<String>>,
    scope: Spanned<String>,
    shops: Option<Vec<Spanned<String>>>,
}

impl<S: SecretSource> Reader<'_, S> {
    pub(super) fn tokens(&self, file: &File) -> Result<Tokens, ConfigError> {
        let mut tokens = Vec::new();
        let of_all = self.reference(
            ("api_tokens_env", file.api_tokens_env.as_ref()),
            ("api_tokens_file", file.api_tokens_file.as_ref()),
        )?;
        if let Some(held) = of_all {
            let secrets = self.secrets(held)?;
            let token = |secret: &String| Token::new(secret, Scope::Admin).of(held.name());
            tokens.extend(secrets.iter().map(token));
        }
        for table in &file.tokens {
            let scope = Scope::named(table.scope.get_ref())
                .ok_or_else(|| self.wrong(&table.scope, "scope must be read, write or admin"))?;
            let mut shops = None;
            for shop in table.shops.iter().flatten() {
                // The file need not have it: calls add shops, too.
                let name = self.checked(shop, "shops", |name| ShopName::parse(name))?;
                shops.get_or_insert_with(Vec::new).push(name);
            }
            // An empty list means none, and not all of them.
            let shops = shops.or_else(|| table.shops.is_some().then(Vec::new));
            let held = self.needed(
                ("env", table.env.as_ref()),
                ("file", table.file.as_ref()),
                &table.scope,
            )?;
            for secret in self.secrets(held)? {
                let token = Token::new(&secret, scope).of(held.name());
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
                problem:
                    "a token stands twice among the variables and files: which of its scopes holds?"
                        .to_owned(),
            });
        }
        if tokens.is_empty() {
            return Err(ConfigError {
                line: None,
                problem:
                    "nobody may call: set api_tokens_env or api_tokens_file, or add a [[tokens]]"
                        .to_owned(),
            });
        }
        Ok(Tokens::new(tokens))
    }

    fn secrets(&self, held: Reference<'_>) -> Result<Vec<String>, ConfigError> {
        let secrets = self.list(held)?;
        if secrets.iter().any(|secret| secret.len() < SHORTEST) {
            let problem =
                format!("has a token that can be guessed: take {SHORTEST} characters or more");
            return Err(self.misfit(held, problem));
        }
        if secrets
            .iter()
            .any(|secret| secret.contains(|sign: char| !sign.is_ascii_graphic()))
        {
            let problem = "has a token that no header can carry: take visible signs of ASCII, and put commas between tokens";
            return Err(self.misfit(held, problem));
        }
        Ok(secrets)
    }
}
