use std::fmt;
use std::net::SocketAddr;

use clap::Args;
use inbank_sandbox::{Region, Sandbox, StartError};
use serde::Serialize;

use super::address::{self, cannot_listen};
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;
use crate::stop;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank sandbox
  inbank sandbox --region poland --listen 127.0.0.1:8480 --seed 1 --output json

A ready line is printed first; then it serves both versions of the API, the customer's pages and signed \
callbacks until Ctrl-C. It forgets everything when it stops. --region is estonia unless given.")]
pub(crate) struct Serve {
    /// The address to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address::parse)]
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
    let region = region.map_err(|error| {
        Failure::usage(
            format!("--region: {error}"),
            "give one that `inbank sandbox --help` lists",
        )
    })?;
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
    let stop = stop::asked()?;
    let sandbox = builder.start().await.map_err(|error| match error {
        StartError::Shop(_) => Failure::usage(
            format!("--shop: {error}"),
            "give a UUID, or leave --shop and INBANK_SHOP_UUID out and one is made up",
        ),
        StartError::ApiKey => Failure::usage(
            format!("--api-key: {error}"),
            "give letters and digits, or leave it out and one is made up",
        ),
        StartError::Listen(address, cause) => cannot_listen(address, cause),
        error => Failure::other(
            error.to_string(),
            "install the system's root certificates (`ca-certificates`), and run it again",
        ),
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
