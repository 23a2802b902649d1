use async_trait::async_trait;
use inbank_domain::{
    Applicant, ApplicationDocument, ApplicationId, DecisionStatus, Money, Offer, Personal,
    Printout, WebAddress,
};
use inbank_ports::{GatewayError, GatewayErrorKind, Offers};

use super::{FakeBank, State};

impl State {
    /// The offer that stands, with its payments.
    fn standing_offer(
        &self,
        bank: &FakeBank,
        operation: &'static str,
        id: &ApplicationId,
    ) -> Result<Offer, GatewayError> {
        let not_found = || GatewayError::new(GatewayErrorKind::NotFound, operation);
        let fake = self.applications.get(id).ok_or_else(not_found)?;
        if fake.application.decision != DecisionStatus::Positive {
            return Err(not_found());
        }
        self.offer(bank, id).ok_or_else(not_found)
    }
}

#[async_trait]
impl Offers for FakeBank {
    async fn application_printout(
        &self,
        application: &ApplicationId,
        document: ApplicationDocument,
    ) -> Result<Printout, GatewayError> {
        self.turn(|| {
            let operation = "application.printout";
            let mut state = self.state();
            state.fail(operation)?;
            let fake = state.applications.get(application);
            let fake =
                fake.ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, operation))?;
            let offered = fake.application.decision == DecisionStatus::Positive;
            if document == ApplicationDocument::Offer && !offered {
                return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
            }
            let link = format!(
                "https://fake.example/{application}/{}.pdf",
                document.as_str()
            );
            let link = WebAddress::parse(&link);
            Ok(Printout {
                id: Some(format!("{}-of-{application}", document.as_str())),
                link: link.map_err(|error| GatewayError::invalid(operation, error))?,
            })
        })
        .await
    }

    async fn payment_schedule(&self, application: &ApplicationId) -> Result<Offer, GatewayError> {
        self.turn(|| {
            let operation = "application.schedule";
            let mut state = self.state();
            state.fail(operation)?;
            state.standing_offer(self, operation, application)
        })
        .await
    }

    async fn recalculate(
        &self,
        application: &ApplicationId,
        down_payment: Money,
    ) -> Result<Offer, GatewayError> {
        self.turn(|| {
            let operation = "application.recalculate";
            let invalid = |error| GatewayError::invalid(operation, error);
            self.region()
                .check_currency(down_payment)
                .map_err(invalid)?;
            let mut state = self.state();
            state.fail(operation)?;
            let refused = || GatewayError::new(GatewayErrorKind::Refused, operation);
            let fake = state.open(operation, application)?;
            let part = down_payment.compare(fake.amount);
            let offered = fake.application.decision == DecisionStatus::Positive;
            if !offered || !part.is_ok_and(std::cmp::Ordering::is_lt) {
                return Err(refused());
            }
            fake.down_payment = Some(down_payment);
            let offer = state.standing_offer(self, operation, application)?;
            if let Some(fake) = state.applications.get_mut(application) {
                fake.application.offer = Some(offer.clone());
            }
            state.answer(operation, offer)
        })
        .await
    }

    async fn applicant(&self, application: &ApplicationId) -> Result<Applicant, GatewayError> {
        self.turn(|| {
            let operation = "application.customer";
            let mut state = self.state();
            state.fail(operation)?;
            let fake = state.applications.get(application);
            let fake =
                fake.ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, operation))?;
            let (customer, contact) = (&fake.customer, &fake.contact);
            let mut applicant = Applicant::default();
            applicant.identity_code = customer
                .identity_code
                .as_ref()
                .map(|code| Personal::new(code.expose().clone()));
            applicant.first_name.clone_from(&customer.first_name);
            applicant.last_name.clone_from(&customer.last_name);
            let phone =
                |number: &inbank_domain::PhoneNumber| Personal::new(number.expose().clone());
            applicant.mobile = contact.mobile.as_ref().map(phone);
            applicant.landline = contact.phone.as_ref().map(phone);
            let email = contact.email.as_ref();
            applicant.email = email.map(|email| Personal::new(email.expose().clone()));
            Ok(applicant)
        })
        .await
    }
}
