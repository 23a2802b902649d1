use std::fmt;

use rust_decimal::Decimal;

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
}

/// As a percentage for people: `8.99 %`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = (self.0 * Decimal::ONE_HUNDRED).normalize();
        write!(f, "{percent} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_a_percentage() {
        assert_eq!(
            Rate::from_fraction(Decimal::new(899, 4)).to_string(),
            "8.99 %"
        );
    }
}
