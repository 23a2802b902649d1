//! Payment sessions: their state, and the answers that show it.

mod customer;
mod purchase;
mod request;

use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

pub use self::customer::CustomerError;
pub(crate) use self::request::SessionRequest;
use crate::{
    answer::{Answer, Name, Node, known},
    bank::Bank,
    clock::printed,
    decision::Decision,
    dialect::Dialect,
    error::Refusal,
    rental::Rental,
};

/// The status of a session (e-POS 2.10, Payment Session State Model).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Opened; the customer may be anywhere in the dialog.
    Pending,
    /// The customer has cancelled, or the merchant has cancelled the contract.
    Cancelled,
    /// The contract is signed and waits for the merchant's approval.
    Granted,
    /// The contract is activated.
    Completed,
    /// The credit was declined.
    Declined,
    /// Not completed in time.
    Expired,
}

impl SessionStatus {
    /// The bank's name for it, the same in both versions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Cancelled => "cancelled",
            Self::Granted => "granted",
            Self::Completed => "completed",
            Self::Declined => "declined",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for SessionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where the bank sends the customer's browser and its callbacks.
#[derive(Clone, Debug)]
pub(crate) struct PartnerUrls {
    pub(crate) return_url: String,
    pub(crate) cancel_url: String,
    pub(crate) callback_url: String,
}

/// A row of the order, for the customer to see.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) description: String,
    pub(crate) quantity: Option<u32>,
    pub(crate) amount: Option<Decimal>,
}

/// What the merchant already knows about the customer: it fills the forms in beforehand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefill {
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) identity_code: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) period: Option<u32>,
    pub(crate) payment_day: Option<u32>,
}

/// A credit application made in the session.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) id: Uuid,
    pub(crate) decision: Decision,
    pub(crate) period: u32,
}

/// A payment session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) dialect: Dialect,
    pub(crate) status: SessionStatus,
    pub(crate) product_code: String,
    pub(crate) total_amount: Decimal,
    pub(crate) locale: String,
    pub(crate) partner_urls: PartnerUrls,
    /// Empty if there is none: a rental needs none.
    pub(crate) purchase_reference: String,
    pub(crate) description: Option<String>,
    pub(crate) merchant: Option<String>,
    pub(crate) lines: Vec<Line>,
    pub(crate) prefill: Prefill,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) valid_until: OffsetDateTime,
    pub(crate) application: Option<Application>,
    pub(crate) contract: Option<Uuid>,
    /// What is rented out, if the product is a rental.
    pub(crate) rental: Option<Rental>,
    /// The submitted fields that the answer repeats, and those of `purchase` among them.
    pub(crate) echo: Vec<(Name, Node)>,
    pub(crate) purchase_echo: Vec<(Name, Node)>,
    pub(crate) purchase_id: Uuid,
}

impl Session {
    /// The day instalments fall due: the merchant's wish, or the product's default.
    pub(crate) const fn payment_day(&self, default: u32) -> u32 {
        match self.prefill.payment_day {
            Some(day) => day,
            None => default,
        }
    }

    /// The answer of `GET /pos_sessions/{id}` (e-POS 2.10, Session Details).
    ///
    /// Containers that were not submitted are `null`, as the identifiers that do not exist yet are in the guide's sample;
    /// guides silent. The sample repeats everything but `purchase.merchant`, and so does this.
    fn node(&self, currency: &str) -> Node {
        let mut purchase = self.purchase_echo.clone();
        purchase.extend(known([
            ("uuid", self.purchase_id.to_string().into()),
            ("created_at", printed(self.created_at).into()),
        ]));
        let application = self
            .application
            .as_ref()
            .map(|application| application.id.to_string());
        let mut fields: Vec<_> = known([
            ("uuid", self.id.to_string().into()),
            ("product_code", self.product_code.as_str().into()),
            ("total_amount", self.total_amount.into()),
            ("currency", currency.into()),
            ("status", self.status.name().into()),
            ("locale", self.locale.as_str().into()),
        ])
        .collect();
        fields.extend(self.echo.iter().cloned());
        fields.extend(known([
            ("purchase", Node::Object(purchase)),
            ("created_at", printed(self.created_at).into()),
            ("valid_until", printed(self.valid_until).into()),
            ("credit_application_uuid", application.into()),
            (
                "credit_contract_uuid",
                self.contract.map(|id| id.to_string()).into(),
            ),
        ]));
        Node::Object(fields)
    }
}

impl Bank {
    /// `POST /pos_sessions` (e-POS 2.10, Session Initiation).
    pub(crate) fn open_session(&mut self, dialect: Dialect, body: &str) -> Result<Answer, Refusal> {
        let request = SessionRequest::read(body, dialect, self)?;
        let now = self.now();
        let session = Session {
            id: self.identifiers.next(),
            dialect,
            status: SessionStatus::Pending,
            product_code: request.product_code,
            total_amount: request.total_amount,
            locale: request.locale,
            partner_urls: request.partner_urls,
            purchase_reference: request.purchase_reference,
            description: request.description,
            merchant: request.merchant,
            lines: request.lines,
            prefill: request.prefill,
            created_at: now,
            // Guides silent on the default; chosen: seven days, the distance between the two times of the guide's sample.
            valid_until: request.valid_until.unwrap_or(now + time::Duration::days(7)),
            application: None,
            contract: None,
            rental: request.rental,
            echo: request.echo,
            purchase_echo: request.purchase_echo,
            purchase_id: self.identifiers.next(),
        };
        let node = Node::object([
            ("uuid", session.id.to_string().into()),
            ("status", session.status.name().into()),
            ("redirect_url", self.page_url(session.id).into()),
        ]);
        self.keep_session(session);
        Ok(Answer::created(&node, dialect))
    }

    /// `GET /pos_sessions/{id}` (e-POS 2.10, Session Details).
    pub(crate) fn show_session(&self, dialect: Dialect, id: &str) -> Result<Answer, Refusal> {
        let session = id
            .parse()
            .ok()
            .filter(|id| !self.forgotten.contains(id))
            .and_then(|id| self.session(id));
        let session = session.ok_or(Refusal::NotFound("pos_session_not_found"))?;
        let currency = self.region.currency();
        let node = match &session.rental {
            None => session.node(currency),
            Some(rental) => {
                let contract = session.contract.and_then(|id| self.contracts.get(&id));
                let customer = contract.map(|contract| contract.customer_id.to_string());
                session.rental_node(rental, currency, customer.into())
            }
        };
        Ok(Answer::ok(&node, dialect))
    }
}
