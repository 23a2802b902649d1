//! The answer that shows a rental session.

use super::Rental;
use crate::{
    answer::{Name, Node, known},
    clock::printed,
    dialect::Dialect,
    session::Session,
};

impl Rental {
    /// As submitted, but for insurance, whose default is filled in. The deductions are in `camelCase` in version 2 as well: the sample
    /// prints them so.
    fn echo(&self) -> Node {
        let verbatim = |name: &str, node: Option<Node>| {
            (Name::Verbatim(name.to_owned()), node.unwrap_or(Node::Null))
        };
        let mut fields: Vec<_> = known([
            ("period", Node::Whole(self.period)),
            ("insurance_used", Node::Bool(self.insurance_used)),
        ])
        .collect();
        fields.push(verbatim(
            "grossTradeInAmount",
            self.trade_in.map(Node::Number),
        ));
        fields.push(verbatim(
            "grossCampaignDiscount",
            self.campaign.map(Node::Number),
        ));
        let assets = self.assets.iter().map(|asset| asset.node(None));
        fields.extend(known([("assets", Node::List(assets.collect()))]));
        Node::Object(fields)
    }
}

impl Session {
    /// The answer about a rental session, with the fields of the guide's sample and those that were submitted besides.
    ///
    /// The total is a text in version 2, as the sample prints it, and a number in version 3, as the later list of fields has it.
    pub(crate) fn rental_node(&self, rental: &Rental, currency: &str, customer: Node) -> Node {
        let submitted = |fields: &[(Name, Node)]| -> Vec<(Name, Node)> {
            let present = fields
                .iter()
                .filter(|(_, node)| !matches!(node, Node::Null));
            present.cloned().collect()
        };
        let mut purchase = submitted(&self.purchase_echo);
        purchase.extend(known([
            ("uuid", self.purchase_id.to_string().into()),
            ("created_at", printed(self.created_at).into()),
        ]));
        let total = match self.dialect {
            Dialect::V2 => self.total_amount.into(),
            Dialect::V3 => Node::Number(self.total_amount),
        };
        let application = self.application.as_ref();
        let mut fields: Vec<_> = known([
            ("uuid", self.id.to_string().into()),
            ("product_code", self.product_code.as_str().into()),
            ("total_amount", total),
            ("currency", currency.into()),
            ("status", self.status.name().into()),
            ("locale", self.locale.as_str().into()),
        ])
        .collect();
        fields.extend(submitted(&self.echo));
        fields.extend(known([
            ("rental_application_data", rental.echo()),
            ("purchase", Node::Object(purchase)),
            ("created_at", printed(self.created_at).into()),
            ("valid_until", printed(self.valid_until).into()),
            ("show_expiration_counter", Node::Bool(false)),
            (
                "credit_application_uuid",
                application
                    .map(|application| application.id.to_string())
                    .into(),
            ),
            (
                "credit_contract_uuid",
                self.contract.map(|id| id.to_string()).into(),
            ),
            ("customer_uuid", customer),
            ("shop_public_name", "Shop".into()),
        ]));
        Node::Object(fields)
    }
}
