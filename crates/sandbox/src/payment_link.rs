//! Links under which a customer pays the down payment (later pages of the direct guide for Estonia and Latvia).

use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    answer::{Answer, Node},
    bank::Bank,
    contact::is_web_url,
    dialect::Dialect,
    document::{Document, Refusals},
    error::Refusal,
};

/// The template at the end of a return address.
const TEMPLATE: &str = "{status}";

/// How a payment ends, as the browser's return tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaymentStatus {
    Success,
    Failed,
    Unknown,
}

impl PaymentStatus {
    pub(crate) const ALL: [Self; 3] = [Self::Success, Self::Failed, Self::Unknown];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// A link for one attempt to pay.
#[derive(Clone, Debug)]
pub(crate) struct PaymentLink {
    pub(crate) contract: Uuid,
    pub(crate) amount: Decimal,
    return_url: String,
    pub(crate) used: bool,
}

impl PaymentLink {
    pub(crate) fn return_url(&self, status: PaymentStatus) -> String {
        let start = self.return_url.strip_suffix(TEMPLATE);
        format!("{}{}", start.unwrap_or(&self.return_url), status.name())
    }
}

impl Bank {
    /// `POST /contracts/{id}/payment_link`: a link for each attempt, before or after the signature, until the down payment is paid.
    ///
    /// Described for Estonia and Latvia; guides silent elsewhere; chosen: the same in every region.
    pub(crate) fn create_payment_link(
        &mut self,
        dialect: Dialect,
        id: &str,
        body: &str,
    ) -> Result<Answer, Refusal> {
        let refusals = &mut Refusals::default();
        let mut document = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let contract = self.find_direct_contract(id)?.0;
        let return_url = document.required_text("return_url", refusals);
        refusals.check(
            return_url.as_deref().is_none_or(|url| {
                url.trim().is_empty() || (is_web_url(url) && url.ends_with(TEMPLATE))
            }),
            "return_url_is_not_valid",
        );
        document.finish(refusals);
        let return_url = std::mem::take(refusals).accept(return_url)?;
        let amount = contract
            .down_payment_due()
            .ok_or_else(|| Refusal::invalid("can_not_pay"))?;
        let link = PaymentLink {
            contract: contract.id,
            amount,
            return_url,
            used: false,
        };
        let id = self.identifiers.next();
        self.direct.payment_links.insert(id, link);
        let url = format!("{}/payment/{id}", self.base_url);
        let node = Node::object([("redirect_url", url.into())]);
        Ok(Answer::created(&node, dialect))
    }
}
