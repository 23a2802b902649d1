use inbank_domain::{ProductCode, Region, SessionId, SessionRequest, SessionStatus};
use inbank_ports::GatewayErrorKind;

use super::{Approval, BankUnderTest, foreign, open, request, status};

pub(super) async fn opened_session_is_pending(bank: &dyn BankUnderTest) {
    let opened = open(bank, Approval::NotNeeded, bank.granted_total()).await;
    assert_eq!(opened.status, SessionStatus::Pending);
    let session = bank.sessions().session(&opened.id).await.unwrap();
    assert_eq!(session.id, opened.id);
    assert_eq!(session.status, SessionStatus::Pending);
    assert_eq!(
        session.total.unwrap_or(bank.granted_total()),
        bank.granted_total()
    );
    assert_eq!((session.application, session.contract), (None, None));
}

pub(super) async fn opening_twice_opens_two_sessions(bank: &dyn BankUnderTest) {
    let one = open(bank, Approval::NotNeeded, bank.granted_total()).await;
    let other = open(bank, Approval::NotNeeded, bank.granted_total()).await;
    assert_ne!(one.id, other.id);
    assert_eq!(bank.session_count().await, 2);
}

pub(super) async fn session_keeps_the_order_reference(bank: &dyn BankUnderTest) {
    let reference = "Id #1 +\"õ\" \\ 50%";
    let request = request(bank, Approval::NotNeeded, bank.granted_total(), reference);
    let opened = bank.sessions().open(&request).await.unwrap();
    let session = bank.sessions().session(&opened.id).await.unwrap();
    let told = session.order_reference;
    let kept = told.as_ref().is_none_or(|told| told.as_str() == reference);
    assert!(kept, "names another order: {told:?}");
}

pub(super) async fn session_in_another_currency_is_invalid(bank: &dyn BankUnderTest) {
    let total = foreign(bank.granted_total());
    let elsewhere = Region::new("elsewhere", "XX", total.currency(), &["en"]);
    let here = request(bank, Approval::NotNeeded, bank.granted_total(), "ORDER 1");
    let request = SessionRequest::new(
        &elsewhere,
        here.product_code,
        total,
        here.locale,
        here.urls,
        here.purchase,
    )
    .unwrap();
    let error = bank.sessions().open(&request).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Invalid);
    assert_eq!(bank.session_count().await, 0);
}

pub(super) async fn session_for_an_unknown_product_is_refused(bank: &dyn BankUnderTest) {
    let mut request = request(bank, Approval::NotNeeded, bank.granted_total(), "ORDER 1");
    request.product_code = ProductCode::parse("no_such_product").unwrap();
    let error = bank.sessions().open(&request).await.unwrap_err();
    let refusals = [GatewayErrorKind::NotFound, GatewayErrorKind::Refused];
    assert!(refusals.contains(&error.kind()), "{error}");
    assert_eq!(bank.session_count().await, 0);
}

pub(super) async fn unknown_session_is_not_found(bank: &dyn BankUnderTest) {
    let id = SessionId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let error = bank.sessions().session(&id).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::NotFound);
}

pub(super) async fn completed_session_says_so(bank: &dyn BankUnderTest) {
    let opened = open(bank, Approval::NotNeeded, bank.granted_total()).await;
    bank.customer_applies(&opened.id).await;
    assert_eq!(status(bank, &opened.id).await, SessionStatus::Completed);
}

pub(super) async fn declined_session_says_so(bank: &dyn BankUnderTest) {
    let opened = open(bank, Approval::NotNeeded, bank.declined_total()).await;
    bank.customer_applies(&opened.id).await;
    assert_eq!(status(bank, &opened.id).await, SessionStatus::Declined);
}

pub(super) async fn cancelled_session_says_so(bank: &dyn BankUnderTest) {
    let opened = open(bank, Approval::NotNeeded, bank.granted_total()).await;
    bank.customer_cancels(&opened.id).await;
    assert_eq!(status(bank, &opened.id).await, SessionStatus::Cancelled);
}

pub(super) async fn expired_session_says_so_without_a_callback(bank: &dyn BankUnderTest) {
    let opened = open(bank, Approval::NotNeeded, bank.granted_total()).await;
    bank.session_expires(&opened.id).await;
    assert_eq!(status(bank, &opened.id).await, SessionStatus::Expired);
    assert!(bank.callbacks_sent().await.is_empty());
}

pub(super) async fn lost_answer_of_opening_is_an_unknown_outcome(bank: &dyn BankUnderTest) {
    bank.lose_next_answer().await;
    let request = request(bank, Approval::NotNeeded, bank.granted_total(), "ORDER 1");
    let error = bank.sessions().open(&request).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::OutcomeUnknown);
    assert_eq!(bank.session_count().await, 1, "sent once, not again");
}
