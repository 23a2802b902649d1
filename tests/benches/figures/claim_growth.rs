//! Claiming due work among a million financings against among a thousand, by the median claim.

use std::time::{Duration, Instant};

use inbank::ports::{FinancingLedger, Rest};
use inbank_adapters_sql::SqlLedger;

use super::store::{Store, now, threads};

pub(crate) fn sqlite() -> f64 {
    growth(&Store::sqlite(), &Store::sqlite())
}

pub(crate) fn postgres() -> f64 {
    growth(&Store::postgres(), &Store::postgres())
}

fn growth(large: &Store, small: &Store) -> f64 {
    const CLAIMS: usize = 400;
    threads().block_on(async {
        let stores = [(large, 1_000_000), (small, 1_000)];
        let mut ledgers = Vec::new();
        for (store, count) in stores {
            ledgers.push(store.ledger().await);
            store.fill(count, 500).await;
        }
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..CLAIMS {
            for (ledger, times) in ledgers.iter().zip(&mut times) {
                times.push(claim(ledger).await);
            }
        }
        let [large, small] = times.map(|mut times| {
            // The first claims open connections and warm caches.
            times.drain(..CLAIMS / 10);
            times.sort_unstable();
            times[times.len() / 2]
        });
        large.as_secs_f64() / small.as_secs_f64()
    })
}

/// How long it takes to claim ten, which then are due again.
async fn claim(ledger: &SqlLedger) -> Duration {
    let at = now() + Duration::from_mins(1);
    let start = Instant::now();
    let claims = ledger
        .claim(at, at + Duration::from_mins(1), 10)
        .await
        .unwrap();
    let taken = start.elapsed();
    assert_eq!(claims.len(), 10);
    for claim in &claims {
        let rest = Rest {
            delivered: None,
            failures: 0,
            due: Some(at),
            at,
        };
        assert!(ledger.release(claim, &rest).await.unwrap());
    }
    taken
}
