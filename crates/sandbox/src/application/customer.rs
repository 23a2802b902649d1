//! Who has applied, and how to reach them.

use crate::{
    answer::{Answer, Node},
    bank::Bank,
    dialect::Dialect,
    error::Refusal,
};

/// The customer of an application.
#[derive(Clone, Debug, Default)]
pub(crate) struct Customer {
    pub(super) identity_code: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) mobile: String,
    pub(super) email: String,
}

impl Customer {
    /// The name, for a page or a list.
    pub(crate) fn name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        let name = name.trim();
        if name.is_empty() {
            "the customer"
        } else {
            name
        }
        .to_owned()
    }
}

impl Bank {
    /// `GET /applications/{id}/customer`: who has applied.
    ///
    /// Second-hand: in a public client alone, which shows that the phone has another name than in the application. Chosen: what the
    /// application has, and `null` for a second phone.
    pub(crate) fn show_customer(&self, dialect: Dialect, id: &str) -> Result<Answer, Refusal> {
        let customer = &self.find_application(id)?.customer;
        let node = Node::object([
            (
                "customer",
                Node::object([
                    ("identity_code", customer.identity_code.as_str().into()),
                    ("first_name", customer.first_name.as_str().into()),
                    ("last_name", customer.last_name.as_str().into()),
                ]),
            ),
            (
                "customer_contact",
                Node::object([
                    ("phone_mobile", customer.mobile.as_str().into()),
                    ("phone_landline", Node::Null),
                    ("email", customer.email.as_str().into()),
                ]),
            ),
        ]);
        Ok(Answer::ok(&node, dialect))
    }
}
