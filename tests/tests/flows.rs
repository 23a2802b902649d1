//! Whole orders through the facade: from quote to delivery, with answers and callbacks going astray.

use inbank::app::{DecideError, Decision, FollowError, Quote, Started};
use inbank::domain::{
    CalculationRequest, Event, FinancingState as State, ProductCode, ProductFamily, SessionRequest,
};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::Advice;
use inbank_sandbox::{ContractStatus as Contract, Fault, Operation, SessionStatus as Session};
use inbank_testkit::conformance::{Approval, Bank};
use inbank_tests::{SandboxBank, Shop, uuid};

#[tokio::test]
async fn every_region_in_every_version_goes_from_a_quote_to_delivery() {
    for (profile, version) in SandboxBank::every() {
        let mut shop = Shop::new(profile, version).await;
        let code = shop.bank.product_code(Approval::Needed);
        let (total, period) = (shop.bank.granted_total(), shop.bank.period());
        let question = CalculationRequest::new(&profile.region, code, total, period).unwrap();
        let quote = shop.inbank.quotes().quote(&question).await.unwrap();
        let Quote::Offered(offer) = quote else {
            panic!("{quote:?}")
        };
        assert_eq!(offer.total_cost.currency(), profile.region.currency);

        shop.start(Approval::Needed).await;
        assert_eq!(shop.customer_applies(), Session::Granted);
        shop.take_callbacks().await;
        assert_eq!(
            (shop.contract(), &*shop.events),
            (Contract::Signed, &[Event::Granted][..])
        );
        shop.decide(Decision::Approve).await.unwrap();
        shop.take_callbacks().await;
        assert_eq!(shop.events, [Event::Granted, Event::Completed], "{version}");
        assert_eq!(shop.contract(), Contract::Activated);
        assert_eq!(shop.financing.state, State::Completed);
        assert_eq!(shop.bank.sandbox.session_count(), 1);
    }
}

#[tokio::test]
async fn every_other_end_is_told_once_as_what_it_is() {
    for &version in ApiVersion::ALL {
        let mut shop = Shop::new(&RegionProfile::POLAND, version).await;
        shop.start(Approval::NotNeeded).await;
        assert_eq!(shop.customer_applies(), Session::Completed);
        shop.take_callbacks().await;
        shop.refresh().await;
        assert_eq!(shop.events, [Event::Completed]);
        shop.bank
            .sandbox
            .terminate(
                shop.financing
                    .contract
                    .as_ref()
                    .unwrap()
                    .as_str()
                    .parse()
                    .unwrap(),
            )
            .unwrap();
        shop.refresh().await;
        shop.refresh().await;
        assert_eq!(shop.events, [Event::Completed, Event::Terminated]);

        let mut shop = Shop::new(&RegionProfile::POLAND, version).await;
        let template = shop.request(Approval::Needed);
        let request = SessionRequest::new(
            &RegionProfile::POLAND.region,
            template.product_code,
            shop.bank.declined_total(),
            template.locale,
            template.urls,
            template.purchase,
        );
        shop.start_with(request.unwrap()).await;
        assert_eq!(shop.customer_applies(), Session::Declined);
        shop.take_callbacks().await;
        assert_eq!(shop.events, [Event::Declined]);

        let mut shop = Shop::new(&RegionProfile::CZECHIA, version).await;
        shop.start(Approval::Needed).await;
        shop.bank
            .customer_cancels(shop.financing.session.as_ref().unwrap())
            .await;
        shop.take_callbacks().await;
        shop.refresh().await;
        assert_eq!(shop.events, [Event::Cancelled]);
    }
}

#[tokio::test]
async fn a_lost_approval_is_settled_by_reading_and_sent_once() {
    let mut shop = Shop::granted().await;
    shop.bank
        .sandbox
        .fault(Operation::ApproveContract, Fault::AnswerLost, 1);
    shop.decide(Decision::Approve).await.unwrap();
    assert_eq!(shop.bank.asked(Operation::ApproveContract), 1);
    shop.take_callbacks().await;
    assert_eq!(shop.events, [Event::Granted, Event::Completed]);
    // Told again, it finds that it stands.
    shop.decide(Decision::Approve).await.unwrap();
    assert_eq!(shop.contract(), Contract::Activated);
}

#[tokio::test]
async fn a_lost_cancellation_is_settled_by_reading_and_sent_once() {
    let mut shop = Shop::granted().await;
    shop.bank
        .sandbox
        .fault(Operation::CancelContract, Fault::AnswerLost, 1);
    shop.decide(Decision::Cancel).await.unwrap();
    assert_eq!(shop.bank.asked(Operation::CancelContract), 1);
    shop.take_callbacks().await;
    assert_eq!(shop.events, [Event::Granted, Event::Cancelled]);
    assert_eq!(shop.contract(), Contract::Cancelled);
}

#[tokio::test]
async fn a_decision_that_never_happened_is_sent_again_once_reading_shows_it() {
    for (decision, operation, state) in [
        (
            Decision::Approve,
            Operation::ApproveContract,
            Contract::Activated,
        ),
        (
            Decision::Cancel,
            Operation::CancelContract,
            Contract::Cancelled,
        ),
    ] {
        let shop = Shop::granted().await;
        let read = shop.bank.asked(Operation::GetContract);
        shop.bank.sandbox.fault(operation, Fault::ResetBefore, 1);
        shop.decide(decision).await.unwrap();
        assert_eq!(shop.bank.asked(operation), 2);
        assert_eq!(
            shop.bank.asked(Operation::GetContract) - read,
            1,
            "before sending again"
        );
        assert_eq!(shop.contract(), state);
    }
}

#[tokio::test]
async fn a_decision_whose_outcome_can_not_even_be_read_stays_unknown_and_is_not_sent_again() {
    let shop = Shop::granted().await;
    shop.bank
        .sandbox
        .fault(Operation::ApproveContract, Fault::AnswerLost, 1);
    let down = Fault::Status {
        status: 503,
        retry_after: None,
    };
    shop.bank.sandbox.fault(Operation::GetContract, down, 4);
    let error = shop.decide(Decision::Approve).await.unwrap_err();
    let DecideError::Gateway(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.advice(), Advice::OutcomeUnknown);
    assert_eq!(shop.bank.asked(Operation::ApproveContract), 1);
    shop.decide(Decision::Approve).await.unwrap();
    assert_eq!(shop.contract(), Contract::Activated);
}

#[tokio::test]
async fn a_decision_the_other_way_round_says_that_the_first_one_stands() {
    let shop = Shop::granted().await;
    shop.decide(Decision::Cancel).await.unwrap();
    let error = shop.decide(Decision::Approve).await.unwrap_err();
    assert!(
        matches!(error, DecideError::Otherwise(State::Cancelled)),
        "{error}"
    );
    assert_eq!(shop.contract(), Contract::Cancelled);

    let shop = Shop::granted().await;
    shop.decide(Decision::Approve).await.unwrap();
    let error = shop.decide(Decision::Cancel).await.unwrap_err();
    assert!(
        matches!(error, DecideError::Otherwise(State::Completed)),
        "{error}"
    );
    assert_eq!(shop.contract(), Contract::Activated);
}

#[tokio::test]
async fn where_contracts_must_not_be_read_the_session_settles_a_lost_decision() {
    for (decision, operation, state, event) in [
        (
            Decision::Approve,
            Operation::ApproveContract,
            Contract::Activated,
            Event::Completed,
        ),
        (
            Decision::Cancel,
            Operation::CancelContract,
            Contract::Cancelled,
            Event::Cancelled,
        ),
    ] {
        let mut shop = Shop::new(&RegionProfile::ESTONIA, ApiVersion::V3).await;
        shop.financing.family = ProductFamily::PayNextMonth;
        let mut request = shop.request(Approval::Needed);
        request.product_code = ProductCode::parse("pay_next_month_approval").unwrap();
        shop.start_with(request).await;
        shop.customer_applies();
        shop.take_callbacks().await;
        shop.bank.sandbox.fault(operation, Fault::AnswerLost, 1);
        shop.decide(decision).await.unwrap();
        shop.take_callbacks().await;
        assert_eq!(shop.events, [Event::Granted, event]);
        assert_eq!((shop.contract(), shop.bank.asked(operation)), (state, 1));
        assert_eq!(shop.bank.asked(Operation::GetContract), 0);
    }
}

#[tokio::test]
async fn the_first_callback_brings_a_lost_opening_home() {
    for &version in ApiVersion::ALL {
        let mut shop = Shop::new(&RegionProfile::LATVIA, version).await;
        shop.bank
            .sandbox
            .fault(Operation::CreateSession, Fault::AnswerLost, 1);
        let (id, family) = (shop.financing.id.clone(), shop.financing.family.clone());
        let request = shop.request(Approval::Needed);
        let started = shop.inbank.checkout().start(id, family, &request).await;
        let Started::Unknown { financing, error } = started else {
            panic!("{started:?}")
        };
        assert_eq!(
            (financing.state, &financing.session),
            (State::Opening, &None)
        );
        assert_eq!(error.advice(), Advice::OutcomeUnknown);
        assert_eq!(shop.bank.sandbox.session_count(), 1);
        shop.financing = financing;
        let nothing = shop
            .inbank
            .follow()
            .refresh(&shop.financing)
            .await
            .unwrap_err();
        assert!(matches!(nothing, FollowError::NotKnown), "{nothing}");

        let session = shop.lost_session().await;
        shop.bank.sandbox.customer_applies(session).unwrap();
        shop.take_callbacks().await;
        assert_eq!(shop.events, [Event::Granted]);
        assert_eq!(uuid(shop.financing.session.as_ref().unwrap()), session);
        shop.decide(Decision::Approve).await.unwrap();
        shop.take_callbacks().await;
        assert_eq!(shop.events, [Event::Granted, Event::Completed]);
        assert_eq!(shop.bank.asked(Operation::CreateSession), 1);
        assert_eq!(shop.bank.sandbox.session_count(), 1);
    }
}
