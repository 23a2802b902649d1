//! Every field that a guide prints can be sent or is read, or stands in `docs/bank.md` as not read, with
//! the reason.

use inbank_domain::{
    ApplicationId, AssetIdentifiers, CalculationRequest, ConfirmationCode, ContractId, Currency,
    Detail, Imei, Locale, Money, Months, ProductCode, Region, SerialNumber, SigningMethod,
    StatementBankId, StatementRequest, WebAddress,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Step, at, fixture, places, spelled};
use crate::ApiVersion;
use crate::dialect::decode;
use crate::document::{read_application_request, read_rental_request, read_session_request};
use crate::failure::DecodeError;
use crate::wire::{application, calculation, income_proof, rental, session, signing};

const EUR: Currency = Currency::EUR;
const DOCS: &str = include_str!("../../../../../docs/bank.md");

/// What may stand in a field: of one of these, one that is read makes something else.
fn candidates() -> [Value; 14] {
    [
        json!("2031-02-17T11:10:00+02:00"),
        json!("2031-02-17"),
        json!("77.5"),
        json!(7),
        json!(77),
        json!("other-1"),
        json!("cancelled"),
        json!("https://other.example/x"),
        json!(true),
        json!(false),
        json!(["other"]),
        json!({ "uuid": "x-1" }),
        json!([{ "categoryCode": "add_on" }]),
        json!([{ "identifierType": "EAN", "identifier": "1" }]),
    ]
}

/// The paths that the documents call not read, of an answer: each stands for all that is inside.
fn not_read(operation: &str) -> Vec<String> {
    let section = DOCS.split("## Not read").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let row = format!("| `{operation}` |");
    let rows = section.lines().filter(|line| line.starts_with(&row));
    let fields = rows.flat_map(|line| {
        let cell = line[row.len()..].split('|').next().unwrap();
        let names = cell.split('`').enumerate().filter(|(n, _)| n % 2 == 1);
        names.map(|(_, name)| name.to_owned()).collect::<Vec<_>>()
    });
    fields.collect()
}

/// A place's path without the positions in lists.
fn path(place: &[Step]) -> String {
    let fields = place.iter().filter(|step| matches!(step, Step::Field(_)));
    spelled(&fields.cloned().collect::<Vec<_>>())
}

/// Whether a value is walked no further: no object or list with anything in it. A list of `{}` is how
/// the guides elide one.
fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(list) => list.iter().all(|entry| *entry == json!({})),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// Holds every printed field of an answer to what the documents say of it.
fn walk<T: PartialEq>(
    operation: &str,
    sample: &Value,
    read: impl Fn(&[u8]) -> Result<T, DecodeError>,
) {
    let not_read = not_read(operation);
    let Ok(whole) = read(sample.to_string().as_bytes()) else {
        panic!("{operation}: the sample is not read");
    };
    let mut unused = not_read.clone();
    for place in places(sample) {
        let mut changed = sample.clone();
        let elided = place
            .last()
            .is_some_and(|step| matches!(step, Step::Item(_)))
            && *at(&mut changed, &place) == json!({});
        if elided || !is_leaf(at(&mut changed, &place)) {
            continue;
        }
        let is_read = candidates().into_iter().any(|candidate| {
            *at(&mut changed, &place) = candidate;
            let read = read(changed.to_string().as_bytes());
            read.map_or(true, |read| read != whole)
        });
        let path = path(&place);
        let listed = not_read.iter().find(|listed| {
            let inside = path.strip_prefix(listed.as_str());
            inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        unused.retain(|known| Some(known) != listed);
        assert_eq!(is_read, listed.is_none(), "{operation}: {path}");
    }
    // Another sample of the same operation may have them.
    if !matches!(operation, "session.show" | "contract.show") {
        assert!(unused.is_empty(), "{operation} has no {unused:?}");
    }
}

fn sample(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn every_printed_field_of_a_sessions_answers_is_read_or_listed() {
    let opened = fixture!("epos-2.10/session-open.response.json");
    walk("session.open", &sample(opened), |body| {
        Ok(inbank_domain::OpenedSession::try_from(decode::<
            session::Opened,
        >(body)?)?)
    });
    for shown in [
        fixture!("epos-2.10/session.response.json"),
        fixture!("smart-rent-3.04/session.response.json"),
    ] {
        walk("session.show", &sample(shown), |body| {
            Ok(decode::<session::Details>(body)?.into_session(EUR)?)
        });
    }
}

#[test]
fn every_printed_field_of_a_contract_is_read_or_listed() {
    let id = ContractId::parse("11d1baeb-1da1-1c01-b111-12111211c1a1").unwrap();
    let bare = sample(fixture!("epos-2.10/contract-bare.response.json"));
    walk("contract.show", &bare, |body| {
        crate::contract::read(body, &id, EUR)
    });
}

#[test]
fn every_printed_field_of_an_applications_answers_is_read_or_listed() {
    let mut submitted = sample(fixture!("direct-ee-lv-2.05/application.response.json"));
    submitted["income_proof_type"] = json!("manual_internal_verification");
    walk("application.submit", &submitted, |body| {
        application::answer::submitted(body, EUR)
    });
    let details = fixture!("direct-ee-lv-2.05/application-details.response.json");
    let mut details = sample(details);
    details["credit_application"]["income_proof_type"] = json!("manual_internal_verification");
    walk("application.show", &details, |body| {
        application::answer::read(body, EUR)
    });
    let accepted = sample(fixture!("direct-ee-lv-2.05/accept.response.json"));
    walk("application.accept", &accepted, |body| {
        let body = crate::wire::unwrapped(body, crate::wire::Wrapper::Contract)?;
        let reference: crate::wire::contract::Reference = decode(body)?;
        Ok(ContractId::parse(reference.uuid)?)
    });
    let banks = sample(fixture!("direct-ee-lv-2.05/bank-list.response.json"));
    walk("application.banks", &banks, income_proof::banks);
    let started = sample(fixture!("direct-ee-lv-2.05/retrieval.response.json"));
    walk("application.retrieve_statement", &started, |body| {
        let retrieval = decode::<income_proof::Retrieval>(body)?;
        Ok(inbank_domain::StatementRetrieval::try_from(retrieval)?)
    });
}

#[test]
fn every_printed_field_of_the_contracts_papers_is_read_or_listed() {
    let printout = sample(fixture!("direct-pl-1.02/printout.response.json"));
    walk("contract.printout", &printout, |body| {
        Ok(inbank_domain::Printout::try_from(decode::<
            signing::PrintoutData,
        >(body)?)?)
    });
    let signed = sample(fixture!("direct-pl-1.02/signing.response.json"));
    walk("contract.confirm", &signed, signing::signed);
}

#[test]
fn every_printed_field_of_calculations_and_models_is_read_or_listed() {
    let answer = sample(fixture!("epos-2.10/calculation.response.json"));
    let asked = calculation_request();
    walk("calculation", &answer, |body| {
        decode::<calculation::Answer<'_>>(body)?.into_calculation(&asked)
    });
    let model = sample(fixture!("smart-rent-3.04/model.response.json"));
    walk("rental.model", &model, |body| {
        Ok(decode::<rental::Model<'_>>(body)?.into_model(EUR)?)
    });
    let cart = fixture!("smart-rent-3.04/calculation.request.json");
    let cart = read_rental_request(cart, &Region::ESTONIA).unwrap();
    let answer = sample(fixture!("smart-rent-3.04/calculation.response.json"));
    walk("rental.calculation", &answer, |body| {
        decode::<rental::Answer>(body)?.into_calculation(&cart)
    });
}

pub(super) fn calculation_request() -> CalculationRequest {
    let euro = |text| Money::parse(text, EUR).unwrap();
    let code = ProductCode::parse("product_code_here").unwrap();
    let months = Months::new(12).unwrap();
    let request = CalculationRequest::new(&Region::ESTONIA, code, euro("2000"), months);
    let mut request = request.unwrap().with_down_payment(euro("0")).unwrap();
    request.detail = Detail::Simple;
    request
}

fn written(payload: &impl Serialize) -> Value {
    serde_json::from_slice(&ApiVersion::V2.encode(payload).unwrap()).unwrap()
}

/// Every listed field stands in the body that leaves.
fn carries(sent: &Value, fields: &[&str]) {
    let paths: Vec<_> = places(sent).iter().map(|place| path(place)).collect();
    for field in fields {
        assert!(paths.iter().any(|path| path == field), "{field} in {sent}");
    }
}

/// *e-POS 2.10*, Session Initiation, the table and, at the end, what its samples have besides.
const SESSION: &[&str] = &[
    "product_code",
    "salesperson_reference",
    "total_amount",
    "currency",
    "locale",
    "valid_until",
    "user_ip",
    "customer_data.identity_code",
    "customer_data.first_name",
    "customer_data.last_name",
    "customer_data.gender",
    "customer_contact_data.email",
    "customer_contact_data.mobile",
    "customer_address_data.country",
    "customer_address_data.zip_code",
    "customer_address_data.street",
    "customer_address_data.parish",
    "customer_address_data.house",
    "customer_address_data.apartment",
    "customer_address_data.township",
    "customer_address_data.county",
    "purchase.purchase_reference",
    "purchase.description",
    "purchase.additional_details",
    "purchase.merchant.merchant_name",
    "purchase.merchant.merchant_registry_code",
    "purchase.merchant.merchant_order_reference",
    "purchase.merchant.merchant_domain_name",
    "purchase.merchant.merchant_mcc_code",
    "purchase.items.item_reference",
    "purchase.items.type",
    "purchase.items.description",
    "purchase.items.quantity",
    "purchase.items.amount",
    "purchase.items.serial_number",
    "purchase.items.url",
    "purchase.items.image_url",
    "purchase.items.vehicle_vin",
    "purchase.items.vehicle_licence_plate",
    "purchase.items.vehicle_make",
    "purchase.items.vehicle_model",
    "purchase.items.vehicle_registration_date",
    "credit_application_data.period",
    "credit_application_data.payment_day",
    "credit_application_data.monthly_income",
    "credit_application_data.dependants",
    "credit_application_data.monthly_household_costs",
    "credit_application_data.income_source",
    "partner_urls.return_url",
    "partner_urls.cancel_url",
    "partner_urls.callback_url",
    "integration_info",
    "additional_data",
    "customer_contact_data.phone",
    "customer_address_data.type",
    "customer_address_data.city",
    "credit_application_data.number",
    "credit_application_data.salesperson_reference",
    "purchase.items.additional_details",
];

#[test]
fn a_session_can_be_sent_with_every_listed_field() {
    let mut document = sample(fixture!("epos-2.10/session-open.request.json"));
    document["customer_data"]["identity_code"] = json!("38808050001");
    document["customer_data"]["gender"] = json!("m");
    for name in ["parish", "apartment", "city"] {
        document["customer_address_data"][name] = json!("x");
    }
    let prefill = json!({
        "period": 12, "payment_day": 15, "monthly_income": 2900, "dependants": 1,
        "monthly_household_costs": 100, "income_source": "salary", "number": "8000000123",
        "salesperson_reference": "SP_REF_001",
    });
    document["credit_application_data"] = prefill;
    let request = read_session_request(&document.to_string(), &Region::ESTONIA).unwrap();
    let sent = written(&session::Request::new(&request, &EUR).unwrap());
    carries(&sent, SESSION);
    assert_eq!(sent, document);
}

/// *Smart Rent 3.04*, Session Initiation and Calculator.
const RENTAL: &[&str] = &[
    "rental_application_data.insurance_used",
    "rental_application_data.grossCampaignDiscount",
    "rental_application_data.grossTradeInAmount",
    "rental_application_data.period",
    "rental_application_data.assets.net_price",
    "rental_application_data.assets.gross_price",
    "rental_application_data.assets.category_code",
    "rental_application_data.assets.model_name",
    "rental_application_data.assets.model_id",
    "rental_application_data.assets.type",
];

#[test]
fn a_rental_can_be_sent_with_every_listed_field() {
    let mut document = sample(fixture!("smart-rent-3.04/session-open.request.json"));
    document["rental_application_data"]["assets"][0]["gross_price"] = json!(405.65);
    let request = read_session_request(&document.to_string(), &Region::ESTONIA).unwrap();
    let sent = written(&session::Request::new(&request, &EUR).unwrap());
    carries(&sent, RENTAL);
    assert_eq!(sent, document);
    let identifiers = AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("J7P3D7000000").ok(),
    );
    let sent = json!({ "list": written(&rental::Identifier::all(&identifiers)) });
    carries(&sent, &["list.identifier_type", "list.identifier"]);
}

/// *Direct API 2.05*, Create a new application: the curl, the objects that prose lists, and what the
/// answer prints of an applicant.
const APPLICATION: &[&str] = &[
    "credit_application.product_code",
    "credit_application.amount",
    "credit_application.period",
    "credit_application.payment_day",
    "credit_application.down_payment_amount",
    "credit_application.down_payment_amount_prc",
    "credit_application.salesperson_reference",
    "credit_application.income_source",
    "credit_application.civil_status",
    "credit_application.housing_status",
    "credit_application.monthly_income",
    "credit_application.monthly_household_costs",
    "credit_application.monthly_financial_obligations",
    "credit_application.employer_name",
    "credit_application.employer_registry_code",
    "credit_application.employer_phone",
    "credit_application.employment_start_year",
    "credit_application.employment_start_month",
    "credit_application.employment_end_year",
    "credit_application.employment_end_month",
    "credit_application.dependants_count",
    "credit_application.dependants_over_18",
    "customer.identity_code",
    "customer.first_name",
    "customer.last_name",
    "customer.gender",
    "customer_addresses.street",
    "customer_addresses.country",
    "customer_addresses.zip_code",
    "customer_contact.mobile",
    "customer_contact.email",
    "customer_identification.document_type",
    "customer_identification.document_number",
    "consents.type",
    "consents.value",
    "consents.text",
    "purchase",
    "partner_urls.callback_url",
];

#[test]
fn an_application_can_be_sent_with_every_listed_field() {
    let mut document = sample(fixture!("direct-ee-lv-2.05/application.request.json"));
    document["customer"]["gender"] = json!("m");
    document["purchase"] = json!({ "description": "A bicycle" });
    document["partner_urls"] = json!({ "callback_url": "https://shop.example/c" });
    for field in APPLICATION {
        let name = field.strip_prefix("credit_application.");
        let Some(name) = name.filter(|name| document["credit_application"].get(name).is_none())
        else {
            continue;
        };
        document["credit_application"][name] = json!("12");
    }
    let request = read_application_request(&document.to_string(), &Region::ESTONIA).unwrap();
    let sent = written(&application::request::Request::new(&request, EUR).unwrap());
    carries(&sent, APPLICATION);
    assert_eq!(sent, document);
}

#[test]
fn the_other_requests_have_every_listed_field() {
    let sent = written(&calculation::Request::new(&calculation_request(), &EUR).unwrap());
    let listed = [
        "product_code",
        "amount",
        "period",
        "down_payment_amount",
        "currency",
        "response_level",
    ];
    carries(&sent, &listed);
    let retrieval = StatementRequest {
        application: ApplicationId::parse("a-1").unwrap(),
        bank: StatementBankId::parse("24").unwrap(),
        return_url: WebAddress::parse("https://test.com").unwrap(),
        locale: Locale::parse("en").unwrap(),
    };
    let sent = written(&income_proof::Request::from(&retrieval));
    let listed = ["application_uuid", "return_url", "bank_id", "locale"];
    carries(&sent, &listed);
    carries(
        &written(&signing::Request::start(&SigningMethod::Sms)),
        &["method"],
    );
    let code = ConfirmationCode::parse("123456").unwrap();
    let sent = written(&signing::Request::confirm(&code));
    carries(&sent, &["method", "confirmation_code"]);
}
