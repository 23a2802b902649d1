//! Every answer of the bank, in both dialects: whatever stands in it, what was asked for comes out, and
//! nothing that isn't there.

use std::fmt::Debug;

use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::{
    Applications, Calculator, Contracts, GatewayError, GatewayErrorKind, IncomeProof as _,
    Offers as _, ProductCatalogue as _, Rentals, Sessions as _, Signing as _,
};
use inbank::{
    ApplicationDocument, ApplicationId, Attachment, CalculationRequest, ConfirmationCode,
    ContractId, ContractStatus, Currency, DecisionStatus, Locale, ModelIdentifier, Money, Months,
    ProductCode, Regeneration, SessionId, SessionStatus, SigningMethod, StatementBankId,
    StatementRequest, WebAddress,
};

use super::bank::{Bank, at_once};
use super::json;

thread_local! {
    static BANK: Bank = Bank::new(&RegionProfile::ESTONIA);
}

// What the guides' samples are about, so that those are answers to what is asked.
const SESSION: &str = "7ed7fab8-316a-4f42-9a52-1e9c48a00000";
const APPLICATION: &str = "471e6282-3384-412b-af7b-646eb8f04391";
const CONTRACT: &str = "11d1baeb-1da1-1c01-b111-12111211c1a1";

const STATUSES: [u16; 8] = [200, 201, 204, 302, 404, 422, 429, 503];

/// The first byte, a letter, says what is asked, and the second with what status it is answered; the rest
/// is the answer.
pub fn check(bytes: &[u8]) {
    let [call, status, answer @ ..] = bytes else {
        return;
    };
    let call = call.wrapping_sub(b'a') % CALLS;
    let status = STATUSES[usize::from(status.wrapping_sub(b'0')) % STATUSES.len()];
    let ask = |version, answer: &[u8]| {
        BANK.with(|bank| {
            bank.answers(status, answer);
            asked(bank, version, call)
        })
    };
    let read = ask(ApiVersion::V2, answer);
    // Either spelling is read in either version.
    assert_eq!(ask(ApiVersion::V3, answer), read, "in v3");
    let text = std::str::from_utf8(answer).ok();
    let json = text.filter(|text| json::is_json(text));
    if let Some(json) = json {
        let camel = json::camel(json);
        assert_eq!(ask(ApiVersion::V2, camel.as_bytes()), read, "{camel}");
    }
    if !(200..300).contains(&status) {
        let kind = read.unwrap_err();
        assert_ne!(
            kind,
            GatewayErrorKind::Undecodable,
            "a refusal is one, whatever it says"
        );
        return;
    }
    // In what is passed over, bytes that are no text cost nothing either; they are only not looked at here.
    if text.is_none() {
        return;
    }
    match call {
        0 => of_a_session(json, read.ok()),
        1 => of_a_contract(json, read.ok()),
        2 => of_an_application(json, read.ok()),
        // These have nothing to say, or little: what says that it is none is no success.
        8 | 11 | 13..=16 | 24 => {
            let entries = json.and_then(json::entries).unwrap_or_default();
            let refusal = entries.iter().any(|(name, value)| {
                let code = json::text(value).is_some_and(|text| GatewayError::is_code(&text));
                code && ERRORS.contains(&name.as_str())
            });
            assert!(!refusal || read.is_err(), "{read:?}");
        }
        _ => {}
    }
}

/// Where the bank has been seen to say what is wrong.
const ERRORS: [&str; 6] = [
    "errorCode",
    "error_code",
    "error",
    "message",
    "Message",
    "errors",
];

/// What was read: all of it as it shows, and the status, where that is what it was read for.
#[derive(Debug, PartialEq)]
struct Read {
    shown: String,
    status: Option<String>,
}

impl Read {
    fn of<T: Debug>(answer: &T, status: Option<&str>) -> Self {
        Self {
            shown: format!("{answer:?}"),
            status: status.map(str::to_owned),
        }
    }
}

const CALLS: u8 = 26;

fn asked(bank: &Bank, version: ApiVersion, call: u8) -> Result<Read, GatewayErrorKind> {
    let api = bank.api(version);
    let (session, contract) = (
        SessionId::parse(SESSION).unwrap(),
        ContractId::parse(CONTRACT).unwrap(),
    );
    let application = ApplicationId::parse(APPLICATION).unwrap();
    let product = ProductCode::parse("hirepurchase_epos_0.0%_1a2b3c4d").unwrap();
    let amount = Money::parse("2000", Currency::EUR).unwrap();
    let url = || WebAddress::parse("https://shop.example/{status}").unwrap();
    let code = ConfirmationCode::parse("0000").unwrap();
    let sms = SigningMethod::Sms;
    match call {
        0 => at_once(api.session(&session)).map(|read| Read::of(&read, Some(read.status.as_str()))),
        1 => at_once(Contracts::contract(api, &contract))
            .map(|read| Read::of(&read, Some(read.status.as_str()))),
        2 => at_once(api.application(&application))
            .map(|read| Read::of(&read, Some(read.decision.as_str()))),
        3 => shown(at_once(api.submit(&samples::application()))),
        4 => shown(at_once(api.open(&samples::session()))),
        5 => shown(at_once(api.product(&product))),
        6 => shown(at_once(Calculator::calculate(
            api,
            &samples::calculation(amount),
        ))),
        7 => shown(at_once(api.accept(&application))),
        8 => shown(at_once(Applications::cancel(api, &application))),
        9 => shown(at_once(api.banks(&application))),
        10 => {
            let request = StatementRequest {
                application,
                bank: StatementBankId::parse("24").unwrap(),
                return_url: url(),
                locale: Locale::parse("et-EE").unwrap(),
            };
            shown(at_once(api.retrieve_statement(&request)))
        }
        11 => {
            let files = [Attachment::new("a.pdf", vec![1]).unwrap()];
            shown(at_once(api.attach(&application, &files, "")))
        }
        12 => shown(at_once(api.printout(&contract, Regeneration::NotNeeded))),
        13 => shown(at_once(api.sign(&contract, &SigningMethod::Redirect))),
        14 => shown(at_once(api.confirm(&contract, &code))),
        15 => shown(at_once(api.sign_application(&application, &sms))),
        16 => shown(at_once(api.confirm_application(&application, &code))),
        17 => shown(at_once(api.payment_link(&contract, &url()))),
        18 => {
            let document = ApplicationDocument::Offer;
            shown(at_once(api.application_printout(&application, document)))
        }
        19 => shown(at_once(api.payment_schedule(&application))),
        20 => shown(at_once(api.applicant(&application))),
        21 => {
            let identifier = ModelIdentifier::ean("88845632734657").unwrap();
            shown(at_once(api.asset_model(&product, &identifier)))
        }
        22 => shown(at_once(Rentals::calculate(
            api,
            &product,
            &samples::rental(),
        ))),
        23 => shown(at_once(Rentals::contract(api, &product, &contract))),
        24 => shown(at_once(Contracts::approve(api, &contract))),
        _ => shown(at_once(api.recalculate(&application, amount))),
    }
    .map_err(|error: GatewayError| error.kind())
}

fn shown<T: Debug>(answer: Result<T, GatewayError>) -> Result<Read, GatewayError> {
    answer.map(|answer| Read::of(&answer, None))
}

/// Requests as the guides print them.
mod samples {
    use inbank::http::{read_application_request, read_rental_request, read_session_request};
    use inbank::{ApplicationRequest, Region, RentalRequest, SessionRequest};

    use super::{CalculationRequest, Money, Months, ProductCode};

    macro_rules! sample {
        ($path:literal) => {
            include_str!(concat!("../../fixtures/", $path))
        };
    }

    thread_local! {
        static SESSION: SessionRequest =
            read_session_request(sample!("epos-2.10/session-open.request.json"), &Region::ESTONIA).unwrap();
        static APPLICATION: ApplicationRequest =
            read_application_request(sample!("direct-ee-lv-2.05/application.request.json"), &Region::ESTONIA).unwrap();
        static RENTAL: RentalRequest =
            read_rental_request(sample!("smart-rent-3.04/calculation.request.json"), &Region::ESTONIA).unwrap();
    }

    pub(super) fn session() -> SessionRequest {
        SESSION.with(Clone::clone)
    }

    pub(super) fn application() -> ApplicationRequest {
        APPLICATION.with(Clone::clone)
    }

    pub(super) fn rental() -> RentalRequest {
        RENTAL.with(Clone::clone)
    }

    pub(super) fn calculation(amount: Money) -> CalculationRequest {
        let product = ProductCode::parse("product_code_here").unwrap();
        let period = Months::new(12).unwrap();
        CalculationRequest::new(&Region::ESTONIA, product, amount, period).unwrap()
    }
}

/// A status that stands in a session as text is read, and none is read that doesn't.
fn of_a_session(json: Option<&str>, read: Option<Read>) {
    let expected = |text: &str| SessionStatus::from(text).as_str().to_owned();
    let entries = json.and_then(json::entries).unwrap_or_default();
    holds(&entries, &["uuid"], SESSION, &["status"], read, expected);
}

/// The same in a contract, which may be wrapped.
fn of_a_contract(json: Option<&str>, read: Option<Read>) {
    let expected = |text: &str| ContractStatus::from(text).as_str().to_owned();
    let Some(entries) = inside(json, &["contract"]) else {
        return;
    };
    holds(&entries, &["uuid"], CONTRACT, &["status"], read, expected);
}

/// The same in an application, whose status is its decision. Where there is none yet, which a blank text and a
/// `null` spelled out say as well, it is pending, and where the bank changed the conditions, it is another application's.
fn of_an_application(json: Option<&str>, read: Option<Read>) {
    let expected = |text: &str| DecisionStatus::from(text).as_str().to_owned();
    let wrapper = ["credit_application", "creditApplication"];
    let Some(entries) = inside(json, &wrapper) else {
        return;
    };
    let names = ["decision_status", "decisionStatus"];
    let says_nothing =
        |text: String| text.trim().is_empty() || text.trim().eq_ignore_ascii_case("null");
    let undecided = |value: &str| value == "null" || json::text(value).is_some_and(says_nothing);
    if json::only(&entries, &names).is_none_or(undecided) {
        return;
    }
    if json::only(&entries, &["uuid"])
        .and_then(json::text)
        .is_some_and(|id| id.trim() != APPLICATION)
    {
        return;
    }
    holds(&entries, &["uuid"], APPLICATION, &names, read, expected);
}

/// The entries of what an answer is about, where it can't be mistaken.
fn inside(json: Option<&str>, names: &[&str]) -> Option<Vec<(String, String)>> {
    let entries = json.and_then(json::entries).unwrap_or_default();
    let mut around = entries
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()));
    let first = around.next();
    if around.next().is_some() {
        return None;
    }
    match first.filter(|(_, value)| value.starts_with('{')) {
        Some((_, inner)) => json::entries(inner),
        None => Some(entries),
    }
}

fn holds(
    entries: &[(String, String)],
    ids: &[&str],
    id: &str,
    names: &[&str],
    read: Option<Read>,
    expected: impl Fn(&str) -> String,
) {
    let only = |names: &[&str]| json::only(entries, names).and_then(json::text);
    if let (Some(named), Some(status)) = (only(ids), only(names))
        && named.trim().eq_ignore_ascii_case(id)
    {
        let read = read.as_ref().and_then(|read| read.status.as_deref());
        assert_eq!(
            read,
            Some(&*expected(&status)),
            "its status is there as text"
        );
    }
    if let Some(read) = read {
        let stands = entries.iter().any(|(name, value)| {
            let text = json::text(value);
            names.contains(&name.as_str()) && text.map(|text| expected(&text)) == read.status
        });
        assert!(stands, "a status that isn't there: {:?}", read.status);
    }
}
