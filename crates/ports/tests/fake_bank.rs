//! The fake bank passes what the real adapters pass.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, AssetIdentifiers, ConfirmationCode, ContractId, DecisionStatus, ModelIdentifier,
    Money, Months, ProductCode, Region, SessionId, SigningMethod, WebAddress,
};
use inbank_ports::conformance::{Approval, Bank, cases};
use inbank_ports::fake::FakeBank;
use inbank_ports::{
    Applications, Calculator, CallbackAuthenticator, Connection, Contracts, IncomeProof,
    ProductCatalogue, Rentals, Sessions, Signing,
};
use libtest_mimic::{Arguments, Trial};

struct Fake(FakeBank);

#[async_trait]
impl Bank for Fake {
    fn region(&self) -> Region {
        self.0.region().clone()
    }
    fn connection(&self) -> &dyn Connection {
        &self.0
    }
    fn products(&self) -> &dyn ProductCatalogue {
        &self.0
    }
    fn calculator(&self) -> &dyn Calculator {
        &self.0
    }
    fn sessions(&self) -> &dyn Sessions {
        &self.0
    }
    fn contracts(&self) -> &dyn Contracts {
        &self.0
    }
    fn applications(&self) -> &dyn Applications {
        &self.0
    }
    fn income_proof(&self) -> &dyn IncomeProof {
        &self.0
    }
    fn signing(&self) -> &dyn Signing {
        &self.0
    }
    fn rentals(&self) -> &dyn Rentals {
        &self.0
    }
    fn callbacks(&self) -> &dyn CallbackAuthenticator {
        &self.0
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
        Money::parse("100.01", self.0.region().currency).unwrap()
    }
    fn declined_total(&self) -> Money {
        Money::parse("500.01", self.0.region().currency).unwrap()
    }
    fn period(&self) -> Months {
        Months::new(12).unwrap()
    }
    fn callback_url(&self) -> WebAddress {
        WebAddress::parse("https://shop.example/callback").unwrap()
    }
    async fn customer_applies(&self, id: &SessionId) {
        self.0.customer_applies(id);
    }
    async fn customer_cancels(&self, id: &SessionId) {
        self.0.customer_cancels(id);
    }
    async fn session_expires(&self, id: &SessionId) {
        self.0.session_expires(id);
    }
    async fn lose_next_answer(&self) {
        self.0.lose_next_answer();
    }
    async fn application_decided(&self, id: &ApplicationId, decision: DecisionStatus) {
        self.0.decide(id, decision);
    }
    async fn conditions_changed(&self, id: &ApplicationId) {
        let amount = Money::parse("90", self.0.region().currency).unwrap();
        self.0.change_conditions(id, amount).unwrap();
    }
    async fn application_count(&self) -> usize {
        self.0.application_count()
    }
    async fn files(&self, id: &ApplicationId) -> Vec<(String, usize)> {
        self.0.files(id)
    }
    async fn assigned(&self, id: &ContractId) -> AssetIdentifiers {
        self.0.assigned(id)
    }
    async fn session_count(&self) -> usize {
        self.0.session_count()
    }
    async fn callbacks_sent(&self) -> Vec<Vec<u8>> {
        self.0.callbacks()
    }
}

fn main() {
    let regions = [Region::ESTONIA, Region::POLAND, Region::CZECHIA];
    let trials = regions.into_iter().flat_map(|region| {
        cases(&region).map(move |case| {
            let region = region.clone();
            Trial::test(format!("{}::{}", region.name, case.name), move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build()?;
                runtime.block_on(case.run(&Fake(FakeBank::new(region))));
                Ok(())
            })
        })
    });
    let trials = trials.collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
