//! A shop of the file.

use std::str::FromStr as _;

use inbank::http::{ApiVersion, Environment, RegionProfile, Site};
use inbank::{ApiKey, Invalid, ReturnPage, Shop, ShopId, ShopName};
use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use super::reader::Reader;
use crate::SecretSource;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShopTable {
    pub(super) id: Spanned<String>,
    pub(super) region: Spanned<String>,
    pub(super) environment: Option<Spanned<String>>,
    pub(super) api_version: Option<Spanned<String>>,
    pub(super) base_url: Option<Spanned<String>>,
    pub(super) shop_uuid_env: Option<Spanned<String>>,
    pub(super) shop_uuid_file: Option<Spanned<String>>,
    pub(super) api_keys_env: Option<Spanned<String>>,
    pub(super) api_keys_file: Option<Spanned<String>>,
    pub(super) return_url: Option<Spanned<String>>,
    pub(super) webhook_url: Option<Spanned<String>>,
    pub(super) webhook_secret_env: Option<Spanned<String>>,
    pub(super) webhook_secret_file: Option<Spanned<String>>,
}

impl<S: SecretSource> Reader<'_, S> {
    pub(super) fn shop(&self, table: &ShopTable) -> Result<Shop, ConfigError> {
        let name = self.checked(&table.id, "id", |id| ShopName::parse(id))?;
        let profile = self.checked(&table.region, "region", |region| {
            RegionProfile::named(region).ok_or_else(|| {
                let names: Vec<_> = RegionProfile::ALL.iter().map(|p| p.region.name).collect();
                Invalid::new("region", format!("must be one of {}", names.join(", ")))
            })
        })?;
        let secret = self.needed(
            ("shop_uuid_env", table.shop_uuid_env.as_ref()),
            ("shop_uuid_file", table.shop_uuid_file.as_ref()),
            &table.id,
        )?;
        let uuid = self.held(secret)?.trim().to_owned();
        ShopId::parse(uuid.as_str()).map_err(|error| self.misfit(secret, error.problem()))?;
        let secret = self.needed(
            ("api_keys_env", table.api_keys_env.as_ref()),
            ("api_keys_file", table.api_keys_file.as_ref()),
            &table.id,
        )?;
        let keys = self.list(secret)?;
        for key in &keys {
            ApiKey::parse(key).map_err(|error| self.misfit(secret, error.problem()))?;
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
}
