//! The guide's full session request, and its answer, by their v3 names. Numbers and the merchant's own
//! containers stay as they came, so that nothing is measured but the names.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

type Text<'a> = Option<Cow<'a, str>>;
type Raw = Box<RawValue>;

/// *Session Initiation*, request.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Request<'a> {
    product_code: Cow<'a, str>,
    total_amount: Raw,
    currency: Cow<'a, str>,
    locale: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Text<'a>,
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
    integration_info: Option<Raw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_data: Option<Raw>,
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
    additional_details: Option<Raw>,
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
    quantity: Option<Raw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Raw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_details: Option<Raw>,
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
    period: Option<Raw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_day: Option<Raw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_income: Option<Raw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependants: Option<Raw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_household_costs: Option<Raw>,
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
pub(super) struct Details<'a> {
    #[serde(borrow)]
    uuid: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    product_code: Text<'a>,
    total_amount: Option<Raw>,
    #[serde(borrow)]
    currency: Text<'a>,
    #[serde(borrow)]
    purchase: Option<PurchaseDetails<'a>>,
    #[serde(borrow)]
    credit_application_uuid: Text<'a>,
    #[serde(borrow)]
    credit_contract_uuid: Text<'a>,
    #[serde(borrow)]
    created_at: Text<'a>,
    #[serde(borrow)]
    valid_until: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded to be measured, not to be read")]
struct PurchaseDetails<'a> {
    #[serde(borrow)]
    purchase_reference: Text<'a>,
}
