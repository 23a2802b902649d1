//! The dialect codec beside its twin: the same payloads with `camelCase` derived. For the benchmarks.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::ApiVersion;
use crate::dialect::decode;
use crate::wire::free_form::Free;
use crate::wire::moment::{MaybeMoment, Moment};
use crate::wire::number::{Number, Whole};
use crate::wire::session::{Details, Request};

type Text<'a> = Option<Cow<'a, str>>;

/// A session request through the codec.
pub struct Ours<'a>(Request<'a>);

impl<'a> Ours<'a> {
    /// Reads a v3 document.
    ///
    /// # Errors
    /// Whatever serde says.
    pub fn read(document: &'a [u8]) -> serde_json::Result<Self> {
        decode(document).map(Self)
    }

    /// Encodes it for v3.
    ///
    /// # Errors
    /// Whatever serde says.
    pub fn encode(&self) -> serde_json::Result<Vec<u8>> {
        ApiVersion::V3.encode(&self.0)
    }
}

/// Decodes a session's answer through the codec.
///
/// # Errors
/// Whatever serde says.
pub fn decode_session(body: &[u8]) -> serde_json::Result<impl Sized + '_> {
    decode::<Details<'_>>(body)
}

/// Decodes a session's answer with derived names.
///
/// # Errors
/// Whatever serde says.
pub fn decode_session_derived(body: &[u8]) -> serde_json::Result<impl Sized + '_> {
    serde_json::from_slice::<DerivedDetails<'_>>(body)
}

/// A session request with derived names.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Derived<'a> {
    product_code: Cow<'a, str>,
    total_amount: Number,
    currency: Cow<'a, str>,
    locale: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salesperson_reference: Text<'a>,
    partner_urls: Urls<'a>,
    purchase: Purchase<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_ip: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_data: Option<Customer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_contact_data: Option<Contact<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_address_data: Option<Address<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit_application_data: Option<Application<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_info: Option<Free<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_data: Option<Free<'a>>,
}

impl<'a> Derived<'a> {
    /// Reads a v3 document.
    ///
    /// # Errors
    /// Whatever serde says.
    pub fn read(document: &'a [u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(document)
    }

    /// Encodes it for v3.
    ///
    /// # Errors
    /// Whatever serde says.
    pub fn encode(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Urls<'a> {
    return_url: Cow<'a, str>,
    cancel_url: Cow<'a, str>,
    callback_url: Cow<'a, str>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Purchase<'a> {
    purchase_reference: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant: Option<Merchant<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_details: Option<Free<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<Item<'a>>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Merchant<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_registry_code: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_order_reference: Text<'a>,
    merchant_domain_name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_mcc_code: Text<'a>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Item<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    item_reference: Text<'a>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<Whole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_details: Option<Free<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_vin: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_licence_plate: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_make: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_model: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_registration_date: Text<'a>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Customer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_code: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Text<'a>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Contact<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Text<'a>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Address<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zip_code: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    county: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parish: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    township: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    house: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apartment: Text<'a>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Application<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<Whole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_day: Option<Whole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_income: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependants: Option<Whole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_household_costs: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    income_source: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salesperson_reference: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded to be measured, not to be read")]
struct DerivedDetails<'a> {
    #[serde(borrow)]
    uuid: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    product_code: Text<'a>,
    total_amount: Option<Number>,
    #[serde(borrow)]
    currency: Text<'a>,
    #[serde(borrow)]
    purchase: Option<DerivedPurchaseDetails<'a>>,
    #[serde(borrow)]
    credit_application_uuid: Text<'a>,
    #[serde(borrow)]
    credit_contract_uuid: Text<'a>,
    #[serde(default)]
    created_at: MaybeMoment,
    #[serde(default)]
    valid_until: MaybeMoment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded to be measured, not to be read")]
struct DerivedPurchaseDetails<'a> {
    #[serde(borrow)]
    purchase_reference: Text<'a>,
}
