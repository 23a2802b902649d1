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
use super::lenient::{Lenient, amount};
use super::moment::Moment;
use super::number::{Number, TextOrNumber};
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
    /// In the one currency of the region's documents.
    pub(crate) fn new(
        request: &'a SessionRequest,
        currency: &'a Currency,
    ) -> Result<Self, Invalid> {
        let purchase = PurchaseData::new(&request.purchase, *currency);
        let application = request.application.as_ref();
        let application = application.map(|prefill| ApplicationData::new(prefill, *currency));
        let rental = request.rental_request();
        let rental = rental.map(|rental| rental::Request::new(rental, *currency));
        Ok(Self {
            product_code: request.product_code.as_str().into(),
            total_amount: Number::maybe("total_amount", request.total(), *currency)?,
            currency: currency.as_str().into(),
            locale: request.locale.as_str().into(),
            valid_until: request.valid_until.map(Moment),
            salesperson_reference: personal(request.salesperson_reference.as_ref()),
            partner_urls: UrlData {
                return_url: request.urls.return_url.as_str().into(),
                cancel_url: request.urls.cancel_url.as_str().into(),
                callback_url: request.urls.callback_url.as_str().into(),
            },
            purchase: purchase.map_err(|error| error.inside("purchase"))?,
            user_ip: personal(request.user_ip.as_ref()),
            customer_data: request.customer.as_ref().map(Into::into),
            customer_contact_data: request.contact.as_ref().map(Into::into),
            customer_address_data: request.address.as_ref().map(Into::into),
            credit_application_data: application
                .transpose()
                .map_err(|error| error.inside("credit_application_data"))?,
            rental_application_data: rental
                .transpose()
                .map_err(|error| error.inside("rental_application_data"))?,
            integration_info: request.integration_info.as_ref().map(Into::into),
            additional_data: request.additional_data.as_ref().map(Into::into),
        })
    }

    /// The request that a partner's own document stands for.
    pub(crate) fn into_request(self, region: &Region) -> Result<SessionRequest, Invalid> {
        let currency = self.currency.parse::<Currency>()?;
        let url = |field, text: &str| {
            let url = WebAddress::parse(text);
            url.map_err(|error| error.named(field).inside("partner_urls"))
        };
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
            .map(|data| data.into_prefill(currency))
            .transpose();
        request.application =
            application.map_err(|error| error.inside("credit_application_data"))?;
        request.integration_info = self.integration_info.map(|free| free.0.into_owned());
        request.additional_data = self.additional_data.map(|free| free.0.into_owned());
        Ok(request)
    }
}

/// *Session Initiation*, answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opened {
    uuid: String,
    #[serde(default)]
    status: Lenient<String>,
    redirect_url: String,
}

impl TryFrom<Opened> for OpenedSession {
    type Error = Invalid;

    fn try_from(opened: Opened) -> Result<Self, Invalid> {
        let url = WebAddress::parse(&opened.redirect_url);
        // What was just opened is pending, and reading it says more.
        let status = opened.status.word("status");
        let status = status.map_or(SessionStatus::Pending, |text| text.as_str().into());
        Ok(Self {
            id: SessionId::parse(opened.uuid.trim())?,
            status,
            redirect_url: url.map_err(|error| error.named("redirect_url"))?,
        })
    }
}

/// *Session Details*; the personal data that it repeats is not read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    uuid: String,
    status: String,
    #[serde(default)]
    product_code: Lenient<String>,
    #[serde(default)]
    total_amount: Lenient<Number>,
    #[serde(default)]
    currency: Lenient<String>,
    #[serde(default)]
    purchase: Lenient<PurchaseDetails>,
    #[serde(default)]
    credit_application_uuid: Lenient<String>,
    #[serde(default)]
    credit_contract_uuid: Lenient<String>,
    #[serde(default)]
    created_at: Lenient<Moment>,
    #[serde(default)]
    valid_until: Lenient<Moment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PurchaseDetails {
    #[serde(default)]
    purchase_reference: Lenient<TextOrNumber>,
}

impl Details {
    /// The session; a total without a currency is in the region's.
    pub(crate) fn into_session(self, currency: Currency) -> Result<Session, Invalid> {
        let status = SessionStatus::from(self.status.as_str());
        let mut session = Session::new(SessionId::parse(self.uuid.trim())?, status);
        session.order_reference = self.purchase.take("purchase").and_then(|purchase| {
            let reference = purchase.purchase_reference;
            let parse = |text: TextOrNumber| OrderReference::parse(text.0);
            reference.parse("purchase_reference", parse)
        });
        session.product_code = self.product_code.id("product_code", ProductCode::parse);
        session.total = amount("total_amount", self.total_amount, self.currency, currency);
        let application = self.credit_application_uuid;
        session.application = application.id("credit_application_uuid", ApplicationId::parse);
        let contract = self.credit_contract_uuid;
        session.contract = contract.id("credit_contract_uuid", ContractId::parse);
        let moment = |moment: Lenient<Moment>, field| moment.take(field).map(|moment| moment.0);
        session.created_at = moment(self.created_at, "created_at");
        session.valid_until = moment(self.valid_until, "valid_until");
        Ok(session)
    }
}
