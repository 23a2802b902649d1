//! Which shop at which bank: flags, and the environment where a flag is not given.

pub(crate) mod scope;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use inbank::http::{ApiVersion, Environment, HmacAuthenticator, PartnerApi, RegionProfile, Site};
use inbank::{ApiKey, ShopId};
use url::Url;

use crate::exit::Failure;
use crate::output::Format;

/// The settings of every command. None is required here: each command asks for what it needs.
#[derive(Args, Debug)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Settings {
    /// The bank's region
    #[arg(long, global = true, env = "INBANK_REGION", value_parser = region_parser())]
    pub(crate) region: Option<&'static RegionProfile>,
    /// Which of the bank's two worlds
    #[arg(long, global = true, env = "INBANK_ENVIRONMENT", default_value = "demo", value_parser = environment_parser())]
    pub(crate) environment: Environment,
    /// The Partner API's version; the region's own unless given
    #[arg(long, global = true, env = "INBANK_API_VERSION", value_name = "VERSION", value_parser = version_parser())]
    pub(crate) api_version: Option<ApiVersion>,
    /// Another scheme and host than the published ones: a sandbox, a proxy
    #[arg(
        long,
        global = true,
        env = "INBANK_BASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(crate) base_url: Option<String>,
    /// The shop's identifier, as Inbank gave it [env: `INBANK_SHOP_UUID`]; in a ledger, the platform's
    /// own name for the shop
    // The variable is read where the identifier is needed: it never names a shop in a ledger.
    #[arg(long, global = true, value_name = "SHOP")]
    pub(crate) shop: Option<String>,
    /// A file that holds the shop's API key; without it, the environment variable `INBANK_API_KEY` is
    /// the key itself. May be repeated while keys change: the first signs and sends, all verify
    #[arg(long, global = true, value_name = "FILE")]
    api_key_file: Vec<PathBuf>,
    /// For people, or one JSON document for scripts
    #[arg(
        long,
        global = true,
        env = "INBANK_OUTPUT",
        value_enum,
        default_value_t
    )]
    pub(crate) output: Format,
}

/// A setting that a command may need, and how it is given.
#[derive(Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) what: &'static str,
    pub(crate) flag: &'static str,
    pub(crate) variable: &'static str,
}

impl Setting {
    pub(crate) const REGION: Self = Self::new("the region", "--region", "INBANK_REGION");
    pub(crate) const SHOP: Self = Self::new("the shop", "--shop", "INBANK_SHOP_UUID");
    pub(crate) const KEY: Self = Self::new("the API key", "--api-key-file", "INBANK_API_KEY");

    const fn new(what: &'static str, flag: &'static str, variable: &'static str) -> Self {
        Self {
            what,
            flag,
            variable,
        }
    }
}

impl Settings {
    /// The shop's keys; at least one. The first signs and sends, all verify.
    pub(crate) fn keys(&self) -> Result<Vec<ApiKey>, Failure> {
        if self.api_key_file.is_empty() {
            let key =
                env::var_os("INBANK_API_KEY").ok_or_else(|| Failure::missing(&[Setting::KEY]))?;
            let key = ApiKey::parse(&key.to_string_lossy());
            let key = key.map_err(|error| {
                Failure::usage(
                    format!("INBANK_API_KEY {}", error.problem()),
                    "set it to the key as Inbank gave it, without quotes or line breaks",
                )
            })?;
            return Ok(vec![key]);
        }
        self.api_key_file.iter().map(|file| key_in(file)).collect()
    }

    /// The key that signs and sends.
    pub(crate) fn key(&self) -> Result<ApiKey, Failure> {
        let keys = self.keys()?;
        let first = keys.into_iter().next();
        first.ok_or_else(|| Failure::missing(&[Setting::KEY]))
    }

    /// What tells the bank's callbacks, by all the keys.
    pub(crate) fn authenticator(&self) -> Result<HmacAuthenticator, Failure> {
        let keys = self.keys()?;
        HmacAuthenticator::new(&keys).map_err(|error| {
            Failure::usage(
                error.to_string(),
                "give --api-key-file or set the environment variable INBANK_API_KEY",
            )
        })
    }

    /// The shop's identifier at the bank, where one is given.
    pub(crate) fn shop_uuid(&self) -> Option<String> {
        self.shop.clone().or_else(shop_uuid_in_environment)
    }

    /// Where a sandbox is, for its controls. The real bank has none, so it must be named.
    pub(crate) fn sandbox(&self) -> Result<Url, Failure> {
        let hint =
            "start one with `inbank sandbox`, and set --base-url or INBANK_BASE_URL to its address";
        if self.environment == Environment::Live {
            let problem = "a sandbox is never the live environment";
            let next = "set INBANK_ENVIRONMENT to demo, or unset it";
            return Err(Failure::usage(problem, next));
        }
        let Some(url) = &self.base_url else {
            return Err(Failure::usage("no sandbox is named", hint));
        };
        // Its error doesn't repeat the URL, which may hold credentials.
        let site = Site::parse(url);
        let site =
            site.map_err(|error| Failure::usage(format!("--base-url {}", error.problem()), hint))?;
        Url::parse(&site.to_string())
            .map_err(|error| Failure::usage(format!("--base-url can't be read: {error}"), hint))
    }

    /// The shop at its bank. Nothing is sent yet.
    pub(crate) fn api(&self) -> Result<PartnerApi, Failure> {
        self.api_of(self.shop_uuid().as_deref())
    }

    /// The same where `--shop` is a name in a ledger, so that the environment has the identifier.
    pub(crate) fn api_beside_a_ledger(&self) -> Result<PartnerApi, Failure> {
        self.api_of(shop_uuid_in_environment().as_deref())
    }

    fn api_of(&self, shop: Option<&str>) -> Result<PartnerApi, Failure> {
        let keyless = self.api_key_file.is_empty() && env::var_os("INBANK_API_KEY").is_none();
        let (Some(profile), Some(shop), false) = (self.region, shop, keyless) else {
            let missing: Vec<_> = [
                (self.region.is_none(), Setting::REGION),
                (shop.is_none(), Setting::SHOP),
                (keyless, Setting::KEY),
            ]
            .into_iter()
            .filter_map(|(missing, setting)| missing.then_some(setting))
            .collect();
            return Err(Failure::missing(&missing));
        };
        let shop = ShopId::parse(shop).map_err(|error| {
            Failure::usage(
                format!("--shop {}", error.problem()),
                "give the identifier as Inbank gave it, or set INBANK_SHOP_UUID to it",
            )
        })?;
        let key = self.key()?;
        let site = match &self.base_url {
            // Its error doesn't repeat the URL, which may hold credentials.
            Some(url) => Site::parse(url).map_err(|error| {
                Failure::usage(format!("--base-url {}", error.problem()), BASE_URL)
            })?,
            None => Site::published(profile, self.environment).map_err(|error| {
                Failure::usage(
                    format!("--base-url (INBANK_BASE_URL) {}", error.problem()),
                    BASE_URL,
                )
            })?,
        };
        let api = PartnerApi::builder(profile, shop, key)
            .environment(self.environment)
            .version(self.api_version.unwrap_or(profile.default_version))
            .site(site)
            .build()?;
        Ok(api)
    }
}

const BASE_URL: &str =
    "give an https address, or plain http to this machine, without user and password";

fn shop_uuid_in_environment() -> Option<String> {
    let uuid = env::var("INBANK_SHOP_UUID").ok();
    uuid.filter(|uuid| !uuid.is_empty())
}

/// Reads a key file. Editors end a file with a line break, which is not part of the key.
fn key_in(file: &Path) -> Result<ApiKey, Failure> {
    let wrong = |problem: &str| {
        Failure::usage(
            format!("--api-key-file {}: {problem}", file.display()),
            "name a file that can be read and holds one key and nothing else",
        )
    };
    let text = fs::read_to_string(file).map_err(|error| wrong(&error.to_string()))?;
    let key = text.strip_suffix('\n').unwrap_or(&text);
    let key = key.strip_suffix('\r').unwrap_or(key);
    ApiKey::parse(key).map_err(|error| wrong(&format!("the key in it {}", error.problem())))
}

fn region_parser() -> impl TypedValueParser<Value = &'static RegionProfile> {
    let names = RegionProfile::ALL.iter().map(|profile| profile.region.name);
    PossibleValuesParser::new(names)
        .try_map(|name| RegionProfile::named(&name).ok_or("no such region"))
}

fn environment_parser() -> impl TypedValueParser<Value = Environment> {
    let names = [Environment::Demo, Environment::Live].map(Environment::as_str);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Environment>())
}

fn version_parser() -> impl TypedValueParser<Value = ApiVersion> {
    let names = ApiVersion::ALL.iter().map(|version| version.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<ApiVersion>())
}
