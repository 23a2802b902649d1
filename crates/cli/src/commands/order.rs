mod listing;
mod replay;
mod watching;

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use clap::{Args, Subcommand};
use inbank::ports::{Ledger, Listing};
use inbank::{Attempt, Money, Order, OrderEvent, OrderReference, ShopName};
use serde::Serialize;

use self::watching::Watch;
use super::ledger::Database;
use crate::exit::Failure;
use crate::output::{self, moment};
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  inbank order list --needs-person
  inbank order show 1001 --output json
  inbank order events 1001
  inbank order replay 1001 --region estonia";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the orders in the ledger, the latest first
    List(listing::List),
    /// Show an order with its attempts
    Show(Show),
    /// Show the events of an order, delivered to the platform or not
    Events(Events),
    /// Check an order's callbacks by the keys of today, and read the bank as though they came again
    Replay(replay::Replay),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank order show 1001
  inbank order show 1001 --shop main --output json
  inbank order show 1001 --watch

Without --shop it must be the only order of that name.")]
pub(crate) struct Show {
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    watch: Watch,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank order events 1001 --output json
  inbank order events 1001 --watch

With --watch, what was there is shown once, and then what is new.")]
pub(crate) struct Events {
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    watch: Watch,
}

/// Names an order.
#[derive(Args, Debug)]
struct Wanted {
    #[command(flatten)]
    database: Database,
    /// The order, as the shop calls it
    #[arg(value_name = "REF")]
    reference: String,
}

#[derive(Serialize)]
struct Details {
    shop: String,
    reference: String,
    status: &'static str,
    /// What the status says besides: the customer's next action, how it ended.
    detail: Option<&'static str>,
    needs_person: Option<String>,
    opened_at: String,
    attempts: Vec<Tried>,
}

#[derive(Serialize)]
struct Tried {
    number: u32,
    id: String,
    kind: &'static str,
    state: &'static str,
    superseded: bool,
    product_code: String,
    amount: Option<String>,
    currency: Option<String>,
    session_id: Option<String>,
    application_id: Option<String>,
    contract_id: Option<String>,
    /// What was decided and has not come about yet, and how far it is.
    command: Option<&'static str>,
    command_stage: Option<&'static str>,
    opened_at: String,
}

#[derive(Serialize)]
struct Told {
    events: Vec<Event>,
}

#[derive(Serialize)]
struct Event {
    id: String,
    number: u64,
    attempt: u32,
    event: &'static str,
    /// What it says besides: the action, the end, why a person should look.
    detail: Option<String>,
    amount: Option<String>,
    currency: Option<String>,
    occurred_at: String,
}

pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    match command {
        Command::List(list) => listing::run(list, settings).await,
        Command::Show(show) => {
            let ledger = show.wanted.database.open().await?;
            let look = async || {
                let order = show.wanted.find_in(&*ledger, settings).await?;
                Ok(Details::from(&order))
            };
            show.watch.show(settings.output, look).await
        }
        Command::Events(events) => {
            let (ledger, order) = events.wanted.find(settings).await?;
            let seen = Cell::new(0);
            let look = async || {
                let all = ledger.events(&order.key).await?;
                let events = all.iter().skip(seen.get()).map(Event::from).collect();
                seen.set(all.len());
                Ok(Told { events })
            };
            events.watch.show(settings.output, look).await
        }
        Command::Replay(replay) => replay::run(replay, settings).await,
    }
}

impl Command {
    /// Whether it goes on until it is ended.
    pub(crate) const fn goes_on(&self) -> bool {
        match self {
            Self::List(list) => list.watch.goes_on(),
            Self::Show(show) => show.watch.goes_on(),
            Self::Events(events) => events.watch.goes_on(),
            Self::Replay(replay) => replay.watch.goes_on(),
        }
    }
}

impl Wanted {
    async fn find(&self, settings: &Settings) -> Result<(Arc<dyn Ledger>, Order), Failure> {
        let ledger = self.database.open().await?;
        let order = self.find_in(&*ledger, settings).await?;
        Ok((ledger, order))
    }

    async fn find_in(&self, ledger: &dyn Ledger, settings: &Settings) -> Result<Order, Failure> {
        let reference = OrderReference::parse(self.reference.as_str())?;
        let listing = Listing {
            shops: shop_name(settings)?.map(|shop| vec![shop]),
            reference: Some(reference.clone()),
            ..Listing::default()
        };
        let mut listed = ledger.orders(&listing).await?;
        let unreadable = listed.unreadable.len();
        match (listed.orders.pop(), listed.orders.len() + unreadable) {
            (Some(order), 0) => Ok(order),
            (None, 0) => Err(Failure::other(
                format!("there is no order {reference} in this ledger"),
                "see which there are with `inbank order list`, and whether --database and --shop are right",
            )),
            (None, 1) => Err(Failure::other(
                format!("the order {reference} can't be read"),
                "read it with the version that wrote it, which may be a later one",
            )),
            (Some(_) | None, _) => Err(Failure::usage(
                format!("several shops have an order {reference}"),
                "give --shop, the shop's name in the ledger",
            )),
        }
    }
}

/// The platform's own name for a shop, where one is given.
fn shop_name(settings: &Settings) -> Result<Option<ShopName>, Failure> {
    let name = settings.shop.as_deref().map(ShopName::parse).transpose();
    name.map_err(|error| {
        Failure::usage(
            format!("--shop {}", error.problem()),
            "give the platform's own name for the shop; `inbank order list` shows them",
        )
    })
}

fn digits(amount: Option<Money>) -> (Option<String>, Option<String>) {
    (
        amount.map(output::amount),
        amount.map(|amount| amount.currency().to_string()),
    )
}

impl From<&Order> for Details {
    fn from(order: &Order) -> Self {
        let status = order.status();
        Self {
            shop: order.key.shop.to_string(),
            reference: order.key.reference.to_string(),
            status: status.name(),
            detail: status.detail(),
            needs_person: order.needs_person.clone(),
            opened_at: moment(order.opened_at),
            attempts: order.attempts.iter().map(Tried::from).collect(),
        }
    }
}

impl From<&Attempt> for Tried {
    fn from(attempt: &Attempt) -> Self {
        let (amount, currency) = digits(attempt.terms.amount);
        let standing = attempt.command.as_ref();
        Self {
            number: attempt.number,
            id: attempt.id.to_string(),
            kind: attempt.terms.kind.as_str(),
            state: attempt.state.as_str(),
            superseded: attempt.superseded,
            product_code: attempt.terms.product.to_string(),
            amount,
            currency,
            session_id: attempt.session.as_ref().map(ToString::to_string),
            application_id: attempt.application.as_ref().map(ToString::to_string),
            contract_id: attempt.contract.as_ref().map(ToString::to_string),
            command: standing.map(|standing| standing.command.name()),
            command_stage: standing.map(|standing| standing.stage.as_str()),
            opened_at: moment(attempt.opened_at),
        }
    }
}

impl From<&OrderEvent> for Event {
    fn from(event: &OrderEvent) -> Self {
        let (amount, currency) = digits(event.amount);
        Self {
            id: event.id(),
            number: event.number,
            attempt: event.attempt,
            event: event.kind.name(),
            detail: event.kind.detail().map(str::to_owned),
            amount,
            currency,
            occurred_at: moment(event.occurred_at),
        }
    }
}

impl fmt::Display for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail = self.detail.map(|detail| format!(": {detail}"));
        let status = format!("{}{}", self.status, detail.unwrap_or_default());
        output::facts(
            f,
            &[
                ("Order", Some(self.reference.clone())),
                ("Shop", Some(self.shop.clone())),
                ("Status", Some(status)),
                ("A person should look", self.needs_person.clone()),
                ("Opened", Some(output::to_the_second(&self.opened_at))),
            ],
        )?;
        for attempt in &self.attempts {
            write!(f, "\n{attempt}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let superseded = if self.superseded { ", superseded" } else { "" };
        let command = self.command.zip(self.command_stage);
        let command = command.map(|(command, stage)| format!("{command}, {stage}"));
        output::facts(
            f,
            &[
                ("Attempt", Some(self.number.to_string())),
                ("Name", Some(self.id.clone())),
                ("State", Some(format!("{}{superseded}", self.state))),
                ("Product", Some(self.product_code.clone())),
                (
                    "Amount",
                    priced(self.amount.as_deref(), self.currency.as_deref()),
                ),
                ("Session", self.session_id.clone()),
                ("Application", self.application_id.clone()),
                ("Contract", self.contract_id.clone()),
                ("Decided to", command),
                ("Opened", Some(output::to_the_second(&self.opened_at))),
            ],
        )
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.events.is_empty() {
            return f.write_str("no events");
        }
        let mut table = output::table();
        table.set_header(["#", "Attempt", "Event", "", "Amount", "At"]);
        for event in &self.events {
            table.add_row([
                &event.number.to_string(),
                &event.attempt.to_string(),
                event.event,
                event.detail.as_deref().unwrap_or_default(),
                &priced(event.amount.as_deref(), event.currency.as_deref()).unwrap_or_default(),
                &output::to_the_second(&event.occurred_at),
            ]);
        }
        f.write_str(&output::fitted(&table))
    }
}

/// An amount for people.
fn priced(amount: Option<&str>, currency: Option<&str>) -> Option<String> {
    let (amount, currency) = (output::readable(amount?), currency?);
    Some(format!("{amount} {currency}"))
}
