//! One shop's bank, or one shop's sink, is in no other shop's way: in real time, over a real ledger.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use inbank::ports::{Clock as _, EventSink, SinkError};
use inbank::{Cart, Currency, Money, OrderEvent, Platform, Region, Shop};
use inbank_sandbox::{Fault, Operation, Sandbox};
use inbank_testkit::RecordingSink;

/// Only to end a test that would hang.
const PATIENCE: Duration = Duration::from_secs(30);
const LOUD: usize = 200;

/// A sink of which one shop's part never answers.
struct HalfDead {
    dead: Option<&'static str>,
    tried: Mutex<BTreeSet<String>>,
    alive: Arc<RecordingSink>,
}

#[async_trait]
impl EventSink for HalfDead {
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
        if self.dead == Some(event.shop.as_str()) {
            let order = event.order.as_str().to_owned();
            self.tried.lock().unwrap().insert(order);
            std::future::pending::<()>().await;
        }
        self.alive.deliver(event).await
    }
}

struct Neighbours {
    loud_bank: Sandbox,
    quiet_bank: Sandbox,
    platform: Platform,
    sink: Arc<HalfDead>,
    _folder: tempfile::TempDir,
}

async fn bank() -> Sandbox {
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    builder.callback_retries([]).start().await.unwrap()
}

impl Neighbours {
    /// Two shops; of the loud one many orders are due at once, of the quiet one none.
    async fn new(dead: Option<&'static str>) -> Self {
        let (loud_bank, quiet_bank) = (bank().await, bank().await);
        let folder = tempfile::tempdir().unwrap();
        let sink = Arc::new(HalfDead {
            dead,
            tried: Mutex::default(),
            alive: Arc::new(RecordingSink::new()),
        });
        let shop = |name: &str, bank: &Sandbox| {
            let shop = Shop::new(name, Region::ESTONIA, bank.shop(), bank.api_key());
            shop.with_base_url(bank.base_url())
        };
        let platform = Platform::builder()
            .public_url("http://127.0.0.1:9")
            .database(format!("sqlite:{}/ledger.db", folder.path().display()))
            .event_sink(sink.clone())
            .shop(shop("loud", &loud_bank))
            .shop(shop("quiet", &quiet_bank))
            .build()
            .await
            .unwrap();
        let neighbours = Self {
            loud_bank,
            quiet_bank,
            platform,
            sink,
            _folder: folder,
        };
        for n in 0..LOUD {
            neighbours.due("loud", &format!("order-{n}")).await;
        }
        neighbours
    }

    /// An order that is paid at the bank, of which the platform has not heard.
    async fn due(&self, shop: &str, reference: &str) {
        let bank = match shop {
            "loud" => &self.loud_bank,
            _ => &self.quiet_bank,
        };
        let total = Money::parse("100", Currency::EUR).unwrap();
        let order = self.platform.shop(shop).unwrap().order(reference);
        let cart = Cart::new("hirepurchase_epos_0.0%_ab12", total);
        order.pay(&cart).await.unwrap();
        let found = order.find().await.unwrap().unwrap();
        let session = found.attempts[0].session.clone().unwrap();
        bank.customer_applies(session.as_str().parse().unwrap())
            .unwrap();
        let now = inbank::http::SystemClock.now();
        let ledger = self.platform.ledger();
        ledger.wake(&found.key, now).await.unwrap();
    }

    fn run(&self) {
        let working = self.platform.clone();
        tokio::spawn(async move { working.run(std::future::pending()).await });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_whose_bank_hangs_holds_up_no_other() {
    let neighbours = Neighbours::new(None).await;
    let hold = Fault::Hold;
    neighbours
        .loud_bank
        .fault(Operation::GetSession, hold, u32::MAX);
    neighbours.run();
    neighbours.loud_bank.answer_held().await;
    neighbours.due("quiet", "1001").await;
    let told = neighbours.sink.alive.delivered(1);
    assert!(tokio::time::timeout(PATIENCE / 10, told).await.is_ok());
    let event = neighbours.sink.alive.deliveries().remove(0);
    assert_eq!((event.shop.as_str(), event.kind.name()), ("quiet", "paid"));
    neighbours.loud_bank.release_answers();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_whose_sink_hangs_holds_up_no_other_and_its_bank_is_read_on() {
    let neighbours = Neighbours::new(Some("loud")).await;
    neighbours.run();
    let hangs = async {
        while neighbours.sink.tried.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, hangs).await.unwrap();
    neighbours.due("quiet", "1001").await;
    let told = neighbours.sink.alive.delivered(1);
    assert!(tokio::time::timeout(PATIENCE / 10, told).await.is_ok());
    // Reading goes on, also of the shop whose sink hangs.
    let read = async {
        while neighbours.platform.health().rounds_done < LOUD as u64 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap();
    // As many as may be delivered at once, and no more.
    let tried = neighbours.sink.tried.lock().unwrap().len();
    assert!(tried <= 16, "{tried}");
}
