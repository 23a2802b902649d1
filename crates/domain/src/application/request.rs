use rust_decimal::Decimal;
use time::Date;

use super::FurtherField;
use crate::{
    Address, Contact, Customer, FreeForm, Invalid, Money, Months, PaymentDay, Personal,
    ProductCode, Purchase, Rate, Region, SessionId, WebAddress,
};

/// What `POST /applications` is given (*Direct API 2.05*, Create a new application).
///
/// Not idempotent at the bank, and there is no look-up by reference: after an unknown outcome it must
/// not be sent again.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ApplicationRequest {
    /// The product.
    pub product_code: ProductCode,
    /// How long to repay.
    pub period: Months,
    /// The day of the month to pay on.
    pub payment_day: Option<PaymentDay>,
    /// The e-POS session that it continues (short flow, Estonia).
    pub session: Option<SessionId>,
    /// Income and obligations.
    pub means: Means,
    /// Who applies.
    pub customer: Customer,
    /// Where they live.
    pub addresses: Vec<Address>,
    /// How to reach them.
    pub contact: Contact,
    /// By which document they were identified.
    pub identification: Option<Identification>,
    /// What they consented to.
    pub consents: Vec<Consent>,
    /// Poland's consents (`customer_consents`).
    pub customer_consents: Option<CustomerConsents>,
    /// What is bought.
    pub purchase: Option<Purchase>,
    /// Where callbacks go. Should carry the attempt's own id: the first one brings a lost answer
    /// home.
    pub callback_url: Option<WebAddress>,
    /// The salesperson, for reports.
    pub salesperson_reference: Option<Personal<String>>,
    /// The down payment as a fraction of the amount (`down_payment_amount_prc`), where it is agreed so.
    pub down_payment_rate: Option<Rate>,
    /// Whether the customer is a politically exposed person (`customer_pep`). No guide prints what is
    /// inside; it goes out as it is.
    pub customer_pep: Option<FreeForm>,
    /// Whom the customer acts for (`customer_ubos`, ultimate beneficial owners); likewise.
    pub customer_ubos: Option<FreeForm>,
    /// Anything else that is agreed with the bank (`additional_details`); likewise.
    pub additional_details: Option<FreeForm>,
    amount: Money,
    down_payment: Option<Money>,
    further: Vec<FurtherField>,
}

impl ApplicationRequest {
    /// An application for `amount`, which includes a down payment.
    ///
    /// # Errors
    /// [`Invalid`] (`amount`) unless it is positive, (`currency`) when it is not the region's.
    pub fn new(
        region: &Region,
        product_code: ProductCode,
        amount: Money,
        period: Months,
        customer: Customer,
        contact: Contact,
    ) -> Result<Self, Invalid> {
        if !amount.is_positive() {
            return Err(Invalid::new(
                "credit_application.amount",
                "must be positive",
            ));
        }
        region.check_currency(amount)?;
        Ok(Self {
            product_code,
            period,
            payment_day: None,
            session: None,
            means: Means::default(),
            customer,
            addresses: Vec::new(),
            contact,
            identification: None,
            consents: Vec::new(),
            customer_consents: None,
            purchase: None,
            callback_url: None,
            salesperson_reference: None,
            down_payment_rate: None,
            customer_pep: None,
            customer_ubos: None,
            additional_details: None,
            amount,
            down_payment: None,
            further: Vec::new(),
        })
    }

    /// With a down payment, which is part of the amount.
    ///
    /// # Errors
    /// [`Invalid`] (`credit_application.down_payment_amount`) when it is negative, more than the
    /// amount, or of another currency.
    pub fn with_down_payment(mut self, down_payment: Money) -> Result<Self, Invalid> {
        let part = down_payment
            .compare(self.amount)
            .is_ok_and(std::cmp::Ordering::is_le);
        if !part || down_payment.amount() < Decimal::ZERO {
            return Err(Invalid::new(
                "credit_application.down_payment_amount",
                "must be part of the amount, which includes it",
            ));
        }
        self.down_payment = Some(down_payment);
        Ok(self)
    }

    /// With a key of the bank's that has no field here.
    ///
    /// # Errors
    /// [`Invalid`] with its path, where it is there already.
    pub fn with_further(mut self, field: FurtherField) -> Result<Self, Invalid> {
        if self
            .further
            .iter()
            .any(|known| known.path() == field.path())
        {
            return Err(Invalid::new(field.path(), "must be given once"));
        }
        self.further.push(field);
        Ok(self)
    }

    /// The keys that have no field here.
    pub fn further(&self) -> &[FurtherField] {
        &self.further
    }

    /// The amount applied for, down payment included.
    pub const fn amount(&self) -> Money {
        self.amount
    }

    /// The part of it that is paid at once.
    pub const fn down_payment(&self) -> Option<Money> {
        self.down_payment
    }

    /// Checks that everything is there that a product asks for (`application_required_params`), such
    /// as `credit_application.monthly_income`. A parameter that this version doesn't know is the
    /// bank's to check.
    ///
    /// # Errors
    /// [`Invalid`] with the parameter that is missing.
    pub fn check_required(&self, parameters: &[String]) -> Result<(), Invalid> {
        let missing = parameters.iter().find(|name| self.has(name) == Some(false));
        match missing {
            Some(name) => Err(Invalid::new(name.clone(), "is required by this product")),
            None => Ok(()),
        }
    }

    /// Whether a parameter is given; none for one that is not known here.
    fn has(&self, parameter: &str) -> Option<bool> {
        let (means, customer, contact) = (&self.means, &self.customer, &self.contact);
        let purchase = self.purchase.as_ref();
        Some(match parameter {
            "credit_application.payment_day" => self.payment_day.is_some(),
            "credit_application.down_payment_amount" => self.down_payment.is_some(),
            "credit_application.monthly_income" => means.monthly_income.is_some(),
            "credit_application.monthly_financial_obligations" => {
                means.monthly_financial_obligations.is_some()
            }
            "credit_application.monthly_household_costs" => means.monthly_household_costs.is_some(),
            "credit_application.down_payment_amount_prc" => self.down_payment_rate.is_some(),
            "credit_application.dependants_count" => means.dependants_count.is_some(),
            "credit_application.dependants_over_18" => means.dependants_over_18.is_some(),
            "credit_application.civil_status" => means.civil_status.is_some(),
            "credit_application.housing_status" => means.housing_status.is_some(),
            "credit_application.employer_name" => means.employer_name.is_some(),
            "credit_application.employer_registry_code" => means.employer_registry_code.is_some(),
            "credit_application.employer_phone" => means.employer_phone.is_some(),
            "credit_application.employment_start_year" => means.employment_start_year.is_some(),
            "credit_application.employment_start_month" => means.employment_start_month.is_some(),
            "credit_application.employment_end_year" => means.employment_end_year.is_some(),
            "credit_application.employment_end_month" => means.employment_end_month.is_some(),
            "credit_application.income_source" => means.income_source.is_some(),
            "credit_application.employment_position" => means.employment_position.is_some(),
            "credit_application.payout_account_number" => means.payout_account_number.is_some(),
            "customer.identity_code" => customer.identity_code.is_some(),
            "customer.first_name" => customer.first_name.is_some(),
            "customer.last_name" => customer.last_name.is_some(),
            "customer.gender" => customer.gender.is_some(),
            "customer_contact.email" => contact.email.is_some(),
            "customer_contact.mobile" => contact.mobile.is_some(),
            "customer_addresses" => !self.addresses.is_empty(),
            "customer_identification.document_type" | "customer_identification.document_number" => {
                self.identification.is_some()
            }
            "consents" => !self.consents.is_empty(),
            "customer_pep" => self.customer_pep.is_some(),
            "customer_ubos" => self.customer_ubos.is_some(),
            "additional_details" => self.additional_details.is_some(),
            "purchase.purchase_reference" => purchase.is_some_and(|p| p.reference.is_some()),
            "purchase.description" => purchase.is_some_and(|p| p.description.is_some()),
            "partner_urls.callback_url" => self.callback_url.is_some(),
            _ => return None,
        })
    }
}

/// Income and obligations, all amounts a month's. They have to be in the application's currency, or it
/// can't be sent.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Means {
    /// Net income.
    pub monthly_income: Option<Personal<Money>>,
    /// What is owed elsewhere.
    pub monthly_financial_obligations: Option<Personal<Money>>,
    /// What the household costs.
    pub monthly_household_costs: Option<Personal<Money>>,
    /// How many people the customer keeps.
    pub dependants_count: Option<Personal<u32>>,
    /// How many of them are of age.
    pub dependants_over_18: Option<Personal<u32>>,
    /// Whether the customer is married, and so on; the list is not published.
    pub civil_status: Option<Personal<String>>,
    /// How the customer lives; the list is not published.
    pub housing_status: Option<Personal<String>>,
    /// Where the income comes from: `pension`.
    pub income_source: Option<Personal<String>>,
    /// `private_sector_employee`; seen in Latvia.
    pub employment_position: Option<Personal<String>>,
    /// For whom the customer works.
    pub employer_name: Option<Personal<String>>,
    /// The employer's registry code.
    pub employer_registry_code: Option<Personal<String>>,
    /// The employer's telephone.
    pub employer_phone: Option<Personal<String>>,
    /// The year in which this work began.
    pub employment_start_year: Option<Personal<u32>>,
    /// The month in which it began.
    pub employment_start_month: Option<Personal<u32>>,
    /// The year in which it ends, where it does.
    pub employment_end_year: Option<Personal<u32>>,
    /// The month in which it ends.
    pub employment_end_month: Option<Personal<u32>>,
    /// IBAN.
    pub payout_account_number: Option<Personal<String>>,
}

/// By which document the customer was identified (`customer_identification`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identification {
    /// `id_card` in the sample; the list is not published.
    pub document_type: String,
    /// Its number.
    pub document_number: Personal<String>,
    /// Until when it is valid (Poland).
    pub valid_to: Option<Personal<Date>>,
}

/// One consent (`consents[n]`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Consent {
    /// `EMTA_REGISTRY_QUERY` in Estonia, `DATA_PROCESSING` in Latvia; the list is not published.
    pub kind: String,
    /// Whether it was given.
    pub given: bool,
    /// The text that the customer saw.
    pub text: Option<String>,
}

/// Poland's consents (`customer_consents`); known second-hand.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CustomerConsents {
    /// To be written to about the contract.
    pub operational_contact_email: Option<bool>,
    /// To be asked about after the contract has ended.
    pub inbank_queries_after_contract_expiry: Option<bool>,
    /// Marketing by e-mail.
    pub marketing_email: Option<bool>,
    /// Marketing by text message.
    pub marketing_sms: Option<bool>,
    /// Marketing by telephone.
    pub marketing_phone: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Currency, Place};

    fn request(amount: &str) -> Result<ApplicationRequest, Invalid> {
        ApplicationRequest::new(
            &Region::ESTONIA,
            ProductCode::parse("example_product").unwrap(),
            Money::parse(amount, Currency::EUR).unwrap(),
            Months::new(12).unwrap(),
            Customer::default(),
            Contact::default(),
        )
    }

    #[test]
    fn the_amount_is_positive_and_a_down_payment_part_of_it() {
        assert_eq!(
            request("0").unwrap_err().field(),
            "credit_application.amount"
        );
        let euro = |text| Money::parse(text, Currency::EUR).unwrap();
        assert!(
            request("100")
                .unwrap()
                .with_down_payment(euro("100"))
                .is_ok()
        );
        for bad in [
            euro("100.01"),
            euro("-1"),
            Money::parse("1", Currency::PLN).unwrap(),
        ] {
            let error = request("100").unwrap().with_down_payment(bad).unwrap_err();
            assert_eq!(error.field(), "credit_application.down_payment_amount");
        }
    }

    #[test]
    fn a_further_key_is_given_once() {
        let field =
            || FurtherField::new(Place::CreditApplication, "education", "x".into()).unwrap();
        let request = request("100").unwrap().with_further(field()).unwrap();
        assert_eq!(request.further(), [field()]);
        let error = request.with_further(field()).unwrap_err();
        assert_eq!(error.field(), "credit_application.education");
    }

    #[test]
    fn what_a_product_requires_is_checked_as_far_as_it_is_known() {
        let required = |name: &str| [name.to_owned()];
        let mut request = request("100").unwrap();
        let error = request
            .check_required(&required("credit_application.monthly_income"))
            .unwrap_err();
        assert_eq!(error.field(), "credit_application.monthly_income");
        request.means.monthly_income = Some(Money::parse("2900", Currency::EUR).unwrap().into());
        let now = request.check_required(&required("credit_application.monthly_income"));
        assert_eq!(now, Ok(()));
        assert_eq!(
            request.check_required(&required("customer_ubos.name")),
            Ok(())
        );
    }
}
