//! The countries the bank works in. A sandbox imitates one of them.

use std::{fmt, str::FromStr};

use time::UtcOffset;

/// A country whose demo environment is imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// Estonia, EUR.
    Estonia,
    /// Latvia, EUR.
    Latvia,
    /// Lithuania, EUR.
    Lithuania,
    /// Poland, PLN.
    Poland,
    /// Czechia, CZK.
    Czechia,
}

impl Region {
    /// Every region, in the order the documentation lists them.
    pub const ALL: [Self; 5] = [
        Self::Estonia,
        Self::Latvia,
        Self::Lithuania,
        Self::Poland,
        Self::Czechia,
    ];

    /// The one currency in which this region's products are sold.
    pub const fn currency(self) -> &'static str {
        match self {
            Self::Estonia | Self::Latvia | Self::Lithuania => "EUR",
            Self::Poland => "PLN",
            Self::Czechia => "CZK",
        }
    }

    /// The locale a shop of this region usually sends.
    ///
    /// `cs-CS` is the bank's own spelling for Czechia.
    pub const fn locale(self) -> &'static str {
        match self {
            Self::Estonia => "et-ET",
            Self::Latvia => "lv-LV",
            Self::Lithuania => "lt-LT",
            Self::Poland => "pl-PL",
            Self::Czechia => "cs-CS",
        }
    }

    /// The offset in which the bank prints its times.
    ///
    /// The guide prints local time with an offset; summer time is left out, since an instant reads the same with any offset.
    pub(crate) const fn offset(self) -> UtcOffset {
        let hours = match self {
            Self::Estonia | Self::Latvia | Self::Lithuania => 2,
            Self::Poland | Self::Czechia => 1,
        };
        match UtcOffset::from_hms(hours, 0, 0) {
            Ok(offset) => offset,
            Err(_) => UtcOffset::UTC,
        }
    }

    /// Whether direct answers are shaped as the Polish guide prints them: in Poland, and in Czechia, for which there is no guide.
    pub(crate) const fn answers_as_poland(self) -> bool {
        matches!(self, Self::Poland | Self::Czechia)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Estonia => "estonia",
            Self::Latvia => "latvia",
            Self::Lithuania => "lithuania",
            Self::Poland => "poland",
            Self::Czechia => "czechia",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no region.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown region `{0}`: one of {names}", names = Region::ALL.map(Region::name).join(", "))]
pub struct UnknownRegion(String);

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|region| region.name() == text)
            .ok_or_else(|| UnknownRegion(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_reads_back_from_its_own_name() {
        for region in Region::ALL {
            assert_eq!(region.to_string().parse(), Ok(region));
        }
        let unknown = "Estonia".parse::<Region>().unwrap_err().to_string();
        assert!(unknown.contains("one of estonia, latvia, "), "{unknown}");
    }
}
