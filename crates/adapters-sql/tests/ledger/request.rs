//! What was asked under one key is done once.

use std::time::Duration;

use inbank_adapters_sql::{Begun, IdempotencyName, ServiceStore};

use crate::service::Kept;
use crate::store::{Store, minute};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] = cases![a_request_is_done_once,];

async fn a_request_is_done_once(store: Store) {
    let kept = Kept::in_(&store).await;
    let (name, other) = (IdempotencyName([1; 32]), IdempotencyName([2; 32]));
    let (body, another) = ([3; 32], [4; 32]);
    let begin = |name, body, now| {
        let store = kept.store.clone();
        async move {
            let hold = Duration::from_mins(2);
            store.begin_request(name, &body, hold, now).await.unwrap()
        }
    };
    assert_eq!(begin(name, body, minute(1)).await, Begun::First);
    assert_eq!(begin(name, body, minute(2)).await, Begun::UnderWay);
    assert_eq!(begin(name, another, minute(2)).await, Begun::Other);
    assert_eq!(begin(other, another, minute(2)).await, Begun::First);
    // The first never ended.
    assert_eq!(begin(name, body, minute(3)).await, Begun::TakenOver);
    assert_eq!(begin(name, body, minute(3)).await, Begun::UnderWay);
    let hold = Duration::from_mins(2);
    let renewed = kept.store.renew_request(name, &body, hold, minute(4));
    renewed.await.unwrap();
    assert_eq!(begin(name, body, minute(5)).await, Begun::UnderWay);
    assert_eq!(begin(name, body, minute(6)).await, Begun::TakenOver);
    let finish = kept
        .store
        .finish_request(name, &body, "order 1001", minute(7));
    finish.await.unwrap();
    let became = Begun::Again("order 1001".to_owned());
    let renewed = kept.store.renew_request(name, &body, hold, minute(8));
    renewed.await.unwrap();
    assert_eq!(begin(name, body, minute(9)).await, became);
    assert_eq!(begin(name, another, minute(9)).await, Begun::Other);
    kept.store
        .abandon_request(name, &body, minute(9))
        .await
        .unwrap();
    assert_eq!(begin(name, body, minute(9)).await, became);
    kept.store
        .abandon_request(other, &another, minute(9))
        .await
        .unwrap();
    assert_eq!(begin(other, body, minute(9)).await, Begun::First);
    // A week later the key is as good as new.
    let later = minute(4) + ServiceStore::IDEMPOTENCY;
    assert_eq!(begin(name, another, later).await, Begun::First);
    assert_eq!(begin(name, body, later).await, Begun::Other);
}
