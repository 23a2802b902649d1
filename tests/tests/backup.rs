//! A ledger is copied while a platform writes to it, as the operators' guide says, and what is restored goes on.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use inbank::ports::{Headers, Listing};
use inbank::{Cart, Currency, Money, OrderStatus, PayOutcome, Platform, Region, Shop, ShopHandle};
use inbank_sandbox::Sandbox;
use inbank_testkit::{FakeBank, Postgres, RecordingSink};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Orders that are paid before the copy is made.
const BEFORE: usize = 20;

struct Store {
    database: String,
    folder: tempfile::TempDir,
}

impl Store {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("ledger.db").display());
        Self { database, folder }
    }

    fn postgresql() -> Self {
        Self {
            database: Postgres::shared().database(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// As the operators' guide has it; where the copy is.
    fn copied(&self) -> String {
        let copy = self.file("copy");
        if self.database.starts_with("sqlite:") {
            let connection = rusqlite::Connection::open(self.file("ledger.db")).unwrap();
            let into = format!("VACUUM INTO '{}'", copy.display());
            connection.execute_batch(&into).unwrap();
            return format!("sqlite:{}", copy.display());
        }
        let server = Postgres::shared();
        server.dump(&self.database, &copy);
        let restored = server.database();
        server.restore(&restored, &copy);
        restored
    }
}

/// A platform that works, until it is dropped.
struct Running {
    platform: Platform,
    shop: ShopHandle,
    bank: Arc<FakeBank>,
    stop: watch::Sender<bool>,
}

impl Running {
    async fn over(database: &str, bank: &Arc<FakeBank>) -> Self {
        let platform = Platform::builder()
            .public_url("https://shop.example")
            .database(database)
            .event_sink(Arc::new(RecordingSink::new()))
            .shop(Shop::at("main", bank.ports()))
            .build()
            .await
            .unwrap();
        let (stop, mut stopped) = watch::channel(false);
        let worker = platform.clone();
        tokio::spawn(async move {
            worker
                .run(async move { drop(stopped.wait_for(|stop| *stop).await) })
                .await;
        });
        Self {
            shop: platform.shop("main").unwrap(),
            platform,
            bank: bank.clone(),
            stop,
        }
    }

    async fn pay(&self, reference: &str) {
        let total = Money::new(100.into(), Currency::EUR);
        let paid = self
            .shop
            .order(reference)
            .pay(&Cart::new("hp_approval", total))
            .await;
        assert!(matches!(paid, Ok(PayOutcome::Redirect(_))), "{paid:?}");
    }

    /// The customer applies; the bank calls back.
    async fn apply(&self, reference: &str) {
        let order = self.shop.order(reference);
        let attempt = order.find().await.unwrap().unwrap().attempts[0].clone();
        self.bank.customer_applies(&attempt.session.unwrap());
        let callback = self.bank.callbacks().pop().unwrap();
        let (inbox, name) = (self.platform.inbox(), attempt.id.as_str());
        let kept = inbox.receive("main", name, &Headers::NONE, &callback).await;
        kept.unwrap();
        assert_eq!(order.refresh().await.unwrap(), OrderStatus::AwaitsMerchant);
    }

    async fn approve(&self, reference: &str) {
        let order = self.shop.order(reference);
        order.approve().await.unwrap();
        assert_eq!(order.refresh().await.unwrap(), OrderStatus::Paid);
    }

    async fn carry(&self, reference: &str) {
        self.pay(reference).await;
        self.apply(reference).await;
        self.approve(reference).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

async fn what_is_restored_goes_on(store: Store) {
    let bank = Arc::new(FakeBank::new(Region::ESTONIA));
    let running = Arc::new(Running::over(&store.database, &bank).await);
    for n in 0..BEFORE {
        running.carry(&format!("paid-{n}")).await;
    }
    running.pay("at-the-bank").await;
    running.pay("granted").await;
    running.apply("granted").await;

    // Somebody pays all the while.
    let over = Arc::new(AtomicBool::new(false));
    let (count, mut counted) = watch::channel(0);
    let writing = {
        let (running, over) = (running.clone(), over.clone());
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let n = *count.borrow();
                running.pay(&format!("meanwhile-{n}")).await;
                count.send_replace(n + 1);
            }
        })
    };
    counted.wait_for(|n| *n > 5).await.unwrap();
    let (store, copy) = tokio::task::spawn_blocking(move || {
        let copy = store.copied();
        (store, copy)
    })
    .await
    .unwrap();
    let after = *counted.borrow();
    counted.wait_for(|n| *n > after + 5).await.unwrap();
    over.store(true, Ordering::Relaxed);
    writing.await.unwrap();

    let restored = Running::over(&copy, &bank).await;
    let listed = restored
        .platform
        .ledger()
        .orders(&Listing::default())
        .await
        .unwrap();
    assert_eq!(listed.unreadable, []);
    assert!(
        listed.orders.len() >= BEFORE + 2 + 5,
        "{}",
        listed.orders.len()
    );
    for n in 0..BEFORE {
        let reference = format!("paid-{n}");
        let (there, here) = (
            running.shop.order(&reference),
            restored.shop.order(&reference),
        );
        assert_eq!(here.status().await.unwrap(), OrderStatus::Paid);
        assert_eq!(
            here.history().await.unwrap(),
            there.history().await.unwrap()
        );
        assert_eq!(
            here.callbacks().await.unwrap(),
            there.callbacks().await.unwrap()
        );
    }
    // Of the two ledgers one goes on.
    drop(running);
    restored.apply("at-the-bank").await;
    restored.approve("at-the-bank").await;
    restored.approve("granted").await;
    restored.carry("anew").await;
    drop(store);
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_copied_while_it_is_written_and_the_copy_goes_on() {
    what_is_restored_goes_on(Store::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_dumped_while_it_is_written_and_what_is_restored_goes_on() {
    what_is_restored_goes_on(Store::postgresql()).await;
}

/// The bytes that the operators' guide has for an order, of SQLite and of PostgreSQL.
fn promised() -> [u64; 2] {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operators.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let mut rows = guide.lines();
    let row = rows
        .find(|line| line.contains("a ledger's growth"))
        .unwrap();
    let numbers = row.split(' ').filter_map(|word| word.parse().ok());
    numbers.collect::<Vec<u64>>().try_into().unwrap()
}

/// How many bytes a ledger grows by for each of some hundred orders, measured by `size`: with the names and callbacks
/// that a bank gives.
async fn growth(store: &Store, size: impl Fn() -> u64) -> u64 {
    const ORDERS: u64 = 200;
    let sandbox = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    let sandbox = sandbox.start().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sink = Arc::new(RecordingSink::new());
    let shop = Shop::new("main", Region::ESTONIA, sandbox.shop(), sandbox.api_key());
    let platform = Platform::builder()
        .public_url(format!("http://{}", listener.local_addr().unwrap()))
        .database(&store.database)
        .event_sink(sink.clone())
        .shop(shop.with_base_url(sandbox.base_url()))
        .build()
        .await
        .unwrap();
    let shop = platform.shop("main").unwrap();
    tokio::spawn(async move {
        let never = std::future::pending();
        platform.serve_until(listener, Router::new(), never).await
    });
    let cart = Cart::new(
        "hire_purchase_approval",
        Money::new(100.into(), Currency::EUR),
    );
    let mut before = 0;
    let mut told = 0;
    for n in 0..=ORDERS {
        if n == 1 {
            before = size();
        }
        let order = shop.order(format!("{}", 100_000 + n));
        let PayOutcome::Redirect(page) = order.pay(&cart).await.unwrap() else {
            panic!("no session");
        };
        let session = page.as_str().rsplit('/').next().unwrap();
        sandbox.customer_applies(session.parse().unwrap()).unwrap();
        told += 1;
        sink.delivered(told).await;
        order.approve().await.unwrap();
        told += 1;
        sink.delivered(told).await;
    }
    sandbox.idle().await;
    let growth = (size() - before) / ORDERS;
    eprintln!("{growth} bytes for each order");
    growth
}

/// Within a quarter.
fn is_about(measured: u64, promised: u64) -> bool {
    (promised * 3..promised * 5).contains(&(measured * 4))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_takes_as_much_of_sqlite_as_the_guide_says() {
    let store = Store::sqlite();
    let measured = growth(&store, || {
        let connection = rusqlite::Connection::open(store.file("ledger.db")).unwrap();
        let pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        connection
            .query_row(pages, [], |row| row.get::<_, i64>(0))
            .unwrap()
            .cast_unsigned()
    })
    .await;
    assert!(is_about(measured, promised()[0]), "{measured} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_takes_as_much_of_postgresql_as_the_guide_says() {
    let store = Store::postgresql();
    let measured = growth(&store, || {
        let server = Postgres::shared();
        server.psql(&store.database, "VACUUM FULL");
        let tables = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'inbank%'";
        server.psql(&store.database, tables).parse().unwrap()
    })
    .await;
    assert!(is_about(measured, promised()[1]), "{measured} bytes");
}
