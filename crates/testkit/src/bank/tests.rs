use futures::FutureExt as _;
use futures::executor::block_on;
use inbank_domain::{
    ApplicationId, ApplicationRequest, Contact, Contract, ContractStatus, Customer, DecisionStatus,
    Locale, OrderReference, PartnerUrls, Purchase, SessionRequest, SessionStatus, SigningMethod,
    WebAddress,
};
use inbank_ports::{Applications, Contracts, Sessions, Signing};

use super::*;

fn euro(amount: &str) -> Money {
    Money::parse(amount, Currency::EUR).unwrap()
}

fn bank() -> FakeBank {
    FakeBank::new(Region::ESTONIA)
}

fn session_request() -> SessionRequest {
    let url = || WebAddress::parse("https://shop.example/").unwrap();
    SessionRequest::new(
        &Region::ESTONIA,
        ProductCode::parse("hp_approval").unwrap(),
        euro("100.00"),
        Locale::parse("et").unwrap(),
        PartnerUrls {
            return_url: url(),
            cancel_url: url(),
            callback_url: url(),
        },
        Purchase::new(OrderReference::parse("1001").unwrap()),
    )
    .unwrap()
}

/// A session whose contract waits for the merchant.
fn granted(bank: &FakeBank) -> (SessionId, ContractId) {
    let session = block_on(bank.open(&session_request())).unwrap().id;
    bank.customer_applies(&session);
    let contract = block_on(bank.session(&session)).unwrap().contract;
    (session, contract.unwrap())
}

/// An application with an offer.
fn offered(bank: &FakeBank) -> ApplicationId {
    let request = ApplicationRequest::new(
        &Region::ESTONIA,
        ProductCode::parse("hp").unwrap(),
        euro("100.00"),
        Months::new(12).unwrap(),
        Customer::default(),
        Contact::default(),
    );
    let id = block_on(bank.submit(&request.unwrap())).unwrap().id;
    bank.decide(&id, DecisionStatus::Positive);
    id
}

fn contract(bank: &FakeBank, id: &ContractId) -> Contract {
    block_on(Contracts::contract(bank, id)).unwrap()
}

#[test]
fn an_approval_takes_effect_after_so_many_reads() {
    let bank = bank();
    let (session, id) = granted(&bank);
    bank.set_effects(Effects::AfterReads(2));
    block_on(bank.approve(&id)).unwrap();
    let callbacks = bank.callbacks().len();
    assert_eq!(contract(&bank, &id).status, ContractStatus::Signed);
    let read = block_on(bank.session(&session)).unwrap();
    assert_eq!(read.status, SessionStatus::Granted);
    assert_eq!(bank.callbacks().len(), callbacks);
    assert_eq!(contract(&bank, &id).status, ContractStatus::Activated);
    assert_eq!(bank.callbacks().len(), callbacks + 1);
}

#[test]
fn what_is_sent_twice_is_taken_twice_and_happens_once() {
    let bank = bank();
    let (_, id) = granted(&bank);
    bank.set_effects(Effects::WhenSettled);
    block_on(bank.approve(&id)).unwrap();
    block_on(bank.approve(&id)).unwrap();
    block_on(Contracts::cancel(&bank, &id)).unwrap();
    let callbacks = bank.callbacks().len();
    bank.settle();
    assert_eq!(contract(&bank, &id).status, ContractStatus::Activated);
    assert_eq!(bank.callbacks().len(), callbacks + 1);
    assert_eq!(bank.calls("contract.approve"), 2);
}

#[test]
fn an_acceptance_whose_answer_is_lost_makes_its_contract_later() {
    let bank = bank();
    let id = offered(&bank);
    bank.set_effects(Effects::WhenSettled);
    bank.lose_next_answer();
    let lost = block_on(bank.accept(&id)).unwrap_err();
    assert_eq!(lost.kind(), GatewayErrorKind::OutcomeUnknown);
    assert_eq!(block_on(bank.application(&id)).unwrap().contract, None);
    assert_eq!(bank.contract_count(), 0);
    bank.settle();
    assert!(block_on(bank.application(&id)).unwrap().contract.is_some());
    assert_eq!(bank.contract_count(), 1);
}

#[test]
fn an_acceptance_that_is_answered_has_its_contract_before_the_application_names_it() {
    let bank = bank();
    let id = offered(&bank);
    bank.set_effects(Effects::WhenSettled);
    let made = block_on(bank.accept(&id)).unwrap();
    assert_eq!(block_on(bank.application(&id)).unwrap().contract, None);
    assert_eq!(contract(&bank, &made).status, ContractStatus::Unsigned);
    bank.settle();
    let named = block_on(bank.application(&id)).unwrap().contract;
    assert_eq!(named, Some(made.clone()));
    bank.hide_contracts(true);
    assert_eq!(block_on(bank.application(&id)).unwrap().contract, None);
    block_on(bank.sign(&made, &SigningMethod::Digital)).unwrap();
    assert_eq!(contract(&bank, &made).status, ContractStatus::Unsigned);
    bank.settle();
    assert_eq!(contract(&bank, &made).status, ContractStatus::Activated);
}

#[test]
fn an_offer_that_is_accepted_twice_has_two_contracts() {
    let bank = bank();
    let id = offered(&bank);
    bank.set_effects(Effects::WhenSettled);
    let first = block_on(bank.accept(&id)).unwrap();
    assert_ne!(block_on(bank.accept(&id)).unwrap(), first);
    bank.settle();
    assert_eq!(bank.contract_count(), 2);
    let named = block_on(bank.application(&id)).unwrap().contract;
    assert_eq!(named, Some(first));
}

#[test]
fn reads_that_lag_show_the_past() {
    let bank = bank();
    let session = block_on(bank.open(&session_request())).unwrap().id;
    bank.lag_reads(2);
    bank.customer_applies(&session);
    let status = || block_on(bank.session(&session)).unwrap().status;
    assert_eq!(status(), SessionStatus::Pending);
    assert_eq!(status(), SessionStatus::Pending);
    assert_eq!(status(), SessionStatus::Granted);
}

#[test]
fn answers_name_the_amount_or_another() {
    let bank = bank();
    let (session, id) = granted(&bank);
    let application = offered(&bank);
    let amounts = || {
        [
            block_on(bank.session(&session)).unwrap().total,
            contract(&bank, &id).amount,
            block_on(bank.application(&application)).unwrap().amount,
        ]
    };
    assert_eq!(amounts(), [Some(euro("100.00")); 3]);
    bank.name_amount(Some(euro("1.00")));
    assert_eq!(amounts(), [Some(euro("1.00")); 3]);
    bank.name_amount(None);
    assert_eq!(amounts(), [Some(euro("100.00")); 3]);
}

#[test]
fn a_held_call_has_not_happened_and_a_held_answer_has() {
    let bank = bank();
    let request = session_request();
    bank.hold_calls();
    let mut call = bank.open(&request);
    assert!(call.as_mut().now_or_never().is_none());
    assert_eq!(bank.holds(1).now_or_never(), Some(()));
    assert_eq!(bank.session_count(), 0);
    // Who drops it has sent nothing.
    drop(call);
    assert_eq!(bank.holds(1).now_or_never(), None);
    bank.let_go();
    assert_eq!(bank.session_count(), 0);
    bank.hold_answers();
    let mut call = bank.open(&request);
    assert!(call.as_mut().now_or_never().is_none());
    assert_eq!(bank.session_count(), 1);
    bank.let_go();
    assert!(block_on(call).is_ok());
}
