use std::time::Duration;

use inbank::{
    ApplicationId, ApplicationRequest, ApplyOutcome, CommandOutcome, Contact, Customer, Email,
    IdentityCode, Months, PhoneNumber, ProductCode,
};
use inbank_sandbox::Outcome;
use uuid::Uuid;

use super::Stage;

/// Direct applications.
impl Stage {
    /// What a customer fills in.
    pub fn application(&self, product: &str, amount: &str) -> ApplicationRequest {
        let region = &self.around.profile.region;
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
        let (amount, period) = (self.money(amount), Months::new(12).unwrap());
        ApplicationRequest::new(region, product, amount, period, customer, contact).unwrap()
    }

    /// Applies for what needs the merchant's approval; the bank is still at it.
    pub async fn applied(&self, reference: &str) -> ApplicationId {
        let request = self.application(Self::APPROVAL, "400");
        self.applied_with(reference, &request).await
    }

    /// The same with another request.
    pub async fn applied_with(
        &self,
        reference: &str,
        request: &ApplicationRequest,
    ) -> ApplicationId {
        let sent = self.order(reference).apply(request).await.unwrap();
        assert!(matches!(sent, ApplyOutcome::Sent(..)), "{sent:?}");
        self.application_of(reference).await
    }

    /// The bank's present application of an order.
    pub async fn application_of(&self, reference: &str) -> ApplicationId {
        let order = self.found(reference).await;
        order.attempts.last().unwrap().application.clone().unwrap()
    }

    /// The bank's present contract of an order.
    pub async fn contract_of(&self, reference: &str) -> Uuid {
        let order = self.found(reference).await;
        let contract = order.attempts.last().unwrap().contract.clone().unwrap();
        contract.as_str().parse().unwrap()
    }

    /// The bank decides so, and the platform hears of it.
    pub async fn decided(&self, reference: &str, outcome: Outcome) {
        let application = self.application_of(reference).await;
        let application = application.as_str().parse().unwrap();
        self.sandbox.decide(application, outcome).unwrap();
        self.pass(Duration::from_secs(10)).await;
    }

    /// An order with an offer.
    pub async fn offered(&self, reference: &str) -> ApplicationId {
        self.applied(reference).await;
        self.decided(reference, Outcome::Positive).await;
        assert_eq!(self.told(reference), ["action_wanted: offer"]);
        self.application_of(reference).await
    }

    /// An order whose contract waits for the signature.
    pub async fn accepted(&self, reference: &str) -> Uuid {
        let offer = self.offered(reference).await;
        let accepted = self.order(reference).accept(&offer).await.unwrap();
        let taken = matches!(
            accepted,
            CommandOutcome::Acknowledged(_) | CommandOutcome::Done(_)
        );
        assert!(taken, "{accepted:?}");
        self.pass(Duration::from_secs(10)).await;
        let told = self.told(reference);
        assert_eq!(told.last().unwrap(), "action_wanted: signature");
        self.contract_of(reference).await
    }
}
