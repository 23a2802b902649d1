//! Signing the contract of an application (direct guide 1.02 for Poland, Signings; the later pages for Estonia and Latvia).

use serde_json::value::RawValue;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Contract, ContractStatus};
use crate::{
    answer::{Answer, Node, known},
    bank::Bank,
    callback::ApplicationEvent,
    clock::printed,
    dialect::Dialect,
    document::{Document, Refusals},
    error::Refusal,
    product::Product,
    region::Region,
    session::CustomerError,
};

/// How a customer signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SigningMethod {
    Redirect,
    Digital,
    Paper,
    Sms,
    SendToSigningSms,
    SendToSigningEmail,
}

impl SigningMethod {
    pub(crate) const ALL: [Self; 6] = [
        Self::Redirect,
        Self::Digital,
        Self::Paper,
        Self::Sms,
        Self::SendToSigningSms,
        Self::SendToSigningEmail,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Digital => "digital",
            Self::Paper => "paper",
            Self::Sms => "sms",
            Self::SendToSigningSms => "send_to_signing_sms",
            Self::SendToSigningEmail => "send_to_signing_email",
        }
    }

    /// Poland lists `digital`, `paper` and `sms`. Estonia and Latvia list `paper` for everything, `sms` for split into parts and the others
    /// for hire purchase; guides silent on loans; chosen: as hire purchase. A product that is signed by SMS is signed in no other way.
    pub(crate) const fn is_offered(self, region: Region, product: &Product) -> bool {
        if product.sms_signing {
            return matches!(self, Self::Sms);
        }
        if region.answers_as_poland() {
            return matches!(self, Self::Digital | Self::Paper | Self::Sms);
        }
        match self {
            Self::Paper => true,
            Self::Sms => product.family.signs_by_sms(),
            _ => !product.family.signs_by_sms(),
        }
    }

    /// Whether the partner has collected the signature and the request only confirms it.
    const fn is_done_by_partner(self) -> bool {
        matches!(self, Self::Digital | Self::Paper)
    }

    /// Whether the customer signs on a page of the bank.
    pub(crate) const fn has_page(self) -> bool {
        matches!(
            self,
            Self::Redirect | Self::SendToSigningSms | Self::SendToSigningEmail
        )
    }
}

/// A signing that was begun.
#[derive(Clone, Debug)]
pub(super) struct Signing {
    id: Uuid,
    method: SigningMethod,
    pub(super) signed_at: Option<OffsetDateTime>,
}

/// The codes that are taken: that of the demo environment; in Poland also the number of the guide's sample,
/// because a simulator lists other codes there and a code with leading zeros cannot be sent as a number.
const fn codes(region: Region) -> &'static [&'static str] {
    if region.answers_as_poland() {
        &["0000", "123456"]
    } else {
        &["0000"]
    }
}

impl Contract {
    fn signing(&self) -> Option<&Signing> {
        self.handling()?.signing.as_ref()
    }

    /// How the customer is to sign, while that is not done.
    pub(crate) fn signing_under_way(&self) -> Option<SigningMethod> {
        let signing = self.signing()?;
        (self.status == ContractStatus::Unsigned && signing.signed_at.is_none())
            .then_some(signing.method)
    }

    /// Whether the customer can still sign.
    fn can_be_signed(&self) -> bool {
        self.status == ContractStatus::Unsigned
            && self.taken.is_none()
            && self
                .signing()
                .is_none_or(|signing| signing.signed_at.is_none())
    }
}

impl Bank {
    pub(crate) fn signing_url(&self, contract: Uuid) -> String {
        format!("{}/signing/{contract}", self.base_url)
    }

    /// `POST /contracts/{id}/signings`.
    ///
    /// Guides silent on the answer; chosen: 201 and that of `PATCH`, with `signed_at` `null` until the customer has signed, and with
    /// `redirect_url` where the customer is to be sent to the bank's page. Another request before that begins anew. A code belongs to
    /// `PATCH`: guides silent on one that comes here; chosen: refused, since whoever sends it takes the contract for signed.
    pub(crate) fn sign_contract(
        &mut self,
        dialect: Dialect,
        id: &str,
        body: &str,
    ) -> Result<Answer, Refusal> {
        let refusals = &mut Refusals::default();
        let mut document = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let (contract, application) = self.find_direct_contract(id)?;
        let product = self.product(&application.product_code)?;
        let method = method(&mut document, refusals, |method| {
            method.is_offered(self.region, product)
        });
        no_code(&mut document, refusals);
        document.finish(refusals);
        let method = std::mem::take(refusals).accept(method)?;
        if !contract.can_be_signed() {
            return Err(Refusal::invalid("can_not_sign"));
        }
        let contract_id = contract.id;
        let signing = Signing {
            id: self.identifiers.next(),
            method,
            signed_at: None,
        };
        if let Some(handling) = self.handling_mut(contract_id) {
            handling.signing = Some(signing);
        }
        if method.is_done_by_partner() {
            self.customer_signed(contract_id);
        }
        let node = self.signing_node(contract_id)?;
        Ok(Answer::created(&node, dialect))
    }

    /// `PATCH /contracts/{id}/signings`: the code from the SMS, as text or as a number.
    ///
    /// Guides silent on the status; chosen: 200. A number is read by its digits, so 0 is not 0000.
    pub(crate) fn confirm_signing(
        &mut self,
        dialect: Dialect,
        id: &str,
        body: &str,
    ) -> Result<Answer, Refusal> {
        let refusals = &mut Refusals::default();
        let mut document = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let (contract, application) = self.find_direct_contract(id)?;
        let product = self.product(&application.product_code)?;
        let method = method(&mut document, refusals, |method| {
            method.is_offered(self.region, product)
        });
        // Only an SMS has a code to confirm.
        refusals.check(
            method.is_none_or(|method| method == SigningMethod::Sms),
            "method_does_not_have_a_valid_value",
        );
        let code = document.raw("confirmation_code");
        refusals.check(code.is_some(), "confirmation_code_is_missing");
        document.finish(refusals);
        let (_, code) = std::mem::take(refusals).accept(method.zip(code))?;
        if contract.signing_under_way() != Some(SigningMethod::Sms) {
            return Err(Refusal::invalid("can_not_sign"));
        }
        if !is_code(code, self.region) {
            return Err(Refusal::invalid("confirmation_code_is_not_valid"));
        }
        let contract_id = contract.id;
        self.customer_signed(contract_id);
        let node = self.signing_node(contract_id)?;
        Ok(Answer::ok(&node, dialect))
    }

    /// The sample prints the number as a number, for Poland alone; guides silent elsewhere; chosen: the same.
    fn signing_node(&self, contract: Uuid) -> Result<Node, Refusal> {
        let contract = self.contracts.get(&contract).ok_or(super::NOT_FOUND)?;
        let signing = contract.signing().ok_or(super::NOT_FOUND)?;
        let mut fields: Vec<_> = known([
            ("uuid", signing.id.to_string().into()),
            ("number", Node::digits(contract.number())),
            ("signed_at", signing.signed_at.map(printed).into()),
            ("method", signing.method.name().into()),
        ])
        .collect();
        if signing.method == SigningMethod::Redirect {
            let url = self.signing_url(contract.id);
            fields.extend(known([("redirect_url", url.into())]));
        }
        Ok(Node::object([("signing", Node::Object(fields))]))
    }

    /// The customer signs, in whichever way: also on order, without a request for it.
    pub(crate) fn customer_signs(&mut self, id: Uuid) -> Result<(), CustomerError> {
        let contract = self.contracts.get(&id).ok_or(CustomerError::NotFound)?;
        if contract.handling().is_none() || !contract.can_be_signed() {
            return Err(CustomerError::WrongState);
        }
        if contract.signing().is_none() {
            let signing = Signing {
                id: self.identifiers.next(),
                method: SigningMethod::Digital,
                signed_at: None,
            };
            if let Some(handling) = self.handling_mut(id) {
                handling.signing = Some(signing);
            }
        }
        self.customer_signed(id);
        Ok(())
    }

    /// The callback says that the customer has signed; the contract is `signed` only when the bank has, too.
    fn customer_signed(&mut self, id: Uuid) {
        let now = self.now();
        let Some(handling) = self.handling_mut(id) else {
            return;
        };
        if let Some(signing) = &mut handling.signing {
            signing.signed_at = Some(now);
        }
        let application = handling.application;
        self.announce_application(application, ApplicationEvent::Signed);
        self.contract_goes_on(id);
    }
}

/// Reads the method, one of those that are offered.
pub(crate) fn method(
    document: &mut Document<'_>,
    refusals: &mut Refusals,
    is_offered: impl Fn(SigningMethod) -> bool,
) -> Option<SigningMethod> {
    let name = document.required_text("method", refusals)?;
    let method = SigningMethod::ALL
        .into_iter()
        .find(|method| method.name() == name && is_offered(*method));
    if method.is_none() && !name.trim().is_empty() {
        refusals.add(document.code("method", "does_not_have_a_valid_value"));
    }
    method
}

/// Refuses a code where none is taken.
pub(crate) fn no_code(document: &mut Document<'_>, refusals: &mut Refusals) {
    let code = document.raw("confirmation_code");
    refusals.check(code.is_none(), "confirmation_code_is_not_valid");
}

/// Whether it is the code from the SMS, as text or as a number.
pub(crate) fn is_code(code: &RawValue, region: Region) -> bool {
    let digits = serde_json::from_str(code.get()).unwrap_or_else(|_| code.get().to_owned());
    codes(region).contains(&digits.as_str())
}
