//! The answers that show an application.

use super::{CreditApplication, DecisionStatus};
use crate::{
    answer::{Name, Node, known},
    bank::Bank,
    calculation::{Calculation, Instalment},
    clock::printed,
    product::Product,
    region::Region,
};

impl CreditApplication {
    /// The answer of `POST /applications`, bare, with the fields of the guide's sample.
    ///
    /// Estonia and Latvia print numbers and one message as text; the Polish answers that are public have text for the number and the
    /// period, and a list of messages. Amounts in Poland: guides silent; chosen: text, as in every other answer.
    pub(super) fn created_node(&self, product: &Product, region: Region) -> Node {
        let text = region.answers_as_poland();
        let message = self.decision.message();
        let calculation = self.calculation(product);
        let date = |row: Option<&Instalment>| Node::from(row.map(|row| row.date.to_string()));
        let amount = |value| {
            if text {
                Node::from(value)
            } else {
                Node::Number(value)
            }
        };
        let mut fields: Vec<_> = known([
            ("uuid", self.id.to_string().into()),
            (
                "number",
                if text {
                    self.number.as_str().into()
                } else {
                    Node::digits(&self.number)
                },
            ),
            ("status", "pending".into()),
            ("product_code", self.product_code.as_str().into()),
            ("amount", amount(self.amount)),
            (
                "period",
                if text {
                    self.period.to_string().into()
                } else {
                    Node::Whole(self.period)
                },
            ),
            ("down_payment_amount", amount(self.down_payment)),
            ("payment_day", Node::Whole(self.payment_day)),
            ("start_date", date(calculation.instalments.first())),
            ("end_date", date(calculation.instalments.last())),
            ("decision_status", self.decision.name().into()),
            (
                "decision_messages",
                if text {
                    Node::List(vec![message.into()])
                } else {
                    message.into()
                },
            ),
        ])
        .collect();
        fields.extend(self.proof(region));
        fields.extend(self.history());
        fields.extend(known([(
            "salesperson_reference",
            self.details.salesperson.clone().into(),
        )]));
        Node::Object(fields)
    }

    /// `income_proof_type` is described for Estonia alone and is in no sample: it is there when a proof is required in Estonia, and absent
    /// otherwise.
    fn proof(&self, region: Region) -> Option<(Name, Node)> {
        let proof = self.income_proof.filter(|_| region == Region::Estonia)?;
        Some((Name::Known("income_proof_type"), proof.name().into()))
    }

    fn history(&self) -> impl Iterator<Item = (Name, Node)> {
        known([
            ("changed_conditions", Node::Bool(self.previous.is_some())),
            (
                "previous_uuid",
                self.previous.map(|id| id.to_string()).into(),
            ),
        ])
    }

    /// Guides silent on all values but `pre_request`; chosen: what has become of the application.
    const fn status(&self) -> &'static str {
        match (self.cancelled, self.shown_contract()) {
            (true, _) => "cancelled",
            (false, Some(_)) => "accepted",
            (false, None) => "pre_request",
        }
    }

    /// The `credit_application` of `GET /applications/{id}`.
    ///
    /// Obligations and household costs are numbers next to an income in text, as in the sample.
    fn node(&self, product: &Product, region: Region, process: Option<&'static str>) -> Node {
        let positive = self.decision == DecisionStatus::Positive;
        let details = &self.details;
        let number = |value: Option<_>| Node::Number(value.unwrap_or_default());
        let mut fields: Vec<_> = known([
            ("uuid", self.id.to_string().into()),
            ("number", self.number.as_str().into()),
            ("credit_application_status", self.status().into()),
            ("offer_valid_to", self.offer_valid_to().to_string().into()),
            ("created_at", printed(self.created_at).into()),
            ("creator_name", Node::Null),
            ("process_status", process.into()),
            ("down_payment_amount_total", self.down_payment.into()),
            ("salesperson_reference", details.salesperson.clone().into()),
            ("period", Node::Whole(self.period)),
            ("amount", self.amount.into()),
            ("payment_day", Node::Whole(self.payment_day)),
            ("max_limit", positive.then_some(product.max_amount).into()),
            ("decision_status", self.decision.name().into()),
            (
                "decision_messages",
                Node::List(vec![self.decision.message().into()]),
            ),
        ])
        .collect();
        fields.extend(self.proof(region));
        let text = |wanted: &'static str| {
            let mut all = details.texts.iter();
            let found = all.find(|(name, _)| *name == wanted);
            let text = found.and_then(|(_, text)| text.clone());
            (wanted, Node::from(text))
        };
        fields.extend(known([
            (
                "down_payment_amount_prc",
                details.down_payment_share.map_or(Node::Null, Node::from),
            ),
            ("income_source", details.income_source.clone().into()),
            text("civil_status"),
            text("housing_status"),
            ("monthly_income", details.monthly_income.into()),
            ("monthly_household_costs", number(details.household_costs)),
            ("monthly_financial_obligations", number(details.obligations)),
        ]));
        fields.extend(known([
            text("employer_name"),
            text("employer_registry_code"),
            text("employer_phone"),
        ]));
        fields.extend(details.wholes.iter().map(|(name, whole)| {
            let whole = whole.map_or(Node::Null, Node::Whole);
            (Name::Known(name), whole)
        }));
        fields.extend(known([
            (
                "dependants_count",
                Node::Whole(details.dependants.unwrap_or_default()),
            ),
            (
                "dependants_over_18",
                details.dependants_over_18.map_or(Node::Null, Node::Whole),
            ),
        ]));
        fields.extend(self.history());
        fields.extend(known([(
            "confirmed_at",
            self.confirmed_at.map(printed).into(),
        )]));
        Node::Object(fields)
    }

    /// The offer (direct guide 2.05, `payment_schedule`).
    fn schedule(&self, product: &Product) -> Node {
        let calculation = self.calculation(product);
        Node::Object(schedule(self, product, &calculation).collect())
    }
}

/// The fields of an offer.
pub(super) fn schedule(
    application: &CreditApplication,
    product: &Product,
    offer: &Calculation,
) -> impl Iterator<Item = (Name, Node)> {
    let terms = product.terms;
    let interest: rust_decimal::Decimal = offer.instalments.iter().map(|row| row.interest).sum();
    let fees = terms.admin_fee_monthly * rust_decimal::Decimal::from(application.period);
    let (first, last) = (offer.instalments.first(), offer.instalments.last());
    let amount = |row: Option<&Instalment>| Node::from(row.map(Instalment::total));
    let date = |row: Option<&Instalment>| Node::from(row.map(|row| row.date.to_string()));
    let nothing = || rust_decimal::Decimal::ZERO.into();
    known([
        ("period", Node::Whole(application.period)),
        ("amount", application.amount.into()),
        ("contract_fee_amount_total", offer.contract_fee.into()),
        ("contract_fee_prc", terms.contract_fee_rate.into()),
        (
            "contract_fee_type",
            "is_paid_according_to_repayment_schedule".into(),
        ),
        (
            "credit_cost_amount_total",
            offer.total_cost_of_credit().into(),
        ),
        (
            "credit_cost_rate_annual",
            offer.final_aprc(application.created_at.date()).into(),
        ),
        ("first_payment_amount", amount(first)),
        ("first_payment_date", date(first)),
        ("interest_rate_annual", terms.interest_rate_annual.into()),
        ("last_payment_amount", amount(last)),
        ("last_payment_date", date(last)),
        ("net_credit_amount", offer.net_credit_amount.into()),
        ("payment_amount_monthly", offer.monthly.into()),
        ("repayments_amount_total", offer.total_cost().into()),
        ("down_payment_main_part", application.down_payment.into()),
        ("down_payment_amount_total", application.down_payment.into()),
        ("admin_fee_amount_monthly", terms.admin_fee_monthly.into()),
        ("admin_fee_amount_total", fees.into()),
        ("insurance_fee_amount_total", nothing()),
        ("residual_amount_total", nothing()),
        ("residual_amount_prc", nothing()),
        // Without the fee, as in the sample, although the fee is repaid with the credit.
        ("interest_bearing_amount", offer.net_credit_amount.into()),
        ("interest_amount_total", interest.into()),
        ("payment_day", Node::Whole(application.payment_day)),
    ])
}

impl Bank {
    /// The answer of `GET /applications/{id}` (direct guide 2.05): the parts that do not exist yet are `null`.
    ///
    /// What `contract` holds is nowhere printed; chosen: its identifier and its status.
    pub(super) fn application_node(
        &self,
        application: &CreditApplication,
        product: &Product,
    ) -> Node {
        let positive = application.decision == DecisionStatus::Positive;
        let contract = application.shown_contract();
        let contract = contract.and_then(|id| self.contracts.get(&id));
        let process = match contract {
            Some(contract) => contract
                .process()
                .map(super::super::contract::ProcessStatus::name),
            None => (positive && !application.cancelled).then_some("offer"),
        };
        let purchase = application.details.purchase.clone();
        Node::object([
            (
                "product",
                Node::object([
                    ("code", product.code.as_str().into()),
                    ("name", product.code.as_str().into()),
                    ("subtype", product.family.name().into()),
                    ("type", "loan".into()),
                ]),
            ),
            (
                "shop",
                Node::object([
                    ("name", "Online testshop".into()),
                    ("type", "online_partner".into()),
                    ("uuid", self.shop.to_string().into()),
                ]),
            ),
            (
                "credit_application",
                application.node(product, self.region, process),
            ),
            ("purchase", purchase.map_or(Node::Null, Node::Object)),
            (
                "contract",
                contract.map_or(Node::Null, |contract| {
                    Node::object([
                        ("uuid", contract.id.to_string().into()),
                        ("status", contract.status.name().into()),
                    ])
                }),
            ),
            (
                "payment_schedule",
                if positive {
                    application.schedule(product)
                } else {
                    Node::Null
                },
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::{Decimal, dec};
    use time::macros::date;

    use crate::{
        aprc,
        calculation::{Calculation, Terms},
    };

    /// The offer of the guide's sample does not follow from an annuity at its own rate: 1012 over 12 months at 14.9 % is 91.29 a month
    /// (90.30 without the fee), not 96.57; nor from flat interest, which would be 149.15, not 146.84. Its sums and its APRC do hold.
    #[test]
    fn the_samples_sums_hold_but_its_instalment_is_no_annuity_at_its_rate() {
        let (instalment, fee, net) = (dec!(96.57), dec!(11.0), dec!(1001.0));
        let total = instalment * dec!(12);
        assert_eq!(total, dec!(1158.84));
        assert_eq!(total - net, dec!(157.84));
        assert_eq!(total - net - fee, dec!(146.84));

        let terms = Terms {
            interest_rate_annual: dec!(0.149),
            contract_fee_rate: Decimal::ZERO,
            contract_fee_minimum: fee,
            admin_fee_monthly: Decimal::ZERO,
        };
        let paid_out = date!(2020 - 11 - 05);
        let offer = Calculation::new(terms, net, 12, 15, paid_out);
        assert_eq!((offer.net_credit_amount, offer.contract_fee), (net, fee));
        assert_eq!(offer.monthly, dec!(91.29));
        let first = offer.instalments.first().unwrap().date;
        let last = offer.instalments.last().unwrap().date;
        assert_eq!(
            (first, last),
            (date!(2020 - 12 - 15), date!(2021 - 11 - 15))
        );
        let rate = aprc::between_dates(
            paid_out,
            net,
            offer.instalments.iter().map(|row| (row.date, instalment)),
        );
        assert_eq!(rate, dec!(0.301));
    }
}
