//! A shop with one direct application, for tests of whole flows.

use inbank::Inbank;
use inbank::app::{FollowError, Submitted};
use inbank::domain::{
    ApplicationRequest, Contact, Customer, Email, Event, Financing, FinancingId,
    FinancingState as State, IdentityCode, Money, OrderReference, PhoneNumber, ProductCode,
    ProductFamily, Step, WebAddress,
};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::conformance::Bank;
use inbank_sandbox::Outcome;
use uuid::Uuid;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{SandboxBank, uuid_of};

/// A shop with one direct application, and the bank.
pub struct Applicant {
    /// The bank.
    pub bank: SandboxBank,
    /// The facade.
    pub inbank: Inbank,
    /// What receives the callbacks; the shop reads them when it likes.
    postbox: MockServer,
    read: usize,
    /// Where it stands, as the shop stored it.
    pub financing: Financing,
    /// What the shop was told, in order.
    pub events: Vec<Event>,
}

impl Applicant {
    /// An application of which the bank has not heard.
    pub async fn new(profile: &RegionProfile, version: ApiVersion) -> Self {
        let bank = SandboxBank::start(profile, version).await;
        let inbank = Inbank::new(bank.api.clone(), bank.authenticator.clone())
            .with_clock(bank.clock.clone());
        let postbox = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200))
            .mount(&postbox)
            .await;
        let id = FinancingId::parse("order-1-1").unwrap();
        let order = OrderReference::parse("ORDER 1").unwrap();
        Self {
            bank,
            inbank,
            postbox,
            read: 0,
            financing: Financing::new(id, order, ProductFamily::HirePurchase),
            events: Vec::new(),
        }
    }

    /// Estonia, v2, submitted; the bank is still at it.
    pub async fn submitted(product: &str) -> Self {
        let mut applicant = Self::new(&RegionProfile::ESTONIA, ApiVersion::V2).await;
        applicant.submit(&applicant.request(product)).await;
        applicant
    }

    /// The same with an offer.
    pub async fn offered(product: &str) -> Self {
        let mut applicant = Self::submitted(product).await;
        applicant.decided(Outcome::Positive);
        applicant.refresh().await;
        assert_eq!(applicant.financing.state, State::Offered);
        applicant
    }

    /// The same with a contract to be signed.
    pub async fn accepted(product: &str) -> Self {
        let mut applicant = Self::offered(product).await;
        let offers = applicant.inbank.offers();
        applicant.financing = offers.accept(&applicant.financing).await.unwrap();
        applicant.refresh().await;
        assert_eq!(applicant.financing.state, State::SignatureWanted);
        applicant
    }

    /// An application with callbacks to the shop.
    pub fn request(&self, product: &str) -> ApplicationRequest {
        let region = self.bank.api.region();
        let code = region.identity_codes[0].replace('0', "3");
        let customer = Customer {
            identity_code: Some(IdentityCode::parse(region, &code).unwrap()),
            first_name: Some("Mari".to_owned().into()),
            last_name: Some("Maasikas".to_owned().into()),
            gender: None,
        };
        let contact = Contact {
            email: Some(Email::parse("mari@example.com").unwrap()),
            mobile: Some(PhoneNumber::parse("+37253630000").unwrap()),
            phone: None,
        };
        let product = ProductCode::parse(product).unwrap();
        let amount = Money::parse("499.90", region.currency).unwrap();
        let period = self.bank.period();
        let mut request =
            ApplicationRequest::new(region, product, amount, period, customer, contact).unwrap();
        let url = format!("{}/callbacks/order-1-1", self.postbox.uri());
        request.callback_url = Some(WebAddress::parse(&url).unwrap());
        request
    }

    /// Submits.
    pub async fn try_submit(&self, request: &ApplicationRequest) -> Submitted {
        let (id, order) = (self.financing.id.clone(), self.financing.order.clone());
        let family = self.financing.family.clone();
        self.inbank.apply().submit(id, order, family, request).await
    }

    /// Submits, and it works.
    pub async fn submit(&mut self, request: &ApplicationRequest) {
        match self.try_submit(request).await {
            Submitted::Sent { financing, .. } => self.financing = financing,
            other => panic!("{other:?}"),
        }
    }

    /// The bank's name for the application.
    pub fn application(&self) -> Uuid {
        uuid_of(self.financing.application.as_ref().unwrap())
    }

    /// The bank's name for the contract.
    pub fn contract(&self) -> Uuid {
        uuid_of(self.financing.contract.as_ref().unwrap())
    }

    /// The bank decides so.
    pub fn decided(&self, outcome: Outcome) {
        self.bank
            .sandbox
            .decide(self.application(), outcome)
            .unwrap();
    }

    /// The bodies that arrived since the last time, as they came.
    pub async fn callbacks(&mut self) -> Vec<Vec<u8>> {
        self.bank.sandbox.idle().await;
        let all = self.postbox.received_requests().await.unwrap();
        let new = all.into_iter().skip(self.read).map(|request| request.body);
        let new: Vec<_> = new.collect();
        self.read += new.len();
        new
    }

    /// Takes a callback, by its body.
    ///
    /// # Errors
    /// As the use case says.
    pub async fn take(&mut self, callback: &[u8]) -> Result<Step, FollowError> {
        let follow = self.inbank.follow();
        let news = follow.callback(callback, &self.financing).await?;
        self.financing = news.financing;
        Ok(self.note(news.step))
    }

    /// Takes what has arrived.
    pub async fn take_callbacks(&mut self) {
        for callback in self.callbacks().await {
            self.take(&callback).await.unwrap();
        }
    }

    /// Reads the bank.
    pub async fn refresh(&mut self) -> Step {
        let news = self.inbank.follow().refresh(&self.financing).await.unwrap();
        self.financing = news.financing;
        self.note(news.step)
    }

    /// Reads the bank until nothing has changed a few times in a row: it takes its time by polls.
    pub async fn settle(&mut self) {
        let mut quiet = 0;
        while quiet < 3 {
            match self.refresh().await {
                Step::Unchanged => quiet += 1,
                _ => quiet = 0,
            }
        }
    }

    fn note(&mut self, step: Step) -> Step {
        match &step {
            Step::Moved(edge) => self.events.push(edge.event),
            Step::Unchanged => {}
            Step::Anomaly(anomaly) => panic!("{anomaly}"),
        }
        step
    }
}
