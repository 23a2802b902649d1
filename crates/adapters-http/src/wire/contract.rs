use inbank_domain::{Contract, ContractId, ContractStatus, Invalid, ProcessStatus, ProductCode};
use serde::Deserialize;

use super::moment::MaybeMoment;
use super::number::{Present, TextOrNumber};

/// A contract (*Contract Details*); the parts that nobody needs, such as account numbers, stay at
/// the bank.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    uuid: String,
    status: String,
    process_status: Option<String>,
    number: Option<TextOrNumber>,
    // What v3's Smart Rent calls the number.
    reference_number: Option<TextOrNumber>,
    product_code: Option<String>,
    #[serde(default)]
    customer_signed: Present,
    #[serde(default)]
    signed_at: MaybeMoment,
    #[serde(default)]
    partner_approval_at: MaybeMoment,
    #[serde(default)]
    activated_at: MaybeMoment,
    #[serde(default)]
    terminated_at: MaybeMoment,
    termination_reason: Option<String>,
}

/// A contract of which only the identifier is told, as accepting an offer does.
#[derive(Deserialize)]
pub(crate) struct Reference {
    pub(crate) uuid: String,
}

impl TryFrom<Details> for Contract {
    type Error = Invalid;

    fn try_from(details: Details) -> Result<Self, Invalid> {
        let status = ContractStatus::from(details.status.as_str());
        let mut contract = Self::new(ContractId::parse(details.uuid)?, status);
        let process_status = details.process_status.as_deref();
        contract.process_status = process_status.map(ProcessStatus::from);
        let number = details.number.or(details.reference_number);
        contract.number = number.map(|number| number.0);
        contract.product_code = details
            .product_code
            .and_then(|p| ProductCode::parse(p).ok());
        contract.customer_signed = details.customer_signed.0;
        contract.signed_at = details.signed_at.0;
        contract.partner_approval_at = details.partner_approval_at.0;
        contract.activated_at = details.activated_at.0;
        contract.terminated_at = details.terminated_at.0;
        contract.termination_reason = details.termination_reason;
        Ok(contract)
    }
}
