use std::sync::Mutex;

use inbank_domain::{
    ApplicationRequest, AssetIdentifiers, Contact, Currency, Customer, DecisionStatus, Email,
    Event, Financing, FinancingEvent, IdentityCode, Imei, Locale, ModelIdentifier, Money, Months,
    Occurrence, PhoneNumber, ProductCode, ProductFamily, Purchase, Region, SerialNumber,
    SessionRequest, ShopName, WebAddress,
};
use inbank_ports::fake::{FakeBank, ManualClock, MemoryLedger};
use inbank_ports::{Clock as _, EventSink, GatewayErrorKind, Rentals as _, SinkError, async_trait};
use time::OffsetDateTime;

use super::*;
use crate::{Intake, ShopPorts, Shops};

/// Everything around a desk, in memory.
pub(crate) struct Stage {
    pub(crate) bank: Arc<FakeBank>,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) sink: Arc<Told>,
    pub(crate) worker: Worker,
    pub(crate) desk: Desk,
    pub(crate) intake: Intake,
}

/// What the platform was told, and whether it takes it.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) events: Mutex<Vec<FinancingEvent>>,
    pub(crate) refusals: Mutex<usize>,
    /// Approves what is granted as soon as it is told of it.
    pub(crate) approving: Mutex<Option<Desk>>,
}

#[async_trait]
impl EventSink for Told {
    async fn deliver(&self, event: &FinancingEvent) -> Result<(), SinkError> {
        {
            let mut refusals = self.refusals.lock().unwrap();
            if *refusals > 0 {
                *refusals -= 1;
                return Err("the shop's queue is full".into());
            }
        }
        self.events.lock().unwrap().push(event.clone());
        let approving = self.approving.lock().unwrap().clone();
        if let (Some(desk), "granted") = (approving, event.occurrence.name()) {
            assert_eq!(desk.approve(&event.financing).await?, Carried::Pending);
        }
        Ok(())
    }
}

impl Told {
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let events = self.events.lock().unwrap();
        events.iter().map(|event| event.occurrence.name()).collect()
    }
}

impl Stage {
    pub(crate) fn new() -> Self {
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        let ledger = Arc::new(MemoryLedger::new());
        let start = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let sink = Arc::new(Told::default());
        let ports = ShopPorts {
            authenticator: bank.clone(),
            products: bank.clone(),
            sessions: bank.clone(),
            applications: bank.clone(),
            contracts: bank.clone(),
            rentals: bank.clone(),
            clock: clock.clone(),
        };
        let url = WebAddress::parse("https://pay.example/inbank/").unwrap();
        let name = ShopName::parse("main").unwrap();
        let shop = Shop::new(name, Region::ESTONIA, &url, ports).unwrap();
        let shops = Shops::new([shop]).unwrap();
        let worker = Worker::new(shops.clone(), ledger.clone(), sink.clone(), clock.clone());
        let desk = Desk::new(shops.get("main").unwrap().clone(), worker.clone());
        let intake = Intake::new(shops, ledger.clone(), clock.clone());
        Self {
            bank,
            ledger,
            clock,
            sink,
            worker,
            desk,
            intake,
        }
    }

    pub(crate) async fn check_out(
        &self,
        product: &str,
        order: &str,
        attempt: u32,
    ) -> Result<CheckedOut, DeskError> {
        let order = OrderReference::parse(order).unwrap();
        let request = SessionRequest::new(
            &Region::ESTONIA,
            ProductCode::parse(product).unwrap(),
            Money::parse("100", Currency::EUR).unwrap(),
            Locale::parse("et-ET").unwrap(),
            self.desk.urls(&order, attempt).unwrap(),
            Purchase::new(order),
        );
        let family = ProductFamily::HirePurchase;
        self.desk.checkout(&request.unwrap(), family, attempt).await
    }

    /// A financing whose session is open, of a product that waits for the merchant.
    pub(crate) async fn open(&self) -> Entry {
        match self.check_out("hp_approval", "1", 1).await.unwrap() {
            CheckedOut::Open { entry, .. } => *entry,
            other => panic!("{other:?}"),
        }
    }

    /// A direct application with an offer.
    pub(crate) async fn offered(&self) -> Entry {
        let region = Region::ESTONIA;
        let customer = Customer {
            identity_code: Some(IdentityCode::parse(&region, "33333333333").unwrap()),
            first_name: Some("Mari".to_owned().into()),
            last_name: Some("Maasikas".to_owned().into()),
            gender: None,
        };
        let contact = Contact {
            email: Some(Email::parse("mari@example.com").unwrap()),
            mobile: Some(PhoneNumber::parse("+37253630000").unwrap()),
            phone: None,
        };
        let request = ApplicationRequest::new(
            &region,
            ProductCode::parse("hp").unwrap(),
            Money::parse("100", Currency::EUR).unwrap(),
            Months::new(12).unwrap(),
            customer,
            contact,
        );
        let mut request = request.unwrap();
        let order = OrderReference::parse("1").unwrap();
        request.callback_url = Some(self.desk.urls(&order, 1).unwrap().callback_url);
        let family = ProductFamily::HirePurchase;
        let filed = self.desk.file(&order, &request, family, 1).await.unwrap();
        let Filed::Sent { entry, .. } = filed else {
            panic!("{filed:?}")
        };
        let application = entry.financing.application.as_ref().unwrap();
        self.bank.decide(application, DecisionStatus::Positive);
        let entry = self.desk.refresh(&entry.financing.id).await.unwrap();
        assert_eq!(entry.financing.state, FinancingState::Offered);
        entry
    }

    pub(crate) async fn granted(&self) -> Entry {
        let entry = self.open().await;
        let session = entry.financing.session.as_ref().unwrap();
        self.bank.customer_applies(session);
        self.hear(&entry).await;
        self.work().await;
        let entry = self.desk.financing(&entry.financing.id).await.unwrap();
        assert_eq!(entry.financing.state, FinancingState::Granted);
        entry
    }

    /// The bank's latest callback comes to a financing's address.
    pub(crate) async fn hear(&self, entry: &Entry) {
        let body = self.bank.callbacks().pop().unwrap();
        let id = entry.financing.id.as_str();
        self.intake.callback("main", id, &body).await.unwrap();
    }

    /// Works until nothing is due.
    pub(crate) async fn work(&self) {
        while self.worker.turn().await.unwrap() > 0 {}
    }
}

/// Errors by what they say.
fn words<T: std::fmt::Debug>(answer: Result<T, DeskError>) -> String {
    answer.unwrap_err().to_string()
}

#[tokio::test]
async fn an_attempt_is_opened_once_however_often_it_is_checked_out() {
    let stage = Stage::new();
    let first = stage.open().await;
    let again = stage.open().await;
    assert_eq!(first.financing, again.financing);
    assert_eq!(stage.bank.session_count(), 1);
}

#[tokio::test]
async fn an_opening_that_was_not_answered_is_not_sent_again() {
    let stage = Stage::new();
    stage.bank.lose_next_answer();
    for _ in 0..2 {
        let checked_out = stage.check_out("hp", "1", 1).await.unwrap();
        assert!(matches!(checked_out, CheckedOut::Unknown { .. }));
    }
    assert_eq!(stage.bank.session_count(), 1);
    let second = stage.check_out("hp", "1", 2).await.unwrap();
    assert!(matches!(second, CheckedOut::Open { .. }));
}

#[tokio::test]
async fn what_the_bank_was_never_asked_may_be_asked_again() {
    let stage = Stage::new();
    stage.bank.fail_next(GatewayErrorKind::Unreachable);
    let refused = stage.check_out("hp", "1", 1).await.unwrap();
    assert!(matches!(refused, CheckedOut::Refused { .. }));
    stage.open().await;
    assert_eq!(stage.bank.session_count(), 1);
}

#[tokio::test]
async fn addresses_of_another_attempt_are_refused_before_anything_is_written() {
    let stage = Stage::new();
    let order = OrderReference::parse("1").unwrap();
    let other = OrderReference::parse("2").unwrap();
    let request = SessionRequest::new(
        &Region::ESTONIA,
        ProductCode::parse("hp").unwrap(),
        Money::parse("100", Currency::EUR).unwrap(),
        Locale::parse("et-ET").unwrap(),
        stage.desk.urls(&other, 1).unwrap(),
        Purchase::new(order.clone()),
    );
    let family = ProductFamily::HirePurchase;
    let error = stage.desk.checkout(&request.unwrap(), family, 1).await;
    assert!(matches!(error, Err(DeskError::Invalid(_))));
    assert!(stage.desk.attempts(&order).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_order_that_is_granted_gets_no_second_attempt() {
    let stage = Stage::new();
    stage.granted().await;
    let second = stage.check_out("hp", "1", 2).await;
    let expected = DeskError::FinancedAlready(1, FinancingState::Granted);
    assert_eq!(words(second), expected.to_string());
}

#[tokio::test]
async fn an_approval_is_carried_out_and_told_once() {
    let stage = Stage::new();
    let id = stage.granted().await.financing.id;
    let completed = Carried::Out(FinancingState::Completed);
    assert_eq!(stage.desk.approve(&id).await.unwrap(), completed);
    assert_eq!(stage.desk.approve(&id).await.unwrap(), completed);
    stage.work().await;
    assert_eq!(stage.sink.names(), ["opened", "granted", "completed"]);
    let late = stage.desk.cancel(&id).await;
    let expected = DeskError::NotNow(Intent::Cancel, FinancingState::Completed);
    assert_eq!(words(late), expected.to_string());
}

#[tokio::test]
async fn an_approval_whose_answer_is_lost_is_settled_by_reading() {
    let stage = Stage::new();
    let id = stage.granted().await.financing.id;
    stage.bank.lose_next_answer();
    let carried = stage.desk.approve(&id).await.unwrap();
    assert_eq!(carried, Carried::Out(FinancingState::Completed));
}

#[tokio::test]
async fn what_the_bank_can_not_be_told_now_is_carried_out_later() {
    let stage = Stage::new();
    let id = stage.granted().await.financing.id;
    stage.bank.fail_next(GatewayErrorKind::Unreachable);
    assert_eq!(stage.desk.approve(&id).await.unwrap(), Carried::Pending);
    let other = stage.desk.cancel(&id).await;
    assert!(matches!(other, Err(DeskError::Otherwise(Intent::Approve))));
    stage.clock.advance(std::time::Duration::from_secs(2));
    stage.work().await;
    assert_eq!(stage.sink.names(), ["opened", "granted", "completed"]);
}

#[tokio::test]
async fn approving_what_is_not_granted_sends_nothing() {
    let stage = Stage::new();
    let id = stage.open().await.financing.id;
    let early = stage.desk.approve(&id).await;
    let expected = DeskError::NotNow(Intent::Approve, FinancingState::Pending);
    assert_eq!(words(early), expected.to_string());
    let unknown = FinancingId::parse("nobody").unwrap();
    let nobody = stage.desk.approve(&unknown).await;
    assert!(matches!(nobody, Err(DeskError::NoFinancing)));
}

#[tokio::test]
async fn a_refusal_drops_the_decision_and_a_person_is_told() {
    let stage = Stage::new();
    let id = stage.granted().await.financing.id;
    stage.bank.fail_next(GatewayErrorKind::Refused);
    let refused = stage.desk.approve(&id).await;
    assert!(matches!(refused, Err(DeskError::Bank(_))), "{refused:?}");
    stage.work().await;
    assert_eq!(stage.sink.names(), ["opened", "granted", "anomaly"]);
    let carried = stage.desk.approve(&id).await.unwrap();
    assert_eq!(carried, Carried::Out(FinancingState::Completed));
}

#[tokio::test]
async fn replaying_callbacks_tells_nothing_twice() {
    let stage = Stage::new();
    let id = stage.granted().await.financing.id;
    let replayed = stage.desk.replay(&id).await.unwrap();
    assert_eq!(replayed.callbacks, [None]);
    stage.work().await;
    let events = stage.desk.events(&id).await.unwrap();
    let occurrences: Vec<_> = events.into_iter().map(|event| event.occurrence).collect();
    let expected = [Event::Opened, Event::Granted].map(Occurrence::Moved);
    assert_eq!(occurrences, expected);
}

#[tokio::test]
async fn an_offer_is_accepted_once_and_never_another_one() {
    let stage = Stage::new();
    let entry = stage.offered().await;
    let (id, application) = (&entry.financing.id, entry.financing.application.clone());
    let amount = Money::parse("90", Currency::EUR).unwrap();
    let offer = application.unwrap();
    stage.bank.change_conditions(&offer, amount).unwrap();
    let changed = stage.desk.accept(id, &offer).await;
    assert!(matches!(changed, Err(DeskError::Changed(_))), "{changed:?}");
    let entry = stage.desk.financing(id).await.unwrap();
    let now = entry.financing.application.unwrap();
    for _ in 0..2 {
        let carried = stage.desk.accept(id, &now).await.unwrap();
        assert_eq!(carried, Carried::Out(FinancingState::SignatureWanted));
    }
}

#[tokio::test]
async fn a_cancellation_reaches_the_application_that_took_the_others_place() {
    let stage = Stage::new();
    let entry = stage.offered().await;
    let id = &entry.financing.id;
    let amount = Money::parse("90", Currency::EUR).unwrap();
    let application = entry.financing.application.as_ref().unwrap();
    stage.bank.change_conditions(application, amount).unwrap();
    assert_eq!(stage.desk.cancel(id).await.unwrap(), Carried::Pending);
    stage.clock.advance(std::time::Duration::from_secs(2));
    stage.work().await;
    let entry = stage.desk.financing(id).await.unwrap();
    assert_eq!(entry.financing.state, FinancingState::Cancelled);
    assert_eq!(stage.sink.names(), ["opened", "offer_ready", "cancelled"]);
}

#[tokio::test]
async fn a_rental_is_never_activated_whose_identifiers_were_not_taken() {
    let stage = Stage::new();
    let product = ProductCode::parse("rent").unwrap();
    let ean = ModelIdentifier::ean(FakeBank::EAN).unwrap();
    let model = stage.bank.asset_model(&product, &ean).await.unwrap();
    let device = AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("J7P3D7000000").ok(),
    );
    // Granted, and its contract not known yet; and not granted yet, which may change at any moment.
    for (attempt, state) in [(1, FinancingState::Granted), (2, FinancingState::Pending)] {
        let now = stage.clock.now();
        let order = OrderReference::parse("1").unwrap();
        let id = stage.desk.shop().financing_id(&order, attempt);
        let mut financing = Financing::new(id.clone(), order, ProductFamily::SmartRent);
        financing.state = state;
        let shop = stage.desk.shop().name().clone();
        let entry = Entry::new(shop, attempt, product.clone(), financing, now, now);
        stage.ledger.open(&entry, now).await.unwrap();
        let early = stage.desk.activate(&id, &model, &device).await;
        let expected = DeskError::NotNow(Intent::Activate, state);
        assert_eq!(words(early), expected.to_string());
        let entry = stage.desk.financing(&id).await.unwrap();
        assert_eq!(entry.intent, None, "nothing is left to a worker");
    }
}
