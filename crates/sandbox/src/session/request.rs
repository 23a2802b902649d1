//! The body of `POST /pos_sessions` (e-POS 2.10, Session Initiation).

use rust_decimal::Decimal;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Line, PartnerUrls, Prefill, purchase::Purchase};
use crate::{
    answer::{Name, Node, known},
    bank::Bank,
    contact::{is_email, is_phone_number, is_web_url},
    dialect::Dialect,
    document::{Document, Refusals},
    error::Refusal,
    product::{Family, Product},
    rental::{Asset, Rental},
};

/// A session the bank agrees to open.
#[derive(Debug)]
pub(crate) struct SessionRequest {
    pub(crate) product_code: String,
    pub(crate) total_amount: Decimal,
    pub(crate) locale: String,
    pub(crate) valid_until: Option<OffsetDateTime>,
    pub(crate) partner_urls: PartnerUrls,
    pub(crate) purchase_reference: String,
    pub(crate) description: Option<String>,
    pub(crate) merchant: Option<String>,
    pub(crate) lines: Vec<Line>,
    pub(crate) prefill: Prefill,
    pub(crate) rental: Option<Rental>,
    pub(crate) echo: Vec<(Name, Node)>,
    pub(crate) purchase_echo: Vec<(Name, Node)>,
}

impl SessionRequest {
    pub(crate) fn read(body: &str, dialect: Dialect, bank: &Bank) -> Result<Self, Refusal> {
        let refusals = &mut Refusals::default();
        let mut parsed = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let document = &mut parsed;

        let product_code = document.required_text("product_code", refusals);
        let salesperson = document.text("salesperson_reference", refusals);
        let product = product_code.as_deref().map(|code| bank.product(code));
        let rents = matches!(product, Some(Ok(product)) if product.family == Family::SmartRent);
        let (rental, total_amount) = if rents {
            rented(document, bank, refusals)
        } else {
            (None, document.required_decimal("total_amount", refusals))
        };
        let currency = document.required_text("currency", refusals);
        refusals.check(
            currency.is_none_or(|code| code.is_empty() || code == bank.region.currency()),
            "currency_is_not_valid",
        );
        let locale = document.required_text("locale", refusals);
        refusals.check(
            locale
                .as_deref()
                .is_none_or(|text| text.is_empty() || is_locale(text)),
            "locale_is_not_valid",
        );
        let valid_until = document.text("valid_until", refusals).map(|text| {
            let read = OffsetDateTime::parse(&text, &Rfc3339).ok();
            refusals.check(read.is_some(), "valid_until_is_not_valid");
            read
        });
        // Only a text: the guide's own samples print addresses with leading zeros, which no parser takes.
        let user_ip = document.text("user_ip", refusals);

        let (partner_urls, urls_echo) = partner_urls(document, refusals);
        let mut prefill = Prefill::default();
        let customer = customer(document, &mut prefill, refusals);
        let contact = contact(document, &mut prefill, refusals);
        let address = address(document, refusals);
        let application = application(document, &mut prefill, refusals);
        let integration_info = free_form(document, "integration_info");
        let additional_data = free_form(document, "additional_data");
        let mut purchase = Purchase::read(document, rents, refusals);
        if let Some(rental) = &rental {
            prefill.period = Some(rental.period);
            purchase.lines = rental.assets.iter().map(line).collect();
        }
        if rents {
            purchase.reference.get_or_insert_default();
        }

        // A rental has the limits of its model.
        if let (Some(Ok(product)), false) = (product, rents) {
            within_limits(product, total_amount, &prefill, refusals);
        }
        let unlisted = parsed.finish(refusals);

        let mut echo: Vec<_> = known([
            ("salesperson_reference", salesperson.into()),
            ("user_ip", user_ip.into()),
            ("partner_urls", urls_echo),
            ("customer_data", customer),
            ("customer_contact_data", contact),
            ("customer_address_data", address),
            ("credit_application_data", application),
            ("integration_info", integration_info),
            ("additional_data", additional_data),
        ])
        .collect();
        echo.extend(unlisted);
        let read = product_code
            .zip(total_amount)
            .zip(locale)
            .zip(partner_urls)
            .zip(purchase.reference);
        let ((((product_code, total_amount), locale), partner_urls), purchase_reference) =
            std::mem::take(refusals).accept(read)?;
        bank.product(&product_code)?;
        Ok(Self {
            product_code,
            total_amount,
            locale,
            valid_until: valid_until.flatten(),
            partner_urls,
            purchase_reference,
            description: purchase.description,
            merchant: purchase.merchant,
            lines: purchase.lines,
            prefill,
            rental,
            echo,
            purchase_echo: purchase.echo,
        })
    }
}

/// What is rented, and the total, which the bank finds out by itself.
///
/// The guide's request has no total and its answer has one; chosen: the price with VAT after both deductions. One that is sent all the
/// same has to agree.
fn rented(
    document: &mut Document<'_>,
    bank: &Bank,
    refusals: &mut Refusals,
) -> (Option<Rental>, Option<Decimal>) {
    let rental = Rental::read(document, bank, refusals);
    let total = rental
        .as_ref()
        .map(|rental| rental.quote.total_gross_with_discount);
    let sent = document.decimal("total_amount", refusals);
    let agrees = sent.is_none() || total.is_none() || sent == total;
    refusals.check(agrees, "total_amount_is_not_valid");
    (rental, total)
}

fn line(asset: &Asset) -> Line {
    Line {
        description: asset.name.clone(),
        quantity: None,
        amount: Some(asset.gross),
    }
}

/// The limits that `GET /products` tells.
fn within_limits(
    product: &Product,
    total: Option<Decimal>,
    prefill: &Prefill,
    refusals: &mut Refusals,
) {
    if let Some(total) = total {
        refusals.check(product.allows_amount(total), "total_amount_is_not_valid");
    }
    if let Some(period) = prefill.period {
        refusals.check(
            product.periods.contains(&period),
            "credit_application_data_period_is_not_valid",
        );
    }
    if let Some(day) = prefill.payment_day {
        refusals.check(
            product.payment_days.contains(&day),
            "credit_application_data_payment_day_is_not_valid",
        );
    }
}

fn partner_urls(
    document: &mut Document<'_>,
    refusals: &mut Refusals,
) -> (Option<PartnerUrls>, Node) {
    let mut object = document.required_object("partner_urls", refusals);
    let mut url = |name: &'static str| {
        let text = object.required_text(name, refusals);
        let valid = text
            .as_deref()
            .is_none_or(|text| text.is_empty() || is_web_url(text));
        refusals.check(valid, &object.code(name, "is_not_valid"));
        text
    };
    let (return_url, cancel_url, callback_url) =
        (url("return_url"), url("cancel_url"), url("callback_url"));
    let mut echo: Vec<_> = known([
        ("return_url", return_url.clone().into()),
        ("cancel_url", cancel_url.clone().into()),
        ("callback_url", callback_url.clone().into()),
    ])
    .collect();
    echo.extend(object.finish(refusals));
    let urls = return_url.zip(cancel_url).zip(callback_url).map(
        |((return_url, cancel_url), callback_url)| PartnerUrls {
            return_url,
            cancel_url,
            callback_url,
        },
    );
    (urls, Node::Object(echo))
}

/// The stars of the guide's table make all three parameters required once the object is present, but its own sample has no
/// identity code; chosen: the names are required, the identity code is not.
fn customer(document: &mut Document<'_>, prefill: &mut Prefill, refusals: &mut Refusals) -> Node {
    let Some(mut object) = document.object("customer_data", refusals) else {
        return Node::Null;
    };
    prefill.identity_code =
        object.text_where("identity_code", refusals, |code| !code.trim().is_empty());
    prefill.first_name = object.required_text("first_name", refusals);
    prefill.last_name = object.required_text("last_name", refusals);
    let gender = object.text_where("gender", refusals, |gender| matches!(gender, "m" | "f"));
    echo_of(
        object,
        [
            ("identity_code", prefill.identity_code.clone()),
            ("first_name", prefill.first_name.clone()),
            ("last_name", prefill.last_name.clone()),
            ("gender", gender),
        ],
        refusals,
    )
}

fn contact(document: &mut Document<'_>, prefill: &mut Prefill, refusals: &mut Refusals) -> Node {
    let Some(mut object) = document.object("customer_contact_data", refusals) else {
        return Node::Null;
    };
    prefill.email = object.required_text("email", refusals);
    let valid = prefill
        .email
        .as_deref()
        .is_none_or(|email| email.is_empty() || is_email(email));
    refusals.check(valid, &object.code("email", "is_not_valid"));
    // Without a country prefix too: the guide's sample has none.
    prefill.mobile = object.required_text("mobile", refusals);
    let valid = prefill.mobile.as_deref().is_none_or(is_phone_number);
    refusals.check(valid, &object.code("mobile", "is_not_valid"));
    echo_of(
        object,
        [
            ("email", prefill.email.clone()),
            ("mobile", prefill.mobile.clone()),
        ],
        refusals,
    )
}

fn address(document: &mut Document<'_>, refusals: &mut Refusals) -> Node {
    let Some(mut object) = document.object("customer_address_data", refusals) else {
        return Node::Null;
    };
    let names = [
        "country",
        "zip_code",
        "street",
        "parish",
        "house",
        "apartment",
        "township",
        "county",
    ];
    let texts = names.map(|name| (name, object.text(name, refusals)));
    echo_of(object, texts, refusals)
}

fn application(
    document: &mut Document<'_>,
    prefill: &mut Prefill,
    refusals: &mut Refusals,
) -> Node {
    let Some(mut object) = document.object("credit_application_data", refusals) else {
        return Node::Null;
    };
    prefill.period = object.whole("period", refusals);
    prefill.payment_day = object.whole("payment_day", refusals);
    let dependants = object.whole("dependants", refusals);
    let income = object.decimal("monthly_income", refusals);
    let costs = object.decimal("monthly_household_costs", refusals);
    let source = object.text("income_source", refusals);
    let whole = |value: Option<u32>| value.map(Node::Whole);
    let mut echo = present([
        ("period", whole(prefill.period)),
        ("payment_day", whole(prefill.payment_day)),
        ("monthly_income", income.map(Node::from)),
        ("dependants", whole(dependants)),
        ("monthly_household_costs", costs.map(Node::from)),
        ("income_source", source.map(Node::from)),
    ]);
    echo.extend(object.finish(refusals));
    Node::Object(echo)
}

/// A container whose inside belongs to the merchant: taken and given back byte for byte.
pub(super) fn free_form(document: &mut Document<'_>, name: &'static str) -> Node {
    document
        .raw(name)
        .map_or(Node::Null, |raw| Node::Raw(raw.to_owned()))
}

fn echo_of<const N: usize>(
    object: Document<'_>,
    texts: [(&'static str, Option<String>); N],
    refusals: &mut Refusals,
) -> Node {
    let mut echo = present(texts.map(|(name, text)| (name, text.map(Node::from))));
    echo.extend(object.finish(refusals));
    Node::Object(echo)
}

pub(super) fn present<const N: usize>(
    fields: [(&'static str, Option<Node>); N],
) -> Vec<(Name, Node)> {
    fields
        .into_iter()
        .filter_map(|(name, node)| Some((Name::Known(name), node?)))
        .collect()
}

/// Language and country, "for example et-ET".
fn is_locale(text: &str) -> bool {
    text.split_once('-').is_some_and(|(language, country)| {
        language.len() == 2
            && country.len() == 2
            && language.bytes().all(|byte| byte.is_ascii_lowercase())
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
    })
}
