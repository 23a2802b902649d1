//! Direct applications whose answers get lost: nothing is done twice, and what was done is found.

use std::time::Duration;

use inbank::app::{FollowError, OfferError, SignError, Submitted};
use inbank::domain::{ConfirmationCode, Event, FinancingState as State, SigningMethod};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::{Advice, GatewayErrorKind as Kind};
use inbank_sandbox::{Fault, Operation, Outcome};
use inbank_tests::Applicant;

const PRODUCT: &str = "hire_purchase";

fn sign_error(error: SignError) -> Kind {
    match error {
        SignError::Gateway(error) => error.kind(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_lost_answer_of_submission_is_brought_home_by_the_first_callback() {
    for &version in ApiVersion::ALL {
        let mut applicant = Applicant::new(&RegionProfile::ESTONIA, version).await;
        let lost = Operation::CreateApplication;
        applicant.bank.sandbox.fault(lost, Fault::AnswerLost, 1);
        let request = applicant.request(PRODUCT);
        let Submitted::Unknown { financing, error } = applicant.try_submit(&request).await else {
            panic!("its outcome is unknown")
        };
        assert_eq!(error.advice(), Advice::OutcomeUnknown);
        assert_eq!(
            (financing.state, &financing.application),
            (State::Opening, &None)
        );
        applicant.financing = financing;
        let error = applicant
            .inbank
            .follow()
            .refresh(&applicant.financing)
            .await;
        assert!(matches!(error, Err(FollowError::NotKnown)));
        applicant.bank.sandbox.advance(Duration::from_mins(1));
        let first = applicant.callbacks().await;
        assert_eq!(first.len(), 1);
        applicant.take(&first[0]).await.unwrap();
        applicant.take(&first[0]).await.unwrap();
        assert_eq!(applicant.events, [Event::OfferReady]);
        assert!(applicant.financing.application.is_some());
        assert_eq!(applicant.bank.sandbox.application_count(), 1);
        assert_eq!(applicant.bank.asked(lost), 1, "never sent again");
    }
}

#[tokio::test]
async fn lost_answers_of_accepting_and_signing_leave_exactly_one_contract() {
    for product in [PRODUCT, "hire_purchase_approval"] {
        let mut applicant = Applicant::offered(product).await;
        let sandbox = &applicant.bank.sandbox;
        sandbox.fault(Operation::AcceptApplication, Fault::AnswerLost, 1);
        let offers = applicant.inbank.offers();
        let accepted = offers.accept(&applicant.financing).await.unwrap();
        let again = offers.accept(&applicant.financing).await.unwrap();
        assert_eq!(accepted, again);
        assert_eq!(sandbox.contract_count(), 1);
        applicant.financing = accepted;
        applicant.refresh().await;
        let (sign, digital) = (applicant.inbank.sign(), SigningMethod::Digital);
        let sandbox = &applicant.bank.sandbox;
        sandbox.fault(Operation::SignContract, Fault::AnswerLost, 1);
        // It may be settled by reading, or stay unknown until the contract says.
        if let Err(error) = sign.start(&applicant.financing, &digital).await {
            assert_eq!(sign_error(error), Kind::OutcomeUnknown);
        }
        applicant.settle().await;
        let end = if product == PRODUCT {
            State::Completed
        } else {
            State::Granted
        };
        assert_eq!(applicant.financing.state, end);
        sign.start(&applicant.financing, &digital).await.unwrap();
        assert_eq!(applicant.bank.asked(Operation::SignContract), 2);
        assert_eq!(applicant.bank.sandbox.contract_count(), 1);
    }
}

#[tokio::test]
async fn what_the_bank_did_not_do_is_asked_for_again_and_done_once() {
    let applicant = Applicant::offered(PRODUCT).await;
    let sandbox = &applicant.bank.sandbox;
    sandbox.fault(Operation::AcceptApplication, Fault::ResetBefore, 2);
    let offers = applicant.inbank.offers();
    offers.accept(&applicant.financing).await.unwrap();
    assert_eq!(applicant.bank.asked(Operation::AcceptApplication), 3);
    assert_eq!(sandbox.contract_count(), 1);
    let error = offers.cancel(&applicant.financing).await.unwrap_err();
    assert!(
        matches!(error, OfferError::Otherwise("accepted")),
        "{error}"
    );
}

#[tokio::test]
async fn a_lost_answer_of_cancelling_is_settled_by_reading() {
    let mut applicant = Applicant::offered(PRODUCT).await;
    let sandbox = &applicant.bank.sandbox;
    sandbox.fault(Operation::CancelApplication, Fault::AnswerLost, 1);
    let offers = applicant.inbank.offers();
    offers.cancel(&applicant.financing).await.unwrap();
    offers.cancel(&applicant.financing).await.unwrap();
    let error = offers.accept(&applicant.financing).await.unwrap_err();
    assert!(
        matches!(error, OfferError::Otherwise("cancelled")),
        "{error}"
    );
    assert_eq!(applicant.bank.sandbox.contract_count(), 0);
    applicant.refresh().await;
    assert_eq!(applicant.events, [Event::OfferReady, Event::Cancelled]);
}

#[tokio::test]
async fn a_lost_answer_of_confirming_is_found_on_the_contract() {
    let mut applicant = Applicant::new(&RegionProfile::POLAND, ApiVersion::V2).await;
    applicant.submit(&applicant.request(PRODUCT)).await;
    applicant.decided(Outcome::Positive);
    let offers = applicant.inbank.offers();
    applicant.financing = offers.accept(&applicant.financing).await.unwrap();
    let (sign, sms) = (applicant.inbank.sign(), SigningMethod::Sms);
    sign.start(&applicant.financing, &sms).await.unwrap();
    let wrong = ConfirmationCode::parse("9999").unwrap();
    let error = sign
        .confirm(&applicant.financing, &wrong)
        .await
        .unwrap_err();
    assert_eq!(sign_error(error), Kind::Refused);
    let sandbox = &applicant.bank.sandbox;
    sandbox.fault(Operation::ConfirmSigning, Fault::AnswerLost, 1);
    let code = ConfirmationCode::parse("0000").unwrap();
    sign.confirm(&applicant.financing, &code).await.unwrap();
    applicant.settle().await;
    assert_eq!(applicant.financing.state, State::Completed);
    sign.confirm(&applicant.financing, &code).await.unwrap();
    assert_eq!(applicant.bank.asked(Operation::ConfirmSigning), 3);
}
