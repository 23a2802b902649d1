//! Claiming due orders among ten million against among a thousand, by the median claim.

use std::time::{Duration, Instant};

use inbank::ShopName;
use inbank::ports::{ClaimRequest, Ledger, Rest, ShopSlots};
use inbank::sql::SqlLedger;
use time::OffsetDateTime;

use super::runtime;
use super::store::Store;

const AT_ONCE: u32 = 10;

pub(crate) fn sqlite() -> Vec<f64> {
    growth(&Store::sqlite(), &Store::sqlite())
}

pub(crate) fn postgres() -> Vec<f64> {
    growth(&Store::postgres(), &Store::postgres())
}

fn growth(large: &Store, small: &Store) -> Vec<f64> {
    const CLAIMS: usize = 600;
    // The first claims open connections and warm caches.
    const WARM: usize = 100;
    runtime().block_on(async {
        let stores = [(large, 10_000_000), (small, 1_000)];
        let mut ledgers = Vec::new();
        for (store, count) in stores {
            let ledger = store.ledger().await;
            store.fill(&ledger, count, 500).await;
            ledgers.push(ledger);
        }
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..CLAIMS {
            for (ledger, times) in ledgers.iter().zip(&mut times) {
                times.push(claim(ledger).await);
            }
        }
        let [large, small] = times;
        super::ratios_by(50, &large[WARM..], &small[WARM..])
    })
}

/// How many seconds it takes to claim ten, which then are due again.
async fn claim(ledger: &SqlLedger) -> f64 {
    let request = ClaimRequest {
        shops: vec![ShopSlots {
            shop: ShopName::parse("main").unwrap(),
            free: AT_ONCE,
        }],
        lease: Duration::from_mins(1),
        now: OffsetDateTime::now_utc(),
    };
    let began = Instant::now();
    let claims = ledger.claim(&request).await.unwrap();
    let took = began.elapsed().as_secs_f64();
    assert_eq!(claims.len(), usize::try_from(AT_ONCE).unwrap());
    for claim in &claims {
        let (key, lease, failures) = claim.names();
        let rest = Rest {
            due_in: Some(Duration::ZERO),
            failures,
            aside: false,
        };
        let released = ledger.release(&key, lease, rest, OffsetDateTime::now_utc());
        assert!(released.await.unwrap());
    }
    took
}
