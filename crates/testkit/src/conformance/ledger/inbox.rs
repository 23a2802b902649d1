use futures::future::join_all;
use inbank_domain::{ApplicationId, AttemptId, AttemptKind, SessionId};
use inbank_ports::{Due, Kept, ReceivedCallback, Subject, Write};

use super::scene::{Scene, attempt, attempt_id, found_after, key, minutes, rest};

async fn callbacks(scene: &Scene<'_>, name: &str) -> Vec<ReceivedCallback> {
    scene.ledger.callbacks(&key(name)).await.unwrap()
}

pub(super) async fn callback_is_found_as_kept(scene: &Scene<'_>) {
    let mut order = scene.order("o-1");
    let mut second = attempt("o-1", 2, scene.now());
    second.terms.kind = AttemptKind::Application;
    order.attempts.push(second);
    scene.written(&order, Due::Never).await;
    let session = scene.callback("o-1", "k-1");
    let not_understood = ReceivedCallback {
        subject: None,
        status: String::new(),
        content: (0..=255).collect(),
        attempt: attempt_id("o-1", 2),
        received_at: session.received_at + minutes(1),
        ..scene.callback("o-1", "k-2")
    };
    let application = ReceivedCallback {
        subject: Some(Subject::Application(ApplicationId::parse("a-1").unwrap())),
        attempt: attempt_id("o-1", 2),
        status: "\"õ\" POSITIVE".to_owned(),
        content: Vec::new(),
        received_at: session.received_at + minutes(2),
        ..scene.callback("o-1", "k-3/\"õ\"")
    };
    let oldest_first = [session, not_understood, application];
    for callback in [&oldest_first[2], &oldest_first[0], &oldest_first[1]] {
        assert_eq!(scene.keep(callback).await, Kept::Written);
    }
    assert_eq!(callbacks(scene, "o-1").await, oldest_first);
    let claim = scene.claim_one("o-1").await.unwrap();
    assert_eq!(claim.inbox, oldest_first);
    assert_eq!(callbacks(scene, "o-2").await, []);
}

pub(super) async fn copy_changes_nothing(scene: &Scene<'_>) {
    scene.at_rest("o-1").await;
    scene.at_rest("o-2").await;
    let first = scene.callback("o-1", "k-1");
    assert_eq!(scene.keep(&first).await, Kept::Written);
    let claim = scene.claim_only().await;
    scene.pass(minutes(1)).await;
    let copy = scene.callback("o-1", "k-1");
    // During the lease, after it, and after it was worked on.
    assert_eq!(scene.keep(&copy).await, Kept::Copy);
    assert!(scene.release(&claim, rest(None)).await);
    assert_eq!(scene.keep(&copy).await, Kept::Copy);
    assert!(scene.due().await.is_empty());
    let write = Write {
        worked_on: vec!["k-1".to_owned()],
        ..scene.as_write(&claim.order, None, Due::Never)
    };
    let saved = scene.ledger.write(write).await.unwrap();
    found_after(&claim.order, saved);
    assert_eq!(scene.keep(&copy).await, Kept::Copy);
    assert!(scene.due().await.is_empty());
    assert_eq!(callbacks(scene, "o-1").await, [first]);
    let claim = scene.claim_one("o-1").await.unwrap();
    assert_eq!((claim.inbox.len(), claim.woken), (0, false));
    // The same content for another order is another callback.
    let other = scene.callback("o-2", "k-1");
    assert_eq!(scene.keep(&other).await, Kept::Written);
}

pub(super) async fn one_of_many_copies_is_kept(scene: &Scene<'_>) {
    scene.at_rest("o-1").await;
    let callback = scene.callback("o-1", "k-1");
    let ledgers = scene.ledgers(8).await;
    let kept = join_all(ledgers.iter().map(|ledger| ledger.keep(&callback))).await;
    let kept = kept.into_iter().map(Result::unwrap);
    assert_eq!(kept.filter(|kept| *kept == Kept::Written).count(), 1);
    assert_eq!(callbacks(scene, "o-1").await, [callback]);
}

pub(super) async fn callback_needs_its_attempt(scene: &Scene<'_>) {
    let unknown = scene.callback("o-1", "k-1");
    assert_eq!(scene.keep(&unknown).await, Kept::NoAttempt);
    scene.at_rest("o-1").await;
    assert_eq!(callbacks(scene, "o-1").await, []);
    let second = ReceivedCallback {
        attempt: AttemptId::parse("o-1-2").unwrap(),
        ..unknown.clone()
    };
    assert_eq!(scene.keep(&second).await, Kept::NoAttempt);
    assert!(scene.due().await.is_empty());
    assert_eq!(scene.keep(&unknown).await, Kept::Written);
}

pub(super) async fn callback_about_another_session_is_foreign(scene: &Scene<'_>) {
    let session = |id: &str| Subject::Session(SessionId::parse(id).unwrap());
    let application = Subject::Application(ApplicationId::parse("a-1").unwrap());
    let mut order = scene.order("o-1");
    order.attempts[0].session = SessionId::parse("s-1").ok();
    for (number, kind) in [
        (2, AttemptKind::Session),
        (3, AttemptKind::Rental),
        (4, AttemptKind::Application),
    ] {
        let mut further = attempt("o-1", number, scene.now());
        further.terms.kind = kind;
        order.attempts.push(further);
    }
    order.attempts[2].session = SessionId::parse("s-3").ok();
    order.attempts[3].application = ApplicationId::parse("a-4").ok();
    scene.written(&order, Due::Never).await;
    for (number, subject, expected) in [
        (1, Some(session("s-1")), Kept::Written),
        (1, Some(session("s-2")), Kept::Foreign),
        (1, Some(application.clone()), Kept::Foreign),
        (1, None, Kept::Written),
        // Its opening was not answered yet, or never.
        (2, Some(session("s-2")), Kept::Written),
        (3, Some(session("s-3")), Kept::Written),
        (3, Some(session("s-1")), Kept::Foreign),
        // It was given another name.
        (4, Some(application), Kept::Written),
        (4, Some(session("s-1")), Kept::Foreign),
        (4, None, Kept::Written),
    ] {
        let callback = ReceivedCallback {
            attempt: attempt_id("o-1", number),
            subject,
            ..scene.callback("o-1", &format!("k-{number}-{expected:?}"))
        };
        let callback = ReceivedCallback {
            key: format!("{}-{:?}", callback.key, callback.subject),
            ..callback
        };
        let of = &order.attempts[number as usize - 1];
        assert_eq!(callback.may_be_about(of), expected == Kept::Written);
        assert_eq!(scene.keep(&callback).await, expected, "{callback:?}");
    }
    assert_eq!(callbacks(scene, "o-1").await.len(), 6);
}

pub(super) async fn callback_makes_its_order_due(scene: &Scene<'_>) {
    let order = scene.at_rest("o-1").await;
    let later = scene.order("o-2");
    scene.written(&later, Due::In(minutes(60))).await;
    for name in ["o-1", "o-2"] {
        let callback = scene.callback(name, "k-1");
        assert_eq!(scene.keep(&callback).await, Kept::Written);
    }
    let claims = scene.claim().await;
    assert_eq!(claims.len(), 2);
    assert!(
        claims
            .iter()
            .all(|claim| claim.woken && claim.inbox.len() == 1)
    );
    assert_eq!(scene.found(&order.key).await, order, "it is not written");
}

pub(super) async fn callback_during_a_lease_is_not_overlooked(scene: &Scene<'_>) {
    for (name, by_writing) in [("o-1", false), ("o-2", true)] {
        scene.due_order(name).await;
        let claim = scene.claim_only().await;
        let callback = scene.callback(name, "k-1");
        assert_eq!(scene.keep(&callback).await, Kept::Written);
        // The holder works alone …
        assert!(scene.due().await.is_empty());
        // … and what it plans does not put off what came meanwhile.
        if by_writing {
            let due = Due::In(minutes(99));
            let saved = scene.write(&claim.order, Some(claim.lease), due).await;
            found_after(&claim.order, saved);
        } else {
            assert!(scene.release(&claim, rest(Some(minutes(99)))).await);
        }
        let again = scene.claim_only().await;
        assert!(again.woken);
        assert_eq!(again.inbox, [callback]);
        // This time nothing came.
        assert!(scene.release(&again, rest(Some(minutes(99)))).await);
        assert!(scene.due().await.is_empty());
    }
}

pub(super) async fn callback_is_worked_on_once(scene: &Scene<'_>) {
    scene.at_rest("o-1").await;
    for key in ["k-1", "k-2", "k-3"] {
        scene.keep(&scene.callback("o-1", key)).await;
    }
    let claim = scene.claim_only().await;
    assert_eq!(claim.inbox.len(), 3);
    let write = Write {
        worked_on: vec!["k-1".to_owned(), "k-3".to_owned(), "unknown".to_owned()],
        ..scene.as_write(&claim.order, Some(claim.lease), Due::Leased)
    };
    let saved = scene.ledger.write(write).await.unwrap();
    found_after(&claim.order, saved);
    assert!(scene.release(&claim, rest(Some(minutes(0)))).await);
    let claim = scene.claim_only().await;
    let left: Vec<_> = claim.inbox.iter().map(|callback| &callback.key).collect();
    assert_eq!(left, ["k-2"]);
    assert_eq!(callbacks(scene, "o-1").await.len(), 3);
}

pub(super) async fn woken_order_is_due(scene: &Scene<'_>) {
    let wake = async || scene.ledger.wake(&key("o-1"), scene.now()).await.unwrap();
    assert!(!wake().await);
    let order = scene.at_rest("o-1").await;
    assert!(wake().await);
    assert!(wake().await);
    let claim = scene.claim_only().await;
    assert!(claim.woken);
    assert_eq!(claim.order, order);
    // As a callback does.
    assert!(wake().await);
    assert!(scene.due().await.is_empty());
    assert!(scene.release(&claim, rest(None)).await);
    let claim = scene.claim_only().await;
    assert!(claim.woken);
    assert!(scene.release(&claim, rest(None)).await);
    assert!(scene.due().await.is_empty());
}
