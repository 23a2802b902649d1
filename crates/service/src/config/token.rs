//! Who may call, as the file says.

use std::collections::BTreeSet;

use inbank::ShopName;
use serde::Deserialize;
use toml::Spanned;

use super::reader::Reader;
use super::{ConfigError, File};
use crate::token::SHORTEST;
use crate::{Scope, Token, Tokens};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenTable {
    env: Spanned<String>,
    scope: Spanned<String>,
    shops: Option<Vec<Spanned<String>>>,
}

impl<E: Fn(&str) -> Option<String>> Reader<'_, E> {
    pub(super) fn tokens(
        &self,
        file: &File,
        names: &BTreeSet<String>,
    ) -> Result<Tokens, ConfigError> {
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
