//! What the bank keeps of an application besides its decision; all of it second-hand (docs/bank.md).

use inbank_domain::{Applicant, ApplicationId, Currency, Offer, Personal};
use serde::{Deserialize, Serialize};

use super::application::answer::Schedule;
use super::lenient::Lenient;
use super::number::Number;
use super::{Wrapper, unwrapped};
use crate::dialect::decode;
use crate::failure::DecodeError;

/// Of which application a schedule is, where it says so.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subject {
    #[serde(default)]
    credit_application_uuid: Lenient<String>,
}

/// `…/payment_schedules` and `…/recalculate_schedule`, answer: an offer with its payments, wrapped as
/// recorded, or bare.
pub(crate) fn schedule(
    body: &[u8],
    asked: &ApplicationId,
    currency: Currency,
) -> Result<Offer, DecodeError> {
    let body = unwrapped(body, Wrapper::Schedule)?;
    let subject: Subject = decode(body)?;
    let named = subject.credit_application_uuid;
    let named = named.id("credit_application_uuid", ApplicationId::parse);
    if named.is_some_and(|named| named != *asked) {
        return Err(DecodeError::Another("application"));
    }
    Ok(decode::<Schedule>(body)?.into_offer(None, currency)?)
}

/// `…/recalculate_schedule`, request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Recalculation {
    pub(crate) down_payment_amount: Number,
}

/// `…/customer`, answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Customer {
    #[serde(default)]
    customer: Lenient<Person>,
    #[serde(default)]
    customer_contact: Lenient<Reached>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    #[serde(default)]
    identity_code: Lenient<String>,
    #[serde(default)]
    first_name: Lenient<String>,
    #[serde(default)]
    last_name: Lenient<String>,
}

/// Phones have other names here than in the application.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reached {
    #[serde(default)]
    phone_mobile: Lenient<String>,
    #[serde(default)]
    phone_landline: Lenient<String>,
    #[serde(default)]
    email: Lenient<String>,
}

impl Customer {
    pub(crate) fn into_applicant(self) -> Applicant {
        let text = |text: Lenient<String>, field| {
            let text = text.take(field).filter(|text| !text.is_empty());
            text.map(Personal::new)
        };
        let person = self.customer.take("customer").unwrap_or_default();
        let contact = self.customer_contact.take("customer_contact");
        let contact = contact.unwrap_or_default();
        let mut applicant = Applicant::default();
        applicant.identity_code = text(person.identity_code, "customer.identity_code");
        applicant.first_name = text(person.first_name, "customer.first_name");
        applicant.last_name = text(person.last_name, "customer.last_name");
        applicant.mobile = text(contact.phone_mobile, "customer_contact.phone_mobile");
        applicant.landline = text(contact.phone_landline, "customer_contact.phone_landline");
        applicant.email = text(contact.email, "customer_contact.email");
        applicant
    }
}
