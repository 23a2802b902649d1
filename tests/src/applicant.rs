//! A bank with one direct application, for tests of the adapter.

use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::Applications;
use inbank::{
    ApplicationId, ApplicationRequest, Contact, Customer, Email, IdentityCode, Money, PhoneNumber,
    ProductCode, WebAddress,
};
use inbank_sandbox::Outcome;
use inbank_testkit::conformance::BankUnderTest as _;
use uuid::Uuid;

use crate::{SandboxBank, uuid_of};

/// A bank with one direct application.
pub struct Applicant {
    /// The bank.
    pub bank: SandboxBank,
    /// The application, once it is submitted.
    pub id: Option<ApplicationId>,
}

impl Applicant {
    /// An application of which the bank has not heard.
    pub async fn new(profile: &RegionProfile, version: ApiVersion) -> Self {
        let bank = SandboxBank::start(profile, version).await;
        Self { bank, id: None }
    }

    /// Estonia, v2, submitted; the bank is still at it.
    pub async fn submitted(product: &str) -> Self {
        let mut applicant = Self::new(&RegionProfile::ESTONIA, ApiVersion::V2).await;
        let request = applicant.request(product);
        applicant.id = Some(applicant.bank.api.submit(&request).await.unwrap().id);
        applicant
    }

    /// The same with an offer.
    pub async fn offered(product: &str) -> Self {
        let applicant = Self::submitted(product).await;
        applicant.decided(Outcome::Positive);
        applicant
    }

    /// An application; nobody listens for its callbacks.
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
        request.callback_url = Some(WebAddress::parse("http://127.0.0.1:9/callback").unwrap());
        request
    }

    /// The bank's name for the application.
    pub fn application(&self) -> Uuid {
        uuid_of(self.id.as_ref().unwrap())
    }

    /// The bank decides so.
    pub fn decided(&self, outcome: Outcome) {
        self.bank
            .sandbox
            .decide(self.application(), outcome)
            .unwrap();
    }
}
