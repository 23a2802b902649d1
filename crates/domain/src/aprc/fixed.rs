//! Integers with sixteen decimals, and the exponential of them.

use rust_decimal::Decimal;

/// A number with sixteen decimals. Whatever doesn't fit is none, so nothing overflows.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Fixed(i128);

const DECIMALS: u32 = 16;
const UNIT: i128 = 10_i128.pow(DECIMALS);

impl Fixed {
    pub(super) const ZERO: Self = Self(0);
    pub(super) const ONE: Self = Self(UNIT);

    pub(super) const fn whole(number: i32) -> Self {
        Self(number as i128 * UNIT)
    }

    /// `over / under`; none by nothing.
    pub(super) fn ratio(over: i64, under: i64) -> Option<Self> {
        let over = i128::from(over).checked_mul(UNIT)?;
        over.checked_div(i128::from(under)).map(Self)
    }

    pub(super) fn of(number: Decimal) -> Option<Self> {
        let number = number.round_dp(DECIMALS);
        let missing = DECIMALS.checked_sub(number.scale())?;
        let factor = 10_i128.checked_pow(missing)?;
        number.mantissa().checked_mul(factor).map(Self)
    }

    pub(super) fn decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.0, DECIMALS).ok()
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    pub(super) fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        let product = self.0.checked_mul(other.0)?;
        Some(Self(product / UNIT))
    }

    pub(super) fn over(self, other: Self) -> Option<Self> {
        self.0.checked_mul(UNIT)?.checked_div(other.0).map(Self)
    }

    /// `e^-self`, of what is not negative.
    pub(super) fn decay(self) -> Option<Self> {
        if self < Self::ZERO {
            return None;
        }
        if self > NOTHING_LEFT {
            return Some(Self::ZERO);
        }
        // Halved until the series ends soon, which as many squares make good.
        let mut exponent = self.0;
        let mut halvings = 0_u32;
        while exponent > UNIT / 16 {
            exponent /= 2;
            halvings += 1;
        }
        let (mut sum, mut term) = (UNIT, UNIT);
        for n in 1..=LONGEST_SERIES {
            term = term.checked_mul(-exponent)? / UNIT / n;
            if term == 0 {
                break;
            }
            sum += term;
        }
        let mut power = Self(sum);
        for _ in 0..halvings {
            power = power.times(power)?;
        }
        Some(power)
    }
}

/// What decays so far is less than the last decimal.
const NOTHING_LEFT: Fixed = Fixed::whole(37);

/// The eleventh term of a sixteenth is nothing already.
const LONGEST_SERIES: i128 = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_exponentials_come_out_to_the_fourteenth_decimal() {
        for (of, known) in [
            ("0", "1"),
            ("1", "0.36787944117144"),
            ("0.5", "0.60653065971263"),
            ("10", "0.00004539992976"),
            ("0.0001", "0.99990000499983"),
        ] {
            let [of, known] = [of, known].map(|text| text.parse::<Decimal>().unwrap());
            let decayed = Fixed::of(of).unwrap().decay().unwrap().decimal().unwrap();
            let error = (decayed - known).abs();
            assert!(error < Decimal::new(2, 14), "{of}: {decayed}");
        }
    }

    proptest! {
        #[test]
        fn no_two_numbers_make_it_panic(a in any::<i128>(), b in any::<i128>()) {
            let (a, b) = (Fixed(a), Fixed(b));
            let _ = (a.plus(b), a.minus(b), a.times(b), a.over(b), a.decimal());
            let decayed = a.decay();
            prop_assert!(decayed.is_none_or(|d| (Fixed::ZERO..=Fixed::ONE).contains(&d)));
        }

        #[test]
        fn no_decimal_makes_it_panic(mantissa in -MOST..=MOST, scale in 0_u32..=28) {
            let _ = Fixed::of(Decimal::from_i128_with_scale(mantissa, scale));
        }

        #[test]
        fn what_decays_longer_is_less(a in 0_i128..40 * UNIT, more in UNIT / 1000..UNIT) {
            let (early, late) = (Fixed(a).decay().unwrap(), Fixed(a + more).decay().unwrap());
            prop_assert!(late <= early);
        }
    }

    /// The largest mantissa of a decimal: 96 bits.
    const MOST: i128 = (1 << 96) - 1;
}
