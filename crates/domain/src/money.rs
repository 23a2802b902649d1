use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::Invalid;

/// An ISO 4217 code, such as `EUR`.
///
/// Open on purpose: a region with another currency needs no change here.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Czech koruna.
    pub const CZK: Self = Self(*b"CZK");
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");
    /// Polish złoty.
    pub const PLN: Self = Self(*b"PLN");

    /// A currency by its code, for constants; none unless it is three capitals.
    pub const fn from_code(code: [u8; 3]) -> Option<Self> {
        let [a, b, c] = code;
        if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_uppercase() {
            Some(Self(code))
        } else {
            None
        }
    }

    /// How many digits stand behind the point in what can be paid: 2, unless ISO 4217 says otherwise.
    pub const fn minor_digits(self) -> u32 {
        match &self.0 {
            b"CLP" | b"ISK" | b"JPY" | b"KRW" | b"PYG" | b"UGX" | b"VND" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Three ASCII capitals, by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let code = <[u8; 3]>::try_from(text.as_bytes()).ok();
        code.and_then(Self::from_code).ok_or_else(|| {
            Invalid::new(
                "currency",
                "must be an ISO 4217 code of three capitals, such as EUR",
            )
        })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount in the currency's main unit (euros, not cents), exact, bound to its currency.
///
/// The bank takes more than two decimals (`31.3167`), so the digits given are kept: nothing here
/// rounds. Arithmetic is checked, and mixing currencies is an error.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// An amount of a currency.
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Reads plain digits, such as `31.3167`.
    ///
    /// # Errors
    /// [`Invalid`] (`amount`) as [`parse_amount`] says.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, Invalid> {
        Ok(Self::new(parse_amount(text)?, currency))
    }

    /// The amount in the main unit.
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The same amount with as many digits behind the point as its coins have, for people to read: `1 EUR` and
    /// `1.0 EUR` as `1.00 EUR`. What has more of them keeps them: nothing is rounded.
    #[must_use]
    pub fn in_coins(self) -> Self {
        let mut amount = self.amount.normalize();
        let digits = self.currency.minor_digits();
        if amount.scale() < digits {
            amount.rescale(digits);
        }
        Self::new(amount, self.currency)
    }

    /// Whether it is more than nothing.
    pub fn is_positive(&self) -> bool {
        self.amount > Decimal::ZERO
    }

    /// Checks that it can be paid in the currency's coins: `0.001 EUR` can't, `0.010 EUR` can. For what a
    /// customer is to pay; the bank's own figures have more digits.
    ///
    /// # Errors
    /// [`Invalid`] (`amount`).
    pub fn checked_coins(self) -> Result<(), Invalid> {
        let digits = self.currency.minor_digits();
        if self.amount.normalize().scale() <= digits {
            return Ok(());
        }
        let problem = format!("must have at most {digits} digits behind the point");
        Err(Invalid::new("amount", problem))
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Currencies`] or [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.exact(self.amount.checked_add(other.amount), other.amount)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError::Currencies`] or [`MoneyError::Overflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.exact(self.amount.checked_sub(other.amount), other.amount)
    }

    /// Which is more.
    ///
    /// # Errors
    /// [`MoneyError::Currencies`].
    pub fn compare(self, other: Self) -> Result<Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::Currencies {
                left: self.currency,
                right: other.currency,
            })
        }
    }

    /// A decimal has 28 digits; a sum that needs more would be rounded silently, so it is refused.
    fn exact(self, result: Option<Decimal>, other: Decimal) -> Result<Self, MoneyError> {
        let scale = self.amount.scale().max(other.scale());
        match result {
            Some(amount) if amount.scale() == scale || amount.is_zero() => {
                Ok(Self::new(amount, self.currency))
            }
            _ => Err(MoneyError::Overflow),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why two amounts can't be taken together.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Two currencies in one calculation.
    #[error("{left} and {right} can't be mixed: convert one of them first")]
    Currencies {
        /// Of the first amount.
        left: Currency,
        /// Of the second amount.
        right: Currency,
    },
    /// The exact result needs more than 28 digits.
    #[error("the exact result has more than 28 digits")]
    Overflow,
}

/// Reads an exact decimal as it may stand in JSON: `2000`, `"2000.0"`, `31.3167`, `1e3`.
///
/// # Errors
/// [`Invalid`] (`amount`) for anything else: a comma, a space, a sign other than a leading minus, or
/// more digits than can be kept exactly (28).
pub fn parse_amount(text: &str) -> Result<Decimal, Invalid> {
    let invalid = || {
        Invalid::new(
            "amount",
            "must be a decimal number of at most 28 digits with a dot, such as 31.3167",
        )
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    // rust_decimal also takes `1_000`, `+5` and `.5`; the bank's grammar, JSON's, does not.
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let plain = match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    };
    if !plain {
        return Err(invalid());
    }
    let amount = Decimal::from_str_exact(mantissa).map_err(|_| invalid())?;
    match exponent {
        None => Ok(amount),
        Some(exponent) => scaled(amount, exponent).ok_or_else(invalid),
    }
}

/// `amount × 10^exponent`, or nothing where that would not be exact.
fn scaled(amount: Decimal, exponent: &str) -> Option<Decimal> {
    // Rust's grammar of whole numbers is that of JSON's exponents: a sign and digits.
    let exponent: i64 = exponent.parse().ok()?;
    // What overflows is far outside 28 digits.
    let scale = i64::from(amount.scale()).checked_sub(exponent)?;
    if scale < 0 {
        let power = u32::try_from(scale.checked_neg()?).ok();
        let power = power.filter(|power| *power <= 28)?;
        let factor = 10_i128.checked_pow(power)?;
        let mantissa = amount.mantissa().checked_mul(factor)?;
        Decimal::try_from_i128_with_scale(mantissa, 0).ok()
    } else {
        Decimal::try_from_i128_with_scale(amount.mantissa(), u32::try_from(scale).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn for_people_an_amount_has_the_digits_of_its_coins_and_those_that_it_has_besides() {
        for (amount, code, shown) in [
            ("1", b"EUR", "1.00 EUR"),
            ("1.0", b"EUR", "1.00 EUR"),
            ("499.9", b"PLN", "499.90 PLN"),
            ("499.900", b"CZK", "499.90 CZK"),
            ("31.3167", b"EUR", "31.3167 EUR"),
            ("1200.0", b"JPY", "1200 JPY"),
            ("0", b"EUR", "0.00 EUR"),
            ("1.5", b"TND", "1.500 TND"),
        ] {
            let currency = Currency::from_code(*code).unwrap();
            let amount = Money::parse(amount, currency).unwrap();
            assert_eq!(amount.in_coins().to_string(), shown);
        }
    }

    #[test]
    fn digits_are_kept_as_given() {
        for text in ["31.3167", "2000.0", "0", "-1.50", "9000"] {
            assert_eq!(parse_amount(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_exponent_is_read_exactly_or_not_at_all() {
        assert_eq!(parse_amount("1e3").unwrap(), Decimal::from(1000));
        assert_eq!(parse_amount("31.3167E+2").unwrap().to_string(), "3131.67");
        assert_eq!(parse_amount("5e-2").unwrap().to_string(), "0.05");
        for bad in [
            "1e",
            "1e+",
            "1e99",
            "1e-99",
            "1e1.5",
            "1e++1",
            "1e+-1",
            "1e 1",
            "1e١",
            "1e-9223372036854775808",
            "1.5e9223372036854775807",
        ] {
            assert!(parse_amount(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_json_would_not_call_a_number_is_refused() {
        for bad in [
            "",
            "-",
            "3.45,",
            "1,5",
            " 1",
            "1 ",
            "+5",
            ".5",
            "5.",
            "1_000",
            "NaN",
            "0x10",
            "١",
            "12345678901234567890123456789012345",
        ] {
            assert_eq!(parse_amount(bad).unwrap_err().field(), "amount", "{bad}");
        }
    }

    #[test]
    fn money_shows_its_digits_and_its_currency_in_logs_too() {
        let money = Money::parse("31.3167", Currency::EUR).unwrap();
        assert_eq!(money.to_string(), "31.3167 EUR");
        assert_eq!(format!("{money:?} {:?}", Currency::PLN), "31.3167 EUR PLN");
    }

    #[test]
    fn currencies_do_not_mix() {
        let euro = Money::parse("1", Currency::EUR).unwrap();
        let zloty = Money::parse("1", Currency::PLN).unwrap();
        assert!(matches!(
            euro.checked_add(zloty),
            Err(MoneyError::Currencies { .. })
        ));
        assert!(euro.compare(zloty).is_err());
    }

    #[test]
    fn a_sum_that_would_be_rounded_is_refused() {
        let huge = Money::new(Decimal::MAX, Currency::EUR);
        let cent = Money::parse("0.01", Currency::EUR).unwrap();
        assert_eq!(huge.checked_add(huge), Err(MoneyError::Overflow));
        assert_eq!(huge.checked_sub(cent), Err(MoneyError::Overflow));
    }

    #[test]
    fn a_currency_is_three_capitals() {
        assert_eq!("EUR".parse::<Currency>().unwrap(), Currency::EUR);
        for bad in ["", "eur", "EURO", "E1R", "€"] {
            assert_eq!(bad.parse::<Currency>().unwrap_err().field(), "currency");
        }
    }

    /// The largest mantissa of a decimal: 96 bits.
    const MOST: i128 = (1 << 96) - 1;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(mantissa in any::<i64>(), scale in 0_u32..=18) {
            let amount = Decimal::new(mantissa, scale);
            prop_assert_eq!(parse_amount(&amount.to_string()).unwrap(), amount);
        }

        #[test]
        fn adding_and_taking_away_again_changes_nothing(
            a in any::<i64>(), b in any::<i64>(), scale_a in 0_u32..=8, scale_b in 0_u32..=8,
        ) {
            let a = Money::new(Decimal::new(a, scale_a), Currency::EUR);
            let b = Money::new(Decimal::new(b, scale_b), Currency::EUR);
            prop_assert_eq!(a.checked_add(b).unwrap().checked_sub(b).unwrap(), a);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = parse_amount(&text);
        }

        #[test]
        fn no_exponent_makes_it_panic(
            mantissa in any::<i64>(), scale in 0_u32..=18, exponent in any::<i64>(),
        ) {
            let amount = Decimal::new(mantissa, scale);
            let _ = parse_amount(&format!("{amount}e{exponent}"));
        }

        #[test]
        fn no_two_amounts_make_it_panic(
            a in -MOST..=MOST, b in -MOST..=MOST, scale_a in 0_u32..=28, scale_b in 0_u32..=28,
        ) {
            let money = |mantissa, scale| {
                Money::new(Decimal::from_i128_with_scale(mantissa, scale), Currency::EUR)
            };
            let (a, b) = (money(a, scale_a), money(b, scale_b));
            let _ = (a.checked_add(b), a.checked_sub(b), a.compare(b));
            prop_assert_eq!(Money::parse(&a.amount().to_string(), Currency::EUR), Ok(a));
        }
    }
}
