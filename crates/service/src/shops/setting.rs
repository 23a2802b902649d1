//! A shop as it is kept: what is not secret as it is, its keys encrypted, or in a variable of the environment.

use std::env;
use std::str::FromStr as _;

use inbank::http::{ApiVersion, Environment, RegionProfile, Site};
use inbank::ports::Random;
use inbank::{ApiKey, Invalid, ReturnPage, Shop, ShopId, ShopName};
use inbank_adapters_sql::KeptShop;
use serde::{Deserialize, Serialize};

use super::ShopSettingError;
use crate::SecretsFolder;
use crate::vault::{Locked, Vault};

/// What is not secret.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Settings {
    pub(crate) region: String,
    pub(crate) environment: Option<String>,
    pub(crate) api_version: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) shop_uuid: String,
    pub(crate) return_url: Option<String>,
    /// The variable that holds the keys, where they aren't kept here.
    #[serde(default)]
    pub(crate) api_keys_env: Option<String>,
    /// The file of the secrets' folder that does, likewise.
    #[serde(default)]
    pub(crate) api_keys_file: Option<String>,
}

/// Where a shop's keys are. The first signs and sends, all verify.
#[derive(Clone)]
pub(crate) enum KeySource {
    /// Here; to be kept encrypted.
    Given(Vec<String>),
    /// In this variable of the environment, separated by commas.
    Variable(String),
    /// In this file of the secrets' folder, separated by commas.
    File(String),
}

/// Callers may name variables that begin so and no others: else a caller could have any secret of the service sent to a server of
/// their own, as a key.
const VARIABLES: &str = "INBANK_SHOP_";

fn purpose(name: &ShopName) -> String {
    format!("keys of {name}")
}

pub(super) fn sealed(
    vault: &Vault,
    name: &ShopName,
    keys: &[String],
    random: &dyn Random,
) -> Option<Vec<u8>> {
    vault.seal(&purpose(name), &serde_json::to_vec(keys).ok()?, random)
}

impl Settings {
    pub(super) fn read(text: &str) -> Result<Self, Invalid> {
        let unreadable = |_| {
            Invalid::new(
                "settings",
                "of this shop can't be read; another version wrote them",
            )
        };
        serde_json::from_str(text).map_err(unreadable)
    }

    pub(super) fn written(&self) -> String {
        // It holds texts alone, which are always JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// With keys from there.
    pub(super) fn with_keys(mut self, keys: &KeySource) -> Result<Self, Invalid> {
        (self.api_keys_env, self.api_keys_file) = match keys {
            KeySource::Given(_) => (None, None),
            KeySource::Variable(name) if name.starts_with(VARIABLES) => (Some(name.clone()), None),
            KeySource::Variable(_) => {
                let problem = format!("must be a variable whose name begins with {VARIABLES}");
                return Err(Invalid::new("api_keys_env", problem));
            }
            // Whether it may be read is seen when it is.
            KeySource::File(name) => (None, Some(name.clone())),
        };
        Ok(self)
    }

    /// The keys, from where they are.
    pub(super) fn keys(
        &self,
        kept: &KeptShop,
        vault: Option<&Vault>,
        folder: Option<&SecretsFolder>,
    ) -> Result<Vec<String>, ShopSettingError> {
        if let Some(name) = &self.api_keys_file {
            let folder = folder.ok_or(ShopSettingError::NoFolder)?;
            let read = folder.read(name);
            let held = read.map_err(|error| Invalid::new("api_keys_file", error.to_string()))?;
            return listed(&held, "api_keys_file", "names a file that holds no key");
        }
        if let Some(variable) = &self.api_keys_env {
            let held = env::var(variable).unwrap_or_default();
            let problem = "names a variable that is not set in this process";
            return listed(&held, "api_keys_env", problem);
        }
        let vault = vault.ok_or(ShopSettingError::NoVault)?;
        let sealed = kept.secrets.as_deref().unwrap_or_default();
        let opened = vault.open(&purpose(&kept.name), sealed)?;
        Ok(serde_json::from_slice(&opened).map_err(|_| Locked)?)
    }

    /// Whatever is wrong with it, but for its keys; each is named by its field.
    pub(crate) fn wrong(&self) -> Vec<Invalid> {
        [
            self.profile().err(),
            self.id().err(),
            self.environment().err(),
            self.version().err(),
            self.site().err(),
            self.return_page().err(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn profile(&self) -> Result<&'static RegionProfile, Invalid> {
        RegionProfile::named(&self.region).ok_or_else(|| {
            let names: Vec<_> = RegionProfile::ALL.iter().map(|p| p.region.name).collect();
            Invalid::new("region", format!("must be one of {}", names.join(", ")))
        })
    }

    fn id(&self) -> Result<ShopId, Invalid> {
        ShopId::parse(self.shop_uuid.as_str()).map_err(at("shop_uuid"))
    }

    fn environment(&self) -> Result<Option<Environment>, Invalid> {
        let parsed = self.environment.as_deref().map(Environment::from_str);
        parsed.transpose().map_err(at("environment"))
    }

    fn version(&self) -> Result<Option<ApiVersion>, Invalid> {
        let parsed = self.api_version.as_deref().map(ApiVersion::from_str);
        parsed.transpose().map_err(at("api_version"))
    }

    fn site(&self) -> Result<Option<Site>, Invalid> {
        let parsed = self.base_url.as_deref().map(Site::parse);
        let site = parsed.transpose().map_err(at("base_url"))?;
        let is_live = self.environment() == Ok(Some(Environment::Live));
        if is_live && site.as_ref().is_some_and(Site::is_loopback) {
            let problem = "is of the service's own machine, where no live shop is: leave it out, or set environment to demo";
            return Err(Invalid::new("base_url", problem));
        }
        Ok(site)
    }

    fn return_page(&self) -> Result<Option<ReturnPage>, Invalid> {
        let parsed = self.return_url.as_deref().map(ReturnPage::parse);
        parsed.transpose().map_err(at("return_url"))
    }

    /// The shop that all of it makes; what is wrong is named by its field.
    pub(super) fn shop(&self, name: &ShopName, keys: Vec<String>) -> Result<Shop, Invalid> {
        if let Some(wrong) = self.wrong().into_iter().next() {
            return Err(wrong);
        }
        let profile = self.profile()?;
        let field = match (&self.api_keys_env, &self.api_keys_file) {
            (_, Some(_)) => "api_keys_file",
            (Some(_), None) => "api_keys_env",
            (None, None) => "api_keys",
        };
        for key in &keys {
            ApiKey::parse(key).map_err(at(field))?;
        }
        let mut keys = keys.into_iter();
        let first = keys.next();
        let first = first.ok_or_else(|| Invalid::new("api_keys", "must have one key at least"))?;
        let mut shop = Shop::new(
            name.to_string(),
            profile.region.clone(),
            &self.shop_uuid,
            first,
        );
        for key in keys {
            shop = shop.with_further_key(key);
        }
        if self.environment()? == Some(Environment::Live) {
            shop = shop.live();
        }
        if let Some(version) = self.version()? {
            shop = shop.with_version(version);
        }
        if let Some(url) = &self.base_url {
            shop = shop.with_base_url(url);
        }
        if let Some(url) = &self.return_url {
            shop = shop.with_return_url(url);
        }
        Ok(shop)
    }
}

/// The same, said of this field.
fn at(field: &'static str) -> impl FnOnce(Invalid) -> Invalid {
    move |error| Invalid::new(field, error.problem().to_owned())
}

/// Keys, separated by commas.
fn listed(
    held: &str,
    field: &'static str,
    none: &'static str,
) -> Result<Vec<String>, ShopSettingError> {
    let keys = held.split(',').map(str::trim).filter(|key| !key.is_empty());
    let keys: Vec<_> = keys.map(str::to_owned).collect();
    if keys.is_empty() {
        return Err(Invalid::new(field, none).into());
    }
    Ok(keys)
}
