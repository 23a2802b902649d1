//! The console's pages among a million orders, each against what it asks the ledger, asked alone; and the slowest of them against the
//! 100 ms that a page may take.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode, header};
use inbank::Platform;
use inbank::ports::{AuditEntry, AuditLog, AuditQuery, Ledger, Listing};
use inbank::sql::{ServiceStore, SqlLedger};
use inbank::{OrderKey, OrderReference, OrderStatus, ShopName};
use inbank_service::{Scope, Service, Token, Tokens, WebhookOptions, routes};
use time::OffsetDateTime;
use tokio::sync::watch;
use tower::ServiceExt as _;

use super::drain::Counting;
use super::store::Store;
use super::{instant, median, runtime};

const ORDERS: u32 = 1_000_000;
const TOKEN: &str = "token-of-whoever-looks-at-pages";
/// What a page may take, in seconds.
const ALLOWED: f64 = 0.1;
const ROUNDS: usize = 120;
/// The first open connections and warm caches.
const WARM: usize = 20;

/// The times of each page, and of what it asks alone, in seconds.
type Times = Vec<(&'static str, Vec<f64>, Vec<f64>)>;

pub(crate) fn sqlite() -> Vec<f64> {
    against_queries(on_sqlite())
}

pub(crate) fn postgres() -> Vec<f64> {
    against_queries(on_postgres())
}

pub(crate) fn slowest_sqlite() -> Vec<f64> {
    against_the_clock(on_sqlite())
}

pub(crate) fn slowest_postgres() -> Vec<f64> {
    against_the_clock(on_postgres())
}

/// Filled and measured once for both figures.
fn on_sqlite() -> &'static Times {
    static TIMES: OnceLock<Times> = OnceLock::new();
    TIMES.get_or_init(|| runtime().block_on(measured(&Store::sqlite())))
}

fn on_postgres() -> &'static Times {
    static TIMES: OnceLock<Times> = OnceLock::new();
    TIMES.get_or_init(|| runtime().block_on(measured(&Store::postgres())))
}

/// Of the page that is furthest from its queries, so that no other hides it.
fn against_queries(times: &Times) -> Vec<f64> {
    let ratios = times.iter().map(|(path, page, alone)| {
        let ratios = super::ratios_by(10, page, alone);
        eprintln!("{path}: {:.2} of its queries", median(&mut ratios.clone()));
        ratios
    });
    let furthest = ratios.max_by(|a, b| {
        let [a, b] = [a, b].map(|ratios| median(&mut ratios.clone()));
        a.total_cmp(&b)
    });
    furthest.unwrap()
}

/// Of the page that takes longest.
fn against_the_clock(times: &Times) -> Vec<f64> {
    let slowest = times.iter().map(|(path, page, _)| {
        let middle = median(&mut page.clone());
        eprintln!("{path}: {:.1} ms", middle * 1000.0);
        (middle, page)
    });
    let (_, page) = slowest.max_by(|(a, _), (b, _)| a.total_cmp(b)).unwrap();
    page.iter().map(|took| took / ALLOWED).collect()
}

/// A million orders of a month, most of which are paid or not; some wait for the merchant, and a few for a person. Each with what was
/// told of it, and a log of what was decided.
async fn fill(store: &Store, ledger: &SqlLedger) {
    instant::order(ledger, "main", 0, false).await;
    let hundredth = |pending: &str, waits: &str, not_paid: &str, paid: &str| {
        format!(
            "CASE WHEN i % 100 < 2 THEN {pending} WHEN i % 100 < 5 THEN {waits} WHEN i % 100 < 40 THEN {not_paid} ELSE {paid} END"
        )
    };
    let reference = ("reference", "'order-' || i".to_owned());
    // The numbers come in the order of their texts; what matters is that the times are spread.
    let opened_at = ("opened_at", "opened_at - i * CAST(2592000 AS BIGINT)".to_owned());
    let order = [
        reference.clone(),
        opened_at.clone(),
        ("due_at", "CAST(NULL AS BIGINT)".to_owned()),
        (
            "needs_person",
            "CASE WHEN i % 1000 = 1 THEN 'the bank gave a status that is not known here: teleported' END".to_owned(),
        ),
        (
            "status",
            hundredth("'pending'", "'awaits_merchant'", "'not_paid'", "'paid'"),
        ),
        ("paid_by", "CASE WHEN i % 100 >= 40 THEN CAST(1 AS BIGINT) END".to_owned()),
        ("is_over", hundredth("0", "0", "1", "1")),
        ("events", hundredth("0", "1", "1", "1")),
        ("delivered", hundredth("0", "1", "1", "1")),
    ];
    let attempt = [
        reference,
        opened_at,
        ("id", "'attempt-' || i".to_owned()),
        ("session", "'session-' || i".to_owned()),
        ("amount", "'499.90'".to_owned()),
        ("currency", "'EUR'".to_owned()),
        (
            "state",
            hundredth("'pending'", "'granted'", "'declined'", "'completed'"),
        ),
        ("merchant_approval", hundredth("0", "1", "0", "0")),
    ];
    store.copy("inbank_order", &order, ORDERS).await;
    store.copy("inbank_attempt", &attempt, ORDERS).await;
    store
        .fill_table(
            "INSERT INTO inbank_event (shop, reference, number, attempt, attempt_id, kind, detail, amount, currency, occurred_at, position)
            SELECT shop, reference, 1, 1, 'attempt-' || substr(reference, 7), status,
                CASE WHEN status = 'not_paid' THEN 'declined' END, '499.90', 'EUR', opened_at + 600000000,
                CAST(substr(reference, 7) AS BIGINT)
            FROM inbank_order WHERE events = 1",
        )
        .await;
    store.execute("ANALYZE").await;
    let entry = AuditEntry {
        who: "token 00000000".to_owned(),
        what: "order.approve".to_owned(),
        shop: Some(shop()),
        reference: Some("order-500005".to_owned()),
        why: Some("the goods are here".to_owned()),
    };
    for _ in 0..1_000 {
        let recorded = AuditLog::record(ledger, &entry, OffsetDateTime::now_utc());
        recorded.await.unwrap();
    }
}

fn shop() -> ShopName {
    ShopName::parse("main").unwrap()
}
