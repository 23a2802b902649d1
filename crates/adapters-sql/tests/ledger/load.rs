//! Several at once.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use inbank_domain::EventKind;
use inbank_ports::{Due, Kept, Ledger, Saved};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::store::{Store, at_rest, callback, claim, key, order, release, save, tell, written};
use crate::{Case, cases, runtime};

pub(crate) const CASES: &[Case] = cases![
    claims_at_the_same_moment_never_overlap,
    two_ledgers_under_load_neither_block_nor_share_a_claim,
];

async fn claims_at_the_same_moment_never_overlap(store: Store) {
    tokio::task::spawn_blocking(move || claims_in_any_shape(&store))
        .await
        .unwrap();
}

fn claims_in_any_shape(store: &Store) {
    let runtime = runtime();
    let ledgers = runtime.block_on(async { [store.connect().await, store.connect().await] });
    let names = AtomicUsize::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 8,
        failure_persistence: None,
        ..Config::default()
    });
    let shapes = (0_usize..40, prop::collection::vec(1_u32..9, 1..9));
    let property = |(orders, limits): (usize, Vec<u32>)| {
        runtime.block_on(async {
            for _ in 0..orders {
                let name = format!("o-{}", names.fetch_add(1, Ordering::Relaxed));
                written(&ledgers[0], order(&name), Due::In(Duration::ZERO)).await;
            }
            let claims = limits.iter().zip(ledgers.iter().cycle());
            let claims = claims.map(|(limit, ledger)| async move {
                let claims = claim(ledger, *limit).await;
                assert!(claims.len() <= *limit as usize);
                claims
            });
            let mut claims: Vec<_> = join_all(claims).await.into_iter().flatten().collect();
            claims.extend(claim(&ledgers[0], u32::MAX).await);
            let leased: BTreeSet<_> = claims.iter().map(|claim| &claim.order.key).collect();
            assert_eq!((leased.len(), claims.len()), (orders, orders));
            for claim in &claims {
                assert!(release(&ledgers[1], claim, None).await);
            }
        });
        Ok(())
    };
    runner.run(&shapes, property).unwrap();
}

async fn two_ledgers_under_load_neither_block_nor_share_a_claim(store: Store) {
    const ORDERS: usize = 20;
    const CALLBACKS: usize = 600;
    let ledgers = [store.connect().await, store.connect().await];
    for n in 0..ORDERS {
        at_rest(&ledgers[0], &format!("o-{n}")).await;
    }
    let (kept, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let held = Mutex::new(BTreeSet::new());
    let keepers = (0..16).map(|task| {
        let (ledger, kept) = (&ledgers[task % 2], &kept);
        async move {
            for n in (task..CALLBACKS).step_by(16) {
                let callback = callback(&format!("o-{}", n * 7 % ORDERS), &format!("k-{n}"));
                let said = ledger.keep(&callback).await.unwrap();
                assert_eq!(said, Kept::Written);
                kept.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let workers = (0..8).map(|task| {
        let (ledger, kept, told, held) = (&ledgers[task % 2], &kept, &told, &held);
        async move {
            loop {
                let all = kept.load(Ordering::SeqCst) == CALLBACKS;
                let claims = claim(ledger, 5).await;
                if claims.is_empty() && all {
                    return;
                }
                for claim in claims {
                    let key = claim.order.key.clone();
                    assert!(
                        held.lock().unwrap().insert(key.clone()),
                        "{key} is held twice"
                    );
                    assert!(claim.woken);
                    let mut order = claim.order.clone();
                    tell(&mut order, EventKind::NeedsPerson(format!("{task}")));
                    let saved = save(ledger, &order, Some(claim.lease), Due::Leased).await;
                    assert_eq!(saved, Saved::Written(order.version + 1));
                    told.fetch_add(1, Ordering::SeqCst);
                    held.lock().unwrap().remove(&key);
                    assert!(release(ledger, &claim, None).await);
                }
            }
        }
    });
    futures::join!(join_all(keepers), join_all(workers));
    let (mut in_inbox, mut in_outbox) = (0, 0);
    for n in 0..ORDERS {
        let key = key(&format!("o-{n}"));
        in_inbox += ledgers[0].callbacks(&key).await.unwrap().len();
        in_outbox += ledgers[0].events(&key).await.unwrap().len();
    }
    assert_eq!((in_inbox, in_outbox), (CALLBACKS, told.into_inner()));
    // Whoever finds nothing may have been early by one that another was just releasing.
    for claim in claim(&ledgers[0], 99).await {
        assert!(claim.woken);
    }
}
