mod amounts;
mod application_signature;
mod commands;
mod opening;
mod random;
mod readings;
mod seen_to;
mod settled;
mod superseded;
mod unclear;

use time::{Duration, OffsetDateTime};

use super::*;
use crate::{
    Application, ApplicationId, AttemptId, AttemptKind, Command, Contract, ContractId, Currency,
    Decider, Fingerprint, Money, ProductCode, Reading, Session, SessionId, Terms, WebAddress,
};

const SESSION: AttemptKind = AttemptKind::Session;
const APPLICATION: AttemptKind = AttemptKind::Application;

/// A moment, in seconds after the order was written down.
fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::seconds(seconds)
}

const DAY: i64 = 24 * 60 * 60;

fn new_order() -> Order {
    let reference = OrderReference::parse("1001").unwrap();
    let key = OrderKey::new(ShopName::parse("main").unwrap(), reference);
    Order::new(key, at(0))
}

fn euros(text: &str) -> Money {
    Money::parse(text, Currency::EUR).unwrap()
}

fn print(cart: u8) -> Fingerprint {
    Fingerprint::from_bytes([cart; 16])
}

/// Cart 1 costs 100 euros, cart 2 200.
fn terms(kind: AttemptKind, cart: u8) -> Terms {
    Terms {
        kind,
        product: ProductCode::parse("car_loan").unwrap(),
        family: "hire_purchase".into(),
        amount: Some(euros(&format!("{cart}00"))),
        period: None,
        fingerprint: print(cart),
        merchant_approval: true,
        application_signature: false,
    }
}

/// Adds an attempt that is being asked for, for two minutes at the most.
fn asked(order: &mut Order, kind: AttemptKind, cart: u8, now: OffsetDateTime) -> u32 {
    let number = order.next_number();
    let id = AttemptId::parse(format!("t{number}")).unwrap();
    let (until, answer_by) = (now + Duration::minutes(2), now + Duration::days(8));
    let attempt = Attempt::new(id, number, terms(kind, cart), now, until, answer_by);
    order.open(attempt, now);
    number
}

fn session_id(number: u32) -> SessionId {
    SessionId::parse(format!("s{number}")).unwrap()
}

fn application_id(number: u32) -> ApplicationId {
    ApplicationId::parse(format!("a{number}")).unwrap()
}

fn contract_id(number: u32) -> ContractId {
    ContractId::parse(format!("c{number}")).unwrap()
}

fn page(number: u32) -> WebAddress {
    WebAddress::parse(&format!("https://bank.example/{number}")).unwrap()
}

/// Adds an attempt by a session that the bank has opened.
fn opened(order: &mut Order, cart: u8, now: OffsetDateTime) -> u32 {
    let number = asked(order, SESSION, cart, now);
    order.opened(number, session_id(number), page(number), now);
    number
}

/// What a session says, without a contract.
fn session(number: u32, status: &str) -> Session {
    let mut session = Session::new(session_id(number), status.into());
    session.order_reference = Some(OrderReference::parse("1001").unwrap());
    session
}

fn of_session(number: u32, status: &str) -> Reading {
    Reading::of_session(&session(number, status), None)
}

/// What a session with a contract says, which was not read itself.
fn of_session_with_contract(number: u32, status: &str) -> Reading {
    let mut session = session(number, status);
    session.contract = Some(contract_id(number));
    Reading::of_session(&session, None)
}

/// What a session says whose contract was read as well.
fn of_both(number: u32, status: &str, contract: &str) -> Reading {
    let mut session = session(number, status);
    session.contract = Some(contract_id(number));
    let contract = Contract::new(contract_id(number), contract.into());
    Reading::of_session(&session, Some(&contract))
}

fn application(number: u32, decision: &str) -> Application {
    Application::new(application_id(number), decision.into())
}

fn of_application(number: u32, decision: &str) -> Reading {
    Reading::of_application(&application(number, decision))
}

/// What a direct application's contract says that waits for `process_status`.
fn of_contract(number: u32, status: &str, process_status: Option<&str>) -> Reading {
    let mut contract = Contract::new(contract_id(number), status.into());
    contract.process_status = process_status.map(Into::into);
    Reading::of_contract(&application(number, "positive"), &contract, true)
}

/// Adds an attempt that waits for the merchant.
fn granted(order: &mut Order, cart: u8, now: OffsetDateTime) -> u32 {
    let number = opened(order, cart, now);
    order.observe(number, &of_session_with_contract(number, "granted"), now);
    number
}

/// Adds an attempt by an application that the bank has decided for.
fn offered(order: &mut Order, cart: u8, now: OffsetDateTime) -> u32 {
    let number = asked(order, APPLICATION, cart, now);
    order.observe(number, &of_application(number, "positive"), now);
    number
}

fn accept(number: u32) -> Command {
    Command::Accept(application_id(number))
}

fn want(order: &mut Order, number: u32, command: Command) -> Result<Wanted, CommandRefused> {
    order.want(number, command, Decider::Platform, at(0))
}

/// Decides on a command and marks it as sent.
fn send(order: &mut Order, number: u32, command: Command, now: OffsetDateTime) {
    let wanted = order.want(number, command, Decider::Platform, now);
    assert_eq!(wanted, Ok(Wanted::Written));
    assert!(order.sending(number, now));
}

fn acknowledged() -> SendOutcome {
    SendOutcome::Acknowledged { contract: None }
}

fn state(order: &Order, number: u32) -> AttemptState {
    order.attempt(number).unwrap().state
}

/// The events since it was asked last, by their names; what a person is told, in its own words.
fn told(order: &mut Order) -> Vec<String> {
    let news = std::mem::take(&mut order.news);
    news.iter().map(|event| event.kind.to_string()).collect()
}

/// The same, by the names alone.
fn told_names(order: &mut Order) -> Vec<&'static str> {
    let news = std::mem::take(&mut order.news);
    news.iter().map(|event| event.kind.name()).collect()
}

#[test]
fn events_are_numbered_from_1_without_gaps_also_after_they_were_written_down() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    let first = std::mem::take(&mut order.news);
    order.observe(number, &of_session(number, "completed"), at(1));
    order.observe(number, &of_both(number, "completed", "terminated"), at(2));
    let numbers: Vec<_> = first.iter().chain(&order.news).map(|e| e.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(order.events, 3);
}

#[test]
fn an_event_names_its_attempt_and_the_amount_and_nobody_elses_event_has_its_id() {
    let mut order = new_order();
    let first = granted(&mut order, 1, at(0));
    order.observe(first, &of_session(first, "expired"), at(1));
    let second = granted(&mut order, 2, at(2));
    let news = std::mem::take(&mut order.news);
    let told: Vec<_> = news.iter().map(|e| (e.attempt, e.amount)).collect();
    let (small, large) = (Some(euros("100")), Some(euros("200")));
    assert_eq!(told, [(first, small), (first, small), (second, large)]);
    let ids: Vec<_> = news.iter().map(OrderEvent::id).collect();
    assert_eq!(ids, ["t1/1", "t1/2", "t2/3"]);
}

#[test]
fn an_event_is_read_back_from_its_parts() {
    for kind in [
        EventKind::ActionWanted(Action::Offer),
        EventKind::AwaitsMerchant,
        EventKind::NeedsPerson("why".to_owned()),
        EventKind::NotPaid(NotPaid::Expired),
        EventKind::Paid { late: true },
        EventKind::Paid { late: false },
        EventKind::Terminated,
    ] {
        let read = EventKind::from_parts(kind.name(), kind.detail());
        assert_eq!(read, Some(kind));
    }
    assert_eq!(EventKind::from_parts("not_paid", Some("late")), None);
    assert_eq!(EventKind::from_parts("refunded", None), None);
}

#[test]
fn an_order_without_attempts_is_opening_and_is_due_never() {
    let order = new_order();
    assert_eq!(order.status(), OrderStatus::Opening);
    assert_eq!((order.due_at(), order.present()), (None, None));
}
