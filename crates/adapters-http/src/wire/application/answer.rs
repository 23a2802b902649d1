use inbank_domain::{
    Application, ApplicationId, ContractId, Currency, DecisionStatus, IncomeProofType, Invalid,
    Months, Offer, PaymentDay,
};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::dialect::decode;
use crate::failure::DecodeError;
use crate::wire::calculation::Row;
use crate::wire::moment::{Day, MaybeDay};
use crate::wire::number::{MaybeFlag, Number, TextOrNumber, Whole};

/// Both shapes of an application: bare as creating it answers, or in `credit_application` beside its
/// contract and schedule as reading it does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow)]
    credit_application: Option<&'a RawValue>,
    #[serde(borrow)]
    contract: Option<&'a RawValue>,
    #[serde(borrow)]
    payment_schedule: Option<&'a RawValue>,
}

impl Answer<'_> {
    fn application(&self, body: &[u8]) -> Result<Application, DecodeError> {
        let inner = self.credit_application;
        let inner = inner.map_or(body, |inner| inner.get().as_bytes());
        Ok(decode::<Details>(inner)?.into_application()?)
    }
}

/// Reads the answer to submitting: the application and its first decision. Nothing else of the answer
/// may cost us its id, which can't be looked up again; an offer comes with reading.
pub(crate) fn submitted(body: &[u8]) -> Result<Application, DecodeError> {
    decode::<Answer<'_>>(body)?.application(body)
}

/// Reads an application with its contract and, once decided for, its offer.
pub(crate) fn read(body: &[u8], currency: Currency) -> Result<Application, DecodeError> {
    #[derive(Deserialize)]
    struct Reference {
        uuid: Option<String>,
    }

    let answer: Answer<'_> = decode(body)?;
    let mut application = answer.application(body)?;
    if let Some(raw) = object(answer.contract) {
        let contract = decode::<Reference>(raw.as_bytes())?.uuid;
        application.contract = contract.map(ContractId::parse).transpose()?;
    }
    let decided_for = application.decision == DecisionStatus::Positive;
    if let Some(raw) = object(answer.payment_schedule).filter(|_| decided_for) {
        let schedule: Schedule = decode(raw.as_bytes())?;
        application.offer = Some(schedule.into_offer(currency)?);
    }
    Ok(application)
}

/// What stands in a place, if anything does: before there is a contract or a schedule, it holds `null`
/// or something else that is no object.
fn object(raw: Option<&RawValue>) -> Option<&str> {
    raw.map(RawValue::get).filter(|raw| raw.starts_with('{'))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    uuid: String,
    number: Option<TextOrNumber>,
    status: Option<String>,
    credit_application_status: Option<String>,
    process_status: Option<String>,
    // Without one there is no decision yet; `status` is another thing, and not to be taken for it.
    decision_status: Option<String>,
    #[serde(default)]
    decision_messages: Messages,
    income_proof_type: Option<String>,
    #[serde(default)]
    changed_conditions: MaybeFlag,
    previous_uuid: Option<String>,
    #[serde(default)]
    offer_valid_to: MaybeDay,
}

impl Details {
    fn into_application(self) -> Result<Application, Invalid> {
        let decision = self.decision_status.as_deref().unwrap_or("pending");
        let id = ApplicationId::parse(self.uuid)?;
        let mut application = Application::new(id, DecisionStatus::from(decision));
        application.number = self.number.map(|number| number.0);
        application.messages = self.decision_messages.0;
        let proof = self.income_proof_type.as_deref();
        application.income_proof = proof.map(IncomeProofType::from);
        application.changed_conditions = self.changed_conditions.0 == Some(true);
        let previous = self.previous_uuid.filter(|id| !id.is_empty());
        application.previous = previous.map(ApplicationId::parse).transpose()?;
        let statuses = [
            self.status,
            self.credit_application_status,
            self.process_status,
        ];
        application.cancelled = statuses
            .iter()
            .flatten()
            .any(|status| status.eq_ignore_ascii_case("cancelled"));
        application.offer_valid_to = self.offer_valid_to.0;
        Ok(application)
    }
}

/// `decision_messages`: "a list" in prose, a text in one sample, a list in another.
#[derive(Default)]
struct Messages(Vec<String>);

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        // Entries that are no text have never been seen; losing one loses no decision.
        Ok(Self(match serde_json::from_str(raw) {
            Ok(serde_json::Value::String(text)) => vec![text],
            Ok(serde_json::Value::Array(list)) => {
                let texts = list.into_iter().filter_map(|entry| match entry {
                    serde_json::Value::String(text) => Some(text),
                    _ => None,
                });
                texts.collect()
            }
            _ => Vec::new(),
        }))
    }
}

/// `payment_schedule` of an application: the offer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schedule {
    amount: Number,
    period: Whole,
    payment_day: Option<Whole>,
    payment_amount_monthly: Number,
    interest_rate_annual: Number,
    credit_cost_rate_annual: Number,
    repayments_amount_total: Option<Number>,
    credit_cost_amount_total: Option<Number>,
    net_credit_amount: Option<Number>,
    contract_fee_amount_total: Option<Number>,
    down_payment_amount_total: Option<Number>,
    first_payment_date: Option<Day>,
    first_payment_amount: Option<Number>,
    last_payment_date: Option<Day>,
    last_payment_amount: Option<Number>,
    #[serde(default)]
    payment_schedule_items: Option<Vec<Row>>,
}

impl Schedule {
    fn into_offer(self, currency: Currency) -> Result<Offer, Invalid> {
        let money = |number: Option<Number>| number.map(|number| number.money(currency));
        let months = u16::try_from(self.period.0).unwrap_or_default();
        let mut offer = Offer::new(
            self.amount.money(currency),
            Months::new(months)?,
            self.payment_amount_monthly.money(currency),
            self.interest_rate_annual.rate(),
            self.credit_cost_rate_annual.rate(),
        );
        offer.total_cost = money(self.repayments_amount_total);
        offer.cost_of_credit = money(self.credit_cost_amount_total);
        offer.net_credit_amount = money(self.net_credit_amount);
        offer.contract_fee = money(self.contract_fee_amount_total);
        offer.down_payment = money(self.down_payment_amount_total);
        let day = self
            .payment_day
            .and_then(|whole| u8::try_from(whole.0).ok());
        offer.payment_day = day.and_then(|day| PaymentDay::new(day).ok());
        let payment = |day: Option<Day>, amount| day.map(|day| day.0).zip(money(amount));
        offer.first_payment = payment(self.first_payment_date, self.first_payment_amount);
        offer.last_payment = payment(self.last_payment_date, self.last_payment_amount);
        let rows = self.payment_schedule_items.unwrap_or_default().into_iter();
        offer.schedule = rows.map(|row| row.into_instalment(currency)).collect();
        Ok(offer)
    }
}
