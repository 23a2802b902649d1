use inbank_domain::{
    ApplicationId, Callback, CallbackSubject, ContractStatus, DecisionStatus, ProductCode, Region,
};
use inbank_ports::GatewayErrorKind;

use super::{BankUnderTest, accepted, application, decided, foreign};

pub(super) async fn submitted_application_can_be_read(bank: &dyn BankUnderTest) {
    let request = application(bank);
    let submitted = bank.applications().submit(&request).await.unwrap();
    let read = bank
        .applications()
        .application(&submitted.id)
        .await
        .unwrap();
    assert_eq!(read.id, submitted.id);
    // Absent contradicts nothing.
    for told in [submitted.amount, read.amount].into_iter().flatten() {
        assert_eq!(told, request.amount());
    }
    assert!(!read.cancelled && !read.changed_conditions);
    assert_eq!(read.contract, None);
    assert_eq!(bank.application_count().await, 1);
    for decision in DecisionStatus::KNOWN {
        if *decision != DecisionStatus::Pending {
            let id = decided(bank, decision.clone()).await;
            let read = bank.applications().application(&id).await.unwrap();
            assert_eq!((read.id, &read.decision), (id, decision));
        }
    }
}

pub(super) async fn application_in_another_currency_is_invalid(bank: &dyn BankUnderTest) {
    let here = application(bank);
    let amount = foreign(here.amount());
    let elsewhere = Region::new("elsewhere", "XX", amount.currency(), &["en"]);
    let (customer, contact) = (here.customer, here.contact);
    let request = inbank_domain::ApplicationRequest::new(
        &elsewhere,
        here.product_code,
        amount,
        here.period,
        customer,
        contact,
    );
    let error = bank.applications().submit(&request.unwrap()).await;
    assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::Invalid);
    assert_eq!(bank.application_count().await, 0);
}

pub(super) async fn application_for_an_unknown_product_is_refused(bank: &dyn BankUnderTest) {
    let mut request = application(bank);
    request.product_code = ProductCode::parse("no_such_product").unwrap();
    let error = bank.applications().submit(&request).await.unwrap_err();
    let refusals = [GatewayErrorKind::NotFound, GatewayErrorKind::Refused];
    assert!(refusals.contains(&error.kind()), "{error}");
    assert_eq!(bank.application_count().await, 0);
}

pub(super) async fn unknown_application_is_not_found(bank: &dyn BankUnderTest) {
    let id = ApplicationId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let applications = bank.applications();
    for error in [
        applications.application(&id).await.unwrap_err(),
        applications.accept(&id).await.unwrap_err(),
        applications.cancel(&id).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), GatewayErrorKind::NotFound, "{error}");
    }
}

pub(super) async fn positive_application_has_an_offer(bank: &dyn BankUnderTest) {
    let id = decided(bank, DecisionStatus::Positive).await;
    let read = bank.applications().application(&id).await.unwrap();
    let offer = read.offer.unwrap();
    let request = application(bank);
    assert_eq!(
        (offer.amount, offer.period),
        (request.amount(), request.period)
    );
    assert!(offer.monthly_payment.is_positive());
    assert!(offer.monthly_payment.compare(offer.amount).unwrap().is_lt());
    let id = decided(bank, DecisionStatus::Negative).await;
    let read = bank.applications().application(&id).await.unwrap();
    assert_eq!(read.offer, None);
}

pub(super) async fn changed_conditions_come_under_a_new_id(bank: &dyn BankUnderTest) {
    let request = application(bank);
    let old = bank.applications().submit(&request).await.unwrap().id;
    bank.conditions_changed(&old).await;
    let by_old = bank.applications().application(&old).await.unwrap();
    assert_ne!(by_old.id, old);
    assert!(by_old.changed_conditions);
    assert_eq!(by_old.previous, Some(old.clone()));
    assert_eq!(by_old.decision, DecisionStatus::Positive);
    assert_ne!(by_old.offer.as_ref().unwrap().amount, request.amount());
    let by_new = bank.applications().application(&by_old.id).await.unwrap();
    assert_eq!(by_new, by_old);
    let error = bank.applications().accept(&old).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
    bank.applications().accept(&by_new.id).await.unwrap();
}

pub(super) async fn accepted_application_has_an_unsigned_contract(bank: &dyn BankUnderTest) {
    let id = decided(bank, DecisionStatus::Positive).await;
    let id_of_contract = bank.applications().accept(&id).await.unwrap();
    let contract = bank.contracts().contract(&id_of_contract).await.unwrap();
    assert_eq!(contract.id, id_of_contract);
    assert_eq!(contract.status, ContractStatus::Unsigned);
    bank.time_passes().await;
    let read = bank.applications().application(&id).await.unwrap();
    assert_eq!(read.contract, Some(id_of_contract));
}

pub(super) async fn accepting_twice_is_refused(bank: &dyn BankUnderTest) {
    let id = decided(bank, DecisionStatus::Positive).await;
    bank.applications().accept(&id).await.unwrap();
    bank.time_passes().await;
    let error = bank.applications().accept(&id).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
    let id = decided(bank, DecisionStatus::Manual).await;
    let error = bank.applications().accept(&id).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused, "no offer");
}

pub(super) async fn cancelled_application_says_so(bank: &dyn BankUnderTest) {
    let id = decided(bank, DecisionStatus::Positive).await;
    bank.applications().cancel(&id).await.unwrap();
    bank.time_passes().await;
    let read = bank.applications().application(&id).await.unwrap();
    assert!(read.cancelled);
    for error in [
        bank.applications().cancel(&id).await.unwrap_err(),
        bank.applications().accept(&id).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), GatewayErrorKind::Refused, "{error}");
    }
}

pub(super) async fn lost_answer_of_submitting_is_an_unknown_outcome(bank: &dyn BankUnderTest) {
    bank.lose_next_answer().await;
    let error = bank.applications().submit(&application(bank)).await;
    assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::OutcomeUnknown);
    assert_eq!(bank.application_count().await, 1, "sent once, not again");
}

pub(super) async fn lost_answer_of_accepting_is_an_unknown_outcome(bank: &dyn BankUnderTest) {
    let id = decided(bank, DecisionStatus::Positive).await;
    bank.lose_next_answer().await;
    let error = bank.applications().accept(&id).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::OutcomeUnknown);
    bank.time_passes().await;
    let read = bank.applications().application(&id).await.unwrap();
    let contract = read.contract.unwrap();
    let contract = bank.contracts().contract(&contract).await.unwrap();
    assert_eq!(contract.status, ContractStatus::Unsigned);
}

pub(super) async fn application_callback_is_authentic(bank: &dyn BankUnderTest) {
    accepted(bank, &application(bank)).await;
    bank.time_passes().await;
    let sent = bank.callbacks_sent().await;
    let told: Vec<_> = sent
        .iter()
        .map(|sent| match bank.authenticate(sent).unwrap().callback {
            Ok(Callback::Application(callback)) => (callback.subject, callback.status),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        (CallbackSubject::Decision, "POSITIVE".to_owned()),
        (CallbackSubject::Contract, "UNSIGNED".to_owned()),
    ];
    assert_eq!(told, expected);
    let mut altered = sent[0].clone();
    altered.body[9] ^= 1;
    assert!(bank.authenticate(&altered).is_err());
}
