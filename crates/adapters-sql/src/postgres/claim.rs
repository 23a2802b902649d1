//! Leases.

use std::time::Duration;

use inbank_domain::OrderKey;
use inbank_ports::{Claim, ClaimRequest, Claimed, Lease, Rest};
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::clock::{CLOCK, Sql};
use super::connection::Session;
use super::{inbox, order};
use crate::failure::Failure;
use crate::moment::{LONGEST, SLACK, micros, span};
use crate::row::Cursor;
use crate::schedule::{Leased, WORK, released};

/// So many are leased by one statement. Without a number here the server takes a tenth of all that is due
/// for what it may have to lease, and reads the whole table to find that. It stands at each end of an index too: a plan that
/// expects a tenth of millions of rows is first compiled to machine code, which takes some 500 times as long as running it.
const MOST: u32 = 1_000;

/// Leases, of each shop up to its limit, the orders that may be leased: those that are due, those whose lease has lapsed, and those
/// that a wrong clock has leased or put off. Each is found at an end of an index, and passed over while another is taking it.
/// The order says which end, since the server else reads the table for what it takes to be there in plenty. They are leased by
/// where they stand, because the server expects as many as [`MOST`] of them, and looking up so many by their names costs more
/// than reading a table of some ten thousand orders whole. One that has moved between the moment that this statement sees and
/// its lock isn't found there, and is left for the next claim.
pub(super) fn claiming(leased: &Leased, also: &str, returned: &str) -> String {
    let Leased {
        due, lease, until, ..
    } = leased;
    let arm = |since: &str, condition: &str, order: &str| {
        format!(
            "MATERIALIZED (
                SELECT f.stands, a.shop, f.reference, a.free, f.since FROM clock CROSS JOIN asked AS a CROSS JOIN LATERAL (
                    SELECT * FROM (
                        SELECT o.ctid AS stands, o.reference, {since} AS since FROM inbank_order AS o WHERE o.shop = a.shop AND {condition}
                        {order} LIMIT a.free FOR NO KEY UPDATE OF o SKIP LOCKED
                    ) AS f LIMIT {MOST}
                ) AS f
            )"
        )
    };
    let due_now = arm(
        &format!("o.{due}"),
        &format!("o.{until} IS NULL AND o.{due} <= clock.now"),
        &format!("ORDER BY o.{due}"),
    );
    let lapsed = arm(
        &format!("o.{until}"),
        &format!("o.{until} <= clock.now"),
        &format!("ORDER BY o.{until}"),
    );
    let too_long = arm(
        "clock.now",
        &format!("o.{until} > clock.now + CAST($4 AS bigint) + {SLACK}"),
        &format!("ORDER BY o.{until} DESC"),
    );
    let too_late = arm(
        "clock.now",
        &format!(
            "o.{until} IS NULL AND o.{due} > clock.now + {}",
            LONGEST + SLACK
        ),
        &format!("ORDER BY o.{due} DESC"),
    );
    format!(
        r#"WITH {CLOCK}, asked AS MATERIALIZED (
            SELECT shop COLLATE "C" AS shop, free FROM unnest(CAST($2 AS text[]), CAST($3 AS bigint[])) AS a(shop, free)
        ), due AS {due_now}, lapsed AS {lapsed}, too_long AS {too_long}, too_late AS {too_late},
        found AS (
            SELECT * FROM due UNION ALL SELECT * FROM lapsed UNION ALL SELECT * FROM too_long UNION ALL SELECT * FROM too_late
        ), placed AS (
            SELECT stands, shop, reference, since, free, row_number() OVER (PARTITION BY shop ORDER BY since) AS place FROM found
        ), chosen AS MATERIALIZED (
            SELECT stands, shop, reference, since FROM placed WHERE place <= free ORDER BY place LIMIT {MOST}
        ), taken AS (
            UPDATE inbank_order AS o SET {lease} = o.{lease} + 1, {until} = clock.now + CAST($4 AS bigint) {also}
            FROM clock WHERE o.ctid = ANY(ARRAY(SELECT stands FROM chosen))
            RETURNING o.shop, o.reference, o.{lease}, {returned}
        )
        SELECT p.since, t.* FROM taken AS t JOIN chosen AS p ON p.shop = t.shop AND p.reference = t.reference ORDER BY p.since"#
    )
}

static CLAIM: Sql = Sql::new(|| claiming(&WORK, ", woken_again = 0", "o.woken, o.failures"));

static CLAIM_ONE: Sql = Sql::new(|| {
    format!(
        "WITH {CLOCK} UPDATE inbank_order AS o SET lease = o.lease + 1, leased_until = clock.now + CAST($4 AS bigint),
            woken_again = 0
        FROM clock
        WHERE o.shop = $2 AND o.reference = $3
            AND (o.leased_until IS NULL OR o.leased_until <= clock.now
                OR o.leased_until > clock.now + CAST($4 AS bigint) + {SLACK})
        RETURNING clock.now, o.shop, o.reference, o.lease, o.woken, o.failures"
    )
});

static RELEASE: Sql = Sql::new(|| {
    let released = released(
        "clock.now",
        "CAST($5 AS bigint)",
        "$6",
        "CAST($7 AS bigint)",
    );
    format!(
        "WITH {CLOCK} UPDATE inbank_order AS o SET {released} FROM clock
        WHERE o.shop = $2 AND o.reference = $3 AND o.lease = $4 AND o.leased_until IS NOT NULL"
    )
});

/// Gives back what can't be read. Where it was leased before, and that had lapsed, it is due.
static UNTAKE: Sql = Sql::new(|| {
    format!(
        "WITH {CLOCK} UPDATE inbank_order AS o SET leased_until = NULL, due_at = coalesce(o.due_at, clock.now) FROM clock
        WHERE o.shop = $2 AND o.reference = $3 AND o.lease = $4 AND o.leased_until IS NOT NULL"
    )
});

/// The rows that a statement of [`claiming`] leases.
pub(super) async fn take(
    session: &mut Session,
    sql: &'static Sql,
    request: &ClaimRequest,
) -> Result<Vec<PgRow>, Failure> {
    let shops = request.shops.iter().map(|slots| slots.shop.as_str());
    let free = request.shops.iter().map(|slots| i64::from(slots.free));
    let query = sqlx::query(session.text(sql))
        .bind(micros(request.now))
        .bind(shops.collect::<Vec<_>>())
        .bind(free.collect::<Vec<_>>())
        .bind(span(request.lease));
    Ok(query.fetch_all(&mut *session.connection).await?)
}

/// What a lease was given for.
struct Taken {
    name: (String, String),
    lease: Lease,
    woken: bool,
    failures: u32,
}

impl Taken {
    fn read(row: &PgRow) -> Result<Self, Failure> {
        let mut row = Cursor::at(row, 1);
        Ok(Self {
            name: (row.text()?.to_owned(), row.text()?.to_owned()),
            lease: Lease(row.count()?),
            woken: row.flag()?,
            failures: row.small().unwrap_or(u32::MAX),
        })
    }
}

pub(super) async fn claim(
    session: &mut Session,
    request: &ClaimRequest,
) -> Result<Vec<Claimed>, Failure> {
    let rows = take(session, &CLAIM, request).await?;
    let taken: Result<Vec<_>, _> = rows.iter().map(Taken::read).collect();
    load(session, taken?).await
}

/// What was leased is read by later statements, which see what was committed before the leases were given; in one with them it
/// could be older than that.
async fn load(session: &mut Session, taken: Vec<Taken>) -> Result<Vec<Claimed>, Failure> {
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<_> = taken.iter().map(|taken| taken.name.clone()).collect();
    let mut orders = order::named(session, &names).await?;
    let callbacks = inbox::new(session, &names).await?;
    let mut claimed = Vec::new();
    for Taken {
        name: (shop, reference),
        lease,
        woken,
        failures,
    } in taken
    {
        let found = orders
            .iter()
            .position(|stored| stored.shop == shop && stored.reference == reference);
        // It may have been erased meanwhile.
        let Some(stored) = found.map(|found| orders.swap_remove(found)) else {
            continue;
        };
        // What has no name that can be read can't be named to anybody: it waits for a version that can.
        let Some(key) = stored.key() else { continue };
        let inbox = callbacks
            .iter()
            .filter(|new| new.reference == reference && new.shop == shop)
            .map(|new| new.callback.clone());
        let contents = stored
            .order
            .and_then(|order| Ok((order, inbox.collect::<Result<Vec<_>, Failure>>()?)));
        claimed.push(match contents {
            Ok((order, inbox)) => Claimed::Order(Box::new(Claim {
                order,
                lease,
                woken,
                inbox,
            })),
            Err(failure) => Claimed::Unreadable {
                error: failure.at(&key.to_string()),
                key,
                lease,
                failures,
            },
        });
    }
    Ok(claimed)
}

pub(super) async fn claim_one(
    session: &mut Session,
    key: &OrderKey,
    now: OffsetDateTime,
    lease: Duration,
) -> Result<Option<Claim>, Failure> {
    let (shop, reference) = (key.shop.as_str(), key.reference.as_str());
    let query = sqlx::query(session.text(&CLAIM_ONE))
        .bind(micros(now))
        .bind(shop)
        .bind(reference)
        .bind(span(lease));
    let row = query.fetch_optional(&mut *session.connection).await?;
    let Some(row) = row else { return Ok(None) };
    let taken = Taken::read(&row)?;
    match load(session, vec![taken]).await?.pop() {
        None => Ok(None),
        Some(Claimed::Order(claim)) => Ok(Some(*claim)),
        // Nobody can work on it, so nobody leases it by name.
        Some(Claimed::Unreadable { lease, error, .. }) => {
            let query = sqlx::query(session.text(&UNTAKE))
                .bind(micros(now))
                .bind(shop)
                .bind(reference)
                .bind(lease.0.cast_signed());
            query.execute(&mut *session.connection).await?;
            Err(Failure::unreadable(cause(&error)))
        }
    }
}

fn cause(error: &inbank_ports::LedgerError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

pub(super) async fn release(
    session: &mut Session,
    key: &OrderKey,
    Lease(lease): Lease,
    rest: Rest,
    now: OffsetDateTime,
) -> Result<bool, Failure> {
    let query = sqlx::query(session.text(&RELEASE))
        .bind(micros(now))
        .bind(key.shop.as_str())
        .bind(key.reference.as_str())
        .bind(lease.cast_signed())
        .bind(rest.due_in.map(span))
        .bind(i64::from(rest.failures))
        .bind(i64::from(rest.aside));
    let released = query.execute(&mut *session.connection).await?;
    Ok(released.rows_affected() == 1)
}
