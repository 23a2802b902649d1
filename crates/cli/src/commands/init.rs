//! Asks what the service has to know, and writes it down as a checked file.

mod question;

use std::collections::BTreeSet;
use std::env;
use std::fmt::{self, Write as _};
use std::fs::OpenOptions;
use std::io::{self, BufRead as _, ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use inbank::ShopName;
use inbank::http::{ApiVersion, Environment, RegionProfile};
use inbank_service::Config;
use serde::Serialize;

use self::question::Questions;
use crate::exit::Failure;
use crate::output::{self, Format};
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank init
  inbank init --region estonia --public-url https://pay.example.com --output json

What is not given is asked for on a terminal; elsewhere it is an error, or the usual value. The file holds no
secret: it names variables of the environment, and `inbank serve` reads them. A file that is there stays.")]
pub(crate) struct Init {
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "inbank.toml")]
    config: PathBuf,
    /// Where the bank and browsers reach the service
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The shop's page for customers who come back; `{order_reference}` stands for the order
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// Where the shop is told of events
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// The variable that has the secret by which those are signed
    #[arg(long, value_name = "NAME", requires = "webhook_url")]
    webhook_secret_env: Option<String>,
    /// The variable that has the shop's identifier at the bank
    #[arg(long, value_name = "NAME")]
    shop_uuid_env: Option<String>,
    /// The variable that has the shop's keys at the bank
    #[arg(long, value_name = "NAME")]
    api_keys_env: Option<String>,
    /// The variable that has the tokens of whoever may call the service
    #[arg(long, value_name = "NAME")]
    api_tokens_env: Option<String>,
}

/// What the file is to say.
struct Answers {
    public_url: String,
    api_tokens_env: String,
    shop: ShopName,
    region: &'static RegionProfile,
    environment: Environment,
    api_version: Option<ApiVersion>,
    base_url: Option<String>,
    shop_uuid_env: String,
    api_keys_env: String,
    return_url: Option<String>,
    webhook: Option<(String, String)>,
}

#[derive(Serialize)]
struct Written {
    config: String,
    /// Variables that the file names and nobody has set here.
    missing: Vec<String>,
}

pub(crate) fn run(init: Init, settings: &Settings) -> Result<(), Failure> {
    if init.config.exists() {
        return Err(is_there(&init.config));
    }
    let asks = settings.output == Format::Text && io::stdin().is_terminal();
    let mut lines = io::stdin().lock().lines();
    let questions = asks.then(|| Questions::new(&mut lines, io::stderr()));
    let config = init.config.clone();
    let answers = init.answers(settings, questions)?;
    let text = answers.file();
    let secret = answers.webhook.as_ref().map(|(_, secret)| secret.as_str());
    let missing = check(&text, secret)?;
    create(&config, &text)?;
    let written = Written {
        config: config.display().to_string(),
        missing: missing.into_iter().collect(),
    };
    output::done(
        settings.output,
        &written,
        format_args!("{} is written", written.config),
    )
}

fn is_there(file: &Path) -> Failure {
    Failure::usage(
        format!("--config {}: there is such a file", file.display()),
        "name another, or move that one away: it is not written over",
    )
}

fn create(file: &Path, text: &str) -> Result<(), Failure> {
    let created = OpenOptions::new().write(true).create_new(true).open(file);
    let written = created.and_then(|mut open| {
        open.write_all(text.as_bytes())?;
        open.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => is_there(file),
        _ => Failure::usage(
            format!("--config {}: {error}", file.display()),
            "name a file in a folder that is there and may be written to",
        ),
    })
}

/// Reads the file as the service would, with something that passes for each variable that is not set here. Says
/// which those are.
fn check(text: &str, webhook_secret: Option<&str>) -> Result<BTreeSet<String>, Failure> {
    let missing = std::cell::RefCell::new(BTreeSet::new());
    let environment = |name: &str| {
        let held = env::var(name).ok().filter(|held| !held.trim().is_empty());
        held.or_else(|| {
            missing.borrow_mut().insert(name.to_owned());
            if webhook_secret == Some(name) {
                return Some(format!("whsec_{}", "A".repeat(44)));
            }
            // An identifier, a key and a token, as far as can be seen; each variable's own.
            let digits: u64 = name.bytes().fold(7, |sum, byte| {
                (sum * 31 + u64::from(byte)) % 1_000_000_000_000
            });
            Some(format!("00000000-0000-4000-8000-{digits:012}"))
        })
    };
    let read = Config::read(text, environment);
    read.map_err(|error| {
        Failure::usage(
            format!("what was given makes no configuration: {error}"),
            "correct that and run it again; nothing was written",
        )
    })?;
    Ok(missing.into_inner())
}

impl Init {
    fn answers<L, W>(
        self,
        settings: &Settings,
        mut questions: Option<Questions<'_, L, W>>,
    ) -> Result<Answers, Failure>
    where
        L: Iterator<Item = io::Result<String>>,
        W: io::Write,
    {
        let mut ask = |given: Option<String>, flag: &str, says: &str, usual: Option<&str>| match (
            given,
            &mut questions,
        ) {
            (Some(given), _) => Ok(Some(given)),
            (None, Some(questions)) => questions.ask(flag, says, usual),
            (None, None) => Ok(usual.map(str::to_owned).filter(|usual| !usual.is_empty())),
        };
        let needed = |given: Option<String>, flag: &str| {
            given.ok_or_else(|| {
                let next = "give it as a flag, or run `inbank init` in a terminal, which asks";
                Failure::usage(format!("{flag} is missing"), next)
            })
        };
        let name = ask(
            settings.shop.clone(),
            "--shop",
            "Your name for the shop",
            Some("main"),
        )?;
        let name = needed(name, "--shop")?;
        let shop = ShopName::parse(name.as_str()).map_err(|error| {
            let next = "choose a name of letters, digits and hyphens, such as main";
            Failure::usage(format!("--shop {}", error.problem()), next)
        })?;
        let regions: Vec<_> = RegionProfile::ALL.iter().map(|p| p.region.name).collect();
        let region = if let Some(region) = settings.region {
            region
        } else {
            let says = format!("Its region ({})", regions.join(", "));
            let named = needed(ask(None, "--region", &says, None)?, "--region")?;
            RegionProfile::named(&named).ok_or_else(|| {
                let problem = format!("--region must be one of {}", regions.join(", "));
                Failure::usage(problem, "run it again with one of those")
            })?
        };
        let says = "Where the bank and browsers reach the service, such as https://pay.example.com";
        let public_url = needed(
            ask(self.public_url, "--public-url", says, None)?,
            "--public-url",
        )?;
        let says = "The shop's page for customers who come back, such as https://shop.example.com/orders/{order_reference}; empty for a plain one of ours";
        let return_url = ask(self.return_url, "--return-url", says, Some(""))?;
        let says = "Where the shop is told of events, such as https://shop.example.com/inbank-events; empty to read them";
        let webhook_url = ask(self.webhook_url, "--webhook-url", says, Some(""))?;
        let prefix = shop
            .as_str()
            .to_uppercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let mut variable = |given: Option<String>, flag: &str, says: &str, usual: &str| {
            let named = ask(given, flag, says, Some(usual))?;
            Ok::<_, Failure>(named.unwrap_or_else(|| usual.to_owned()))
        };
        let usual = format!("{prefix}_SHOP_UUID");
        let says = "The variable that has its identifier at the bank";
        let shop_uuid_env = variable(self.shop_uuid_env, "--shop-uuid-env", says, &usual)?;
        let usual = format!("{prefix}_API_KEYS");
        let says = "The variable that has its keys at the bank";
        let api_keys_env = variable(self.api_keys_env, "--api-keys-env", says, &usual)?;
        let usual = "INBANK_API_TOKENS";
        let says = "The variable that has the tokens of whoever may call the service";
        let api_tokens_env = variable(self.api_tokens_env, "--api-tokens-env", says, usual)?;
        let webhook = match webhook_url {
            None => None,
            Some(url) => {
                let usual = format!("{prefix}_WEBHOOK_SECRET");
                let says = "The variable that has the secret by which events are signed";
                let flag = "--webhook-secret-env";
                Some((url, variable(self.webhook_secret_env, flag, says, &usual)?))
            }
        };
        Ok(Answers {
            public_url,
            api_tokens_env,
            shop,
            region,
            environment: settings.environment,
            api_version: settings.api_version,
            base_url: settings.base_url.clone(),
            shop_uuid_env,
            api_keys_env,
            return_url,
            webhook,
        })
    }
}

impl Answers {
    fn file(&self) -> String {
        let mut text = String::new();
        let mut line = |key: &str, value: &str, says: &str| {
            // A JSON text is a TOML one.
            let value = serde_json::Value::from(value).to_string();
            let _ = writeln!(text, "# {says}\n{key} = {value}");
        };
        line(
            "public_url",
            &self.public_url,
            "Where the bank and browsers reach the service.",
        );
        line(
            "api_tokens_env",
            &self.api_tokens_env,
            "The variable with the tokens that may do everything, separated by commas.",
        );
        let _ = write!(text, "\n[[shops]]\n");
        let mut line = |key: &str, value: &str, says: &str| {
            let value = serde_json::Value::from(value).to_string();
            let _ = writeln!(text, "# {says}\n{key} = {value}");
        };
        line("id", self.shop.as_str(), "Your name for it: in paths.");
        line("region", self.region.region.name, "The bank's region.");
        line("environment", self.environment.as_str(), "demo or live.");
        if let Some(version) = self.api_version {
            line("api_version", version.as_str(), "v2 or v3.");
        }
        if let Some(url) = &self.base_url {
            line("base_url", url, "A sandbox, or a proxy.");
        }
        line(
            "shop_uuid_env",
            &self.shop_uuid_env,
            "The variable with its identifier at the bank.",
        );
        line(
            "api_keys_env",
            &self.api_keys_env,
            "The variable with its keys, separated by commas: the first signs and sends, all verify.",
        );
        if let Some(url) = &self.return_url {
            line("return_url", url, "Its page for customers who come back.");
        }
        if let Some((url, secret)) = &self.webhook {
            line("webhook_url", url, "Where it is told of events.");
            line(
                "webhook_secret_env",
                secret,
                "The variable with the secret by which they are signed.",
            );
        }
        text
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} is written.", self.config)?;
        if !self.missing.is_empty() {
            writeln!(f, "Set these variables, which it names:")?;
            for name in &self.missing {
                writeln!(f, "  {name}")?;
            }
        }
        write!(f, "Then: inbank serve --config {}", self.config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers() -> Answers {
        Answers {
            public_url: "https://pay.example.com".to_owned(),
            api_tokens_env: "A_TOKENS_OF_TESTS".to_owned(),
            shop: ShopName::parse("main").unwrap(),
            region: &RegionProfile::ESTONIA,
            environment: Environment::Demo,
            api_version: Some(ApiVersion::V3),
            base_url: Some("http://127.0.0.1:8480".to_owned()),
            shop_uuid_env: "A_UUID_OF_TESTS".to_owned(),
            api_keys_env: "SOME_KEYS_OF_TESTS".to_owned(),
            return_url: Some("https://shop.example.com/orders/{order_reference}".to_owned()),
            webhook: None,
        }
    }

    #[test]
    fn a_webhook_has_a_secret_of_its_own() {
        let secret = "A_SECRET_OF_TESTS";
        let answers = Answers {
            webhook: Some((
                "https://shop.example.com/inbank-events".to_owned(),
                secret.to_owned(),
            )),
            ..answers()
        };
        let missing = check(&answers.file(), Some(secret)).unwrap();
        assert!(missing.contains(secret), "{missing:?}");
    }

    #[test]
    fn what_is_written_is_what_the_service_reads() {
        let missing = check(&answers().file(), None).unwrap();
        let named = ["A_TOKENS_OF_TESTS", "A_UUID_OF_TESTS", "SOME_KEYS_OF_TESTS"];
        assert_eq!(missing, named.map(str::to_owned).into());
    }

    #[test]
    fn what_the_service_would_not_read_is_not_written() {
        for broken in [
            Answers {
                public_url: "http://pay.example.com".to_owned(),
                ..answers()
            },
            Answers {
                return_url: Some("shop\"\n[[tokens]]".to_owned()),
                ..answers()
            },
            Answers {
                environment: Environment::Live,
                ..answers()
            },
        ] {
            assert!(check(&broken.file(), None).is_err());
        }
    }
}
