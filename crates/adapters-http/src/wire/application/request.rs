use std::borrow::Cow;

use inbank_domain::{
    Address, ApplicationRequest, Consent, Currency, CustomerConsents, Identification, Invalid,
    Means, Months, PaymentDay, Personal, ProductCode, Region, SessionId, WebAddress,
};
use serde::{Deserialize, Serialize};

use crate::wire::absent;
use crate::wire::customer::{AddressData, ContactData, CustomerData, personal, taken};
use crate::wire::free_form::Free;
use crate::wire::moment::Day;
use crate::wire::number::{Flag, Label, Number, Quoted, Whole, text_or_digits};
use crate::wire::purchase::PurchaseData;

type Text<'a> = Option<Cow<'a, str>>;

/// *Direct API*, Create a new application, request.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request<'a> {
    credit_application: CreditApplication<'a>,
    // Which of these are needed "depends on the integration flow": the bank decides.
    #[serde(default, deserialize_with = "absent::or_default")]
    customer: CustomerData<'a>,
    #[serde(
        default,
        deserialize_with = "absent::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    customer_addresses: Vec<AddressData<'a>>,
    #[serde(default, deserialize_with = "absent::or_default")]
    customer_contact: ContactData<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_identification: Option<IdentificationData<'a>>,
    #[serde(
        default,
        deserialize_with = "absent::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    consents: Vec<ConsentData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_consents: Option<CustomerConsentsData>,
    // What is inside of these three is printed nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_pep: Option<Free<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_ubos: Option<Free<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_details: Option<Free<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase: Option<PurchaseData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_urls: Option<UrlData<'a>>,
}

/// The sample prints its numbers as text, and what it doesn't print goes the same way.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreditApplication<'a> {
    product_code: Cow<'a, str>,
    amount: Quoted<Number>,
    period: Quoted<Whole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_day: Option<Quoted<Whole>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down_payment_amount: Option<Quoted<Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down_payment_amount_prc: Option<Quoted<Number>>,
    // Short flow, Estonia: continues an e-POS session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pos_session_uuid: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_income: Option<Quoted<Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_financial_obligations: Option<Quoted<Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_household_costs: Option<Quoted<Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependants_count: Option<Quoted<Whole>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependants_over_18: Option<Quoted<Whole>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    civil_status: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    housing_status: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    income_source: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employment_position: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employer_name: Text<'a>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    employer_registry_code: Text<'a>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    employer_phone: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employment_start_year: Option<Quoted<Whole>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employment_start_month: Option<Quoted<Whole>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employment_end_year: Option<Quoted<Whole>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employment_end_month: Option<Quoted<Whole>>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    payout_account_number: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salesperson_reference: Text<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IdentificationData<'a> {
    document_type: Cow<'a, str>,
    document_number: Label<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_valid_to: Option<Day>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConsentData<'a> {
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    value: Flag,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Text<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CustomerConsentsData {
    #[serde(skip_serializing_if = "Option::is_none")]
    operational_contact_email: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inbank_queries_after_contract_expiry: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marketing_email: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marketing_sms: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marketing_phone: Option<Flag>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UrlData<'a> {
    // "The option to provide": an object without it is as good as none.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Text<'a>,
}

impl<'a> Request<'a> {
    /// For a region whose amounts are in a currency: the guide's body names none.
    pub(crate) fn new(
        request: &'a ApplicationRequest,
        currency: Currency,
    ) -> Result<Self, Invalid> {
        let credit_application = CreditApplication::new(request, currency);
        let purchase = request.purchase.as_ref();
        let purchase = purchase.map(|purchase| PurchaseData::new(purchase, currency));
        Ok(Self {
            credit_application: credit_application
                .map_err(|error| error.inside("credit_application"))?,
            customer: (&request.customer).into(),
            customer_addresses: request.addresses.iter().map(Into::into).collect(),
            customer_contact: (&request.contact).into(),
            customer_identification: request.identification.as_ref().map(Into::into),
            consents: request.consents.iter().map(Into::into).collect(),
            customer_consents: request.customer_consents.as_ref().map(Into::into),
            customer_pep: request.customer_pep.as_ref().map(Into::into),
            customer_ubos: request.customer_ubos.as_ref().map(Into::into),
            additional_details: request.additional_details.as_ref().map(Into::into),
            purchase: purchase
                .transpose()
                .map_err(|error| error.inside("purchase"))?,
            partner_urls: request.callback_url.as_ref().map(|url| UrlData {
                callback_url: Some(url.as_str().into()),
            }),
        })
    }
}

impl<'a> CreditApplication<'a> {
    fn new(request: &'a ApplicationRequest, currency: Currency) -> Result<Self, Invalid> {
        let number = |field, amount: &'a Option<_>| {
            let number = Number::personal(field, amount.as_ref(), currency);
            number.map(|number| number.map(Quoted))
        };
        let whole = |n: &Option<Personal<u32>>| n.as_ref().map(|n| Quoted(Whole(*n.expose())));
        let means = &request.means;
        let down_payment = request.down_payment();
        Ok(Self {
            product_code: request.product_code.as_str().into(),
            amount: Quoted(Number::of("amount", request.amount(), currency)?),
            period: Quoted(Whole(request.period.get().into())),
            payment_day: request
                .payment_day
                .map(|day| Quoted(Whole(day.get().into()))),
            down_payment_amount: Number::maybe("down_payment_amount", down_payment, currency)?
                .map(Quoted),
            down_payment_amount_prc: request
                .down_payment_rate
                .map(|r| Quoted(Number::of_rate(r))),
            pos_session_uuid: request.session.as_ref().map(|id| id.as_str().into()),
            monthly_income: number("monthly_income", &means.monthly_income)?,
            monthly_financial_obligations: number(
                "monthly_financial_obligations",
                &means.monthly_financial_obligations,
            )?,
            monthly_household_costs: number(
                "monthly_household_costs",
                &means.monthly_household_costs,
            )?,
            dependants_count: whole(&means.dependants_count),
            dependants_over_18: whole(&means.dependants_over_18),
            civil_status: personal(means.civil_status.as_ref()),
            housing_status: personal(means.housing_status.as_ref()),
            income_source: personal(means.income_source.as_ref()),
            employment_position: personal(means.employment_position.as_ref()),
            employer_name: personal(means.employer_name.as_ref()),
            employer_registry_code: personal(means.employer_registry_code.as_ref()),
            employer_phone: personal(means.employer_phone.as_ref()),
            employment_start_year: whole(&means.employment_start_year),
            employment_start_month: whole(&means.employment_start_month),
            employment_end_year: whole(&means.employment_end_year),
            employment_end_month: whole(&means.employment_end_month),
            payout_account_number: personal(means.payout_account_number.as_ref()),
            salesperson_reference: personal(request.salesperson_reference.as_ref()),
        })
    }
}

impl<'a> From<&'a Identification> for IdentificationData<'a> {
    fn from(identification: &'a Identification) -> Self {
        Self {
            document_type: identification.document_type.as_str().into(),
            document_number: identification.document_number.expose().as_str().into(),
            document_valid_to: identification
                .valid_to
                .as_ref()
                .map(|day| Day(*day.expose())),
        }
    }
}

impl<'a> From<&'a Consent> for ConsentData<'a> {
    fn from(consent: &'a Consent) -> Self {
        Self {
            kind: consent.kind.as_str().into(),
            value: Flag(consent.given),
            text: consent.text.as_deref().map(Into::into),
        }
    }
}

impl From<&CustomerConsents> for CustomerConsentsData {
    fn from(consents: &CustomerConsents) -> Self {
        Self {
            operational_contact_email: consents.operational_contact_email.map(Flag),
            inbank_queries_after_contract_expiry: consents
                .inbank_queries_after_contract_expiry
                .map(Flag),
            marketing_email: consents.marketing_email.map(Flag),
            marketing_sms: consents.marketing_sms.map(Flag),
            marketing_phone: consents.marketing_phone.map(Flag),
        }
    }
}

impl Request<'_> {
    /// The request that a partner's own document stands for. The guide's body has no currency: it is
    /// the region's.
    pub(crate) fn into_request(self, region: &Region) -> Result<ApplicationRequest, Invalid> {
        let data = self.credit_application;
        let inside = |error: Invalid| error.inside("credit_application");
        let months = Months::new(u16::try_from(data.period.0.0).unwrap_or_default());
        let customer = self.customer.into_customer(region);
        let contact = self.customer_contact.try_into();
        let mut request = ApplicationRequest::new(
            region,
            ProductCode::parse(data.product_code).map_err(inside)?,
            data.amount.0.money(region.currency),
            months.map_err(inside)?,
            customer.map_err(|error| error.inside("customer"))?,
            contact.map_err(|error: Invalid| error.inside("customer_contact"))?,
        )?;
        if let Some(down_payment) = data.down_payment_amount {
            request = request.with_down_payment(down_payment.0.money(region.currency))?;
        }
        request.down_payment_rate = data.down_payment_amount_prc.map(|number| number.0.rate());
        let day =
            |whole: Quoted<Whole>| PaymentDay::new(u8::try_from(whole.0.0).unwrap_or_default());
        request.payment_day = data.payment_day.map(day).transpose().map_err(inside)?;
        let session = data.pos_session_uuid.map(SessionId::parse).transpose();
        request.session = session.map_err(|error| inside(error.named("pos_session_uuid")))?;
        let money = |number: Quoted<Number>| Personal::new(number.0.money(region.currency));
        let whole = |n: Quoted<Whole>| Personal::new(n.0.0);
        request.means = Means {
            monthly_income: data.monthly_income.map(money),
            monthly_financial_obligations: data.monthly_financial_obligations.map(money),
            monthly_household_costs: data.monthly_household_costs.map(money),
            dependants_count: data.dependants_count.map(whole),
            dependants_over_18: data.dependants_over_18.map(whole),
            civil_status: taken(data.civil_status),
            housing_status: taken(data.housing_status),
            income_source: taken(data.income_source),
            employment_position: taken(data.employment_position),
            employer_name: taken(data.employer_name),
            employer_registry_code: taken(data.employer_registry_code),
            employer_phone: taken(data.employer_phone),
            employment_start_year: data.employment_start_year.map(whole),
            employment_start_month: data.employment_start_month.map(whole),
            employment_end_year: data.employment_end_year.map(whole),
            employment_end_month: data.employment_end_month.map(whole),
            payout_account_number: taken(data.payout_account_number),
        };
        let free = |free: Option<Free<'_>>| free.map(|free| free.0.into_owned());
        request.customer_pep = free(self.customer_pep);
        request.customer_ubos = free(self.customer_ubos);
        request.additional_details = free(self.additional_details);
        request.salesperson_reference = taken(data.salesperson_reference);
        request.addresses = self
            .customer_addresses
            .into_iter()
            .map(Address::from)
            .collect();
        request.identification = self.customer_identification.map(|data| Identification {
            document_type: data.document_type.into_owned(),
            document_number: Personal::new(data.document_number.0.into_owned()),
            valid_to: data.document_valid_to.map(|day| Personal::new(day.0)),
        });
        let consents = self.consents.into_iter().map(|data| Consent {
            kind: data.kind.into_owned(),
            given: data.value.0,
            text: data.text.map(Cow::into_owned),
        });
        request.consents = consents.collect();
        request.customer_consents = self.customer_consents.map(|data| CustomerConsents {
            operational_contact_email: data.operational_contact_email.map(|flag| flag.0),
            inbank_queries_after_contract_expiry: data
                .inbank_queries_after_contract_expiry
                .map(|flag| flag.0),
            marketing_email: data.marketing_email.map(|flag| flag.0),
            marketing_sms: data.marketing_sms.map(|flag| flag.0),
            marketing_phone: data.marketing_phone.map(|flag| flag.0),
        });
        let purchase = self
            .purchase
            .map(|data| data.into_purchase(region.currency));
        request.purchase = purchase
            .transpose()
            .map_err(|error| error.inside("purchase"))?;
        let url = self
            .partner_urls
            .and_then(|urls| urls.callback_url)
            .map(|url| WebAddress::parse(&url));
        request.callback_url = url
            .transpose()
            .map_err(|error| error.named("partner_urls.callback_url"))?;
        Ok(request)
    }
}
