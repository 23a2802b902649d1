use futures::future::join_all;
use inbank_domain::{ApplicationId, AttemptState, Command, EventKind, Order, SessionId};
use inbank_ports::{Due, Kept, Saved, Write};

use super::scene::{
    LEASE, Scene, attempt, found_after, key, minutes, rest, second_shop, settle, tell,
};

pub(super) async fn order_is_written_whole(scene: &Scene<'_>) {
    scene.at_rest("o-1").await;
    assert_eq!(
        scene.keep(&scene.callback("o-1", "k-1")).await,
        Kept::Written
    );
    let claim = scene.claim_only().await;
    let mut order = claim.order.clone();
    order.attempts[0].state = AttemptState::Granted;
    tell(&mut order, EventKind::AwaitsMerchant, scene.now());
    settle(&mut order, Command::Cancel, scene.now());
    let write = Write {
        worked_on: vec!["k-1".to_owned()],
        ..scene.as_write(&order, Some(claim.lease), Due::In(minutes(5)))
    };
    let saved = scene.ledger.write(write).await.unwrap();
    let written = found_after(&order, saved);
    assert_eq!(scene.found(&order.key).await, written);
    let events = scene.ledger.events(&order.key).await.unwrap();
    assert_eq!(events, order.news);
    let settled = scene.ledger.settled_commands(&order.key).await.unwrap();
    assert_eq!(settled, order.attempts[0].settled);
    // Its lease has ended, and it is due when it said.
    assert!(!scene.release(&claim, rest(None)).await);
    assert!(scene.due().await.is_empty());
    scene.pass(minutes(6)).await;
    let claim = scene.claim_only().await;
    assert_eq!(claim.order, written);
    assert_eq!(claim.inbox, []);
    assert!(!claim.woken);
}

pub(super) async fn refused_write_changes_nothing(scene: &Scene<'_>) {
    let outdated = scene.at_rest("o-1").await;
    let present = scene.written(&outdated, Due::Never).await;
    scene.keep(&scene.callback("o-1", "k-1")).await;
    let claim = scene.claim_only().await;
    let mut order = outdated;
    order.attempts[0].session = Some(SessionId::parse("s-1").unwrap());
    tell(&mut order, EventKind::AwaitsMerchant, scene.now());
    settle(&mut order, Command::Cancel, scene.now());
    let write = Write {
        worked_on: vec!["k-1".to_owned()],
        ..scene.as_write(&order, Some(claim.lease), Due::Never)
    };
    let saved = scene.ledger.write(write).await.unwrap();
    assert_eq!(saved, Saved::Outdated);
    assert_eq!(scene.found(&order.key).await, present);
    assert_eq!(scene.ledger.events(&order.key).await.unwrap(), []);
    let settled = scene.ledger.settled_commands(&order.key);
    assert_eq!(settled.await.unwrap(), []);
    // The lease goes on, the callback waits, and the session is free for another.
    assert!(scene.claim_one("o-1").await.is_none());
    assert!(scene.release(&claim, rest(Some(minutes(0)))).await);
    assert_eq!(scene.claim_only().await.inbox.len(), 1);
    let mut other = scene.order("o-2");
    other.attempts[0]
        .session
        .clone_from(&order.attempts[0].session);
    scene.written(&other, Due::Never).await;
}

pub(super) async fn one_of_two_writes_is_refused(scene: &Scene<'_>) {
    let unknown = at_version(scene.order("o-0"), 1);
    let saved = scene.write(&unknown, None, Due::Never).await;
    assert_eq!(saved, Saved::Outdated);
    let new = scene.order("o-1");
    let written = write_at_once(scene, &new).await;
    // It is there already.
    assert_eq!(scene.write(&new, None, Due::Never).await, Saved::Outdated);
    write_at_once(scene, &written).await;
    assert_eq!(
        scene.write(&written, None, Due::Never).await,
        Saved::Outdated
    );
    let events = scene.ledger.events(&new.key).await.unwrap();
    assert_eq!(events.len(), 2, "of each lot one was written");
}

fn at_version(order: Order, version: u64) -> Order {
    Order { version, ..order }
}

/// Many write on the same version, each something else; as the order is then found.
async fn write_at_once(scene: &Scene<'_>, order: &Order) -> Order {
    let writes = scene.ledgers(8).await.into_iter().zip(1..);
    let writes = join_all(writes.map(async |(ledger, n)| {
        let mut order = order.clone();
        order.failures = n;
        tell(&mut order, EventKind::AwaitsMerchant, scene.now());
        let saved = ledger.write(scene.as_write(&order, None, Due::Never));
        (order, saved.await.unwrap())
    }));
    let (written, refused): (Vec<_>, Vec<_>) = writes
        .await
        .into_iter()
        .partition(|(_, saved)| matches!(saved, Saved::Written(_)));
    assert!(refused.iter().all(|(_, saved)| *saved == Saved::Outdated));
    let [(order, saved)] = &written[..] else {
        panic!("{} of 8 writes on one version were written", written.len());
    };
    let written = found_after(order, saved.clone());
    assert_eq!(scene.found(&order.key).await, written);
    written
}

pub(super) async fn write_after_the_lease_is_lost(scene: &Scene<'_>) {
    scene.due_order("o-1").await;
    let first = scene.claim_only().await;
    scene.pass(LEASE + minutes(1)).await;
    let second = scene.claim_only().await;
    let mut late = first.order.clone();
    late.attempts[0].state = AttemptState::Cancelled;
    tell(&mut late, EventKind::AwaitsMerchant, scene.now());
    for due in [Due::Leased, Due::In(minutes(1)), Due::Never, Due::Now] {
        let saved = scene.write(&late, Some(first.lease), due).await;
        assert_eq!(saved, Saved::LeaseLost);
    }
    assert_eq!(scene.found(&key("o-1")).await, second.order);
    assert_eq!(scene.ledger.events(&key("o-1")).await.unwrap(), []);
    // The second's lease is not touched by that, and is over once it is released.
    let saved = scene.write(&second.order, Some(second.lease), Due::Leased);
    let order = found_after(&second.order, saved.await);
    assert!(scene.release(&second, rest(None)).await);
    let saved = scene.write(&order, Some(second.lease), Due::Never).await;
    assert_eq!(saved, Saved::LeaseLost);
}

pub(super) async fn session_belongs_to_one_order(scene: &Scene<'_>) {
    let session = SessionId::parse("s-1").unwrap();
    belongs_to_one(scene, |order| {
        order.attempts[0].session = Some(session.clone());
    })
    .await;
}

pub(super) async fn application_belongs_to_one_order(scene: &Scene<'_>) {
    let application = ApplicationId::parse("a-1").unwrap();
    belongs_to_one(scene, |order| {
        order.attempts[0].application = Some(application.clone());
    })
    .await;
}

pub(super) async fn session_belongs_to_one_attempt(scene: &Scene<'_>) {
    let mut order = scene.order("o-1");
    order.attempts[0].session = SessionId::parse("s-1").ok();
    let order = scene.written(&order, Due::Never).await;
    let mut twice = order.clone();
    let mut second = attempt("o-1", 2, scene.now());
    second.session.clone_from(&order.attempts[0].session);
    twice.attempts.push(second);
    assert_eq!(scene.write(&twice, None, Due::Now).await, Saved::Taken);
    assert_eq!(scene.found(&order.key).await, order);
}

async fn belongs_to_one(scene: &Scene<'_>, take: impl Fn(&mut Order) + Sync) {
    let mut owner = scene.at_rest("o-1").await;
    take(&mut owner);
    let owner = scene.written(&owner, Due::Never).await;
    // Its own is no obstacle.
    let mut owner = scene.written(&owner, Due::Never).await;
    let free = scene.at_rest("o-2").await;
    let mut second = free.clone();
    take(&mut second);
    tell(&mut second, EventKind::AwaitsMerchant, scene.now());
    assert_eq!(scene.write(&second, None, Due::Now).await, Saved::Taken);
    let mut new = scene.order("o-3");
    take(&mut new);
    assert_eq!(scene.write(&new, None, Due::Now).await, Saved::Taken);
    assert_eq!(scene.ledger.order(&new.key).await.unwrap(), None);
    assert_eq!(scene.found(&second.key).await, free);
    assert_eq!(scene.ledger.events(&second.key).await.unwrap(), []);
    assert!(scene.due().await.is_empty());
    // Another shop's bank may use the same.
    let mut elsewhere = scene.order_of(second_shop(), "o-1");
    take(&mut elsewhere);
    scene.written(&elsewhere, Due::Never).await;
    // Once the owner has it no more, another may.
    owner.attempts[0].session = None;
    owner.attempts[0].application = None;
    scene.written(&owner, Due::Never).await;
    scene.written(&second, Due::Never).await;
}

pub(super) async fn write_beside_a_lease_is_not_overlooked(scene: &Scene<'_>) {
    for (name, due) in [
        ("o-1", Due::In(minutes(60))),
        ("o-2", Due::Never),
        ("o-3", Due::Now),
    ] {
        scene.due_order(name).await;
        let claim = scene.claim_only().await;
        let order = scene.written(&claim.order, due).await;
        // The holder works alone, and reads it again before it writes …
        assert!(scene.due().await.is_empty());
        let saved = scene.write(&claim.order, Some(claim.lease), Due::Never);
        assert_eq!(saved.await, Saved::Outdated);
        // … and what it plans does not put off what came meanwhile.
        assert!(scene.release(&claim, rest(Some(minutes(99)))).await);
        let again = scene.claim_only().await;
        assert!(again.woken);
        assert_eq!(again.order, order);
        assert!(scene.release(&again, rest(None)).await);
    }
}
