//! Identifiers: random, or the same ones every time from a seed.

use uuid::{Builder, Uuid};

/// Where new identifiers come from.
#[derive(Debug)]
pub(crate) enum Identifiers {
    Random,
    /// The state of a `SplitMix64` generator.
    Seeded(u64),
}

impl Identifiers {
    pub(crate) const fn new(seed: Option<u64>) -> Self {
        match seed {
            Some(seed) => Self::Seeded(seed),
            None => Self::Random,
        }
    }

    /// The next identifier, always of the shape of a version 4 UUID.
    pub(crate) fn next(&mut self) -> Uuid {
        match self {
            Self::Random => Uuid::new_v4(),
            Self::Seeded(state) => {
                let bits = u128::from(split_mix(state)) << 64 | u128::from(split_mix(state));
                Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
            }
        }
    }

    /// A number below this one, and 0 where there is none: for an order of chance.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let (_, low) = self.next().as_u64_pair();
        usize::try_from(low)
            .unwrap_or(usize::MAX)
            .checked_rem(limit)
            .unwrap_or_default()
    }

    /// The next contract number: eleven digits, as in the guide's sample.
    pub(crate) fn next_number(&mut self) -> String {
        let (_, low) = self.next().as_u64_pair();
        format!("89{:09}", low % 1_000_000_000)
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_identifiers_again() {
        let (mut one, mut two) = (Identifiers::new(Some(1)), Identifiers::new(Some(1)));
        let first = one.next();
        assert_eq!(first, two.next());
        assert_ne!(first, one.next());
        assert_eq!(first.get_version_num(), 4);
    }
}
