//! The fake bank passes the cases that it stands in for.
#![expect(clippy::unwrap_used, reason = "constants that are right")]

use std::sync::Arc;

use async_trait::async_trait;
use inbank_app::Bank;
use inbank_domain::{
    ApplicationId, AssetIdentifiers, ConfirmationCode, ContractId, DecisionStatus, ModelIdentifier,
    Money, Months, ProductCode, Region, SessionId, SigningMethod, WebAddress,
};

use crate::FakeBank;
use crate::conformance::{Approval, BankUnderTest, SentCallback};

/// A [`FakeBank`] of a region, to which conformance cases are put: for tests of a region that is data,
/// and of code that runs cases.
#[derive(Debug)]
pub struct FakeUnderTest {
    fake: Arc<FakeBank>,
    ports: Bank,
}

impl FakeUnderTest {
    /// With every port.
    pub fn new(region: Region) -> Self {
        let fake = Arc::new(FakeBank::new(region));
        Self {
            ports: fake.ports(),
            fake,
        }
    }

    /// With fewer ports, as a lender that lacks some of them.
    #[must_use]
    pub fn with_ports(mut self, ports: Bank) -> Self {
        self.ports = ports;
        self
    }
}

#[async_trait]
impl BankUnderTest for FakeUnderTest {
    fn ports(&self) -> &Bank {
        &self.ports
    }
    fn product_code(&self, approval: Approval) -> ProductCode {
        let code = match approval {
            Approval::NotNeeded => "hp",
            Approval::Needed => "hp_approval",
        };
        ProductCode::parse(code).unwrap()
    }
    fn product_signed_by(&self, _: &SigningMethod) -> (ProductCode, Months) {
        (self.product_code(Approval::NotNeeded), self.period())
    }
    fn product_with_signed_applications(&self) -> Option<(ProductCode, Months)> {
        Some((ProductCode::parse("hp_sms").unwrap(), self.period()))
    }
    fn rental_product(&self) -> ProductCode {
        ProductCode::parse("rent").unwrap()
    }
    fn rented_model(&self) -> ModelIdentifier {
        ModelIdentifier::ean(FakeBank::EAN).unwrap()
    }
    fn rental_price(&self) -> Money {
        self.granted_total()
    }
    fn confirmation_code(&self) -> ConfirmationCode {
        ConfirmationCode::parse(FakeBank::CODE).unwrap()
    }
    fn granted_total(&self) -> Money {
        Money::parse("100.01", self.fake.region().currency).unwrap()
    }
    fn declined_total(&self) -> Money {
        Money::parse("500.01", self.fake.region().currency).unwrap()
    }
    fn period(&self) -> Months {
        Months::new(12).unwrap()
    }
    fn callback_url(&self) -> WebAddress {
        WebAddress::parse("https://shop.example/callback").unwrap()
    }
    async fn customer_applies(&self, id: &SessionId) {
        self.fake.customer_applies(id);
    }
    async fn customer_cancels(&self, id: &SessionId) {
        self.fake.customer_cancels(id);
    }
    async fn session_expires(&self, id: &SessionId) {
        self.fake.session_expires(id);
    }
    async fn time_passes(&self) {
        // The fake bank takes no time.
    }
    async fn lose_next_answer(&self) {
        self.fake.lose_next_answer();
    }
    async fn application_decided(&self, id: &ApplicationId, decision: DecisionStatus) {
        self.fake.decide(id, decision);
    }
    async fn conditions_changed(&self, id: &ApplicationId) {
        let amount = Money::parse("90", self.fake.region().currency).unwrap();
        self.fake.change_conditions(id, amount).unwrap();
    }
    async fn application_count(&self) -> usize {
        self.fake.application_count()
    }
    async fn files(&self, id: &ApplicationId) -> Vec<(String, usize)> {
        self.fake.files(id)
    }
    async fn assigned(&self, id: &ContractId) -> AssetIdentifiers {
        self.fake.assigned(id)
    }
    async fn session_count(&self) -> usize {
        self.fake.session_count()
    }
    async fn callbacks_sent(&self) -> Vec<SentCallback> {
        let sent = self.fake.callbacks().into_iter();
        sent.map(SentCallback::of_body).collect()
    }
}
