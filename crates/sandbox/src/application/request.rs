//! The body of `POST /applications` (direct guide 2.05, Request).

use rust_decimal::Decimal;
use serde_json::Value;
use time::{Date, format_description::well_known::Iso8601};

use super::{
    customer::Customer,
    person::{Person, is_identity_code},
};
use crate::{
    answer::{Name, Node, known},
    bank::Bank,
    contact::{is_email, is_phone_number, is_web_url},
    dialect::Dialect,
    document::{Document, Refusals},
    error::Refusal,
    product::{Family, Product},
};

/// What the customer asks for.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) amount: Decimal,
    pub(super) period: u32,
    pub(super) payment_day: u32,
    pub(super) down_payment: Decimal,
}

/// What the answers repeat.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    pub(super) salesperson: Option<String>,
    pub(super) monthly_income: Option<Decimal>,
    pub(super) household_costs: Option<Decimal>,
    pub(super) obligations: Option<Decimal>,
    pub(super) income_source: Option<String>,
    pub(super) dependants: Option<u32>,
    pub(super) dependants_over_18: Option<u32>,
    /// Texts and whole numbers that are given back as they came, under their names.
    pub(super) texts: Vec<(&'static str, Option<String>)>,
    pub(super) wholes: Vec<(&'static str, Option<u32>)>,
    pub(super) down_payment_share: Option<Decimal>,
    pub(super) purchase: Option<Vec<(Name, Node)>>,
    pub(super) description: Option<String>,
}

/// An application the bank agrees to consider.
#[derive(Debug)]
pub(super) struct ApplicationRequest {
    pub(super) product_code: String,
    pub(super) wish: Wish,
    pub(super) details: Details,
    pub(super) customer: Customer,
    pub(super) person: Person,
    pub(super) callback_url: Option<String>,
}

impl ApplicationRequest {
    /// Reads and checks a body.
    ///
    /// Which objects and fields are required "depends on the flow"; chosen: the application, the customer and the contact always, and
    /// besides them what the product says in `application_required_params`. Without a product there is nothing to check against, so its
    /// absence alone is reported then: the one body of this refusal that is public has exactly these codes.
    pub(super) fn read(body: &str, dialect: Dialect, bank: &Bank) -> Result<Self, Refusal> {
        let refusals = &mut Refusals::default();
        let mut parsed = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let document = &mut parsed;

        let mut asked = document.required_object("credit_application", refusals);
        let product_code = asked.required_text("product_code", refusals);
        let Some(product_code) = product_code.filter(|code| !code.trim().is_empty()) else {
            return Err(std::mem::take(refusals).refuse());
        };
        let product = bank.product(&product_code)?;
        // The direct guides sell hire purchase and split into parts.
        refusals.check(
            product.family != Family::PayNextMonth,
            "credit_application_product_code_is_not_valid",
        );
        let (wish, mut details) = credit_application(asked, product, refusals);

        let customer = customer(document, bank, refusals);
        let (email, mobile) = contact(document, refusals);
        let document_number = identification(document, refusals);
        addresses(document, refusals);
        consents(document, refusals);
        if let Some(mut purchase) = document.object("purchase", refusals) {
            details.description = purchase.text("description", refusals);
            let mut echo: Vec<_> =
                known([("description", details.description.clone().into())]).collect();
            echo.extend(purchase.finish(refusals));
            details.purchase = Some(echo);
        }
        let callback_url = document
            .object("partner_urls", refusals)
            .and_then(|mut urls| {
                let url = urls.text_where("callback_url", refusals, is_web_url);
                urls.finish(refusals);
                url
            });
        parsed.finish(refusals);
        required_by_product(body, product, dialect, refusals);

        let read = wish.zip(customer).zip(email).zip(mobile);
        let (((wish, (identity_code, [first_name, last_name])), email), mobile) =
            std::mem::take(refusals).accept(read)?;
        Ok(Self {
            product_code,
            wish,
            details,
            person: Person::new(
                identity_code.clone(),
                Some(&email),
                Some(&mobile),
                document_number.as_deref(),
            ),
            customer: Customer {
                identity_code,
                first_name,
                last_name,
                mobile,
                email,
            },
            callback_url,
        })
    }
}

/// What the guide's answer prints of an applicant, and its request leaves to the flow; guides silent on their values; chosen: any.
const TEXTS: [&str; 5] = [
    "civil_status",
    "housing_status",
    "employer_name",
    "employer_registry_code",
    "employer_phone",
];
const WHOLES: [&str; 4] = [
    "employment_start_year",
    "employment_start_month",
    "employment_end_year",
    "employment_end_month",
];

fn credit_application(
    mut asked: Document<'_>,
    product: &Product,
    refusals: &mut Refusals,
) -> (Option<Wish>, Details) {
    let amount = asked.required_decimal("amount", refusals);
    let period = asked.required_whole("period", refusals);
    let payment_day = asked.whole("payment_day", refusals);
    let down_payment = asked
        .decimal("down_payment_amount", refusals)
        .unwrap_or_default();
    if let Some(amount) = amount {
        refusals.check(
            product.allows_amount(amount),
            "credit_application_amount_is_not_valid",
        );
        let within = down_payment >= Decimal::ZERO && down_payment < amount;
        refusals.check(
            down_payment.is_zero() || (within && product.down_payment),
            "credit_application_down_payment_amount_is_not_valid",
        );
    }
    refusals.check(
        period.is_none_or(|period| product.periods.contains(&period)),
        "credit_application_period_is_not_valid",
    );
    refusals.check(
        payment_day.is_none_or(|day| product.payment_days.contains(&day)),
        "credit_application_payment_day_is_not_valid",
    );
    let mut amount_of = |name| {
        let value = asked.decimal(name, refusals);
        let negative = value.is_some_and(|value| value < Decimal::ZERO);
        refusals.check(!negative, &asked.code(name, "is_not_valid"));
        value
    };
    let [monthly_income, household_costs, obligations] = [
        "monthly_income",
        "monthly_household_costs",
        "monthly_financial_obligations",
    ]
    .map(&mut amount_of);
    let details = Details {
        salesperson: asked.text("salesperson_reference", refusals),
        monthly_income,
        household_costs,
        obligations,
        income_source: asked.text("income_source", refusals),
        dependants: asked.whole("dependants_count", refusals),
        dependants_over_18: asked.whole("dependants_over_18", refusals),
        texts: TEXTS.map(|name| (name, asked.text(name, refusals))).into(),
        wholes: WHOLES
            .map(|name| (name, asked.whole(name, refusals)))
            .into(),
        down_payment_share: asked.decimal("down_payment_amount_prc", refusals),
        ..Details::default()
    };
    for name in [
        "payout_account_number",
        "pos_session_uuid",
        "employment_position",
    ] {
        asked.text(name, refusals);
    }
    asked.finish(refusals);
    let wish = amount.zip(period).map(|(amount, period)| Wish {
        amount,
        period,
        payment_day: payment_day.unwrap_or(product.default_payment_day),
        down_payment,
    });
    (wish, details)
}

fn customer(
    document: &mut Document<'_>,
    bank: &Bank,
    refusals: &mut Refusals,
) -> Option<(String, [String; 2])> {
    let mut object = document.required_object("customer", refusals);
    let identity_code = object.required_text("identity_code", refusals);
    let valid = identity_code
        .as_deref()
        .is_none_or(|code| code.trim().is_empty() || is_identity_code(code, bank.region));
    refusals.check(valid, &object.code("identity_code", "is_not_valid"));
    let first = object.required_text("first_name", refusals);
    let last = object.required_text("last_name", refusals);
    object.text_where("gender", refusals, |gender| matches!(gender, "m" | "f"));
    object.finish(refusals);
    let name = first.zip(last).map(|(first, last)| [first, last]);
    identity_code.zip(name)
}

fn contact(
    document: &mut Document<'_>,
    refusals: &mut Refusals,
) -> (Option<String>, Option<String>) {
    let mut object = document.required_object("customer_contact", refusals);
    let mut reached_by = |name, form: fn(&str) -> bool| {
        let text = object.required_text(name, refusals);
        let valid = text
            .as_deref()
            .is_none_or(|text| text.trim().is_empty() || form(text));
        refusals.check(valid, &object.code(name, "is_not_valid"));
        text
    };
    let mobile = reached_by("mobile", is_phone_number);
    let email = reached_by("email", is_email);
    object.finish(refusals);
    (email, mobile)
}

fn identification(document: &mut Document<'_>, refusals: &mut Refusals) -> Option<String> {
    let mut object = document.object("customer_identification", refusals)?;
    object.required_text("document_type", refusals);
    let number = object.required_text("document_number", refusals);
    object.text_where("document_valid_to", refusals, |text| {
        Date::parse(text, &Iso8601::DATE).is_ok()
    });
    object.finish(refusals);
    number
}

fn addresses(document: &mut Document<'_>, refusals: &mut Refusals) {
    for mut address in document.objects("customer_addresses", refusals) {
        address.text_where("country", refusals, |code| {
            code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
        });
        for name in [
            "type",
            "street",
            "house",
            "apartment",
            "zip_code",
            "county",
            "township",
            "parish",
        ] {
            address.text(name, refusals);
        }
        address.finish(refusals);
    }
}

fn consents(document: &mut Document<'_>, refusals: &mut Refusals) {
    for mut consent in document.objects("consents", refusals) {
        consent.required_text("type", refusals);
        match consent.raw("value").map(serde_json::value::RawValue::get) {
            Some("true" | "false") => {}
            Some(_) => refusals.add(consent.code("value", "is_not_valid")),
            None => refusals.add(consent.code("value", "is_missing")),
        }
        consent.text("text", refusals);
        consent.finish(refusals);
    }
}

/// Refuses a body without the fields that the product asks for, each named `object.field`.
fn required_by_product(body: &str, product: &Product, dialect: Dialect, refusals: &mut Refusals) {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    for path in &product.required_params {
        let found = path
            .split('.')
            .try_fold(&body, |value, name| value.get(&*dialect.spell(name)));
        let problem = match found {
            None | Some(Value::Null) => "is_missing",
            Some(Value::String(text)) if text.trim().is_empty() => "is_empty",
            Some(_) => continue,
        };
        refusals.add(format!("{}_{problem}", path.replace('.', "_")));
    }
}
