use inbank_domain::{
    Application, ApplicationId, ApplicationStatus, ContractId, Currency, DecisionStatus, FeeKind,
    IncomeProofType, Invalid, Money, Months, Offer, ProcessStatus, ProductCode, excerpt,
};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use time::OffsetDateTime;

use crate::dialect::decode;
use crate::failure::DecodeError;
use crate::wire::calculation::{Row, instalments};
use crate::wire::lenient::{Lenient, amount};
use crate::wire::moment::{Day, Moment};
use crate::wire::number::{MaybeFlag, Number, TextOrNumber, Whole};

/// Both shapes of an application: bare as creating it answers, or in `credit_application` beside its
/// contract and schedule as reading it does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow)]
    credit_application: Option<&'a RawValue>,
    #[serde(default)]
    product: Lenient<ProductReference>,
    #[serde(default)]
    contract: Lenient<Reference>,
    #[serde(default)]
    payment_schedule: Lenient<Schedule>,
}

/// The product, beside the application.
#[derive(Deserialize)]
struct ProductReference {
    #[serde(default)]
    code: Lenient<String>,
}

/// A contract, or what stands in its place before there is one.
#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    uuid: Lenient<String>,
}

impl Answer<'_> {
    fn details(&self, body: &[u8]) -> Result<Details, DecodeError> {
        let inner = object(self.credit_application);
        Ok(decode(inner.map_or(body, str::as_bytes))?)
    }
}

/// Reads the answer to submitting: the application and its first decision, if that can be read. Nothing of
/// the answer may cost us its id, which can't be looked up again; an offer comes with reading. An amount
/// without a currency is in the region's.
pub(crate) fn submitted(body: &[u8], currency: Currency) -> Result<Application, DecodeError> {
    let details = decode::<Answer<'_>>(body)?.details(body)?;
    Ok(details.into_application(currency)?)
}

/// Reads an application with its contract and, once decided for, its offer. Neither of these may cost us
/// the decision.
pub(crate) fn read(body: &[u8], currency: Currency) -> Result<Application, DecodeError> {
    let answer: Answer<'_> = decode(body)?;
    let details = answer.details(body)?;
    if details.decision_status.is_unreadable() {
        return Err(DecodeError::Field("decision_status".to_owned()));
    }
    let mut application = details.into_application(currency)?;
    let contract = answer.contract.take("contract");
    application.contract =
        contract.and_then(|contract| contract.uuid.id("contract.uuid", ContractId::parse));
    if application.product_code.is_none() {
        let product = answer.product.take("product");
        application.product_code =
            product.and_then(|product| product.code.id("product.code", ProductCode::parse));
    }
    if application.decision == DecisionStatus::Positive {
        let currency = application
            .amount
            .map_or(currency, |amount| amount.currency());
        let offer = |schedule: Schedule| schedule.into_offer(Some(&application), currency);
        application.offer = answer.payment_schedule.parse("payment_schedule", offer);
        if let Some(offer) = &mut application.offer {
            // The day in the bank's own offset.
            offer.made_on = application.created_at.map(OffsetDateTime::date);
        }
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
    #[serde(default)]
    number: Lenient<TextOrNumber>,
    #[serde(default)]
    product_code: Lenient<String>,
    #[serde(default)]
    amount: Lenient<Number>,
    // In no printed answer; taken where the bank names one.
    #[serde(default)]
    currency: Lenient<String>,
    #[serde(default)]
    status: Lenient<String>,
    #[serde(default)]
    credit_application_status: Lenient<String>,
    #[serde(default)]
    process_status: Lenient<String>,
    // Without one there is no decision yet; `status` is another thing, and not to be taken for it.
    #[serde(default)]
    decision_status: Lenient<String>,
    #[serde(default)]
    decision_messages: Messages,
    #[serde(default)]
    income_proof_type: Lenient<String>,
    #[serde(default)]
    changed_conditions: MaybeFlag,
    #[serde(default)]
    previous_uuid: Lenient<String>,
    #[serde(default)]
    offer_valid_to: Lenient<Day>,
    #[serde(default)]
    period: Lenient<Whole>,
    #[serde(default)]
    payment_day: Lenient<Whole>,
    // The one in the answer to creating it, the other in that to reading it.
    #[serde(default)]
    down_payment_amount: Lenient<Number>,
    #[serde(default)]
    down_payment_amount_total: Lenient<Number>,
    #[serde(default)]
    down_payment_amount_prc: Lenient<Number>,
    #[serde(default)]
    max_limit: Lenient<Number>,
    #[serde(default)]
    created_at: Lenient<Moment>,
    #[serde(default)]
    confirmed_at: Lenient<Moment>,
}

impl Details {
    fn into_application(self, currency: Currency) -> Result<Application, Invalid> {
        let decision = self.decision_status.word("decision_status");
        let decision = decision.map_or(DecisionStatus::Pending, |text| text.as_str().into());
        let id = ApplicationId::parse(self.uuid.trim())?;
        let mut application = Application::new(id, decision);
        application.number = self.number.text("number");
        application.amount = amount("amount", self.amount, self.currency, currency);
        // The answer's other amounts are in the currency of this one.
        let currency = application
            .amount
            .map_or(currency, |amount| amount.currency());
        let money = |number: Lenient<Number>, field| {
            number.take(field).map(|number| number.money(currency))
        };
        application.product_code = self.product_code.id("product_code", ProductCode::parse);
        application.period = self.period.parse("period", months);
        application.payment_day = self.payment_day.parse("payment_day", Whole::payment_day);
        application.down_payment = whichever([
            money(self.down_payment_amount_total, "down_payment_amount_total"),
            money(self.down_payment_amount, "down_payment_amount"),
        ]);
        let rate = self.down_payment_amount_prc.take("down_payment_amount_prc");
        application.down_payment_rate = rate.map(Number::rate);
        application.max_limit = money(self.max_limit, "max_limit");
        let moment = |moment: Lenient<Moment>, field| moment.take(field).map(|moment| moment.0);
        application.created_at = moment(self.created_at, "created_at");
        application.confirmed_at = moment(self.confirmed_at, "confirmed_at");
        application.messages = self.decision_messages.0;
        let proof = self.income_proof_type.word("income_proof_type");
        application.income_proof = proof.as_deref().map(IncomeProofType::from);
        application.changed_conditions = self.changed_conditions.0 == Some(true);
        application.previous = self.previous_uuid.id("previous_uuid", ApplicationId::parse);
        let statuses = [
            self.status.word("status"),
            self.credit_application_status
                .word("credit_application_status"),
            self.process_status.word("process_status"),
        ];
        application.cancelled = statuses
            .iter()
            .flatten()
            .any(|status| ApplicationStatus::from(status.as_str()).is_over());
        let [_, _, process] = &statuses;
        application.process_status = process.as_deref().map(ProcessStatus::from);
        application.offer_valid_to = self.offer_valid_to.take("offer_valid_to").map(|day| day.0);
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
        let texts = match serde_json::from_str(raw) {
            Ok(serde_json::Value::Array(list)) => list,
            Ok(text) => vec![text],
            Err(_) => Vec::new(),
        };
        let texts = texts.iter().filter_map(serde_json::Value::as_str);
        let texts = texts.map(|text| excerpt(text, LONGEST_MESSAGE).to_owned());
        Ok(Self(texts.take(MOST_MESSAGES).collect()))
    }
}

/// Somebody is to read them: not more than a page of them is kept.
const MOST_MESSAGES: usize = 20;
const LONGEST_MESSAGE: usize = 1_000;

fn months(whole: Whole) -> Result<Months, Invalid> {
    Months::new(u16::try_from(whole.0).unwrap_or_default())
}

/// The amount of whichever place has it: the first that is more than nothing, or else the first.
fn whichever<const N: usize>(places: [Option<Money>; N]) -> Option<Money> {
    let more = places.iter().flatten().find(|money| money.is_positive());
    more.or_else(|| places.iter().flatten().next()).copied()
}

/// `payment_schedule` of an application, or by itself: the offer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schedule {
    // Where it leaves these out, the application has them too.
    #[serde(default)]
    amount: Lenient<Number>,
    #[serde(default)]
    period: Lenient<Whole>,
    payment_amount_monthly: Number,
    interest_rate_annual: Number,
    credit_cost_rate_annual: Number,
    #[serde(default)]
    payment_day: Lenient<Whole>,
    #[serde(default)]
    repayments_amount_total: Lenient<Number>,
    #[serde(default)]
    credit_cost_amount_total: Lenient<Number>,
    #[serde(default)]
    net_credit_amount: Lenient<Number>,
    #[serde(default)]
    interest_amount_total: Lenient<Number>,
    #[serde(default)]
    interest_bearing_amount: Lenient<Number>,
    #[serde(default)]
    contract_fee_amount_total: Lenient<Number>,
    #[serde(default)]
    contract_fee_prc: Lenient<Number>,
    #[serde(default)]
    contract_fee_type: Lenient<String>,
    #[serde(default)]
    admin_fee_amount_monthly: Lenient<Number>,
    #[serde(default)]
    admin_fee_amount_total: Lenient<Number>,
    #[serde(default)]
    admin_fee_type: Lenient<String>,
    #[serde(default)]
    insurance_fee_amount_monthly: Lenient<Number>,
    #[serde(default)]
    insurance_fee_amount_total: Lenient<Number>,
    #[serde(default)]
    insurance_fee_type: Lenient<String>,
    #[serde(default)]
    residual_amount_total: Lenient<Number>,
    #[serde(default)]
    residual_amount_prc: Lenient<Number>,
    #[serde(default)]
    down_payment_amount_total: Lenient<Number>,
    #[serde(default)]
    down_payment_main_part: Lenient<Number>,
    #[serde(default)]
    first_payment_date: Lenient<Day>,
    #[serde(default)]
    first_payment_amount: Lenient<Number>,
    #[serde(default)]
    last_payment_date: Lenient<Day>,
    #[serde(default)]
    last_payment_amount: Lenient<Number>,
    #[serde(default)]
    payment_schedule_items: Lenient<Vec<Row>>,
}

impl Schedule {
    /// The offer, of an application where that is known.
    pub(crate) fn into_offer(
        self,
        of: Option<&Application>,
        currency: Currency,
    ) -> Result<Offer, Invalid> {
        let money = |number: Lenient<Number>, field| {
            number.take(field).map(|number| number.money(currency))
        };
        let rate = |number: Lenient<Number>, field| number.take(field).map(Number::rate);
        let kind = |text: Lenient<String>, field| text.word(field).as_deref().map(FeeKind::from);
        let missing = |field| move || Invalid::new(field, "must be there, or in the application");
        let amount = money(self.amount, "payment_schedule.amount").or(of.and_then(|of| of.amount));
        let period = self.period.parse("payment_schedule.period", months);
        let mut offer = Offer::new(
            amount.ok_or_else(missing("amount"))?,
            period
                .or(of.and_then(|of| of.period))
                .ok_or_else(missing("period"))?,
            self.payment_amount_monthly.money(currency),
            self.interest_rate_annual.rate(),
            self.credit_cost_rate_annual.rate(),
        );
        offer.total_cost = money(self.repayments_amount_total, "repayments_amount_total");
        offer.cost_of_credit = money(self.credit_cost_amount_total, "credit_cost_amount_total");
        offer.net_credit_amount = money(self.net_credit_amount, "net_credit_amount");
        offer.interest_total = money(self.interest_amount_total, "interest_amount_total");
        offer.interest_bearing_amount =
            money(self.interest_bearing_amount, "interest_bearing_amount");
        offer.contract_fee = money(self.contract_fee_amount_total, "contract_fee_amount_total");
        offer.contract_fee_rate = rate(self.contract_fee_prc, "contract_fee_prc");
        offer.contract_fee_kind = kind(self.contract_fee_type, "contract_fee_type");
        offer.admin_fee_monthly = money(self.admin_fee_amount_monthly, "admin_fee_amount_monthly");
        offer.admin_fee_total = money(self.admin_fee_amount_total, "admin_fee_amount_total");
        offer.admin_fee_kind = kind(self.admin_fee_type, "admin_fee_type");
        offer.insurance_fee_monthly = money(
            self.insurance_fee_amount_monthly,
            "insurance_fee_amount_monthly",
        );
        offer.insurance_fee_total = money(
            self.insurance_fee_amount_total,
            "insurance_fee_amount_total",
        );
        offer.insurance_fee_kind = kind(self.insurance_fee_type, "insurance_fee_type");
        offer.residual = money(self.residual_amount_total, "residual_amount_total");
        offer.residual_rate = rate(self.residual_amount_prc, "residual_amount_prc");
        let total = money(self.down_payment_amount_total, "down_payment_amount_total");
        offer.down_payment = whichever([total, of.and_then(|of| of.down_payment)]);
        offer.down_payment_main_part = money(self.down_payment_main_part, "down_payment_main_part");
        let payment_day = self.payment_day.parse("payment_day", Whole::payment_day);
        offer.payment_day = payment_day.or(of.and_then(|of| of.payment_day));
        let day = |day: Lenient<Day>, field| day.take(field).map(|day| day.0);
        let first = day(self.first_payment_date, "first_payment_date");
        offer.first_payment = first.zip(money(self.first_payment_amount, "first_payment_amount"));
        let last = day(self.last_payment_date, "last_payment_date");
        offer.last_payment = last.zip(money(self.last_payment_amount, "last_payment_amount"));
        // All rows or none: a schedule with a gap would be a wrong one.
        let rows = self.payment_schedule_items.take("payment_schedule_items");
        offer.schedule = instalments(rows.unwrap_or_default(), currency);
        Ok(offer)
    }
}
