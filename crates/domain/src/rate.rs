use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

/// A yearly rate as the fraction that the bank sends: `0.0899` is 8.99 %.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Rate(Decimal);

impl Rate {
    /// A rate from its fraction.
    pub const fn from_fraction(fraction: Decimal) -> Self {
        Self(fraction)
    }

    /// The fraction: `0.0899`.
    pub const fn fraction(&self) -> Decimal {
        self.0
    }

    /// The rate with so many decimals of its fraction at most, half of one rounded up (Directive
    /// 2008/48/EC, Annex I, remark d): three are a percentage with one.
    #[must_use]
    pub fn rounded(self, decimals: u32) -> Self {
        let nearest = RoundingStrategy::MidpointAwayFromZero;
        Self(self.0.round_dp_with_strategy(decimals, nearest))
    }
}

/// As a percentage for people: `8.99 %`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By moving the dot, which is exact for every fraction. A product may have more digits than a
        // decimal holds, and then panics.
        let (mantissa, scale) = (self.0.mantissa(), self.0.scale());
        match scale.checked_sub(2) {
            Some(scale) => {
                let percent = Decimal::from_i128_with_scale(mantissa, scale).normalize();
                write!(f, "{percent} %")
            }
            // 96 bits times a hundred are far from filling 128.
            None if scale == 1 => write!(f, "{} %", mantissa.saturating_mul(10)),
            None => write!(f, "{} %", mantissa.saturating_mul(100)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_read_a_percentage() {
        assert_eq!(
            Rate::from_fraction(Decimal::new(899, 4)).to_string(),
            "8.99 %"
        );
        for (fraction, shown) in [
            ("0", "0 %"),
            ("1", "100 %"),
            ("0.5", "50 %"),
            ("-0.0125", "-1.25 %"),
            ("0.301", "30.1 %"),
        ] {
            let rate = Rate::from_fraction(fraction.parse().unwrap());
            assert_eq!(rate.to_string(), shown);
        }
    }

    #[test]
    fn a_rate_of_28_digits_is_shown_to_the_last() {
        assert_eq!(
            Rate::from_fraction(Decimal::MAX).to_string(),
            "7922816251426433759354395033500 %"
        );
        let small = Decimal::from_i128_with_scale(1, 28);
        assert_eq!(
            Rate::from_fraction(small).to_string(),
            "0.00000000000000000000000001 %"
        );
    }

    proptest! {
        #[test]
        fn no_rate_makes_it_panic(mantissa in -MOST..=MOST, scale in 0_u32..=28) {
            let shown = Rate::from_fraction(Decimal::from_i128_with_scale(mantissa, scale));
            prop_assert!(shown.to_string().ends_with(" %"));
        }
    }

    /// The largest mantissa of a decimal: 96 bits.
    const MOST: i128 = (1 << 96) - 1;
}
