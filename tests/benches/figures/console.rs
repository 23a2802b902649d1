//! The console's pages among a million orders, each against what it asks the ledger, asked alone; and the slowest of them against the
//! 100 ms that a page may take.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use inbank::ports::{AuditEntry, AuditLog, AuditQuery, Ledger, Listing};
use inbank::sql::SqlLedger;
use inbank::{OrderKey, OrderReference, OrderStatus, Platform, ShopName};
use inbank_service::{Scope, Service, ServiceStore, Token, Tokens, WebhookOptions, routes};
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
    let opened_at = (
        "opened_at",
        "opened_at - i * CAST(2592000 AS BIGINT)".to_owned(),
    );
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

/// The pages, and what stands in each when it is the right one.
const PAGES: [(&str, &str); 9] = [
    ("/console/?period=month", "499.90 EUR"),
    ("/console/orders", "order-1"),
    ("/console/orders?status=awaits_merchant", "order-2"),
    ("/console/orders?needs_person=1", "teleported"),
    (
        "/console/order?shop=main&reference=order-500005",
        "order-500005",
    ),
    (
        "/console/order/decide?shop=main&reference=order-500002&deed=approve",
        "order-500002",
    ),
    ("/console/shops", "main"),
    ("/console/shop?shop=main", "main"),
    ("/console/audit", "order.approve"),
];

/// What a page asks, asked alone.
async fn alone(page: usize, ledger: &SqlLedger, store: &ServiceStore) {
    let listing = Listing {
        shops: Some(vec![shop()]),
        limit: Some(50),
        ..Listing::default()
    };
    let person = Listing {
        needs_person: true,
        ..listing.clone()
    };
    let waiting = Listing {
        statuses: vec![OrderStatus::AwaitsMerchant],
        ..listing.clone()
    };
    let of = |listing: &Listing, limit: u32| Listing {
        limit: Some(limit),
        ..listing.clone()
    };
    let orders = async |listing: &Listing| drop(ledger.orders(listing).await.unwrap());
    // Whoever sees every shop sees orders of those that were removed, too.
    let shops = async || drop(ledger.shops().await.unwrap());
    let key = |n: u32| {
        let reference = OrderReference::parse(format!("order-{n}")).unwrap();
        OrderKey::new(shop(), reference)
    };
    let now = OffsetDateTime::now_utc();
    match page {
        // The figures are kept, and asked for in the background.
        0 => {
            shops().await;
            drop(store.measure_webhooks(now).await.unwrap());
            orders(&of(&person, 8)).await;
            orders(&of(&waiting, 8)).await;
        }
        1 => {
            shops().await;
            orders(&listing).await;
            orders(&of(&person, 20)).await;
        }
        2 => {
            shops().await;
            orders(&waiting).await;
        }
        3 => {
            shops().await;
            orders(&person).await;
        }
        4 => {
            let key = key(500_005);
            ledger.order(&key).await.unwrap().unwrap();
            ledger.events(&key).await.unwrap();
            ledger.callbacks(&key).await.unwrap();
            ledger.outbox(&key).await.unwrap();
            store.deliveries(&key, now).await.unwrap();
            records(ledger, Some(key.reference), 200).await;
        }
        5 => drop(ledger.order(&key(500_002)).await.unwrap().unwrap()),
        6 => {
            shops().await;
            drop(store.measure_webhooks(now).await.unwrap());
        }
        7 => {
            drop(store.webhook(&shop(), now).await.unwrap());
            orders(&of(&person, 10)).await;
        }
        _ => {
            shops().await;
            records(ledger, None, 50).await;
        }
    }
}

async fn records(ledger: &SqlLedger, order: Option<OrderReference>, limit: u32) {
    let about = AuditQuery {
        shops: order.is_some().then(|| vec![shop()]),
        order,
        before: None,
        limit,
    };
    AuditLog::records(ledger, &about).await.unwrap();
}

async fn measured(store: &Store) -> Times {
    let ledger = store.ledger().await;
    fill(store, &ledger).await;
    let service = service(&ledger).await;
    // Nobody works in the background: what is due would be asked of no bank.
    let (_stop, stopping) = watch::channel(false);
    let kept = ledger.service_store().await.unwrap();
    let router = routes(service, stopping);
    let session = sign_in(&router).await;
    let mut times = Times::new();
    for (n, (path, says)) in PAGES.into_iter().enumerate() {
        // What is counted in the background is there.
        let deadline = Instant::now() + Duration::from_mins(2);
        while !get(&router, path, &session).await.contains(says) {
            assert!(Instant::now() < deadline, "{path} never says {says}");
            let pause =
                tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>());
            let _ = pause.await;
        }
        let (mut page, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let began = Instant::now();
            get(&router, path, &session).await;
            page.push(began.elapsed().as_secs_f64());
            let began = Instant::now();
            alone(n, &ledger, &kept).await;
            plain.push(began.elapsed().as_secs_f64());
        }
        times.push((path, page.split_off(WARM), plain.split_off(WARM)));
    }
    times
}

async fn service(ledger: &SqlLedger) -> Service {
    let platform = Platform::builder()
        .public_url("https://pay.example")
        .ledger(Arc::new(ledger.clone()))
        .event_sink(Arc::new(Counting::new(usize::MAX)))
        .shop(instant::shop("main", Duration::ZERO))
        .build()
        .await
        .unwrap();
    let tokens = Tokens::new(vec![Token::new(TOKEN, Scope::Admin)]);
    let store = ledger.service_store().await.unwrap();
    Service::new(platform, tokens, store, WebhookOptions::default()).unwrap()
}

/// The cookie of a session.
async fn sign_in(router: &Router) -> String {
    let request = Request::post("/console/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, "pay.example");
    let request = request.body(Body::from(format!("token={TOKEN}"))).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn get(router: &Router, path: &str, session: &str) -> String {
    let request = Request::get(path)
        .header(header::HOST, "pay.example")
        .header(header::COOKIE, session);
    let request = request.body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}
