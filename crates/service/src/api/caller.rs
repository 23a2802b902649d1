//! Whoever calls, by the token that came along.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use inbank::ports::AuditEntry;
use inbank::{OrderHandle, ShopHandle, ShopName};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::problem::Problem;
use super::{Api, Shared};
use crate::{Scope, Token};

/// Names an order in a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OrderPath {
    /// The shop.
    pub(super) shop: String,
    /// The order, as the shop calls it.
    pub(super) reference: String,
}

/// Names a shop in a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ShopPath {
    /// The shop.
    pub(super) shop: String,
}

/// What the path names; a problem document where it can't be read.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        let unreadable = |_: PathRejection| {
            Problem::malformed("the path can't be read: encode it as UTF-8, by percent signs")
        };
        path.map(|Path(named)| Self(named)).map_err(unreadable)
    }
}

/// Whoever calls.
#[derive(Clone)]
pub(super) struct Caller {
    api: Shared,
    token: Token,
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Shared) -> Result<Self, Problem> {
        let token = api.token(&parts.headers)?;
        let api = api.clone();
        Ok(Self { api, token })
    }
}

impl Api {
    /// The token that came along, if it is one.
    pub(super) fn token(&self, headers: &HeaderMap) -> Result<Token, Problem> {
        let brought = headers.get(header::AUTHORIZATION);
        let brought = brought.and_then(|value| value.to_str().ok());
        let brought = brought.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = self.tokens.find(brought.unwrap_or_default());
        token.cloned().ok_or_else(Problem::not_authorised)
    }
}

impl Caller {
    /// A shop that may be read.
    pub(super) fn reads(&self, shop: &str) -> Result<ShopHandle, Problem> {
        let name = ShopName::parse(shop).map_err(|_| Problem::no_shop())?;
        if !self.token.sees(&name) {
            return Err(Problem::no_shop());
        }
        self.api.platform.shop(shop).map_err(|_| {
            if self.api.platform.withheld_shops().contains(&name) {
                Problem::withheld_shop()
            } else {
                Problem::no_shop()
            }
        })
    }

    /// A shop whose orders may be changed.
    pub(super) fn writes(&self, shop: &str) -> Result<ShopHandle, Problem> {
        let shop = self.reads(shop)?;
        if self.token.may(Scope::Write) {
            Ok(shop)
        } else {
            Err(Problem::forbidden("write"))
        }
    }

    /// A shop that may be changed itself.
    pub(super) fn administers(&self, shop: &str) -> Result<ShopName, Problem> {
        let shop = self.reads(shop)?;
        if self.token.may(Scope::Admin) {
            Ok(shop.shop().name().clone())
        } else {
            Err(Problem::forbidden("admin"))
        }
    }

    /// A shop that may be added or changed, there or not.
    pub(super) fn founds(&self, shop: &str) -> Result<ShopName, Problem> {
        let name = match ShopName::parse(shop) {
            Ok(name) => name,
            // No list of a token has it, so that only who sees all is told the rule.
            Err(invalid) if self.token.sees_every_shop() => {
                return Err(invalid.named("shop").into());
            }
            Err(_) => return Err(Problem::no_shop()),
        };
        if !self.token.sees(&name) {
            return Err(Problem::no_shop());
        }
        if self.token.may(Scope::Admin) {
            Ok(name)
        } else {
            Err(Problem::forbidden("admin"))
        }
    }

    /// How it is written down who decided something.
    pub(super) fn entry(&self, what: &str, shop: &ShopName) -> AuditEntry {
        AuditEntry {
            who: self.token.name(),
            what: what.to_owned(),
            shop: Some(shop.clone()),
            reference: None,
            why: None,
        }
    }

    /// An order that may be changed, there or not.
    pub(super) fn decides(&self, path: &OrderPath) -> Result<OrderHandle, Problem> {
        Ok(self.writes(&path.shop)?.order(path.reference.as_str()))
    }

    /// The shop of a name, or every shop that may be read.
    pub(super) fn shops(&self, named: Option<&str>) -> Result<Vec<ShopName>, Problem> {
        if let Some(name) = named {
            return Ok(vec![self.reads(name)?.shop().name().clone()]);
        }
        let mut shops = self.api.platform.shop_names();
        shops.retain(|shop| self.token.sees(shop));
        Ok(shops)
    }

    /// Whether all that the process does may be seen, of whichever shop.
    pub(super) fn watches(&self) -> Result<(), Problem> {
        if self.token.sees_every_shop() {
            Ok(())
        } else {
            Err(Problem::of_all_shops())
        }
    }
}
