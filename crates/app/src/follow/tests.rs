use inbank_domain::{
    Anomaly, ApplicationCallback, CallbackSubject, ContractStatus, Currency, Event, FinancingId,
    FinancingState, Locale, Money, OrderReference, PartnerUrls, Product, ProductCode,
    ProductFamily, Purchase, SessionRequest, WebAddress,
};
use inbank_ports::fake::{FakeBank, ManualClock};
use inbank_ports::{
    GatewayErrorKind, MockApplications, MockCallbackAuthenticator, MockContracts, MockSessions,
    SignedCallback,
};
use time::OffsetDateTime;

use super::*;
use crate::{Checkout, Started};

fn request(product: &str, total: &str, order: &str) -> SessionRequest {
    let url = |text| WebAddress::parse(text).unwrap();
    SessionRequest::new(
        &Region::ESTONIA,
        ProductCode::parse(product).unwrap(),
        Money::parse(total, Currency::EUR).unwrap(),
        Locale::parse("et-ET").unwrap(),
        PartnerUrls {
            return_url: url("https://shop.example/return"),
            cancel_url: url("https://shop.example/cancel"),
            callback_url: url("https://shop.example/callback"),
        },
        Purchase::new(OrderReference::parse(order).unwrap()),
    )
    .unwrap()
}

fn ports(bank: &Arc<FakeBank>) -> FollowPorts {
    FollowPorts {
        authenticator: bank.clone(),
        sessions: bank.clone(),
        applications: Arc::new(MockApplications::new()),
        contracts: bank.clone(),
        clock: Arc::new(ManualClock::new(OffsetDateTime::UNIX_EPOCH)),
    }
}

fn follow(bank: &Arc<FakeBank>) -> Follow {
    Follow::new(ports(bank), Region::ESTONIA)
}

async fn opened(bank: &Arc<FakeBank>, product: &str, total: &str) -> Financing {
    let id = FinancingId::parse("f-1").unwrap();
    let request = request(product, total, "ORDER 1");
    let checkout = Checkout::new(bank.clone());
    match checkout
        .start(id, ProductFamily::HirePurchase, &request)
        .await
    {
        Started::Open { financing, .. } => financing,
        other => panic!("{other:?}"),
    }
}

fn bank() -> Arc<FakeBank> {
    Arc::new(FakeBank::new(Region::ESTONIA))
}

fn event(news: &News) -> Option<Event> {
    match &news.step {
        Step::Moved(edge) => Some(edge.event),
        _ => None,
    }
}

#[tokio::test]
async fn a_callback_makes_us_read_the_bank_and_a_copy_changes_nothing() {
    let bank = bank();
    let financing = opened(&bank, "hp", "100").await;
    bank.customer_applies(financing.session.as_ref().unwrap());
    let body = bank.callbacks().pop().unwrap();
    let news = follow(&bank).callback(&body, &financing).await.unwrap();
    assert_eq!(event(&news), Some(Event::Completed));
    assert_eq!(news.contract.unwrap().status, ContractStatus::Activated);
    let again = follow(&bank)
        .callback(&body, &news.financing)
        .await
        .unwrap();
    assert_eq!(again.step, Step::Unchanged);
    assert_eq!(again.financing, news.financing);
}

#[tokio::test]
async fn what_the_callback_says_is_not_believed() {
    let bank = bank();
    let financing = opened(&bank, "hp_approval", "100").await;
    let session = financing.session.as_ref().unwrap();
    bank.customer_applies(session);
    let granted = bank.callbacks().pop().unwrap();
    let contract = bank.session(session).await.unwrap().contract.unwrap();
    Contracts::cancel(&*bank, &contract).await.unwrap();
    let news = follow(&bank).callback(&granted, &financing).await.unwrap();
    assert_eq!(
        event(&news),
        Some(Event::Cancelled),
        "late news of an earlier state"
    );
}

#[tokio::test]
async fn a_forged_callback_reads_nothing() {
    let bank = bank();
    let financing = opened(&bank, "hp", "100").await;
    let ports = FollowPorts {
        sessions: Arc::new(MockSessions::new()),
        contracts: Arc::new(MockContracts::new()),
        ..ports(&bank)
    };
    let follow = Follow::new(ports, Region::ESTONIA);
    let error = follow.callback(b"forged", &financing).await.unwrap_err();
    assert!(matches!(
        error,
        FollowError::Callback(CallbackError::Signature)
    ));
}

#[tokio::test]
async fn a_callback_of_another_order_does_not_touch_this_one() {
    let bank = bank();
    let financing = opened(&bank, "hp", "100").await;
    let other = request("hp", "100", "ORDER 2");
    let other = bank.open(&other).await.unwrap();
    bank.customer_applies(&other.id);
    let body = bank.callbacks().pop().unwrap();
    let error = follow(&bank).callback(&body, &financing).await.unwrap_err();
    assert!(matches!(error, FollowError::Another("session")));

    let id = FinancingId::parse("f-1").unwrap();
    let unanswered = Financing::new(id, financing.order.clone(), ProductFamily::HirePurchase);
    let error = follow(&bank)
        .callback(&body, &unanswered)
        .await
        .unwrap_err();
    assert!(matches!(error, FollowError::Another("order")));
}

#[tokio::test]
async fn the_first_callback_brings_the_lost_answer_of_opening_home() {
    let bank = bank();
    bank.lose_next_answer();
    let id = FinancingId::parse("f-1").unwrap();
    let request = request("hp", "100", "ORDER 1");
    let checkout = Checkout::new(bank.clone());
    let started = checkout
        .start(id, ProductFamily::HirePurchase, &request)
        .await;
    let Started::Unknown { financing, .. } = started else {
        panic!("{started:?}")
    };
    assert_eq!(financing.state, FinancingState::Opening);
    let error = follow(&bank).refresh(&financing).await.unwrap_err();
    assert!(matches!(error, FollowError::NotKnown));

    bank.customer_applies(&inbank_domain::SessionId::parse("session-1").unwrap());
    let body = bank.callbacks().pop().unwrap();
    let news = follow(&bank).callback(&body, &financing).await.unwrap();
    assert_eq!(event(&news), Some(Event::Completed));
    assert_eq!(news.financing.session.unwrap().as_str(), "session-1");
    assert_eq!(bank.session_count(), 1);
}

#[tokio::test]
async fn expiry_is_seen_by_reading() {
    let bank = bank();
    let financing = opened(&bank, "hp", "100").await;
    bank.session_expires(financing.session.as_ref().unwrap());
    let news = follow(&bank).refresh(&financing).await.unwrap();
    assert_eq!(event(&news), Some(Event::Expired));
}

#[tokio::test]
async fn contracts_of_indivy_are_not_read() {
    let bank = bank();
    let code = ProductCode::parse("indivy").unwrap();
    bank.add_product(Product::new(code, "Indivy", ProductFamily::Indivy));
    let mut financing = opened(&bank, "indivy", "100").await;
    financing.family = ProductFamily::Indivy;
    bank.customer_applies(financing.session.as_ref().unwrap());
    // A mock without expectations panics when it is called.
    let ports = FollowPorts {
        contracts: Arc::new(MockContracts::new()),
        ..ports(&bank)
    };
    let follow = Follow::new(ports, Region::ESTONIA);
    let news = follow.refresh(&financing).await.unwrap();
    assert_eq!(event(&news), Some(Event::Completed));
    assert!(news.contract.is_none());
}

#[tokio::test]
async fn a_completed_session_waits_for_its_contract_to_be_active() {
    let bank = bank();
    let financing = opened(&bank, "hp", "100").await;
    bank.customer_applies(financing.session.as_ref().unwrap());
    for (status, state) in [
        ("signed", FinancingState::Pending),
        ("unsigned", FinancingState::Pending),
        ("on_hold", FinancingState::Pending),
        ("terminated", FinancingState::Terminated),
        ("activated", FinancingState::Completed),
    ] {
        let mut contracts = MockContracts::new();
        contracts
            .expect_contract()
            .returning(move |id| Ok(Contract::new(id.clone(), status.into())));
        let ports = FollowPorts {
            contracts: Arc::new(contracts),
            ..ports(&bank)
        };
        let follow = Follow::new(ports, Region::ESTONIA);
        let news = follow.refresh(&financing).await.unwrap();
        assert_eq!(news.financing.state, state, "{status}");
    }
}

#[tokio::test]
async fn a_status_never_seen_before_keeps_the_state_and_is_reported() {
    let bank = bank();
    let financing = opened(&bank, "hp", "100").await;
    let mut sessions = MockSessions::new();
    sessions.expect_session().returning(|id| {
        let mut session = Session::new(id.clone(), "on_hold".into());
        session.order_reference = Some(OrderReference::parse("ORDER 1").unwrap());
        Ok(session)
    });
    let ports = FollowPorts {
        sessions: Arc::new(sessions),
        ..ports(&bank)
    };
    let follow = Follow::new(ports, Region::ESTONIA);
    let news = follow.refresh(&financing).await.unwrap();
    assert_eq!(
        news.step,
        Step::Anomaly(Anomaly::Status("on_hold".to_owned()))
    );
    assert_eq!(news.financing.state, FinancingState::Pending);
}

#[tokio::test]
async fn a_bank_that_does_not_answer_changes_nothing() {
    let bank = bank();
    let financing = opened(&bank, "hp", "100").await;
    bank.fail_next(GatewayErrorKind::Unavailable);
    let error = follow(&bank).refresh(&financing).await.unwrap_err();
    assert!(matches!(error, FollowError::Gateway(_)));
}

/// An application that reads so, one answer after the other, the last for ever.
fn applications(reads: &'static [(&'static str, &'static str)]) -> MockApplications {
    let mut applications = MockApplications::new();
    let mut next = 0;
    applications.expect_application().returning(move |_| {
        let (id, decision) = reads[next.min(reads.len() - 1)];
        next += 1;
        let id = ApplicationId::parse(id).unwrap();
        Ok(Application::new(id, decision.into()))
    });
    applications
}

fn applied() -> Financing {
    let (id, order) = (
        FinancingId::parse("f-1").unwrap(),
        OrderReference::parse("ORDER 1").unwrap(),
    );
    let mut financing = Financing::new(id, order, ProductFamily::HirePurchase);
    financing.application = Some(ApplicationId::parse("a-1").unwrap());
    financing.state = FinancingState::Pending;
    financing
}

#[tokio::test]
async fn a_decision_is_awaited_once_a_second_and_for_thirty_at_most() {
    for (reads, waits, state) in [
        (
            &[("a-1", "pending"), ("a-1", "pending"), ("a-1", "positive")][..],
            2,
            FinancingState::Offered,
        ),
        (&[("a-1", "pending")], 30, FinancingState::Pending),
        (&[("a-1", "manual")], 30, FinancingState::Pending),
        (&[("a-1", "negative")], 0, FinancingState::Declined),
    ] {
        let clock = Arc::new(ManualClock::new(OffsetDateTime::UNIX_EPOCH));
        let ports = FollowPorts {
            applications: Arc::new(applications(reads)),
            clock: clock.clone(),
            ..ports(&bank())
        };
        let follow = Follow::new(ports, Region::ESTONIA);
        let news = follow.wait(&applied(), Patience::DECISION).await.unwrap();
        assert_eq!(news.financing.state, state);
        assert_eq!(clock.slept(), vec![Duration::from_secs(1); waits]);
    }
}

#[tokio::test]
async fn changed_conditions_bring_another_application_which_takes_the_olds_place() {
    let ports = FollowPorts {
        applications: Arc::new(applications(&[("a-2", "positive")])),
        ..ports(&bank())
    };
    let follow = Follow::new(ports, Region::ESTONIA);
    let news = follow.refresh(&applied()).await.unwrap();
    assert_eq!(news.financing.application.unwrap().as_str(), "a-2");
    assert_eq!(news.financing.state, FinancingState::Offered);
}

#[tokio::test]
async fn the_first_callback_brings_an_application_home_that_was_never_answered() {
    let mut authenticator = MockCallbackAuthenticator::new();
    authenticator.expect_authenticate().returning(|_, body| {
        let callback = Callback::Application(ApplicationCallback {
            application: ApplicationId::parse("a-1").unwrap(),
            subject: CallbackSubject::Decision,
            status: "NEGATIVE".to_owned(),
            issued_at: OffsetDateTime::UNIX_EPOCH,
        });
        Ok(SignedCallback::new(
            OffsetDateTime::UNIX_EPOCH,
            Ok(callback),
            body.to_vec(),
            Vec::new(),
            |signed, _| signed.to_vec(),
        ))
    });
    let ports = FollowPorts {
        authenticator: Arc::new(authenticator),
        applications: Arc::new(applications(&[("a-1", "positive")])),
        ..ports(&bank())
    };
    let follow = Follow::new(ports, Region::ESTONIA);
    let mut unanswered = applied();
    unanswered.application = None;
    unanswered.state = FinancingState::Opening;
    let news = follow.callback(b"signed", &unanswered).await.unwrap();
    assert_eq!(news.financing.application.unwrap().as_str(), "a-1");
    // What the bank then says counts, not what the callback said.
    assert_eq!(news.financing.state, FinancingState::Offered);
}
