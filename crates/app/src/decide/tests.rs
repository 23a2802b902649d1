use inbank_domain::{Contract, FinancingId, OrderReference, ProductFamily, Session};
use inbank_ports::{MockContracts, MockSessions};
use mockall::Sequence;

use super::*;

fn financing(family: ProductFamily) -> Financing {
    let id = FinancingId::parse("f-1").unwrap();
    let mut financing = Financing::new(id, OrderReference::parse("ORDER 1").unwrap(), family);
    financing.state = FinancingState::Granted;
    financing.session = Some(SessionId::parse("s-1").unwrap());
    financing.contract = Some(ContractId::parse("c-1").unwrap());
    financing
}

fn error(kind: GatewayErrorKind) -> GatewayError {
    GatewayError::new(kind, "contract.approve")
}

/// A bank whose approvals end so, one after the other, and whose contract then reads so.
fn bank(approvals: &[Option<GatewayErrorKind>], reads: &[&'static str]) -> MockContracts {
    let mut contracts = MockContracts::new();
    let mut order = Sequence::new();
    for outcome in approvals.iter().copied() {
        contracts
            .expect_approve()
            .times(1)
            .in_sequence(&mut order)
            .returning(move |_| outcome.map_or(Ok(()), |kind| Err(error(kind))));
    }
    let mut order = Sequence::new();
    for status in reads.iter().copied() {
        contracts
            .expect_contract()
            .times(1)
            .in_sequence(&mut order)
            .returning(move |id| Ok(Contract::new(id.clone(), status.into())));
    }
    contracts
}

async fn approve(contracts: MockContracts) -> Result<(), DecideError> {
    let sessions = Arc::new(MockSessions::new());
    let decide = Decide::new(sessions, Arc::new(contracts), Region::ESTONIA);
    let financing = financing(ProductFamily::HirePurchase);
    decide.decide(&financing, Decision::Approve).await
}

const UNKNOWN: Option<GatewayErrorKind> = Some(GatewayErrorKind::OutcomeUnknown);
const REFUSED: Option<GatewayErrorKind> = Some(GatewayErrorKind::Refused);

#[tokio::test]
async fn an_answer_that_comes_is_enough() {
    approve(bank(&[None], &[])).await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_reading_and_not_sent_again() {
    approve(bank(&[UNKNOWN], &["activated"])).await.unwrap();
}

#[tokio::test]
async fn it_is_sent_again_only_when_reading_shows_that_nothing_happened() {
    approve(bank(&[UNKNOWN, None], &["signed"])).await.unwrap();
}

#[tokio::test]
async fn an_approval_that_came_through_after_all_is_a_success() {
    // Read too early, sent again, refused because the first one had worked.
    approve(bank(&[UNKNOWN, REFUSED], &["signed", "activated"]))
        .await
        .unwrap();
}

#[tokio::test]
async fn it_is_not_sent_for_ever() {
    let silent = bank(&[UNKNOWN; ATTEMPTS], &["signed"; ATTEMPTS]);
    let error = approve(silent).await.unwrap_err();
    let DecideError::Gateway(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.advice(), Advice::OutcomeUnknown);
}

#[tokio::test]
async fn approving_what_is_approved_already_is_a_success() {
    approve(bank(&[REFUSED], &["activated"])).await.unwrap();
}

#[tokio::test]
async fn approving_what_was_cancelled_says_so() {
    for (status, state) in [
        ("cancelled", FinancingState::Cancelled),
        ("terminated", FinancingState::Terminated),
    ] {
        let error = approve(bank(&[REFUSED], &[status])).await.unwrap_err();
        assert!(
            matches!(error, DecideError::Otherwise(found) if found == state),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_can_not_be_told_stays_unknown() {
    for status in ["unsigned", "on_hold"] {
        let error = approve(bank(&[UNKNOWN], &[status])).await.unwrap_err();
        let DecideError::Gateway(error) = error else {
            panic!("{error}")
        };
        assert_eq!(error.advice(), Advice::OutcomeUnknown);
    }
    let mut unreadable = bank(&[UNKNOWN], &[]);
    unreadable
        .expect_contract()
        .times(1)
        .returning(|_| Err(error(GatewayErrorKind::Unavailable)));
    let error = approve(unreadable).await.unwrap_err();
    let DecideError::Gateway(error) = error else {
        panic!("{error}")
    };
    assert_eq!(
        error.advice(),
        Advice::OutcomeUnknown,
        "not the reading's own error"
    );
}

#[tokio::test]
async fn an_error_that_settles_itself_is_not_read_after() {
    for kind in [
        GatewayErrorKind::Unreachable,
        GatewayErrorKind::NotAuthorised,
    ] {
        let refused = approve(bank(&[Some(kind)], &[])).await.unwrap_err();
        let DecideError::Gateway(refused) = refused else {
            panic!("{refused}")
        };
        assert_eq!(refused.kind(), kind);
    }
}

#[tokio::test]
async fn cancelling_has_its_own_goal() {
    for (status, good) in [
        ("cancelled", true),
        ("activated", false),
        ("terminated", false),
    ] {
        let mut contracts = bank(&[], &[status]);
        contracts
            .expect_cancel()
            .times(1)
            .returning(|_| Err(error(GatewayErrorKind::OutcomeUnknown)));
        let sessions = Arc::new(MockSessions::new());
        let decide = Decide::new(sessions, Arc::new(contracts), Region::ESTONIA);
        let financing = financing(ProductFamily::HirePurchase);
        let outcome = decide.decide(&financing, Decision::Cancel).await;
        assert_eq!(outcome.is_ok(), good, "{status}");
    }
}

#[tokio::test]
async fn where_contracts_must_not_be_read_the_session_settles_it() {
    for (status, good) in [
        ("completed", true),
        ("cancelled", false),
        ("expired", false),
    ] {
        let contracts = bank(&[UNKNOWN], &[]);
        let mut sessions = MockSessions::new();
        sessions
            .expect_session()
            .times(1)
            .returning(move |id| Ok(Session::new(id.clone(), status.into())));
        let decide = Decide::new(Arc::new(sessions), Arc::new(contracts), Region::ESTONIA);
        let financing = financing(ProductFamily::Indivy);
        let outcome = decide.decide(&financing, Decision::Approve).await;
        assert_eq!(outcome.is_ok(), good, "{status}");
    }
}

#[tokio::test]
async fn the_contract_is_looked_up_in_the_session() {
    for contract in [Some("c-9"), None] {
        let mut contracts = MockContracts::new();
        contracts
            .expect_approve()
            .withf(|id| id.as_str() == "c-9")
            .times(usize::from(contract.is_some()))
            .returning(|_| Ok(()));
        let mut sessions = MockSessions::new();
        sessions.expect_session().times(1).returning(move |id| {
            let mut session = Session::new(id.clone(), SessionStatus::Granted);
            session.contract = contract.map(|id| ContractId::parse(id).unwrap());
            Ok(session)
        });
        let decide = Decide::new(Arc::new(sessions), Arc::new(contracts), Region::ESTONIA);
        let mut financing = financing(ProductFamily::HirePurchase);
        financing.contract = None;
        let outcome = decide.decide(&financing, Decision::Approve).await;
        assert_eq!(outcome.is_ok(), contract.is_some());
    }
}

#[tokio::test]
async fn a_rental_is_not_approved_but_may_be_cancelled() {
    let financing = financing(ProductFamily::SmartRent);
    let mut contracts = MockContracts::new();
    contracts.expect_cancel().times(1).returning(|_| Ok(()));
    let sessions = Arc::new(MockSessions::new());
    let decide = Decide::new(sessions, Arc::new(contracts), Region::ESTONIA);
    let error = decide.decide(&financing, Decision::Approve).await;
    let error = error.unwrap_err();
    assert!(matches!(error, DecideError::Activate));
    assert!(error.to_string().contains("ActivateRental"), "{error}");
    decide.decide(&financing, Decision::Cancel).await.unwrap();
}
