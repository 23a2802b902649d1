use inbank_domain::{ContractId, ContractStatus, SessionStatus};
use inbank_ports::GatewayErrorKind;

use super::{Approval, BankUnderTest, signed, status};

async fn contract_status(bank: &dyn BankUnderTest, id: &ContractId) -> ContractStatus {
    let contract = bank.contracts().contract(id).await.unwrap();
    assert_eq!(contract.id, *id);
    contract.status
}

pub(super) async fn completed_session_has_an_active_contract(bank: &dyn BankUnderTest) {
    let (session, contract) = signed(bank, Approval::NotNeeded).await;
    assert_eq!(status(bank, &session).await, SessionStatus::Completed);
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Activated
    );
}

pub(super) async fn granted_session_has_a_signed_contract(bank: &dyn BankUnderTest) {
    let (session, contract) = signed(bank, Approval::Needed).await;
    assert_eq!(status(bank, &session).await, SessionStatus::Granted);
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Signed
    );
}

pub(super) async fn approved_contract_is_activated(bank: &dyn BankUnderTest) {
    let (session, contract) = signed(bank, Approval::Needed).await;
    bank.contracts().approve(&contract).await.unwrap();
    bank.time_passes().await;
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Activated
    );
    assert_eq!(status(bank, &session).await, SessionStatus::Completed);
}

pub(super) async fn approving_twice_is_refused(bank: &dyn BankUnderTest) {
    let (_, contract) = signed(bank, Approval::Needed).await;
    bank.contracts().approve(&contract).await.unwrap();
    bank.time_passes().await;
    let error = bank.contracts().approve(&contract).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
}

pub(super) async fn cancelled_contract_is_cancelled(bank: &dyn BankUnderTest) {
    let (session, contract) = signed(bank, Approval::Needed).await;
    bank.contracts().cancel(&contract).await.unwrap();
    bank.time_passes().await;
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Cancelled
    );
    assert_eq!(status(bank, &session).await, SessionStatus::Cancelled);
}

pub(super) async fn active_contract_can_not_be_cancelled(bank: &dyn BankUnderTest) {
    let (_, contract) = signed(bank, Approval::NotNeeded).await;
    let error = bank.contracts().cancel(&contract).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Activated
    );
}

pub(super) async fn unknown_contract_is_not_found(bank: &dyn BankUnderTest) {
    let id = ContractId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let contracts = bank.contracts();
    for error in [
        contracts.contract(&id).await.unwrap_err(),
        contracts.approve(&id).await.unwrap_err(),
        contracts.cancel(&id).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), GatewayErrorKind::NotFound, "{error}");
    }
}

pub(super) async fn lost_answer_of_approval_is_an_unknown_outcome(bank: &dyn BankUnderTest) {
    let (_, contract) = signed(bank, Approval::Needed).await;
    bank.lose_next_answer().await;
    let error = bank.contracts().approve(&contract).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::OutcomeUnknown);
    bank.time_passes().await;
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Activated
    );
}

pub(super) async fn lost_answer_of_cancelling_is_an_unknown_outcome(bank: &dyn BankUnderTest) {
    let (_, contract) = signed(bank, Approval::Needed).await;
    bank.lose_next_answer().await;
    let error = bank.contracts().cancel(&contract).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::OutcomeUnknown);
    bank.time_passes().await;
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Cancelled
    );
}
