use inbank_domain::{
    Contract, ContractId, ContractStatus, Currency, Invalid, ProcessStatus, ProductCode,
};
use serde::Deserialize;

use super::lenient::{Lenient, amount};
use super::moment::Moment;
use super::number::{MaybeFlag, Number, Present, TextOrNumber};

/// A contract (*Contract Details*); the parts that nobody needs, such as account numbers, stay at
/// the bank.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    uuid: String,
    status: String,
    #[serde(default)]
    process_status: Lenient<String>,
    #[serde(default)]
    number: Lenient<TextOrNumber>,
    // What v3's Smart Rent calls the number.
    #[serde(default)]
    reference_number: Lenient<TextOrNumber>,
    #[serde(default)]
    product_code: Lenient<String>,
    // In no printed answer; taken where the bank tells it.
    #[serde(default)]
    amount: Lenient<Number>,
    #[serde(default)]
    total_amount: Lenient<Number>,
    #[serde(default)]
    currency: Lenient<String>,
    #[serde(default)]
    customer_signed: Present,
    #[serde(default)]
    rep_signed: Present,
    #[serde(default)]
    identification_satisfied: MaybeFlag,
    #[serde(default)]
    signed_at: Lenient<Moment>,
    #[serde(default)]
    partner_approval_at: Lenient<Moment>,
    #[serde(default)]
    activated_at: Lenient<Moment>,
    #[serde(default)]
    terminated_at: Lenient<Moment>,
    #[serde(default)]
    termination_reason: Lenient<String>,
}

/// A contract of which only the identifier is told, as accepting an offer does.
#[derive(Deserialize)]
pub(crate) struct Reference {
    pub(crate) uuid: String,
}

impl Details {
    /// The contract; amounts without a currency are in the region's.
    pub(crate) fn into_contract(self, currency: Currency) -> Result<Contract, Invalid> {
        let status = ContractStatus::from(self.status.as_str());
        let mut contract = Contract::new(ContractId::parse(self.uuid.trim())?, status);
        // It says what a signed contract waits for. One that can't be read is not the same as none: it
        // is a word that nobody knows.
        contract.process_status = if self.process_status.is_unreadable() {
            Some(ProcessStatus::from("unreadable"))
        } else {
            let text = self.process_status.word("process_status");
            text.as_deref().map(ProcessStatus::from)
        };
        let (number, other) = (
            self.number.text("number"),
            self.reference_number.text("reference_number"),
        );
        contract.number = number.or(other);
        contract.product_code = self.product_code.id("product_code", ProductCode::parse);
        let told = match self.amount {
            Lenient::Missing => ("total_amount", self.total_amount),
            told => ("amount", told),
        };
        contract.amount = amount(told.0, told.1, self.currency, currency);
        contract.customer_signed = self.customer_signed.0;
        contract.rep_signed = self.rep_signed.0;
        contract.identification_satisfied = self.identification_satisfied.0;
        let moment = |moment: Lenient<Moment>, field| moment.take(field).map(|moment| moment.0);
        contract.signed_at = moment(self.signed_at, "signed_at");
        contract.partner_approval_at = moment(self.partner_approval_at, "partner_approval_at");
        contract.activated_at = moment(self.activated_at, "activated_at");
        contract.terminated_at = moment(self.terminated_at, "terminated_at");
        contract.termination_reason = self.termination_reason.text("termination_reason");
        Ok(contract)
    }
}
