//! What came of sending webhooks.

use std::time::Duration;

use inbank_domain::OrderKey;
use inbank_ports::LedgerError;
use time::OffsetDateTime;

use super::sending::held;
use super::{ClaimedWebhook, ServiceStore};
use crate::failure::Failure;
use crate::script::{Cells, Statement, Text};

/// What came of a try.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TryReport {
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
    /// What was wrong, in a few words of our own: what a server answers may be personal, and is kept nowhere.
    pub problem: String,
}

/// What becomes of a delivery.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ruled {
    /// It was taken: it is done with, and kept for a while, so that it can be shown that it was.
    Delivered {
        /// The status of the answer, where there was one.
        status: Option<u16>,
    },
    /// It failed and is tried again after a pause; the order's later events wait for it.
    Again {
        /// After which.
        pause: Duration,
        /// What was wrong.
        report: TryReport,
    },
    /// It is given up, and kept; the order's later events go on.
    Dead {
        /// What was wrong.
        report: TryReport,
    },
}

/// What becomes of which delivery.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// The order that it is about.
    pub key: OrderKey,
    /// The event's number in its order.
    pub number: u64,
    /// What becomes of it.
    pub ruled: Ruled,
}

/// What a round of sending came to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settled {
    /// What becomes of the deliveries; those that were not tried are left as they are.
    pub outcomes: Vec<Outcome>,
    /// The last answer's status, and what was wrong with it.
    pub last: TryReport,
    /// How long nothing is to be sent, where the shop's server asks for a pause.
    pub pause: Option<Duration>,
    /// Whether the shop's server says that it wants no more.
    pub gone: bool,
    /// After so long with failures and nothing else it is switched off.
    pub patience: Duration,
}

/// How a webhook stands after a round.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// Why it was switched off, where it was.
    pub disabled: Option<String>,
    /// Whether nothing is to be sent for now.
    pub paused: bool,
    /// For how long there have been failures and nothing else.
    pub failing_for: Option<Duration>,
}

static DELIVERED: Text = Text::new(|| {
    "UPDATE inbank_webhook_delivery SET tries = tries + 1, due_at = NULL, dead_at = NULL, tried_at = @now, taken_at = @now,
        status = $5, problem = NULL
    WHERE shop = $2 AND reference = $3 AND number = $4"
        .to_owned()
});

static AGAIN: Text = Text::new(|| {
    "UPDATE inbank_webhook_delivery SET tries = tries + 1, due_at = @now + $7, tried_at = @now, status = $5, problem = $6
    WHERE shop = $2 AND reference = $3 AND number = $4"
        .to_owned()
});

/// The order's later events wait for it.
static BEHIND: Text = Text::new(|| {
    "UPDATE inbank_webhook_delivery SET due_at = @now + $5
    WHERE shop = $2 AND reference = $3 AND number > $4 AND due_at < @now + $5"
        .to_owned()
});

static DEAD: Text = Text::new(|| {
    "UPDATE inbank_webhook_delivery SET tries = tries + 1, due_at = NULL, dead_at = @now, tried_at = @now, status = $5,
        problem = $6
    WHERE shop = $2 AND reference = $3 AND number = $4"
        .to_owned()
});

static TAKEN: Text = Text::new(|| {
    "UPDATE inbank_webhook SET tried_at = @now, delivered_at = @now, last_status = $3, last_problem = $4, failing_since = NULL
    WHERE shop = $2"
        .to_owned()
});

static FAILED: Text = Text::new(|| {
    "UPDATE inbank_webhook SET tried_at = @now, last_status = $3, last_problem = $4,
        failing_since = coalesce(failing_since, @now)
    WHERE shop = $2"
        .to_owned()
});

static PAUSE: Text =
    Text::new(|| "UPDATE inbank_webhook SET paused_until = @now + $3 WHERE shop = $2".to_owned());

/// Where nothing but failures has come for a while, it is asked less and less often, up to once a minute.
static EASE: Text = Text::new(|| {
    "UPDATE inbank_webhook SET paused_until = @now + CASE
        WHEN (@now - failing_since) / 4 > 60000000 THEN 60000000
        WHEN (@now - failing_since) / 4 < 1000000 THEN 1000000
        ELSE (@now - failing_since) / 4
    END
    WHERE shop = $2 AND failing_since IS NOT NULL AND (paused_until IS NULL OR paused_until <= @now)"
        .to_owned()
});

static SWITCH_OFF: Text = Text::new(|| {
    "UPDATE inbank_webhook SET disabled_at = @now, disabled_because = CASE WHEN $3 = 1 THEN 'gone' ELSE 'failing' END
    WHERE shop = $2 AND ($3 = 1 OR failing_since <= @now - $4)"
        .to_owned()
});

static STANDING: Text = Text::new(|| {
    "SELECT disabled_because, CASE WHEN paused_until > @now THEN paused_until END, @now - failing_since
    FROM inbank_webhook WHERE shop = $2"
        .to_owned()
});

fn standing(row: &Cells) -> Result<Standing, Failure> {
    let mut row = row.cursor();
    Ok(Standing {
        disabled: row.maybe_text()?.map(str::to_owned),
        paused: row.maybe_number()?.is_some(),
        failing_for: row
            .maybe_number()?
            .map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or_default())),
    })
}

/// With what was wrong with a try.
fn reporting(statement: Statement, report: &TryReport) -> Statement {
    statement
        .with(report.status.map(i64::from))
        .with(&*report.problem)
}

/// What is done with a delivery of which something came.
fn written(outcome: &Outcome, now: OffsetDateTime) -> Vec<Statement> {
    let about = |text| {
        Statement::new(text, now)
            .of(&outcome.key)
            .with(outcome.number)
    };
    match &outcome.ruled {
        Ruled::Delivered { status } => vec![about(&DELIVERED).with(status.map(i64::from))],
        Ruled::Again { pause, report } => vec![
            reporting(about(&AGAIN), report).with(*pause),
            about(&BEHIND).with(*pause),
        ],
        // Those that waited for it have been due as long.
        Ruled::Dead { report } => vec![reporting(about(&DEAD), report)],
    }
}

impl ServiceStore {
    /// Writes down what came of a round, and holds the lease for as long again. None when the lease has passed on: nothing is
    /// written then, and whoever has it sends the same again.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn settle_deliveries(
        &self,
        webhook: &ClaimedWebhook,
        settled: &Settled,
        lease: Duration,
        now: OffsetDateTime,
    ) -> Result<Option<Standing>, LedgerError> {
        let about = |text| Statement::new(text, now).with(&webhook.shop);
        let mut script = vec![held(webhook, lease, now)];
        for outcome in &settled.outcomes {
            script.extend(written(outcome, now));
        }
        let mut ruled = settled.outcomes.iter().map(|outcome| &outcome.ruled);
        let last = |text| {
            let problem = Some(&*settled.last.problem).filter(|problem| !problem.is_empty());
            about(text)
                .with(settled.last.status.map(i64::from))
                .with(problem)
        };
        if ruled.any(|ruled| matches!(ruled, Ruled::Delivered { .. })) {
            script.push(last(&TAKEN));
        } else if settled.last != TryReport::default() {
            script.push(last(&FAILED));
        }
        script.extend(settled.pause.map(|pause| about(&PAUSE).with(pause)));
        script.push(about(&EASE));
        let patience = about(&SWITCH_OFF).with(i64::from(settled.gone));
        script.push(patience.with(settled.patience));
        script.push(about(&STANDING));
        let Some(answers) = self.engine.script(script).await? else {
            return Ok(None);
        };
        let row = answers.last().and_then(|rows| rows.first());
        self.engine.understood(row.map(standing).transpose())
    }
}
