use std::fmt;
use std::net::SocketAddr;

use clap::Args;
use inbank::Shop;
use inbank::http::RegionProfile;
use inbank_sandbox::Sandbox;
use inbank_storefront::Setup;
use serde::Serialize;
use tokio::net::TcpListener;

use super::address::{self, cannot_listen};
use super::controls::Access;
use crate::exit::Failure;
use crate::settings::Settings;
use crate::{output, stop};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank shop
  inbank shop --region poland --listen 127.0.0.1:8090

Open the printed address in a browser, buy something, and decide about it in the back office. The shop is the \
example in examples/storefront; its bank is a sandbox in the same process. Both forget everything when they \
stop. --region is estonia unless given.")]
pub(crate) struct Open {
    /// The address to listen on, of this machine; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address::parse)]
    listen: SocketAddr,
    /// Makes the sandbox's identifiers and key the same ones each time
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

#[derive(Serialize)]
struct Ready {
    url: String,
    office: String,
    sandbox: String,
    /// By it the sandbox is made to do what a customer or the bank would.
    sandbox_api_key: String,
    region: &'static str,
}

pub(crate) async fn run(open: Open, settings: &Settings) -> Result<(), Failure> {
    let profile = settings.region.unwrap_or(&RegionProfile::ESTONIA);
    // Browsers and the sandbox reach it by plain http, which is for this machine only.
    if !open.listen.ip().is_loopback() {
        let problem = "--listen: the shop is for this machine";
        return Err(Failure::usage(
            problem,
            "give an address such as 127.0.0.1:8080",
        ));
    }
    let other = |error: &dyn fmt::Display| {
        Failure::other(error.to_string(), "try again; if it stays, report it")
    };
    let stopping = stop::asked()?;
    let listener = TcpListener::bind(open.listen).await;
    let listener = listener.map_err(|error| cannot_listen(open.listen, error))?;
    let address = listener.local_addr().map_err(|error| other(&error))?;
    let region = profile.region.name.parse();
    let mut bank = Sandbox::builder(region.map_err(|error| other(&error))?);
    if let Some(seed) = open.seed {
        bank = bank.seed(seed);
    }
    let bank = bank.start().await.map_err(|error| other(&error))?;
    let ledger = tempfile::tempdir().map_err(|error| other(&error))?;
    let shop = Shop::new(
        inbank_storefront::NAME,
        profile.region.clone(),
        bank.shop(),
        bank.api_key(),
    );
    let setup = Setup {
        shop: shop.with_base_url(bank.base_url()),
        url: format!("http://{address}"),
        database: format!("sqlite:{}", ledger.path().join("shop.db").display()),
        bank_pages: bank.base_url().to_owned(),
    };
    let ready = Ready {
        url: setup.url.clone(),
        office: format!("{}/office", setup.url),
        sandbox: bank.base_url().to_owned(),
        sandbox_api_key: bank.api_key().to_owned(),
        region: profile.region.name,
    };
    output::answer(settings.output, &ready)?;
    let served = inbank_storefront::serve(setup, listener, stopping).await;
    bank.stop().await;
    served.map_err(|error| other(&error))
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "A shop in {}, open at {}", self.region, self.url)?;
        writeln!(f, "its back office at {}", self.office)?;
        writeln!(f, "its bank, a sandbox, at {}", self.sandbox)?;
        writeln!(
            f,
            "\nThe code of every text message is 0000. Ctrl-C stops it.\n"
        )?;
        let (address, key) = (&self.sandbox, &self.sandbox_api_key);
        write!(f, "{}", Access { address, key })
    }
}
