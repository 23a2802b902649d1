use std::fmt;
use std::path::Path;
use std::sync::Arc;

use clap::{Args, Subcommand};
use inbank::app::DeskError;
use inbank::domain::{
    FinancingEvent, FinancingId, Intent, Invalid, Occurrence, OrderReference, ShopName, WebAddress,
};
use inbank::ports::{
    Entry, EventSink, FinancingLedger, Listing, ReceivedCallback, SinkError, Subject, async_trait,
};
use inbank::sql::{ConnectError, SqlLedger};
use inbank::{Platform, PlatformShop};
use serde::Serialize;

use crate::exit::Failure;
use crate::output::{self, moment};
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  inbank financing list
  inbank financing show 5f1c0e6a3b9d4c7e8f2a1b3c4d5e6f70 --output json
  inbank financing replay 5f1c0e6a3b9d4c7e8f2a1b3c4d5e6f70 --region estonia";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the financings in the ledger, the latest opened first
    List(List),
    /// Show a financing with its events and callbacks
    Show(Show),
    /// Take a financing's callbacks as though they came again: check them, and read the bank
    Replay(Replay),
}

#[derive(Args, Debug)]
pub(crate) struct Database {
    /// Where the ledger is: `sqlite:FILE` or `postgres://…`. An address with a password belongs into the
    /// environment, since a flag shows in the process list
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        default_value = "sqlite:inbank.db",
        hide_env_values = true
    )]
    database: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank financing list
  inbank financing list --name main --order 1001 --output json")]
pub(crate) struct List {
    #[command(flatten)]
    database: Database,
    /// Of this shop only, by its own name in the ledger
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Of this order only
    #[arg(long, value_name = "REFERENCE")]
    order: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank financing show 5f1c0e6a3b9d4c7e8f2a1b3c4d5e6f70 --name main")]
pub(crate) struct Show {
    #[command(flatten)]
    database: Database,
    /// The financing's own identifier, as it stands in the callback address
    id: String,
    /// The shop's own name in the ledger
    #[arg(long, default_value = "main")]
    name: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank financing replay 5f1c0e6a3b9d4c7e8f2a1b3c4d5e6f70 --name main --region estonia

Safe at any time: a callback decides nothing, the bank does. Events that come of it are delivered by the
platform's own worker.")]
pub(crate) struct Replay {
    #[command(flatten)]
    show: Show,
}

#[derive(Serialize)]
struct Financings {
    financings: Vec<Financing>,
}

#[derive(Serialize)]
struct Financing {
    id: String,
    shop: String,
    order_reference: String,
    attempt: u32,
    state: &'static str,
    product_code: String,
    session_id: Option<String>,
    application_id: Option<String>,
    contract_id: Option<String>,
    intent: Option<&'static str>,
    opened_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<Event>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callbacks: Option<Vec<Callback>>,
}

#[derive(Serialize)]
struct Event {
    id: String,
    event: &'static str,
    /// What a person should look at.
    anomaly: Option<String>,
    occurred_at: String,
}

#[derive(Serialize)]
struct Callback {
    subject: &'static str,
    id: String,
    received_at: String,
    /// By the keys of today; told when they are replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    authentic: Option<bool>,
}

pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    let financings = match command {
        Command::List(list) => list.run().await?,
        Command::Show(wanted) => {
            let (ledger, shop, id) = wanted.open().await?;
            shown(&*ledger, &shop, &id).await?
        }
        Command::Replay(replay) => replay.run(settings).await?,
    };
    output::answer(settings.output, &Financings { financings })
}

impl List {
    async fn run(self) -> Result<Vec<Financing>, Failure> {
        let listing = Listing {
            shop: self.name.map(ShopName::parse).transpose()?,
            order: self.order.map(OrderReference::parse).transpose()?,
            limit: Some(self.limit),
        };
        let ledger = self.database.connect().await?;
        let entries = ledger.list(&listing).await?;
        Ok(entries.iter().map(Financing::from).collect())
    }
}

impl Show {
    async fn open(&self) -> Result<(Arc<dyn FinancingLedger>, ShopName, FinancingId), Failure> {
        let shop = ShopName::parse(&self.name)?;
        let id = FinancingId::parse(&self.id)?;
        Ok((self.database.connect().await?, shop, id))
    }
}

impl Replay {
    async fn run(self, settings: &Settings) -> Result<Vec<Financing>, Failure> {
        let bank = settings.inbank()?;
        let (ledger, shop, id) = self.show.open().await?;
        let authenticator = settings.authenticator()?;
        // Nothing is opened and nothing is told from here.
        let nowhere = WebAddress::parse("http://localhost")?;
        let platform = Platform::builder()
            .public_url(nowhere)
            .ledger(ledger.clone())
            .events(Arc::new(Nobody))
            .shop(PlatformShop::new(
                shop.clone(),
                bank.api().as_ref().clone(),
                authenticator,
            ))
            .build()?;
        let desk = platform
            .desk(shop.as_str())
            .ok_or(Invalid::new("shop", "is not there"))?;
        let replayed = desk.replay(&id).await.map_err(|error| match error {
            DeskError::Bank(error) => Failure::Gateway(error),
            error => Failure::Other(error.to_string()),
        })?;
        let mut financings = shown(&*ledger, &shop, &id).await?;
        let callbacks = financings.iter_mut().flat_map(|one| &mut one.callbacks);
        for (callback, refused) in callbacks.flatten().zip(replayed.callbacks) {
            callback.authentic = Some(refused.is_none());
        }
        Ok(financings)
    }
}

/// The sink of a command that never delivers.
struct Nobody;

#[async_trait]
impl EventSink for Nobody {
    async fn deliver(&self, _: &FinancingEvent) -> Result<(), SinkError> {
        Err("events are the platform's to deliver".into())
    }
}

impl Database {
    /// Opens the ledger, which must be there: a command that makes an empty one would hide a typing
    /// error in its address.
    async fn connect(&self) -> Result<Arc<dyn FinancingLedger>, Failure> {
        let path = self.database.strip_prefix("sqlite:");
        let path = path.map(|path| path.trim_start_matches("//").split('?').next());
        if let Some(path) = path.flatten().filter(|path| !Path::new(path).exists()) {
            return Err(Failure::Usage(format!(
                "there is no ledger at {path}; set DATABASE_URL or --database to the platform's"
            )));
        }
        let ledger = SqlLedger::connect(&self.database).await;
        let ledger = ledger.map_err(|error| match error {
            ConnectError::Address(_) => Failure::Usage(error.to_string()),
            ConnectError::Ledger(error) => error.into(),
        })?;
        Ok(Arc::new(ledger))
    }
}

async fn shown(
    ledger: &dyn FinancingLedger,
    shop: &ShopName,
    id: &FinancingId,
) -> Result<Vec<Financing>, Failure> {
    let entry = ledger.find(shop, id).await?;
    let entry = entry.ok_or_else(|| {
        Failure::Other(format!(
            "the shop {shop} has no financing {id} in this ledger"
        ))
    })?;
    let events = ledger.events(shop, id).await?;
    let callbacks = ledger.callbacks(shop, id).await?;
    let mut financing = Financing::from(&entry);
    financing.events = Some(events.iter().map(Event::from).collect());
    financing.callbacks = Some(callbacks.iter().map(Callback::from).collect());
    Ok(vec![financing])
}

impl From<&Entry> for Financing {
    fn from(entry: &Entry) -> Self {
        let financing = &entry.financing;
        Self {
            id: financing.id.to_string(),
            shop: entry.shop.to_string(),
            order_reference: financing.order.to_string(),
            attempt: entry.attempt,
            state: financing.state.as_str(),
            product_code: entry.product.to_string(),
            session_id: financing.session.as_ref().map(ToString::to_string),
            application_id: financing.application.as_ref().map(ToString::to_string),
            contract_id: financing.contract.as_ref().map(ToString::to_string),
            intent: entry.intent.as_ref().map(Intent::name),
            opened_at: moment(entry.opened_at),
            events: None,
            callbacks: None,
        }
    }
}

impl From<&FinancingEvent> for Event {
    fn from(event: &FinancingEvent) -> Self {
        let anomaly = match &event.occurrence {
            Occurrence::Anomaly(what) => Some(what.clone()),
            Occurrence::Moved(_) => None,
        };
        Self {
            id: event.id(),
            event: event.occurrence.name(),
            anomaly,
            occurred_at: moment(event.occurred_at),
        }
    }
}

impl From<&ReceivedCallback> for Callback {
    fn from(callback: &ReceivedCallback) -> Self {
        let (subject, id) = match &callback.subject {
            Subject::Application(id) => ("application", id.to_string()),
            Subject::Session(id) => ("session", id.to_string()),
        };
        Self {
            subject,
            id,
            received_at: moment(callback.received_at),
            authentic: None,
        }
    }
}

impl fmt::Display for Financings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [financing] = &self.financings[..]
            && financing.events.is_some()
        {
            return output::facts(f, &financing.facts());
        }
        if self.financings.is_empty() {
            return f.write_str("no financings");
        }
        let mut table = output::table();
        table.set_header(["financing", "shop", "order", "attempt", "state", "opened"]);
        for one in &self.financings {
            table.add_row([
                &one.id,
                &one.shop,
                &one.order_reference,
                &one.attempt.to_string(),
                one.state,
                &one.opened_at,
            ]);
        }
        table.fmt(f)
    }
}

impl Financing {
    fn facts(&self) -> Vec<(&'static str, Option<String>)> {
        let mut facts = vec![
            ("financing", Some(self.id.clone())),
            ("shop", Some(self.shop.clone())),
            ("order", Some(self.order_reference.clone())),
            ("attempt", Some(self.attempt.to_string())),
            ("state", Some(self.state.to_owned())),
            ("session", self.session_id.clone()),
            ("application", self.application_id.clone()),
            ("contract", self.contract_id.clone()),
            ("decided to", self.intent.map(str::to_owned)),
        ];
        for event in self.events.iter().flatten() {
            let (at, name) = (&event.occurred_at, event.event);
            let anomaly = event.anomaly.as_ref().map(|what| format!(": {what}"));
            let anomaly = anomaly.unwrap_or_default();
            facts.push(("event", Some(format!("{at} {name}{anomaly}"))));
        }
        for callback in self.callbacks.iter().flatten() {
            let (at, subject, id) = (&callback.received_at, callback.subject, &callback.id);
            let authentic = match callback.authentic {
                None => "",
                Some(true) => ", authentic",
                Some(false) => ", not authentic by the keys of today",
            };
            let text = format!("{at} {subject} {id}{authentic}");
            facts.push(("callback", Some(text)));
        }
        facts
    }
}
