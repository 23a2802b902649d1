//! The offer's payments, and the offer with another down payment.
//!
//! Second-hand: both calls are in a public client alone (2023), whose recorded answer has the fields below.

use rust_decimal::Decimal;
use url::form_urlencoded;
use uuid::Uuid;

use super::{CreditApplication, DecisionStatus, NOT_FOUND, answer::schedule};
use crate::{
    answer::{Answer, Node, known},
    bank::Bank,
    dialect::Dialect,
    document::{Document, Refusals},
    error::Refusal,
    product::Product,
};

/// How much an answer tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Summary,
    Items,
    Full,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Items => "items",
            Self::Full => "full",
        }
    }
}

impl Bank {
    /// `GET /applications/{id}/payment_schedules?response_level=…`: of an application that was decided for. Without a level: the summary.
    pub(crate) fn show_schedule(
        &self,
        dialect: Dialect,
        id: &str,
        query: &str,
    ) -> Result<Answer, Refusal> {
        let id = self.find_application(id)?.id;
        let name = dialect.spell("response_level");
        let asked = form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| *key == name)
            .map(|(_, level)| level);
        let level = match asked.as_deref() {
            None | Some("summary") => Level::Summary,
            Some("items") => Level::Items,
            Some("full") => Level::Full,
            Some(_) => {
                return Err(Refusal::invalid(
                    "response_level_does_not_have_a_valid_value",
                ));
            }
        };
        let node = self.schedule_node(id, level)?;
        Ok(Answer::ok(&node, dialect))
    }

    /// `PUT /applications/{id}/recalculate_schedule`: another down payment, under the same identifier, as long as the offer stands.
    pub(crate) fn recalculate_schedule(
        &mut self,
        dialect: Dialect,
        id: &str,
        body: &str,
    ) -> Result<Answer, Refusal> {
        let refusals = &mut Refusals::default();
        let mut document = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let application = self.find_application(id)?;
        let id = application.id;
        let down_payment = document.required_decimal("down_payment_amount", refusals);
        let within = |part: Decimal| part >= Decimal::ZERO && part < application.amount;
        refusals.check(
            down_payment.is_none_or(within),
            "down_payment_amount_is_not_valid",
        );
        document.finish(refusals);
        let down_payment = std::mem::take(refusals).accept(down_payment)?;
        let product = self.product(&application.product_code)?;
        let offered = application.decision == DecisionStatus::Positive && application.is_open();
        if !offered || !product.down_payment {
            return Err(Refusal::invalid("can_not_recalculate"));
        }
        if let Some(application) = self.application_mut(id) {
            application.down_payment = down_payment;
        }
        let node = self.schedule_node(id, Level::Full)?;
        Ok(Answer::ok(&node, dialect))
    }

    fn schedule_node(&self, id: Uuid, level: Level) -> Result<Node, Refusal> {
        let application = self.application(id).ok_or(NOT_FOUND)?;
        if application.decision != DecisionStatus::Positive {
            return Err(Refusal::NotFound("payment_schedule_not_found"));
        }
        let product = self.product(&application.product_code)?;
        let node = application.payment_schedule(product, level);
        Ok(Node::object([("payment_schedule", node)]))
    }
}

impl CreditApplication {
    fn payment_schedule(&self, product: &Product, level: Level) -> Node {
        let offer = self.calculation(product);
        let mut fields: Vec<_> = known([
            ("credit_application_uuid", self.id.to_string().into()),
            ("response_level", level.name().into()),
        ])
        .collect();
        if level != Level::Items {
            fields.extend(schedule(self, product, &offer));
        }
        if level != Level::Summary {
            fields.extend(known([("payment_schedule_items", offer.rows())]));
        }
        Node::Object(fields)
    }
}
