//! A platform in a process of its own, which a test kills: it pays an order, approves it once it is
//! granted, and says on standard output what happens. Its time passes a hundred times as fast, so that
//! leases lapse while a test waits.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use inbank::ports::{Clock, EventSink, SinkError};
use inbank::sql::LedgerOptions;
use inbank::{
    Cart, Currency, EventKind, Money, OrderEvent, OsRandom, PayOutcome, Platform, Region,
    Runtime, Shop, TokioSpawner,
};
use inbank_tests::Dying;
use time::OffsetDateTime;
use tokio::sync::Notify;

const FASTER: u32 = 100;

/// Goes on from where the process before may have been.
struct FastClock {
    start: OffsetDateTime,
    began: Instant,
}

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> OffsetDateTime {
        self.start + self.began.elapsed() * FASTER
    }

    async fn sleep(&self, wait: Duration) {
        // A timer is what a clock is made of.
        let until = tokio::time::Instant::now() + wait / FASTER;
        let never = std::future::pending::<()>();
        let _ = tokio::time::timeout_at(until, never).await;
    }
}

struct Said {
    granted: Arc<Notify>,
}

#[async_trait]
impl EventSink for Said {
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
        say(&format!(
            "event {} {} {}",
            event.number, event.order, event.kind
        ));
        if event.kind == EventKind::AwaitsMerchant {
            self.granted.notify_one();
        }
        Ok(())
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Arguments: database, bank, shop, key, when it is there, and the step to die at.
#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, bank, uuid, key, start, die_at] = &arguments[..] else {
        panic!("database bank shop key start die-at");
    };
    let start = OffsetDateTime::from_unix_timestamp(start.parse().unwrap()).unwrap();
    let clock = Arc::new(FastClock {
        start,
        began: Instant::now(),
    });
    let granted = Arc::new(Notify::new());
    let options = LedgerOptions::new().callers_clock();
    let ledger = options.connect(database).await.unwrap();
    let ledger = Dying::new(Arc::new(ledger), die_at.parse().unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let shop = Shop::new("main", Region::ESTONIA, uuid, key).with_base_url(bank);
    let runtime = Runtime::new(clock, Arc::new(OsRandom), Arc::new(TokioSpawner));
    let platform = Platform::builder()
        .public_url(format!("http://{}", listener.local_addr().unwrap()))
        .ledger(Arc::new(ledger))
        .event_sink(Arc::new(Said {
            granted: granted.clone(),
        }))
        .runtime(runtime)
        .shop(shop)
        .build()
        .await
        .unwrap();
    let serving = platform.clone();
    tokio::spawn(async move {
        let never = std::future::pending();
        let served = serving.serve_until(listener, axum::Router::new(), never);
        served.await.unwrap();
    });
    let order = platform.shop("main").unwrap().order("1001");
    let total = Money::parse("499.90", Currency::EUR).unwrap();
    let cart = Cart::new("hire_purchase_approval", total);
    loop {
        match order.pay(&cart).await {
            Ok(PayOutcome::Redirect(url)) => {
                say(&format!("redirect {url}"));
                break;
            }
            Ok(PayOutcome::Standing(status)) => {
                say(&format!("standing {status}"));
                if status == inbank::OrderStatus::AwaitsMerchant {
                    granted.notify_one();
                }
                break;
            }
            Ok(PayOutcome::NotOffered(why)) => panic!("{why:?}"),
            Err(error) => say(&format!("again {error}")),
        }
    }
    loop {
        granted.notified().await;
        match order.approve().await {
            Ok(outcome) => say(&format!("approved {outcome:?}")),
            Err(error) => say(&format!("not approved {error}")),
        }
    }
}
