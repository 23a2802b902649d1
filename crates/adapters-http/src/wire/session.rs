use std::borrow::Cow;

use inbank_domain::{
    ApplicationId, ContractId, Currency, Invalid, Locale, Money, OpenedSession, OrderReference,
    PartnerUrls, ProductCode, Region, Session, SessionId, SessionRequest, SessionStatus,
    WebAddress,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::customer::{AddressData, ApplicationData, ContactData, CustomerData, personal, taken};
use super::free_form::Free;
use super::moment::{MaybeMoment, Moment};
use super::number::Number;
use super::purchase::PurchaseData;
use super::rental;

type Text<'a> = Option<Cow<'a, str>>;

/// *Session Initiation*, request.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request<'a> {
    product_code: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_amount: Option<Number>,
    currency: Cow<'a, str>,
    locale: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salesperson_reference: Text<'a>,
    partner_urls: UrlData<'a>,
    purchase: PurchaseData<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_ip: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_data: Option<CustomerData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_contact_data: Option<ContactData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_address_data: Option<AddressData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit_application_data: Option<ApplicationData<'a>>,
    // In the place of a total.
    #[serde(skip_serializing_if = "Option::is_none")]
    rental_application_data: Option<rental::Request<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_info: Option<Free<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_data: Option<Free<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UrlData<'a> {
    return_url: Cow<'a, str>,
    cancel_url: Cow<'a, str>,
    callback_url: Cow<'a, str>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(request: &'a SessionRequest, currency: &'a Currency) -> Self {
        Self {
            product_code: request.product_code.as_str().into(),
            total_amount: request.total().map(Into::into),
            currency: currency.as_str().into(),
            locale: request.locale.as_str().into(),
            valid_until: request.valid_until.map(Moment),
            salesperson_reference: personal(request.salesperson_reference.as_ref()),
            partner_urls: UrlData {
                return_url: request.urls.return_url.as_str().into(),
                cancel_url: request.urls.cancel_url.as_str().into(),
                callback_url: request.urls.callback_url.as_str().into(),
            },
            purchase: (&request.purchase).into(),
            user_ip: personal(request.user_ip.as_ref()),
            customer_data: request.customer.as_ref().map(Into::into),
            customer_contact_data: request.contact.as_ref().map(Into::into),
            customer_address_data: request.address.as_ref().map(Into::into),
            credit_application_data: request.application.as_ref().map(Into::into),
            rental_application_data: request.rental_request().map(Into::into),
            integration_info: request.integration_info.as_ref().map(Into::into),
            additional_data: request.additional_data.as_ref().map(Into::into),
        }
    }

    /// The request that a partner's own document stands for.
    pub(crate) fn into_request(self, region: &Region) -> Result<SessionRequest, Invalid> {
        let currency = self.currency.parse::<Currency>()?;
        let inside = |error: Invalid| error.inside("partner_urls");
        let url = |field, text: &str| WebAddress::parse(field, text).map_err(inside);
        let urls = PartnerUrls {
            return_url: url("return_url", &self.partner_urls.return_url)?,
            cancel_url: url("cancel_url", &self.partner_urls.cancel_url)?,
            callback_url: url("callback_url", &self.partner_urls.callback_url)?,
        };
        let purchase = self.purchase.into_purchase(currency);
        let purchase = purchase.map_err(|error| error.inside("purchase"))?;
        let product = ProductCode::parse(self.product_code)?;
        let locale = Locale::parse(&self.locale)?;
        let mut request = match (self.total_amount, self.rental_application_data) {
            (Some(total), None) => {
                let total = total.money(currency);
                SessionRequest::new(region, product, total, locale, urls, purchase)?
            }
            (None, Some(rental)) => {
                region.check_currency(Money::new(Decimal::ZERO, currency))?;
                let rental = rental.into_rental(region, currency);
                let rental = rental.map_err(|error| error.inside("rental_application_data"))?;
                SessionRequest::rental(region, product, locale, urls, purchase, rental)?
            }
            (total, _) => {
                let problem = match total {
                    None => "must be there, or rental_application_data where a device is rented",
                    Some(_) => "must be left out beside rental_application_data",
                };
                return Err(Invalid::new("total_amount", problem));
            }
        };
        request.valid_until = self.valid_until.map(|moment| moment.0);
        request.salesperson_reference = taken(self.salesperson_reference);
        request.user_ip = taken(self.user_ip);
        let customer = self
            .customer_data
            .map(|data| data.into_customer(region))
            .transpose();
        request.customer = customer.map_err(|error| error.inside("customer_data"))?;
        let contact = self
            .customer_contact_data
            .map(TryInto::try_into)
            .transpose();
        request.contact =
            contact.map_err(|error: Invalid| error.inside("customer_contact_data"))?;
        request.address = self.customer_address_data.map(Into::into);
        let application = self
            .credit_application_data
            .map(TryInto::try_into)
            .transpose();
        request.application =
            application.map_err(|error: Invalid| error.inside("credit_application_data"))?;
        request.integration_info = self.integration_info.map(|free| free.0.into_owned());
        request.additional_data = self.additional_data.map(|free| free.0.into_owned());
        Ok(request)
    }
}

/// *Session Initiation*, answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opened<'a> {
    #[serde(borrow)]
    uuid: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    redirect_url: Cow<'a, str>,
}

impl TryFrom<Opened<'_>> for OpenedSession {
    type Error = Invalid;

    fn try_from(opened: Opened<'_>) -> Result<Self, Invalid> {
        Ok(Self {
            id: SessionId::parse(opened.uuid)?,
            status: SessionStatus::from(&*opened.status),
            redirect_url: WebAddress::parse("redirect_url", &opened.redirect_url)?,
        })
    }
}

/// *Session Details*; the personal data that it repeats is not read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details<'a> {
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
    purchase: Option<PurchaseDetails<'a>>,
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
struct PurchaseDetails<'a> {
    #[serde(borrow)]
    purchase_reference: Text<'a>,
}

impl TryFrom<Details<'_>> for Session {
    type Error = Invalid;

    fn try_from(details: Details<'_>) -> Result<Self, Invalid> {
        let status = SessionStatus::from(&*details.status);
        let mut session = Self::new(SessionId::parse(details.uuid)?, status);
        let reference = details
            .purchase
            .and_then(|purchase| purchase.purchase_reference);
        session.order_reference = reference.and_then(|text| OrderReference::parse(text).ok());
        session.product_code = details
            .product_code
            .and_then(|p| ProductCode::parse(p).ok());
        let currency = details
            .currency
            .and_then(|text| text.parse::<Currency>().ok());
        let total = details.total_amount.zip(currency);
        session.total = total.map(|(amount, currency)| Money::new(amount.0, currency));
        let application = details.credit_application_uuid.filter(|id| !id.is_empty());
        session.application = application.map(ApplicationId::parse).transpose()?;
        let contract = details.credit_contract_uuid.filter(|id| !id.is_empty());
        session.contract = contract.map(ContractId::parse).transpose()?;
        session.created_at = details.created_at.0;
        session.valid_until = details.valid_until.0;
        Ok(session)
    }
}
