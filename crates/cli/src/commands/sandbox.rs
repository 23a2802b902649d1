use std::fmt;
use std::net::SocketAddr;

use clap::Args;
use inbank_sandbox::{Region, Sandbox, StartError};
use serde::Serialize;

use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank sandbox
  inbank sandbox --region poland --listen 127.0.0.1:8480 --seed 1 --output json

A ready line is printed first; then it serves both versions of the API, the customer's pages and signed
callbacks until Ctrl-C. It forgets everything when it stops. --region is estonia unless given.")]
pub(crate) struct Serve {
    /// The address to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The key that it expects and signs with; made up unless given. It is printed: never give a real one
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Makes the same identifiers and key each time
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

#[derive(Serialize)]
struct Ready {
    base_url: String,
    region: String,
    shop: String,
    api_key: String,
}

pub(crate) async fn run(serve: Serve, settings: &Settings) -> Result<(), Failure> {
    let region = settings.region.map(|profile| profile.region.name.parse());
    let region = region.transpose();
    let region = region.map_err(|error| Failure::Usage(format!("--region: {error}")))?;
    let mut builder = Sandbox::builder(region.unwrap_or(Region::Estonia)).listen(serve.listen);
    // Never the key of the settings: it may be a real one, and it would be printed.
    if let Some(key) = serve.api_key {
        builder = builder.api_key(key);
    }
    if let Some(shop) = settings.shop_uuid() {
        builder = builder.shop(shop);
    }
    if let Some(seed) = serve.seed {
        builder = builder.seed(seed);
    }
    let stop = stopped()?;
    let sandbox = builder.start().await.map_err(|error| match error {
        StartError::Shop(_) => Failure::Usage(format!("--shop: {error}")),
        StartError::ApiKey => Failure::Usage(format!("--api-key: {error}")),
        error => Failure::Other(format!("{error}; choose another address with --listen")),
    })?;
    let ready = Ready {
        base_url: sandbox.base_url().to_owned(),
        region: sandbox.region().to_string(),
        shop: sandbox.shop().to_owned(),
        api_key: sandbox.api_key().to_owned(),
    };
    output::answer(settings.output, &ready)?;
    sandbox.serve_until(stop).await;
    Ok(())
}

/// Resolves at Ctrl-C, or when the process is asked to end. Listens from now on, so that no signal
/// after the ready line is missed.
pub(super) fn stopped() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind).map_err(|error| Failure::Other(format!("signals can't be heard: {error}")))
        };
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Sandbox of {} at {}", self.region, self.base_url)?;
        writeln!(f, "\nTo use it in another terminal:\n")?;
        writeln!(f, "export INBANK_REGION={}", self.region)?;
        writeln!(f, "export INBANK_BASE_URL={}", self.base_url)?;
        writeln!(f, "export INBANK_SHOP_UUID={}", self.shop)?;
        writeln!(f, "export INBANK_API_KEY={}", self.api_key)?;
        writeln!(
            f,
            "\nA browser shows products and sessions at the same address. Ctrl-C stops it."
        )
    }
}
