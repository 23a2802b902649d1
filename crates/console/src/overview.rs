//! How the day goes: what needs a person, whether all works, and what came of the orders.

mod bank;
mod health;
mod money;

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use inbank_domain::{OrderStatus, ShopName};
use inbank_ports::{LedgerError, LedgerErrorKind, Listed, Listing, ShopPeriod, ShopStatistics};
use tokio::time::timeout;

use self::health::Sign;
use self::money::{Sums, Took};
use crate::address::Address;
use crate::chart::{Bar, Chart};
use crate::console::House;
use crate::figures::{Figures, Known, Span};
use crate::frame::{self, Frame};
use crate::moment::Moment;
use crate::orders::Row;
use crate::refusal::Refusal;
use crate::status::{Tag, status_words};
use crate::visitor::{Fields, Visitor};
use crate::{WebhookHealth, webhook};

/// So long a page waits for the ledger; then it says that it does not answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Orders of each kind that are named here; the list has the others.
const NAMED: u32 = 8;

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    frame: Frame,
    spans: Vec<(Address, &'static str, bool)>,
    /// Whether the ledger does not answer, so that nobody knows which orders there are.
    is_silent: bool,
    /// Orders that need a person, and where all of them are.
    for_a_person: Vec<Row>,
    all_for_a_person: Address,
    /// How many there are: as they are listed, where all are; else as they were counted.
    how_many_for_a_person: Option<u64>,
    /// Orders that wait for the merchant, and where all of them are.
    waiting: Vec<Row>,
    all_waiting: Address,
    /// Also those to which somebody has seen, and which the bank may wait for.
    all_in_dispute: Address,
    /// Whether all works: the webhooks of the shops that are seen, and the process for users who see every shop.
    signs: Vec<Sign>,
    /// When this process began.
    began: Moment,
    bank: Option<bank::Bank>,
    figures: Option<View>,
    span: &'static str,
}

/// The figures of a period, of the shops that somebody sees.
struct View {
    as_of: Moment,
    /// Whether the ledger was asked for newer ones, and has not answered.
    is_late: bool,
    paid: u64,
    approved: u64,
    declined: u64,
    /// Of a hundred that were decided.
    rate: String,
    financed: Sums,
    waiting: Sums,
    took: Took,
    by_status: Chart,
    by_end: Chart,
    for_a_person: u64,
}

impl View {
    fn of(
        periods: &[&ShopPeriod],
        statistics: &[&ShopStatistics],
        as_of: Moment,
        is_late: bool,
    ) -> Self {
        let sum = |of: fn(&ShopPeriod) -> u64| periods.iter().map(|period| of(period)).sum::<u64>();
        let (paid, approved) = (sum(|p| p.paid), sum(|p| p.approved));
        let (declined, not_paid) = (sum(|p| p.declined), sum(|p| p.not_paid));
        let of_status = |status: OrderStatus| {
            let count = statistics
                .iter()
                .filter_map(|shop| shop.orders.get(status.name()));
            count.sum::<u64>()
        };
        let for_a_person: u64 = statistics.iter().map(|shop| shop.needs_person).sum();
        let bar = |label: &str, count: u64, class| Bar {
            label: label.to_owned(),
            value: count.to_string(),
            weight: count,
            class,
        };
        let by_status = OrderStatus::EVERY.map(|status| {
            let class = Tag::of(status).mood.class();
            bar(status_words(status), of_status(status), class)
        });
        let mut by_status = Vec::from(by_status);
        // Of those above, whatever their status: as many as the list of them has.
        by_status.push(bar("need a person", for_a_person, "bad"));
        let ends = [
            ("paid", paid, "good"),
            ("declined", declined, "bad"),
            ("other ends", not_paid.saturating_sub(declined), "over"),
        ];
        let by_end = ends.map(|(label, count, class)| bar(label, count, class));
        let heads = ["Status", "Orders"];
        Self {
            as_of,
            is_late,
            paid,
            approved,
            declined,
            rate: rate(approved, declined),
            financed: Sums::of(periods.iter().map(|period| &period.financed)),
            waiting: Sums::of(periods.iter().map(|period| &period.waiting)),
            took: Took::of(periods),
            by_status: Chart::new(
                "by-status",
                "Orders by status, and those of them that need a person, now",
                heads,
                by_status,
            ),
            by_end: Chart::new(
                "by-end",
                "How orders ended",
                ["End", "Orders"],
                by_end.into(),
            ),
            for_a_person,
        }
    }
}

/// The share of those that were approved, in per cent with one digit behind the point.
fn rate(approved: u64, declined: u64) -> String {
    let decided = approved.saturating_add(declined);
    if decided == 0 {
        return "–".to_owned();
    }
    let thousandths = u128::from(approved) * 1000 / u128::from(decided);
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let span = Span::named(fields.get("period"));
    let (answer, figures) =
        futures::join!(answer_in_time(&house, &visitor), Figures::of(&house, span));
    let answer = answer?;
    let is_silent = answer.is_none();
    let Answer {
        person,
        waiting,
        webhooks,
    } = answer.unwrap_or_else(|| Answer::nothing(&house));
    let now = house.now();
    let base = &house.base;
    let own = house.shops_of(&visitor);
    let sees = |shop: &ShopName| visitor.user.sees_every_shop() || own.contains(shop);
    let Known { seen, is_late } = figures;
    let figures = seen.as_ref().map(|seen| {
        let periods = seen.periods.iter();
        let periods: Vec<_> = periods.filter(|of| sees(&of.shop)).collect();
        let statistics = seen.statistics.iter();
        let statistics: Vec<_> = statistics.filter(|of| sees(&of.shop)).collect();
        View::of(&periods, &statistics, Moment::new(seen.at, now), is_late)
    });
    let watches = visitor.user.sees_every_shop();
    let health = watches.then(|| house.worker.health());
    let hosts = house.worker.calls().hosts(now);
    let spans = Span::ALL.map(|other| {
        let to = Address::new(base, "/").with("period", other.name());
        (to, other.words(), other == span)
    });
    let orders = Address::new(base, "/orders");
    let mut signs = health::of_webhooks(webhooks.as_deref(), base, now);
    if let Some(health) = &health {
        signs.extend(health::of_shops(&house.worker.shops().withheld()));
        signs.extend(health::of_process(health, now));
    }
    let listed = person.orders.len() + person.unreadable.len();
    let are_all = person.next.is_none() && !is_silent;
    let listed = are_all.then_some(listed as u64);
    let page = Page {
        frame: Frame::of(&house, &visitor, "Overview").in_part("/"),
        spans: spans.to_vec(),
        is_silent,
        for_a_person: person
            .orders
            .iter()
            .map(|o| Row::of(&house, o, now))
            .collect(),
        all_for_a_person: orders.clone().with("needs_person", "1"),
        how_many_for_a_person: listed.or(figures.as_ref().map(|view| view.for_a_person)),
        waiting: waiting
            .orders
            .iter()
            .map(|o| Row::of(&house, o, now))
            .collect(),
        all_in_dispute: (orders.clone()).with("status", OrderStatus::NeedsPerson.name()),
        all_waiting: orders.with("status", OrderStatus::AwaitsMerchant.name()),
        signs: health::sorted(signs),
        began: Moment::new(house.runtime.started_at(), now),
        bank: health.map(|health| bank::Bank::of(&hosts, &health.open_breakers)),
        figures,
        span: span.words(),
    };
    let counting = page.figures.is_none();
    let status = if is_silent {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    let mut response = frame::page(status, &page);
    if counting {
        // They are there in a moment, also without script.
        let soon = HeaderValue::from_static("2");
        response.headers_mut().insert(header::REFRESH, soon);
    }
    Ok(response)
}

/// What the ledger says of now: which orders there are, and how webhooks stand.
struct Answer {
    person: Listed,
    waiting: Listed,
    /// None where that can't be known now.
    webhooks: Option<Vec<WebhookHealth>>,
}

impl Answer {
    /// It says nothing.
    fn nothing(house: &House) -> Self {
        Self {
            person: Listed::default(),
            waiting: Listed::default(),
            webhooks: house.desk.is_none().then(Vec::new),
        }
    }
}

/// None where it does not answer, or not in time.
async fn answer_in_time(house: &House, visitor: &Visitor) -> Result<Option<Answer>, LedgerError> {
    let late = |_| {
        let late = format!("no answer in {} s", PATIENCE.as_secs());
        Err(LedgerError::new(LedgerErrorKind::Unavailable).with_source(late))
    };
    let answer = timeout(PATIENCE, answer(house, visitor)).await;
    match answer.unwrap_or_else(late) {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind() == LedgerErrorKind::Unavailable => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the ledger does not answer the console's overview");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn answer(house: &House, visitor: &Visitor) -> Result<Answer, LedgerError> {
    let listing = Listing {
        shops: Some(house.shops_listed_to(visitor).await?),
        limit: Some(NAMED),
        ..Listing::default()
    };
    let person = Listing {
        needs_person: true,
        ..listing.clone()
    };
    let waiting = Listing {
        statuses: vec![OrderStatus::AwaitsMerchant],
        ..listing
    };
    let ledger = house.ledger();
    let (person, waiting, webhooks) = futures::join!(
        ledger.orders(&person),
        ledger.orders(&waiting),
        webhooks(house, visitor)
    );
    Ok(Answer {
        person: person?,
        waiting: waiting?,
        webhooks,
    })
}

/// How the webhooks stand of the shops that somebody sees; none where that can't be known now.
async fn webhooks(house: &House, visitor: &Visitor) -> Option<Vec<WebhookHealth>> {
    let Some(desk) = &house.desk else {
        return Some(Vec::new());
    };
    let mut webhooks = webhook::all(&**desk).await?;
    webhooks.retain(|webhook| visitor.user.sees(&webhook.shop));
    Some(webhooks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_approval_rate_is_of_what_was_decided() {
        assert_eq!(rate(0, 0), "–");
        assert_eq!(rate(2, 1), "66.6 %");
        assert_eq!(rate(5, 0), "100.0 %");
    }
}
