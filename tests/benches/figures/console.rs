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
