//! Which orders go when they are to be erased.

use inbank_app::OrderError;
use inbank_domain::{AttemptState, OrderStatus};

use crate::stage::{Stage, cart};

#[test]
fn an_order_that_can_be_paid_or_is_paid_is_not_erased() {
    let stage = Stage::new();
    stage.play(async {
        let order = stage.order("1001");
        let kept = async |by: AttemptState| {
            let refused = order.erase().await;
            let is = |state| state == by;
            assert!(
                matches!(&refused, Err(OrderError::Kept(kept)) if is(kept.state)),
                "{refused:?}"
            );
        };
        let session = stage.session("1001", &cart("499.90")).await;
        kept(AttemptState::Pending).await;
        stage.bank.customer_applies(&session);
        order.refresh().await.unwrap();
        kept(AttemptState::Granted).await;
        order.approve().await.unwrap();
        assert_eq!(order.refresh().await.unwrap(), OrderStatus::Paid);
        kept(AttemptState::Completed).await;
        assert!(order.find().await.unwrap().is_some());
    });
}

#[test]
fn an_order_that_was_cancelled_is_erased_with_all_that_was_kept_of_it() {
    let stage = Stage::new();
    stage.play(async {
        let order = stage.order("1001");
        let session = stage.session("1001", &cart("499.90")).await;
        stage.bank.customer_applies(&session);
        order.refresh().await.unwrap();
        order.cancel().await.unwrap();
        order.erase().await.unwrap();
        assert_eq!(order.find().await.unwrap(), None);
        assert_eq!(order.history().await.unwrap(), []);
        let again = order.erase().await;
        assert!(matches!(again, Err(OrderError::NotFound)), "{again:?}");
    });
}
