use std::fmt;

use clap::Args;
use clap::builder::PossibleValuesParser;
use inbank::ports::{Ledger, Listing};
use inbank::{Order, OrderStatus};
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::watching::Watch;
use super::{digits, priced, shop_name};
use crate::commands::duration;
use crate::commands::ledger::Database;
use crate::exit::Failure;
use crate::output::{self, moment};
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank order list
  inbank order list --status awaits_merchant --older-than 2d --output json
  inbank order list --shop main --needs-person
  inbank order list --needs-person --watch

What can't be read is left out, and named on stderr; `inbank ledger check` names it too.")]
pub(crate) struct List {
    #[command(flatten)]
    database: Database,
    /// Only those that stand so
    #[arg(long, value_parser = PossibleValuesParser::new(OrderStatus::EVERY.map(OrderStatus::name)))]
    status: Option<String>,
    /// Only those that a person should look at
    #[arg(long)]
    needs_person: bool,
    /// Only those opened longer ago than this: 90s, 15m, 12h, 2d
    #[arg(long, value_name = "D", value_parser = duration::parse)]
    older_than: Option<Duration>,
    #[command(flatten)]
    pub(super) watch: Watch,
}

#[derive(Serialize)]
struct Orders {
    orders: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    shop: String,
    reference: String,
    status: &'static str,
    detail: Option<&'static str>,
    amount: Option<String>,
    currency: Option<String>,
    attempts: usize,
    needs_person: Option<String>,
    opened_at: String,
}

pub(super) async fn run(list: List, settings: &Settings) -> Result<(), Failure> {
    let ledger = list.database.open().await?;
    let look = async || look(&list, &*ledger, settings).await;
    list.watch.show(settings.output, look).await
}

async fn look(list: &List, ledger: &dyn Ledger, settings: &Settings) -> Result<Orders, Failure> {
    let now = OffsetDateTime::now_utc();
    let wanted = list.status.as_deref();
    let mut statuses = OrderStatus::EVERY.to_vec();
    statuses.retain(|status| wanted == Some(status.name()));
    let listing = Listing {
        shops: shop_name(settings)?.map(|shop| vec![shop]),
        statuses,
        needs_person: list.needs_person,
        opened_before: list.older_than.map(|age| now.saturating_sub(age)),
        ..Listing::default()
    };
    let listed = ledger.orders(&listing).await?;
    for key in &listed.unreadable {
        tracing::warn!(order = %key, "an order can't be read");
    }
    let orders = listed.orders.iter().map(Row::from).collect();
    Ok(Orders { orders })
}

impl From<&Order> for Row {
    fn from(order: &Order) -> Self {
        let status = order.status();
        let present = order.present();
        let (amount, currency) = digits(present.and_then(|attempt| attempt.terms.amount));
        Self {
            shop: order.key.shop.to_string(),
            reference: order.key.reference.to_string(),
            status: status.name(),
            detail: status.detail(),
            amount,
            currency,
            attempts: order.attempts.len(),
            needs_person: order.needs_person.clone(),
            opened_at: moment(order.opened_at),
        }
    }
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.orders.is_empty() {
            return f.write_str("no orders");
        }
        let mut table = output::table();
        table.set_header([
            "Shop", "Order", "Status", "", "Amount", "Attempts", "Opened", "Look at",
        ]);
        for order in &self.orders {
            table.add_row([
                &order.shop,
                &order.reference,
                order.status,
                order.detail.unwrap_or_default(),
                &priced(order.amount.as_deref(), order.currency.as_deref()).unwrap_or_default(),
                &order.attempts.to_string(),
                &output::to_the_second(&order.opened_at),
                order.needs_person.as_deref().unwrap_or_default(),
            ]);
        }
        f.write_str(&output::fitted(&table))
    }
}
