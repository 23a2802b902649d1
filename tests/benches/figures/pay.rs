//! Checkouts by many callers at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use inbank::sql::SqlLedger;
use inbank::{Cart, Currency, Money, Platform};

use super::drain::Counting;
use super::{commits, instant, runtime};

const CALLERS: usize = 64;
const EACH: usize = 25;

pub(crate) fn sqlite() -> Vec<f64> {
    (0..5).map(|_| once()).collect()
}

fn once() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    runtime().block_on(async {
        let url = format!("sqlite:{}/ledger.db", folder.path().display());
        let ledger = SqlLedger::connect(&url).await.unwrap();
        let platform = Platform::builder()
            .public_url("https://pay.example")
            .ledger(Arc::new(ledger))
            .event_sink(Arc::new(Counting::new(usize::MAX)))
            .shop(instant::shop("main", Duration::ZERO))
            .build()
            .await
            .unwrap();
        let shop = platform.shop("main").unwrap();
        let began = Instant::now();
        let callers = (0..CALLERS).map(|caller| {
            let shop = shop.clone();
            tokio::spawn(async move {
                let total = Money::parse("100", Currency::EUR).unwrap();
                let cart = Cart::new("hp", total);
                for n in 0..EACH {
                    let order = shop.order(format!("o-{caller}-{n}"));
                    order.pay(&cart).await.unwrap();
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        let paid = (CALLERS * EACH) as f64 / began.elapsed().as_secs_f64();
        paid / commits::on_sqlite(&folder.path().join("plain.db"))
    })
}
