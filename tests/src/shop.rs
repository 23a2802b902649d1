//! A shop with one order, for tests of whole flows.

use inbank::Inbank;
use inbank::app::{DecideError, Decision, FollowError, Started};
use inbank::domain::{
    Event, Financing, FinancingId, FinancingState as State, ProductFamily, SessionRequest, Step,
    WebAddress,
};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::conformance::Approval;
use inbank_sandbox::{ContractStatus as Contract, SessionStatus as Session};
use serde_json::Value;
use uuid::Uuid;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{SandboxBank, uuid};

/// A shop with one order, and the bank.
pub struct Shop {
    /// The bank.
    pub bank: SandboxBank,
    /// The facade.
    pub inbank: Inbank,
    /// What receives the callbacks; the shop reads them when it likes.
    postbox: MockServer,
    read: usize,
    /// Where the order stands, as the shop stored it.
    pub financing: Financing,
    /// What the shop was told, in order.
    pub events: Vec<Event>,
}

impl Shop {
    /// An order of which the bank has not heard.
    pub async fn new(profile: &RegionProfile, version: ApiVersion) -> Self {
        let bank = SandboxBank::start(profile, version).await;
        let inbank = Inbank::new(bank.api.clone(), bank.authenticator.clone());
        let postbox = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200))
            .mount(&postbox)
            .await;
        let request = bank.request(Approval::Needed, "ORDER 1");
        let id = FinancingId::parse("order-1-1").unwrap();
        let family = ProductFamily::HirePurchase;
        let financing = Financing::new(id, request.purchase.reference, family);
        Self {
            bank,
            inbank,
            postbox,
            read: 0,
            financing,
            events: Vec::new(),
        }
    }

    /// Estonia, v2, with the session open.
    pub async fn opened() -> Self {
        let mut shop = Self::new(&RegionProfile::ESTONIA, ApiVersion::V2).await;
        shop.start(Approval::Needed).await;
        shop
    }

    /// The same, and the customer has signed.
    pub async fn granted() -> Self {
        let mut shop = Self::opened().await;
        shop.customer_applies();
        shop.take_callbacks().await;
        assert_eq!(shop.financing.state, State::Granted);
        shop
    }

    /// A session for the order, with callbacks to the shop.
    pub fn request(&self, approval: Approval) -> SessionRequest {
        let mut request = self.bank.request(approval, "ORDER 1");
        let url = format!("{}/callbacks/order-1-1", self.postbox.uri());
        request.urls.callback_url = WebAddress::parse(&url).unwrap();
        request
    }

    /// Opens the session.
    pub async fn start(&mut self, approval: Approval) {
        self.start_with(self.request(approval)).await;
    }

    /// Opens a session of another request.
    pub async fn start_with(&mut self, request: SessionRequest) {
        let (id, family) = (self.financing.id.clone(), self.financing.family.clone());
        match self.inbank.checkout().start(id, family, &request).await {
            Started::Open {
                financing,
                redirect_url,
            } => {
                assert!(
                    redirect_url
                        .as_str()
                        .starts_with(self.bank.sandbox.base_url())
                );
                self.financing = financing;
            }
            other => panic!("{other:?}"),
        }
    }

    /// The customer goes through the dialog to its end.
    pub fn customer_applies(&self) -> Session {
        let session = uuid(self.financing.session.as_ref().unwrap());
        self.bank.sandbox.customer_applies(session).unwrap()
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
        let news = self
            .inbank
            .follow()
            .callback(callback, &self.financing)
            .await?;
        self.financing = news.financing;
        self.note(&news.step);
        Ok(news.step)
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
        self.note(&news.step);
        news.step
    }

    fn note(&mut self, step: &Step) {
        match step {
            Step::Moved(edge) => self.events.push(edge.event),
            Step::Unchanged => {}
            Step::Anomaly(anomaly) => panic!("{anomaly}"),
        }
    }

    /// Decides as the merchant.
    ///
    /// # Errors
    /// As the use case says.
    pub async fn decide(&self, decision: Decision) -> Result<(), DecideError> {
        self.inbank.decide().decide(&self.financing, decision).await
    }

    /// The contract as the bank has it.
    pub fn contract(&self) -> Contract {
        let id = self.financing.contract.as_ref().unwrap();
        self.bank
            .sandbox
            .contract(id.as_str().parse().unwrap())
            .unwrap()
    }

    /// The session of an opening that was not answered, by the bank's own overview.
    pub async fn lost_session(&self) -> Uuid {
        let sandbox = &self.bank.sandbox;
        let overview = reqwest::Client::new()
            .get(format!("{}/sandbox/sessions", sandbox.base_url()))
            .bearer_auth(sandbox.api_key());
        let overview: Value = overview.send().await.unwrap().json().await.unwrap();
        overview["sessions"][0]["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }
}
