//! The application that a customer has made in a payment session, as `GET /applications` shows it.
//!
//! The e-POS guide tells its identifier (2.10, Session Details) and has no call for it; the direct guide's address has room for any
//! application of the shop. Chosen: it is shown as one that was sent, and nothing can be done with it from outside of its session.

use uuid::Uuid;

use super::{CreditApplication, DecisionStatus, Outcome, customer::Customer, request::Details};
use crate::{
    bank::Bank,
    decision::Decision,
    product::Product,
    session::{Session, SessionStatus},
};

impl CreditApplication {
    fn of_session(session: &Session, product: &Product) -> Option<Self> {
        let made = session.application.as_ref()?;
        let prefill = &session.prefill;
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        Some(Self {
            id: made.id,
            number: format!("{:011}", made.id.as_u128() % 100_000_000_000),
            product_code: session.product_code.clone(),
            amount: session.total_amount,
            period: made.period,
            payment_day: session.payment_day(product.default_payment_day),
            down_payment: rust_decimal::Decimal::ZERO,
            created_at: session.created_at,
            decision: match made.decision {
                Decision::Positive => DecisionStatus::Positive,
                Decision::Negative => DecisionStatus::Negative,
            },
            income_proof: None,
            next: Outcome::Positive,
            due: None,
            previous: None,
            superseded_by: None,
            contract: session.contract,
            shows_contract: true,
            code_sent: false,
            confirmed_at: Some(session.created_at),
            cancelled: session.status == SessionStatus::Cancelled,
            cancelling: false,
            statement_shared: false,
            attachments: Vec::new(),
            callback_url: None,
            customer: Customer {
                identity_code: given(&prefill.identity_code),
                first_name: given(&prefill.first_name),
                last_name: given(&prefill.last_name),
                mobile: given(&prefill.mobile),
                email: given(&prefill.email),
            },
            details: Details {
                purchase: Some(session.purchase_echo.clone()),
                description: session.description.clone(),
                ..Details::default()
            },
        })
    }
}

impl Bank {
    /// The application of a session, unless that is a rental's.
    pub(crate) fn session_application(&self, session: Uuid) -> Option<CreditApplication> {
        let session = self
            .session(session)
            .filter(|found| found.rental.is_none())?;
        let product = self.product(&session.product_code).ok()?;
        CreditApplication::of_session(session, product)
    }

    pub(super) fn application_of_a_session(&self, id: &str) -> Option<CreditApplication> {
        let id: Uuid = id.parse().ok()?;
        let is_it = |session: &&Session| session.application.as_ref().is_some_and(|a| a.id == id);
        let session = self.sessions.values().find(is_it)?;
        self.session_application(session.id)
            .filter(|_| !self.forgotten.contains(&id))
    }
}
