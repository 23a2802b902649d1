//! Money on the wire: the same value and the same digits as were written, or nothing.

use inbank::http::{ApiVersion, RegionProfile, read_session_request};
use inbank::ports::Sessions as _;
use inbank::{Currency, Money, SessionId, parse_amount};

use super::bank::{Bank, at_once};
use super::json;

thread_local! {
    static BANK: Bank = Bank::new(&RegionProfile::ESTONIA);
}

/// Bytes as a number: in a text, in an answer of the bank, and in a document that goes out again.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let exact = Exact::of(text);
    let parsed = parse_amount(text);
    same(
        text,
        parsed.as_ref().ok().map(ToString::to_string),
        exact.as_ref(),
    );
    if let Ok(amount) = parsed {
        let written = amount.to_string();
        if !text.contains(['e', 'E']) {
            assert_eq!(without_zeros(&written), without_zeros(text));
        }
        let money = Money::new(amount, Currency::EUR);
        assert_eq!(Money::parse(&written, Currency::EUR), Ok(money));
    }
    let quoted = serde_json::to_string(text).unwrap();
    let bare = json::is_json(text) && !text.starts_with(['{', '[', '"']) && text.trim() == text;
    for value in [Some(text).filter(|_| bare), Some(&*quoted)]
        .into_iter()
        .flatten()
    {
        answered(value, exact.as_ref());
        sent(value, exact.as_ref());
    }
}

/// What was read is what was written; and what our decimals hold is read.
fn same(text: &str, read: Option<String>, exact: Option<&Exact>) {
    match read {
        Some(read) => {
            assert!(
                exact.is_some_and(Exact::fits),
                "{text} is no number to reckon with"
            );
            assert_eq!(Exact::of(&read).as_ref(), exact, "{text} became {read}");
        }
        None => assert!(
            !exact.is_some_and(|exact| exact.fits() && exact.plain),
            "{text}"
        ),
    }
}

/// What comes of a total in an answer.
fn answered(value: &str, exact: Option<&Exact>) {
    let answer =
        format!(r#"{{"uuid":"s-1","status":"pending","currency":"EUR","total_amount":{value}}}"#);
    BANK.with(|bank| {
        bank.answers(200, answer.as_bytes());
        let id = SessionId::parse("s-1").unwrap();
        let session = at_once(bank.api(ApiVersion::V3).session(&id)).unwrap();
        let total = session.total.map(|total| total.amount().to_string());
        same(value, total, exact);
    });
}

/// What goes out for a total, and for a merchant's own number, which is nothing to reckon with.
fn sent(value: &str, exact: Option<&Exact>) {
    let document = include_str!("../../fixtures/epos-2.10/session-open-minimal.request.json");
    let mut document = serde_json::from_str::<serde_json::Value>(document).unwrap();
    document.as_object_mut().unwrap().remove("total_amount");
    let rest = document.to_string();
    let rest = rest.strip_prefix('{').unwrap();
    let document =
        format!(r#"{{"additional_data":{{"n_n":{value}}},"total_amount":{value},{rest}"#);
    let region = RegionProfile::ESTONIA.region;
    let Ok(request) = read_session_request(&document, &region) else {
        let positive = exact.is_some_and(|exact| exact.fits() && exact.plain && exact.positive());
        assert!(
            !positive,
            "{value} is an amount, and the rest is the guide's"
        );
        return;
    };
    BANK.with(|bank| {
        for &version in ApiVersion::ALL {
            bank.answers(500, b"");
            at_once(bank.api(version).open(&request)).unwrap_err();
            let body = String::from_utf8(bank.sent().unwrap()).unwrap();
            let entries = json::entries(&body).unwrap();
            let total = json::only(&entries, &["total_amount", "totalAmount"]).unwrap();
            assert_eq!(
                Exact::of(total).as_ref(),
                exact,
                "{value} went out as {total}"
            );
            let own = json::only(&entries, &["additional_data", "additionalData"]).unwrap();
            let own = json::entries(own).unwrap();
            assert_eq!(
                json::compact(&own[0].1),
                json::compact(value),
                "digit by digit"
            );
        }
    });
}

/// A number by its digits and how many of them are behind the point, of any size.
#[derive(Debug)]
struct Exact {
    negative: bool,
    digits: String,
    scale: i64,
    /// Written without an exponent. With one there may be more digits or places than count in the end, and
    /// such a number may be refused.
    plain: bool,
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        (self.negative, &self.digits, self.scale) == (other.negative, &other.digits, other.scale)
    }
}

impl Exact {
    /// By JSON's grammar, but for zeros at the start, which only a text can have.
    fn of(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (rest, None),
        };
        let (whole, fraction) = mantissa
            .split_once('.')
            .map_or((mantissa, None), |(a, b)| (a, Some(b)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || fraction.is_some_and(|fraction| !digits(fraction)) {
            return None;
        }
        let plain = exponent.is_none();
        let exponent = match exponent {
            None => 0,
            Some(text) => {
                let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
                if !digits(unsigned) {
                    return None;
                }
                // Beyond this the value is out of any range, or nothing at all.
                let size = unsigned.parse::<i64>().unwrap_or(i64::MAX).min(1 << 40);
                if text.starts_with('-') { -size } else { size }
            }
        };
        let fraction = fraction.unwrap_or_default();
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let mut scale = i64::try_from(fraction.len()).ok()? - exponent;
        let mut digits = digits.to_owned();
        // As whole as it is: 1e3 is 1000.
        if (-60..0).contains(&scale) && !digits.is_empty() {
            digits.push_str(&"0".repeat(usize::try_from(-scale).ok()?));
            scale = 0;
        }
        if digits.is_empty() {
            scale = scale.max(0);
        }
        Some(Self {
            negative: negative && !digits.is_empty(),
            digits,
            scale,
            plain,
        })
    }

    /// Whether our decimal holds it: 96 bits, and 28 places.
    fn fits(&self) -> bool {
        let largest = "79228162514264337593543950335";
        let short = self.digits.len() < largest.len();
        let small = short || self.digits.len() == largest.len() && *self.digits <= *largest;
        small && (0..=28).contains(&self.scale)
    }

    fn positive(&self) -> bool {
        !self.negative && !self.digits.is_empty()
    }
}

/// A text can have zeros before its digits, and nothing has a sign.
fn without_zeros(text: &str) -> String {
    let digits = text.trim_start_matches('-');
    let digits = digits.trim_start_matches('0');
    let digits = if digits.starts_with('.') || digits.is_empty() {
        format!("0{digits}")
    } else {
        digits.to_owned()
    };
    let zero = digits.bytes().all(|b| matches!(b, b'0' | b'.'));
    if text.starts_with('-') && !zero {
        format!("-{digits}")
    } else {
        digits
    }
}
