//! A shop of the file.

use std::str::FromStr as _;

use inbank::http::{ApiVersion, Environment, RegionProfile, Site};
use inbank::{ApiKey, Invalid, ReturnPage, Shop, ShopId, ShopName};
use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use super::reader::Reader;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShopTable {
    pub(super) id: Spanned<String>,
    pub(super) region: Spanned<String>,
    pub(super) environment: Option<Spanned<String>>,
    pub(super) api_version: Option<Spanned<String>>,
    pub(super) base_url: Option<Spanned<String>>,
    pub(super) shop_uuid_env: Spanned<String>,
    pub(super) api_keys_env: Spanned<String>,
    pub(super) return_url: Option<Spanned<String>>,
    pub(super) webhook_url: Option<Spanned<String>>,
    pub(super) webhook_secret_env: Option<Spanned<String>>,
}

impl<E: Fn(&str) -> Option<String>> Reader<'_, E> {
    pub(super) fn shop(&self, table: &ShopTable) -> Result<Shop, ConfigError> {
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
}
