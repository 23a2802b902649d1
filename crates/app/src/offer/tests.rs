use inbank_domain::{DecisionStatus, FinancingId, OrderReference, ProductFamily};
use inbank_ports::MockApplications;
use mockall::Sequence;

use super::*;

fn financing() -> Financing {
    let id = FinancingId::parse("f-1").unwrap();
    let order = OrderReference::parse("ORDER 1").unwrap();
    let mut financing = Financing::new(id, order, ProductFamily::HirePurchase);
    financing.application = Some(ApplicationId::parse("a-1").unwrap());
    financing
}

/// What reading the application shows.
#[derive(Clone, Copy)]
enum Shown {
    Open,
    Accepted,
    Cancelled,
}

/// A bank whose acceptances and cancellations end so, and that then shows so.
fn bank(outcomes: &[Option<GatewayErrorKind>], reads: &[Shown]) -> MockApplications {
    let mut applications = MockApplications::new();
    let error = |kind| GatewayError::new(kind, "application.accept");
    let (mut accepts, mut cancels) = (Sequence::new(), Sequence::new());
    for outcome in outcomes.iter().copied() {
        applications
            .expect_accept()
            .times(0..=1)
            .in_sequence(&mut accepts)
            .returning(move |_| match outcome {
                None => Ok(ContractId::parse("c-1").unwrap()),
                Some(kind) => Err(error(kind)),
            });
        applications
            .expect_cancel()
            .times(0..=1)
            .in_sequence(&mut cancels)
            .returning(move |_| outcome.map_or(Ok(()), |kind| Err(error(kind))));
    }
    let mut order = Sequence::new();
    for shown in reads.iter().copied() {
        applications
            .expect_application()
            .times(1)
            .in_sequence(&mut order)
            .returning(move |id| {
                let mut application = Application::new(id.clone(), DecisionStatus::Positive);
                match shown {
                    Shown::Open => {}
                    Shown::Accepted => {
                        application.contract = Some(ContractId::parse("c-1").unwrap());
                    }
                    Shown::Cancelled => application.cancelled = true,
                }
                Ok(application)
            });
    }
    applications
}

const UNKNOWN: Option<GatewayErrorKind> = Some(GatewayErrorKind::OutcomeUnknown);
const REFUSED: Option<GatewayErrorKind> = Some(GatewayErrorKind::Refused);

async fn accept(bank: MockApplications) -> Result<Financing, OfferError> {
    Offers::new(Arc::new(bank)).accept(&financing()).await
}

#[tokio::test]
async fn an_accepted_offer_comes_back_with_its_contract() {
    for (outcomes, reads) in [
        (&[None][..], &[][..]),
        // Lost, and found by reading.
        (&[UNKNOWN], &[Shown::Accepted]),
        // Accepted before.
        (&[REFUSED], &[Shown::Accepted]),
        // Nothing had happened: sent again.
        (&[UNKNOWN, None], &[Shown::Open]),
    ] {
        let financing = accept(bank(outcomes, reads)).await.unwrap();
        assert_eq!(financing.contract.unwrap().as_str(), "c-1");
    }
}

#[tokio::test]
async fn what_the_customer_gave_up_is_not_accepted() {
    let error = accept(bank(&[REFUSED], &[Shown::Cancelled]))
        .await
        .unwrap_err();
    assert!(
        matches!(error, OfferError::Otherwise("cancelled")),
        "{error}"
    );
}

#[tokio::test]
async fn a_refusal_for_another_reason_stays_one_and_silence_stays_unknown() {
    let error = accept(bank(&[REFUSED], &[Shown::Open])).await.unwrap_err();
    let OfferError::Gateway(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
    let silent = bank(&[UNKNOWN; ATTEMPTS], &[Shown::Open; ATTEMPTS]);
    let OfferError::Gateway(error) = accept(silent).await.unwrap_err() else {
        panic!()
    };
    assert_eq!(error.advice(), Advice::OutcomeUnknown);
}

#[tokio::test]
async fn cancelling_is_settled_likewise() {
    for (outcomes, reads, good) in [
        (&[None][..], &[][..], true),
        (&[UNKNOWN], &[Shown::Cancelled], true),
        (&[REFUSED], &[Shown::Cancelled], true),
        (&[UNKNOWN], &[Shown::Accepted], false),
    ] {
        let offers = Offers::new(Arc::new(bank(outcomes, reads)));
        assert_eq!(offers.cancel(&financing()).await.is_ok(), good);
    }
}

#[tokio::test]
async fn without_an_application_there_is_nothing_to_answer() {
    let offers = Offers::new(Arc::new(MockApplications::new()));
    let mut unknown = financing();
    unknown.application = None;
    assert!(matches!(
        offers.accept(&unknown).await,
        Err(OfferError::NotKnown)
    ));
    assert!(matches!(
        offers.cancel(&unknown).await,
        Err(OfferError::NotKnown)
    ));
}
