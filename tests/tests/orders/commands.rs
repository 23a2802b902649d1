//! Commands at a bank that answers before it has worked, or not at all: each is sent once, and what the
//! answer leaves open is read.

use inbank::http::ApiVersion;
use inbank::{CommandOutcome, OrderError};
use inbank_sandbox::{Alteration, Fault, Operation, PartnerApprovalAt};
use inbank_tests::stage::{Stage, Store};
use inbank_tests::{on_every_store, on_store};

use crate::{HOUR, MINUTE, SECOND};

on_every_store!(
    an_approval_that_shows_late_is_sent_once,
    an_approval_behind_a_gateway_that_gave_up_is_sent_once,
    a_refusal_after_a_lost_answer_is_no_refusal,
);

on_store!(
    bank,
    Memory,
    an_approval_that_never_shows_its_time_is_sent_once,
    a_cancellation_that_reads_in_other_words_is_sent_once,
    a_read_that_is_refused_drops_no_command,
    of_an_approval_and_a_cancellation_at_once_exactly_one_is_carried_out,
    an_approval_for_which_the_bank_is_away_is_sent_once_it_is_back,
);

async fn an_approval_that_shows_late_is_sent_once(store: Store) {
    let stage = Stage::at(store, ApiVersion::V3, |bank| {
        bank.approval_time(6 * SECOND).activation_time(20 * SECOND)
    })
    .await;
    stage.granted("1001").await;
    let order = stage.order("1001");
    for _ in 0..3 {
        let taken = order.approve().await.unwrap();
        assert!(
            matches!(taken, CommandOutcome::Acknowledged(_)),
            "{taken:?}"
        );
        stage.pass(3 * SECOND).await;
    }
    stage.pass(MINUTE).await;
    assert_eq!(stage.asked(Operation::ApproveContract), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

async fn an_approval_behind_a_gateway_that_gave_up_is_sent_once(store: Store) {
    let stage = Stage::new(store).await;
    stage.granted("1001").await;
    let late = Fault::CommitLater { seconds: 3 };
    stage.sandbox.fault(Operation::ApproveContract, late, 1);
    let unclear = stage.order("1001").approve().await.unwrap();
    assert!(matches!(unclear, CommandOutcome::Unclear(_)), "{unclear:?}");
    stage.pass(MINUTE).await;
    assert_eq!(stage.asked(Operation::ApproveContract), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

async fn a_cancellation_that_reads_in_other_words_is_sent_once(store: Store) {
    for word in ["canceled", "withdrawn"] {
        let stage = Stage::new(store).await;
        stage.granted("1001").await;
        let status = Alteration::set("status", word);
        stage.order("1001").cancel().await.unwrap();
        stage.pass(2 * SECOND).await;
        stage
            .sandbox
            .alter(Operation::GetContract, status.clone(), u32::MAX);
        stage.sandbox.alter(Operation::GetSession, status, u32::MAX);
        stage.pass(MINUTE).await;
        assert_eq!(stage.asked(Operation::CancelContract), 1, "{word}");
        assert_eq!(
            stage.told("1001"),
            ["awaits_merchant", "not_paid: cancelled"],
            "{word}"
        );
    }
}

async fn an_approval_that_never_shows_its_time_is_sent_once(store: Store) {
    let stage = Stage::at(store, ApiVersion::V2, |bank| {
        bank.partner_approval_at(PartnerApprovalAt::Never)
            .approval_time(40 * SECOND)
    })
    .await;
    stage.granted("1001").await;
    stage.order("1001").approve().await.unwrap();
    stage.pass(HOUR).await;
    assert_eq!(stage.asked(Operation::ApproveContract), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

async fn a_refusal_after_a_lost_answer_is_no_refusal(store: Store) {
    for status in [422, 401] {
        let stage = Stage::new(store).await;
        stage.granted("1001").await;
        // The gateway gives up, the bank takes ten minutes; what is sent meanwhile is refused.
        let late = Fault::CommitLater { seconds: 600 };
        stage.sandbox.fault(Operation::ApproveContract, late, 1);
        let refused = Fault::Status {
            status,
            retry_after: None,
        };
        stage
            .sandbox
            .fault(Operation::ApproveContract, refused, u32::MAX);
        let unclear = stage.order("1001").approve().await.unwrap();
        assert!(matches!(unclear, CommandOutcome::Unclear(_)), "{unclear:?}");
        stage.pass(5 * MINUTE).await;
        assert_eq!(stage.told("1001"), ["awaits_merchant"], "{status}");
        // In another process as well.
        let other = stage.process().await;
        let unclear = other.order("1001").approve().await.unwrap();
        assert!(matches!(unclear, CommandOutcome::Unclear(_)), "{unclear:?}");
        stage.pass(HOUR).await;
        assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"], "{status}");
    }
}

async fn a_read_that_is_refused_drops_no_command(store: Store) {
    for status in [400, 404] {
        let stage = Stage::new(store).await;
        stage.granted("1001").await;
        let refused = Fault::Status {
            status,
            retry_after: None,
        };
        let late = Fault::CommitLater { seconds: 3 };
        stage.sandbox.fault(Operation::ApproveContract, late, 1);
        for read in [Operation::GetSession, Operation::GetContract] {
            stage.sandbox.fault(read, refused, u32::MAX);
        }
        let unclear = stage.order("1001").approve().await.unwrap();
        assert!(matches!(unclear, CommandOutcome::Unclear(_)), "{unclear:?}");
        stage.pass(MINUTE).await;
        assert_eq!(stage.told("1001"), ["awaits_merchant"], "{status}");
        stage.sandbox.clear_faults();
        stage.pass(HOUR).await;
        assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"], "{status}");
        assert_eq!(stage.asked(Operation::ApproveContract), 1, "{status}");
    }
}

async fn of_an_approval_and_a_cancellation_at_once_exactly_one_is_carried_out(store: Store) {
    let stage = Stage::new(store).await;
    let other = stage.process().await;
    for n in 0..8 {
        let name = format!("order-{n}");
        stage.granted(&name).await;
        let (one, two) = (stage.order(&name), other.order(&name));
        let (approved, cancelled) = if n % 2 == 0 {
            tokio::join!(one.approve(), two.cancel())
        } else {
            let (cancelled, approved) = tokio::join!(one.cancel(), two.approve());
            (approved, cancelled)
        };
        stage.pass(MINUTE).await;
        let told = stage.told(&name);
        let refused = |outcome: &Result<CommandOutcome, OrderError>| {
            matches!(outcome, Err(OrderError::Refused(_)))
        };
        assert_ne!(refused(&approved), refused(&cancelled), "{told:?}");
        let end = if refused(&approved) {
            "not_paid: cancelled"
        } else {
            "paid"
        };
        assert_eq!(told, ["awaits_merchant", end]);
    }
    let sent = stage.asked(Operation::ApproveContract) + stage.asked(Operation::CancelContract);
    assert_eq!(sent, 8);
}

async fn an_approval_for_which_the_bank_is_away_is_sent_once_it_is_back(store: Store) {
    let stage = Stage::new(store).await;
    stage.granted("1001").await;
    let away = Fault::ResetBefore;
    stage
        .sandbox
        .fault(Operation::ApproveContract, away, u32::MAX);
    // A connection that breaks says nothing about what has arrived: it is read.
    let outcome = stage.order("1001").approve().await.unwrap();
    let open = matches!(
        outcome,
        CommandOutcome::Unclear(_) | CommandOutcome::Pending(_)
    );
    assert!(open, "{outcome:?}");
    stage.pass(10 * SECOND).await;
    stage.sandbox.clear_faults();
    stage.pass(HOUR).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}
