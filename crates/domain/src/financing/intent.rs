use std::fmt;

use crate::{ApplicationId, FinancingState, Invalid};

/// What a shop or its customer has decided, and the bank is to be told: written down before it is
/// sent, and settled by what the bank then shows.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Intent {
    /// Accept the offer of this application, and of none that took its place (*Direct API*).
    Accept(ApplicationId),
    /// Activate the rental, whose device's identifiers the bank has taken (*Smart Rent*).
    Activate,
    /// Approve the contract (*Contract Approval*).
    Approve,
    /// Cancel the contract, or the application while there is none (*Contract Cancellation*).
    Cancel,
}

impl Intent {
    /// The name for people and stores.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::Activate => "activate",
            Self::Approve => "approve",
            Self::Cancel => "cancel",
        }
    }

    /// The application that it is about, where it is about one.
    pub const fn application(&self) -> Option<&ApplicationId> {
        match self {
            Self::Accept(application) => Some(application),
            Self::Activate | Self::Approve | Self::Cancel => None,
        }
    }

    /// Reads back what a store kept of it.
    ///
    /// # Errors
    /// [`Invalid`] (`intent`) when no intent has that name, or one lacks its application.
    pub fn from_parts(name: &str, application: Option<ApplicationId>) -> Result<Self, Invalid> {
        match (name, application) {
            ("accept", Some(application)) => Ok(Self::Accept(application)),
            ("activate", None) => Ok(Self::Activate),
            ("approve", None) => Ok(Self::Approve),
            ("cancel", None) => Ok(Self::Cancel),
            _ => Err(Invalid::new(
                "intent",
                "must be one that this version knows",
            )),
        }
    }

    /// Whether it may be decided in a state; what the bank then makes of it is another matter.
    pub fn fits(&self, state: FinancingState) -> bool {
        match self {
            Self::Accept(_) => state == FinancingState::Offered,
            Self::Activate | Self::Approve => state == FinancingState::Granted,
            Self::Cancel => state != FinancingState::Opening && !state.is_terminal(),
        }
    }

    /// Whether a state shows that it is carried out, or has become pointless.
    pub fn is_over_in(&self, state: FinancingState) -> bool {
        match self {
            // From the acceptance on there is a contract.
            Self::Accept(_) => {
                state.is_terminal() || state.progress() > FinancingState::Offered.progress()
            }
            Self::Activate | Self::Approve | Self::Cancel => state.is_terminal(),
        }
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> [Intent; 4] {
        [
            Intent::Accept(ApplicationId::parse("a").unwrap()),
            Intent::Activate,
            Intent::Approve,
            Intent::Cancel,
        ]
    }

    #[test]
    fn an_intent_is_read_back_from_its_parts() {
        for intent in every() {
            let application = intent.application().cloned();
            assert_eq!(Intent::from_parts(intent.name(), application), Ok(intent));
        }
        assert!(Intent::from_parts("accept", None).is_err());
        assert!(Intent::from_parts("pay", None).is_err());
    }

    #[test]
    fn no_intent_is_over_where_it_fits_and_none_fits_an_end() {
        for intent in every() {
            for state in FinancingState::ALL {
                assert!(!(intent.fits(*state) && intent.is_over_in(*state)));
                assert!(!(state.is_terminal() && intent.fits(*state)));
            }
        }
    }
}
