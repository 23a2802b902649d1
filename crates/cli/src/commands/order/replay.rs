use std::fmt;
use std::sync::Arc;

use clap::Args;
use inbank::ports::{CallbackAuthenticator as _, Headers, ReceivedCallback, Subject};
use inbank::{Bank, Platform, Shop};
use serde::Serialize;

use super::watching::Watch;
use super::{Details, Wanted};
use crate::exit::Failure;
use crate::output::{self, moment};
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank order replay 1001 --shop main --region estonia

With --watch the order is shown again whenever the platform's worker has got on with it.

Needs the shop's settings at the bank; its identifier from INBANK_SHOP_UUID, since --shop is the shop's \
name in the ledger. Safe at any time: a callback decides nothing, the bank does. Events that come of it \
are delivered by the platform's own worker.")]
pub(crate) struct Replay {
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    pub(super) watch: Watch,
}

#[derive(Serialize)]
struct Replayed {
    #[serde(flatten)]
    order: Details,
    callbacks: Vec<Callback>,
}

#[derive(Serialize)]
struct Callback {
    /// What it is about; none where its message is not understood.
    kind: Option<&'static str>,
    id: Option<String>,
    status: String,
    received_at: String,
    /// By the keys of today.
    authentic: bool,
}

pub(super) async fn run(replay: Replay, settings: &Settings) -> Result<(), Failure> {
    let api = settings.api_beside_a_ledger()?;
    let authenticator = settings.authenticator()?;
    let (ledger, order) = replay.wanted.find(settings).await?;
    let name = order.key.shop.as_str();
    let region = api.region().clone();
    let callbacks = Arc::new(authenticator.clone());
    let bank = Bank::new(region, "", [""; 0], callbacks).with_all(Arc::new(api));
    // Nothing is opened and nothing is told from here.
    let platform = Platform::builder()
        .public_url("http://localhost")
        .ledger(ledger.clone())
        .on_event(async |_| Err::<(), _>("events are the platform's to deliver"))
        .shop(Shop::at(name, bank))
        .build()
        .await;
    let unusable =
        |error: String| Failure::other(error, "check the shop's settings with `inbank doctor`");
    let platform = platform.map_err(|error| unusable(error.to_string()))?;
    let shop = platform.shop(name);
    let shop = shop.map_err(|error| unusable(error.to_string()))?;
    let handle = shop.order(order.key.reference.as_str());
    handle.refresh().await?;
    // The bank is read once; what comes of it, the worker's part included, may be watched.
    let look = async || {
        let found = handle.find().await?;
        let callbacks = handle.callbacks().await?.into_iter().map(|callback| {
            let authentic = authenticator.authenticate(&Headers::NONE, &callback.content);
            Callback::new(callback, authentic.is_ok())
        });
        Ok(Replayed {
            callbacks: callbacks.collect(),
            order: Details::from(found.as_ref().unwrap_or(&order)),
        })
    };
    replay.watch.show(settings.output, look).await
}

impl Callback {
    fn new(callback: ReceivedCallback, authentic: bool) -> Self {
        let (kind, id) = match callback.subject {
            Some(Subject::Application(id)) => (Some("application"), Some(id.to_string())),
            Some(Subject::Session(id)) => (Some("session"), Some(id.to_string())),
            None => (None, None),
        };
        Self {
            kind,
            id,
            status: callback.status,
            received_at: moment(callback.received_at),
            authentic,
        }
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.order.fmt(f)?;
        for callback in &self.callbacks {
            let at = output::to_the_second(&callback.received_at);
            let status = &callback.status;
            let doubt = if callback.authentic {
                ""
            } else {
                ", not authentic by the keys of today"
            };
            writeln!(f, "\nCallback  {at}  {status}{doubt}")?;
        }
        Ok(())
    }
}
