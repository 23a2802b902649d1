use std::env;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use inbank::sql::SqlLedger;
use inbank::{Currency, Platform, Shop};
use inbank_sandbox::Sandbox;
use inbank_service::{
    Config, Scope, SecretsFolder, Service, ThisProcess, Token, Tokens, Vault, WebhookOptions,
    WebhookTargets,
};
use serde::Serialize;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;
use uuid::Uuid;

use super::address::{self, cannot_listen};
use super::controls::Access;
use crate::exit::Failure;
use crate::settings::Settings;
use crate::{open_files, output, stop};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank serve --demo
  inbank serve --config inbank.toml --listen 127.0.0.1:8080

`inbank init` makes the file. A ready line is printed first; then it serves until Ctrl-C or SIGTERM. /docs says what it can do, and \
/console shows orders to people, who sign in with a token. \
The ledger is the one of DATABASE_URL, sqlite:inbank.db unless set; any number of processes may share one on \
PostgreSQL. --demo needs no file: it brings a sandbox, a shop, a token and a ledger, and forgets all of them \
when it stops.")]
pub(crate) struct Serve {
    /// Which shops there are, and who may call
    #[arg(long, value_name = "FILE", default_value = "inbank.toml")]
    config: PathBuf,
    /// The address to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address::parse)]
    listen: SocketAddr,
    /// Where the ledger is: `sqlite:FILE` or `postgres://…`. An address with a password belongs into the
    /// environment, since a flag shows in the process list
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// Brings its own sandbox, shop and token
    #[arg(long, conflicts_with = "config")]
    demo: bool,
}

#[derive(Serialize)]
struct Ready {
    listen: String,
    database: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    demo: Option<Brought>,
}

/// What a demo brings.
#[derive(Serialize)]
struct Brought {
    token: String,
    shop: String,
    sandbox: String,
    /// The sandbox's own: by it the sandbox is made to do what a customer would.
    sandbox_api_key: String,
    /// What is paid in there.
    #[serde(skip)]
    currency: Currency,
}

/// The name of a demo's shop.
const SHOP: &str = "main";

pub(crate) async fn run(serve: Serve, settings: &Settings) -> Result<(), Failure> {
    // A demo would work on real orders there, and its sandbox knows none of them.
    if serve.demo && serve.database.is_some() && serve.database != env::var("DATABASE_URL").ok() {
        return Err(Failure::usage(
            "--database can't be given with --demo, which brings a ledger of its own",
            "leave one of the two out",
        ));
    }
    open_files::raise();
    let listener = TcpListener::bind(serve.listen).await;
    let listener = listener.map_err(|error| cannot_listen(serve.listen, error))?;
    let listen = listener
        .local_addr()
        .map_err(|error| cannot_listen(serve.listen, error))?;
    if serve.demo {
        return run_demo(settings, listener, listen).await;
    }
    let config = read(&serve.config)?;
    let database = serve
        .database
        .unwrap_or_else(|| "sqlite:inbank.db".to_owned());
    let ready = Ready {
        listen: format!("http://{listen}"),
        database: without_password(&database),
        demo: None,
    };
    let webhooks = WebhookOptions {
        file: config.webhooks,
        targets: config.webhook_targets,
        vault: config.vault,
        ..WebhookOptions::default()
    };
    let url = &config.public_url;
    let folder = config.secrets_folder;
    let service = service(
        url,
        &database,
        config.shops,
        config.tokens,
        webhooks,
        folder,
    )
    .await?;
    output::answer(settings.output, &ready)?;
    serve_until_stopped(service, listener).await
}

async fn run_demo(
    settings: &Settings,
    listener: TcpListener,
    listen: SocketAddr,
) -> Result<(), Failure> {
    let profile = settings
        .region
        .unwrap_or(&inbank::http::RegionProfile::ESTONIA);
    let region = profile.region.name.parse();
    let region = region.map_err(|error| {
        Failure::usage(
            format!("--region: {error}"),
            "give a region that --help lists",
        )
    })?;
    let sandbox = Sandbox::builder(region).start().await;
    let sandbox = sandbox.map_err(|error| Failure::other(error.to_string(), "try again"))?;
    let shop = Shop::new(
        SHOP,
        profile.region.clone(),
        sandbox.shop(),
        sandbox.api_key(),
    )
    .with_base_url(sandbox.base_url());
    // Removed when it is dropped.
    let folder = TempDir::new();
    let folder = folder.map_err(|error| {
        let next = "make room in the folder for temporary files, or name another by TMPDIR";
        Failure::other(format!("no temporary folder: {error}"), next)
    })?;
    let database = format!("sqlite:{}", folder.path().join("inbank.db").display());
    let token = Uuid::new_v4().simple().to_string();
    let tokens = Tokens::new(vec![Token::new(&token, Scope::Admin)]);
    let url = format!("http://{listen}");
    let service = service(&url, &database, vec![shop], tokens, of_demo()?, None).await?;
    let ready = Ready {
        listen: url,
        database: without_password(&database),
        demo: Some(Brought {
            token,
            shop: SHOP.to_owned(),
            sandbox: sandbox.base_url().to_owned(),
            sandbox_api_key: sandbox.api_key().to_owned(),
            currency: profile.region.currency,
        }),
    };
    output::answer(settings.output, &ready)?;
    serve_until_stopped(service, listener).await
}

fn read(file: &Path) -> Result<Config, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| {
        let next = match error.kind() {
            ErrorKind::NotFound => {
                "make one with `inbank init`, or try `inbank serve --demo`, which needs none"
            }
            ErrorKind::InvalidData => "save it as UTF-8 text",
            _ => "name a file that this user may read",
        };
        Failure::usage(format!("--config {shown}: {error}"), next)
    })?;
    Config::read(&text, ThisProcess).map_err(|error| {
        let next = "correct that line; docs/service.md has all keys";
        Failure::usage(format!("--config {shown}: {error}"), next)
    })
}

async fn service(
    url: &str,
    database: &str,
    shops: Vec<Shop>,
    tokens: Tokens,
    webhooks: WebhookOptions,
    folder: Option<SecretsFolder>,
) -> Result<Service, Failure> {
    let wrong = |says: String| Failure::usage(says, "correct that setting and start again");
    let ledger = SqlLedger::connect(database).await;
    let ledger = ledger.map_err(|error| wrong(error.to_string()))?;
    let store = ledger.service_store().await;
    let store = store.map_err(|error| wrong(error.to_string()))?;
    let mut builder = Platform::builder()
        .public_url(url)
        .ledger(Arc::new(ledger))
        // The ledger keeps every event, for webhooks and for whoever asks /v1/events.
        .on_event({
            let wake = webhooks.wake.clone();
            move |_| {
                wake.notify_one();
                async { Ok::<_, std::io::Error>(()) }
            }
        });
    for shop in shops {
        builder = builder.shop(shop);
    }
    let platform = builder.build().await;
    let platform = platform.map_err(|error| wrong(error.to_string()))?;
    let service = Service::new(platform, tokens, store, webhooks);
    let service = service
        .map_err(|error| Failure::other(error.to_string(), "correct that and start again"))?
        .with_secrets_folder(folder);
    let loaded = service.load().await;
    loaded.map_err(|error| Failure::other(error.to_string(), "try again"))?;
    Ok(service)
}

/// A demo's webhooks may go to this machine, and their secrets are forgotten with the rest.
fn of_demo() -> Result<WebhookOptions, Failure> {
    let targets = WebhookTargets::allowing(["127.0.0.0/8", "::1"]);
    let key = [Uuid::new_v4(), Uuid::new_v4()].map(|half| half.simple().to_string());
    Ok(WebhookOptions {
        targets: targets.map_err(|error| Failure::other(error.to_string(), "try again"))?,
        vault: Vault::new([key.concat().as_str()]),
        ..WebhookOptions::default()
    })
}

async fn serve_until_stopped(service: Service, listener: TcpListener) -> Result<(), Failure> {
    let stop = stop::asked()?;
    let (stopped, stopping) = watch::channel(false);
    let platform = service.platform().clone();
    let routes = inbank_service::routes(service.clone(), stopping.clone());
    let stop = async move {
        stop.await;
        // Nobody may be waiting.
        let _ = stopped.send(true);
    };
    let working = tokio::spawn(async move { service.run(stopping).await });
    let served = platform.serve_until(listener, routes, stop).await;
    served
        .map_err(|error| Failure::usage(error.to_string(), "correct public_url and start again"))?;
    // It stops by the same signal, within its own time.
    let _ = working.await;
    Ok(())
}

/// A database's address, for people to see: without who asks and by which password, which may also stand among its parameters.
fn without_password(database: &str) -> String {
    if !database.contains("://") {
        return database.to_owned();
    }
    let Ok(url) = Url::parse(database) else {
        return "a database whose address can't be shown".to_owned();
    };
    let (scheme, path) = (url.scheme(), url.path());
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{scheme}://{host}:{port}{path}"),
        None => format!("{scheme}://{host}{path}"),
    }
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Serving at {}, with the ledger {}",
            self.listen, self.database
        )?;
        let Some(brought) = &self.demo else {
            return write!(
                f,
                "{0}/console shows orders, {0}/docs says what it can do. Ctrl-C stops it.",
                self.listen
            );
        };
        let (token, shop, sandbox) = (&brought.token, &brought.shop, &brought.sandbox);
        let (url, currency) = (&self.listen, brought.currency);
        writeln!(
            f,
            "Shop {shop} at the sandbox {sandbox}\n\nTo buy something in another terminal:\n"
        )?;
        writeln!(
            f,
            "curl -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\"
        )?;
        writeln!(
            f,
            "  -d '{{\"product\":\"hire_purchase_approval\",\"amount\":\"499.90\",\"currency\":\"{currency}\"}}' \\"
        )?;
        writeln!(f, "  {url}/v1/shops/{shop}/orders/1001/pay\n")?;
        writeln!(
            f,
            "Open the redirect_url in a browser. {url}/console shows what becomes of it, and asks for the token {token}.\n{url}/docs says what else it can do. Ctrl-C stops it.\n"
        )?;
        let key = &brought.sandbox_api_key;
        let access = Access {
            address: sandbox,
            key,
        };
        write!(f, "{access}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        for secret in [
            "postgres://user:p@ss@db.example/orders",
            "postgres://db.example/orders?user=shop&password=p@ss",
            "postgres://user@db.example/orders?sslmode=require&password=pass",
        ] {
            assert_eq!(without_password(secret), "postgres://db.example/orders");
        }
        for whole in [
            "sqlite:inbank.db",
            "sqlite:///var/lib/inbank.db",
            "postgres://db.example/orders",
            "postgres://db.example:5433/orders",
            "postgres:///orders",
        ] {
            assert_eq!(without_password(whole), whole);
        }
        assert!(!without_password("postgres://user:pass@[/orders").contains("pass"));
    }
}
