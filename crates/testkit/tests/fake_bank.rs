//! The fake bank passes what the real adapters pass.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use async_trait::async_trait;
use inbank_app::Bank;
use inbank_domain::{
    ApplicationId, AssetIdentifiers, ConfirmationCode, ContractId, DecisionStatus, ModelIdentifier,
    Money, Months, ProductCode, Region, SessionId, SigningMethod, WebAddress,
};
use inbank_testkit::FakeBank;
use inbank_testkit::conformance::{Approval, BankUnderTest, SentCallback, cases};
use libtest_mimic::{Arguments, Trial};

struct Fake(Arc<FakeBank>, Bank);

impl Fake {
    fn new(region: Region) -> Self {
        let fake = Arc::new(FakeBank::new(region.clone()));
        let bank = Bank::new(region, "fake", ["fake"], fake.clone());
        Self(fake.clone(), bank.with_all(fake))
    }
}

#[async_trait]
impl BankUnderTest for Fake {
    fn ports(&self) -> &Bank {
        &self.1
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
    async fn time_passes(&self) {
        // The fake bank takes no time.
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
    async fn callbacks_sent(&self) -> Vec<SentCallback> {
        let sent = self.0.callbacks().into_iter();
        sent.map(SentCallback::of_body).collect()
    }
}

/// The same bank as lenders that lack something: a case that asks for it all the same panics.
fn lenders(bank: &Bank) -> Vec<(&'static str, Bank)> {
    let bare = || {
        let (region, callbacks) = (bank.region.clone(), bank.callbacks.clone());
        Bank::new(region, "fake", ["fake"], callbacks)
    };
    let (mut pages, mut contracts, mut direct) = (bare(), bare(), bare());
    pages.sessions.clone_from(&bank.sessions);
    contracts.sessions.clone_from(&bank.sessions);
    contracts.contracts.clone_from(&bank.contracts);
    direct.applications.clone_from(&bank.applications);
    direct.signing.clone_from(&bank.signing);
    vec![
        ("everything", bank.clone()),
        ("hosted pages only", pages),
        ("hosted pages and contracts", contracts),
        ("applications and signing only", direct),
        ("nothing", bare()),
    ]
}

fn main() {
    let mut trials = Vec::new();
    for region in [Region::ESTONIA, Region::POLAND, Region::CZECHIA] {
        for (number, (name, bank)) in lenders(&Fake::new(region.clone()).1).iter().enumerate() {
            for case in cases(bank) {
                let region = region.clone();
                let name = format!("{}::{name}::{}", region.name, case.name);
                trials.push(Trial::test(name, move || {
                    let Fake(fake, bank) = Fake::new(region);
                    let bank = lenders(&bank).swap_remove(number).1;
                    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
                    runtime.block_on(case.run(&Fake(fake, bank)));
                    Ok(())
                }));
            }
        }
    }
    trials.push(Trial::test("a_lender_is_asked_for_what_it_has", || {
        let lenders = lenders(&Fake::new(Region::ESTONIA).1);
        let counts: Vec<usize> = lenders.iter().map(|(_, bank)| cases(bank).len()).collect();
        assert!(counts[0] > counts[2] && counts[2] > counts[1], "{counts:?}");
        assert!(counts[1] > 0 && counts[3] > 0, "{counts:?}");
        assert_eq!(counts[4], 0, "nothing is asked of nobody");
        Ok(())
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
