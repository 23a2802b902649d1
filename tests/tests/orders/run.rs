//! What embedders call: `run`, in real time, over real ledgers, at a bank that takes a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use inbank::ports::Ledger as _;
use inbank::sql::SqlLedger;
use inbank::{Cart, Currency, Money, PayOutcome, Platform, Region, Shop};
use inbank_sandbox::{Fault, Operation, Sandbox};
use inbank_testkit::{Postgres, RecordingSink};
use tokio::sync::oneshot;

/// Only to end a test that would hang.
const PATIENCE: Duration = Duration::from_mins(1);

async fn bank() -> Sandbox {
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    builder.callback_retries([]).start().await.unwrap()
}

async fn platform(name: &str, bank: &Sandbox, database: &str) -> (Platform, Arc<RecordingSink>) {
    let sink = Arc::new(RecordingSink::new());
    let shop = Shop::new(name, Region::ESTONIA, bank.shop(), bank.api_key());
    let platform = Platform::builder()
        .public_url("http://127.0.0.1:9")
        .database(database)
        .event_sink(sink.clone())
        .shop(shop.with_base_url(bank.base_url()))
        .build()
        .await
        .unwrap();
    (platform, sink)
}

fn cart() -> Cart {
    let total = Money::parse("100", Currency::EUR).unwrap();
    Cart::new("hirepurchase_epos_0.0%_ab12", total)
}

async fn many_due_at_once(database: &str) {
    let bank = bank().await;
    let (platform, sink) = platform("main", &bank, database).await;
    let shop = platform.shop("main").unwrap();
    for n in 0..40 {
        let paid = shop.order(format!("order-{n}")).pay(&cart()).await.unwrap();
        assert!(matches!(paid, PayOutcome::Redirect(_)));
    }
    for session in bank.sessions() {
        bank.customer_applies(session).unwrap();
    }
    let slow = Fault::Slow { milliseconds: 50 };
    bank.fault(Operation::GetSession, slow, u32::MAX);
    bank.fault(Operation::GetContract, slow, u32::MAX);
    for n in 0..40 {
        let order = shop
            .order(format!("order-{n}"))
            .find()
            .await
            .unwrap()
            .unwrap();
        let ledger = platform.ledger();
        let now = inbank::ports::Clock::now(&inbank::http::SystemClock);
        ledger.wake(&order.key, now).await.unwrap();
    }
    let (end, ended) = oneshot::channel::<()>();
    let running = platform.clone();
    let worker = tokio::spawn(async move {
        running.run(async { ended.await.unwrap_or_default() }).await;
    });
    // Checkouts go on meanwhile.
    let began = Instant::now();
    let checkouts = async {
        for n in 0..20 {
            let paid = shop.order(format!("more-{n}")).pay(&cart()).await;
            assert!(matches!(paid, Ok(PayOutcome::Redirect(_))), "{paid:?}");
        }
    };
    let told = tokio::time::timeout(PATIENCE, sink.delivered(40));
    let (told, ()) = tokio::join!(told, checkouts);
    assert!(told.is_ok(), "the worker stands still");
    let took = began.elapsed();
    end.send(()).unwrap();
    worker.await.unwrap();
    // Two readings of 50 ms each; the rest is generous, since other tests run beside this one.
    assert!(took < PATIENCE / 4, "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_due_at_once_are_done_on_sqlite_while_checkouts_go_on() {
    let folder = tempfile::tempdir().unwrap();
    many_due_at_once(&format!("sqlite:{}/ledger.db", folder.path().display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_due_at_once_are_done_on_postgresql_while_checkouts_go_on() {
    many_due_at_once(&Postgres::shared().database()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_works_for_its_own_shops_and_for_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}/ledger.db", folder.path().display());
    let (first_bank, second_bank) = (bank().await, bank().await);
    let (first, first_sink) = platform("first", &first_bank, &database).await;
    let (second, second_sink) = platform("second", &second_bank, &database).await;
    let order = first.shop("first").unwrap().order("1001");
    order.pay(&cart()).await.unwrap();
    first_bank
        .customer_applies(first_bank.sessions()[0])
        .unwrap();
    let key = order.find().await.unwrap().unwrap().key;
    let now = inbank::ports::Clock::now(&inbank::http::SystemClock);
    let ledger = SqlLedger::connect(&database).await.unwrap();
    ledger.wake(&key, now).await.unwrap();
    // Only the other one runs, until it has looked some times.
    let other = second.clone();
    let working = tokio::spawn(async move { other.run(std::future::pending()).await });
    let looked = async {
        let mut claims = Vec::new();
        while claims.len() < 4 {
            let last = second.health().last_claim;
            if !claims.contains(&last) {
                claims.push(last);
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, looked).await.unwrap();
    assert_eq!(second_sink.deliveries(), []);
    let status = order.status().await.unwrap();
    assert_eq!(status, inbank::OrderStatus::Pending);
    working.abort();
    let own = first.clone();
    tokio::spawn(async move { own.run(std::future::pending()).await });
    let told = tokio::time::timeout(PATIENCE, first_sink.delivered(1)).await;
    assert!(told.is_ok(), "its own process is not told");
    assert_eq!(first_sink.events("1001")[0].kind.name(), "paid");
}
