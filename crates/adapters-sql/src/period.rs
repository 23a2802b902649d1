//! What came of orders in a period, and how far an order's events are delivered: on either engine by the same statements.

use std::time::Duration;

use inbank_domain::{Command, OrderKey, ShopName};
use inbank_ports::{LedgerError, OutboxState, ShopPeriod, UntilPaid};
use time::OffsetDateTime;

use crate::failure::Failure;
use crate::script::{Cells, Scripted, Statement, Text, understood};

/// The caller's time is `$1`: when something occurred is by the clocks of those who wrote it.
const WITHIN: &str = "shop = $2 AND occurred_at >= $3 AND occurred_at <= $1";

static TOLD: Text = Text::new(|| {
    format!(
        "SELECT coalesce(sum(paid), 0), coalesce(sum(declined), 0), coalesce(sum(not_paid), 0), coalesce(sum(approved), 0) FROM (
            SELECT max(CASE WHEN kind = 'paid' THEN 1 ELSE 0 END) AS paid,
                max(CASE WHEN kind = 'not_paid' AND detail = 'declined' THEN 1 ELSE 0 END) AS declined,
                max(CASE WHEN kind = 'not_paid' THEN 1 ELSE 0 END) AS not_paid,
                max(CASE WHEN kind IN ('awaits_merchant', 'paid') THEN 1 ELSE 0 END) AS approved
            FROM inbank_event WHERE {WITHIN} AND kind IN ('awaits_merchant', 'not_paid', 'paid') GROUP BY reference
        ) AS told"
    )
});

/// Texts can't be added: each amount with how often it is there.
static FINANCED: Text = Text::new(|| {
    format!(
        "SELECT count(*), amount, currency FROM inbank_event
        WHERE {WITHIN} AND kind = 'paid' AND amount IS NOT NULL GROUP BY amount, currency"
    )
});

static TOOK: Text = Text::new(|| {
    let most = UntilPaid::MOST;
    format!(
        "SELECT e.occurred_at - a.opened_at FROM (
            SELECT shop, reference, attempt, occurred_at FROM inbank_event WHERE {WITHIN} AND kind = 'paid'
            ORDER BY occurred_at DESC, id DESC LIMIT {most}
        ) AS e
        JOIN inbank_attempt AS a ON a.shop = e.shop AND a.reference = e.reference AND a.number = e.attempt"
    )
});

/// Of an order that awaits the merchant, the attempt that counts (see [`Order::present`](inbank_domain::Order::present)): of those that
/// are granted, the first that has taken the order, else the last to which customers may be sent.
static WAITING: Text = Text::new(|| {
    let binding = [Command::Activate.name(), Command::Approve.name(), "accept"].join("', '");
    let takes = format!("(a.bound = 1 OR coalesce(a.command IN ('{binding}'), FALSE))");
    format!(
        "SELECT count(*), p.amount, p.currency FROM inbank_order AS o
        JOIN inbank_attempt AS p ON p.shop = o.shop AND p.reference = o.reference AND p.number = (
            SELECT a.number FROM inbank_attempt AS a
            WHERE a.shop = o.shop AND a.reference = o.reference AND a.state = 'granted' AND a.other_amount IS NULL
            ORDER BY CASE WHEN {takes} THEN 0 ELSE 1 END, CASE WHEN {takes} THEN a.number ELSE a.superseded END, a.number DESC
            LIMIT 1
        )
        WHERE o.shop = $2 AND o.status = 'awaits_merchant' AND p.amount IS NOT NULL GROUP BY p.amount, p.currency"
    )
});

/// Each statement is whole by itself, and no two are of one moment.
pub(crate) async fn period(
    store: &dyn Scripted,
    shops: &[ShopName],
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Vec<ShopPeriod>, LedgerError> {
    let mut periods = Vec::new();
    for shop in shops {
        let mut period = ShopPeriod::none(shop.clone());
        let of = |text| Statement::new(text, now).with(shop).with(since);
        let told = store.look(of(&TOLD)).await?;
        understood(store, count(&mut period, &told))?;
        for row in store.look(of(&FINANCED)).await? {
            amount(&row, |amount, times| period.add_financed(amount, times));
        }
        let waiting = Statement::new(&WAITING, now).with(shop);
        for row in store.look(waiting).await? {
            amount(&row, |amount, times| period.add_waiting(amount, times));
        }
        let took = store.look(of(&TOOK)).await?;
        // By a clock that was put back in between it took less than nothing.
        let took = took.iter().filter_map(|row| {
            let micros = row.cursor().count().ok()?;
            Some(Duration::from_micros(micros))
        });
        period.until_paid = UntilPaid::of(took.collect());
        periods.push(period);
    }
    Ok(periods)
}

fn count(period: &mut ShopPeriod, told: &[Cells]) -> Result<(), Failure> {
    for row in told {
        let mut row = row.cursor();
        period.paid = row.count()?;
        period.declined = row.count()?;
        period.not_paid = row.count()?;
        period.approved = row.count()?;
    }
    Ok(())
}

/// How often there is an amount. One that can't be read is left out, so that it hides none of the others.
fn amount(row: &Cells, mut add: impl FnMut(inbank_domain::Money, u64)) {
    let mut row = row.cursor();
    if let Ok(times) = row.count()
        && let Ok(Some(amount)) = row.money()
    {
        add(amount, times);
    }
}

static OUTBOX: Text = Text::new(|| {
    "SELECT o.events, o.delivered, o.refused, e.occurred_at, o.outbox_failures FROM inbank_order AS o
    LEFT JOIN inbank_event AS e ON e.shop = o.shop AND e.reference = o.reference AND e.number = o.delivered + 1
    WHERE o.shop = $2 AND o.reference = $3"
        .to_owned()
});

pub(crate) async fn outbox(
    store: &dyn Scripted,
    key: &OrderKey,
) -> Result<Option<OutboxState>, LedgerError> {
    // No time is in it.
    let statement = Statement::new(&OUTBOX, OffsetDateTime::UNIX_EPOCH)
        .with(&key.shop)
        .with(key.reference.as_str());
    let rows = store.look(statement).await?;
    understood(store, rows.first().map(state).transpose())
}

fn state(row: &Cells) -> Result<OutboxState, Failure> {
    let mut row = row.cursor();
    let (events, delivered) = (row.count()?, row.count()?);
    let refused = row.maybe_number()?;
    Ok(OutboxState {
        events,
        delivered,
        refused: refused.and_then(|number| u64::try_from(number).ok()),
        waits_since: row.maybe_moment()?,
        failures: row.small()?,
    })
}
