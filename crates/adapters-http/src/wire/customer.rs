use std::borrow::Cow;

use inbank_domain::{
    Address, ApplicationPrefill, Contact, Currency, Customer, Email, Gender, IdentityCode, Invalid,
    Months, PaymentDay, Personal, PhoneNumber, Region,
};
use serde::{Deserialize, Serialize};

use super::number::{Number, Whole, text_or_digits};

type Text<'a> = Option<Cow<'a, str>>;

pub(crate) fn personal(text: Option<&Personal<String>>) -> Text<'_> {
    text.map(|text| text.expose().into())
}

pub(crate) fn taken(text: Text<'_>) -> Option<Personal<String>> {
    text.map(|text| Personal::new(text.into_owned()))
}

/// `customer_data`.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CustomerData<'a> {
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    identity_code: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Text<'a>,
}

impl<'a> From<&'a Customer> for CustomerData<'a> {
    fn from(customer: &'a Customer) -> Self {
        Self {
            identity_code: customer
                .identity_code
                .as_ref()
                .map(|code| code.expose().into()),
            first_name: personal(customer.first_name.as_ref()),
            last_name: personal(customer.last_name.as_ref()),
            gender: customer.gender.map(|gender| gender.as_str().into()),
        }
    }
}

impl CustomerData<'_> {
    pub(crate) fn into_customer(self, region: &Region) -> Result<Customer, Invalid> {
        let code = self.identity_code.as_deref();
        let code = code.map(|code| IdentityCode::parse(region, code));
        Ok(Customer {
            identity_code: code.transpose()?,
            first_name: taken(self.first_name),
            last_name: taken(self.last_name),
            gender: self.gender.as_deref().map(Gender::parse).transpose()?,
        })
    }
}

/// `customer_contact_data`; `phone` stands in the samples only.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ContactData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Text<'a>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    mobile: Text<'a>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    phone: Text<'a>,
}

impl<'a> From<&'a Contact> for ContactData<'a> {
    fn from(contact: &'a Contact) -> Self {
        Self {
            email: contact.email.as_ref().map(|email| email.expose().into()),
            mobile: contact.mobile.as_ref().map(|mobile| mobile.expose().into()),
            phone: contact.phone.as_ref().map(|phone| phone.expose().into()),
        }
    }
}

impl TryFrom<ContactData<'_>> for Contact {
    type Error = Invalid;

    fn try_from(data: ContactData<'_>) -> Result<Self, Invalid> {
        let phone = data.phone.as_deref().map(PhoneNumber::parse).transpose();
        Ok(Self {
            email: data.email.as_deref().map(Email::parse).transpose()?,
            mobile: data.mobile.as_deref().map(PhoneNumber::parse).transpose()?,
            phone: phone.map_err(|error| error.named("phone"))?,
        })
    }
}

/// `customer_address_data`; `type` and `city` stand in the samples only.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddressData<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Text<'a>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
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
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    house: Text<'a>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    apartment: Text<'a>,
}

impl<'a> From<&'a Address> for AddressData<'a> {
    fn from(address: &'a Address) -> Self {
        Self {
            kind: address.kind.as_deref().map(Into::into),
            country: personal(address.country.as_ref()),
            zip_code: personal(address.zip_code.as_ref()),
            county: personal(address.county.as_ref()),
            parish: personal(address.parish.as_ref()),
            township: personal(address.township.as_ref()),
            city: personal(address.city.as_ref()),
            street: personal(address.street.as_ref()),
            house: personal(address.house.as_ref()),
            apartment: personal(address.apartment.as_ref()),
        }
    }
}

impl From<AddressData<'_>> for Address {
    fn from(data: AddressData<'_>) -> Self {
        Self {
            kind: data.kind.map(Cow::into_owned),
            country: taken(data.country),
            zip_code: taken(data.zip_code),
            county: taken(data.county),
            parish: taken(data.parish),
            township: taken(data.township),
            city: taken(data.city),
            street: taken(data.street),
            house: taken(data.house),
            apartment: taken(data.apartment),
        }
    }
}

/// `credit_application_data`; the last two stand in the samples only.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApplicationData<'a> {
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
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    number: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salesperson_reference: Text<'a>,
}

impl<'a> ApplicationData<'a> {
    /// For a session whose amounts are in a currency.
    pub(crate) fn new(
        prefill: &'a ApplicationPrefill,
        currency: Currency,
    ) -> Result<Self, Invalid> {
        let number =
            |field, amount: &'a Option<_>| Number::personal(field, amount.as_ref(), currency);
        Ok(Self {
            period: prefill.period.map(|period| Whole(period.get().into())),
            payment_day: prefill.payment_day.map(|day| Whole(day.get().into())),
            monthly_income: number("monthly_income", &prefill.monthly_income)?,
            dependants: prefill.dependants.as_ref().map(|n| Whole(*n.expose())),
            monthly_household_costs: number(
                "monthly_household_costs",
                &prefill.monthly_household_costs,
            )?,
            income_source: personal(prefill.income_source.as_ref()),
            number: prefill.number.as_deref().map(Into::into),
            salesperson_reference: personal(prefill.salesperson_reference.as_ref()),
        })
    }

    /// The prefill, its amounts in the currency of its document.
    pub(crate) fn into_prefill(self, currency: Currency) -> Result<ApplicationPrefill, Invalid> {
        let data = self;
        let money = |number: Number| Personal::new(number.money(currency));
        let months = |whole: Whole| Months::new(u16::try_from(whole.0).unwrap_or_default());
        let day = |whole: Whole| PaymentDay::new(u8::try_from(whole.0).unwrap_or_default());
        Ok(ApplicationPrefill {
            period: data.period.map(months).transpose()?,
            payment_day: data.payment_day.map(day).transpose()?,
            monthly_income: data.monthly_income.map(money),
            dependants: data.dependants.map(|n| Personal::new(n.0)),
            monthly_household_costs: data.monthly_household_costs.map(money),
            income_source: taken(data.income_source),
            number: data.number.map(Cow::into_owned),
            salesperson_reference: taken(data.salesperson_reference),
        })
    }
}
