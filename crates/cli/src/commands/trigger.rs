use std::fmt;

use clap::builder::PossibleValuesParser;
use clap::{Args, value_parser};
use inbank::Invalid;
use inbank_sandbox::TriggerKind;
use serde::{Deserialize, Serialize};
use time::Duration;
use uuid::Uuid;

use super::controls::{Controls, SandboxError, answered};
use super::duration;
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank trigger granted --order 1001
  inbank trigger completed --order 1001 --times 2 --shuffle
  inbank trigger income-proof --application 6c3a9f0e-5d2b-4a7e-9a51-0f6f2f6f1d11
  inbank trigger declined --delay 30s

What is triggered happens at once, whatever the amount: the sandbox is at --base-url, and its clock stays as \
it is. About a session: granted, completed, declined, cancelled, expired, terminated. About an application that \
was sent directly: positive, changed-conditions, negative, manual, failed, income-proof, \
income-proof-by-file, statement-shared, signed, down-payment, and granted, completed, cancelled, terminated \
once it has a contract. Without --order, --session and --application it is about what was opened last.

An answer of 0 callbacks is no mistake where the guides have none: of a session that expires, and of an \
e-POS contract that is terminated, a platform learns by asking.")]
pub(crate) struct Trigger {
    /// What a customer or the bank is to do
    #[arg(value_name = "KIND", value_parser = PossibleValuesParser::new(TriggerKind::ALL.map(TriggerKind::name)))]
    kind: String,
    /// The order, as the shop calls it: its latest session
    #[arg(long, value_name = "REF", group = "subject")]
    order: Option<String>,
    /// The session
    #[arg(long, value_name = "ID", group = "subject", value_parser = identifier)]
    session: Option<Uuid>,
    /// The application, sent directly or made in a session
    #[arg(long, value_name = "ID", group = "subject", value_parser = identifier)]
    application: Option<Uuid>,
    /// How often each callback is sent: 1 to 1000 times
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..=1000))]
    times: u32,
    /// Send the callbacks in an order of chance
    #[arg(long)]
    shuffle: bool,
    /// Send them so much later: 90s, 15m, 12h, 2d; 365d at most
    #[arg(long, value_name = "D", value_parser = within_a_year)]
    delay: Option<Duration>,
}

/// The sandbox's identifiers are UUIDs.
fn identifier(text: &str) -> Result<Uuid, Invalid> {
    let wrong = |_| Invalid::new("identifier", "must be one that the sandbox gave, a UUID");
    text.parse().map_err(wrong)
}

/// The sandbox takes no longer delay.
fn within_a_year(text: &str) -> Result<Duration, Invalid> {
    let delay = duration::parse(text)?;
    if delay > Duration::days(365) {
        return Err(Invalid::new("delay", "must be 365d at most"));
    }
    Ok(delay)
}

#[derive(Serialize)]
struct Order<'a> {
    kind: &'a str,
    order: Option<&'a str>,
    session: Option<Uuid>,
    application: Option<Uuid>,
    times: u32,
    shuffle: bool,
    delay_seconds: u64,
}

#[derive(Deserialize, Serialize)]
struct Triggered {
    callbacks: usize,
}

pub(crate) async fn run(trigger: &Trigger, settings: &Settings) -> Result<(), Failure> {
    let controls = Controls::of(settings)?;
    let delay = trigger.delay.unwrap_or(Duration::ZERO);
    let order = Order {
        kind: &trigger.kind,
        order: trigger.order.as_deref(),
        session: trigger.session,
        application: trigger.application,
        times: trigger.times,
        shuffle: trigger.shuffle,
        delay_seconds: delay.whole_seconds().unsigned_abs(),
    };
    let answer = answered(controls.post("/sandbox/trigger", &order)).await?;
    let triggered: Triggered = answer.json().await.map_err(|_| SandboxError::NotASandbox)?;
    output::answer(settings.output, &triggered)
}

impl fmt::Display for Triggered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.callbacks {
            0 => f.write_str("done; no callback tells of it"),
            1 => f.write_str("done; 1 callback"),
            callbacks => write!(f, "done; {callbacks} callbacks"),
        }
    }
}
