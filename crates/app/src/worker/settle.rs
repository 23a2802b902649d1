//! Carries an intent to the bank, unless it is there already.

use std::time::Duration;

use inbank_domain::Intent;
use inbank_ports::{GatewayError, GatewayErrorKind};

use super::round::{Refusal, Round, Trouble};
use crate::{ActivateError, Activation, DecideError, Decision, OfferError, Shop};

/// How an intent stands after it was carried to the bank.
pub(super) enum Settled {
    /// Whatever the bank shows now is the outcome.
    AsTheBankShows,
    /// The bank won't do it.
    Refused(Refusal),
}

impl Round<'_> {
    /// Carries an intent out, unless the bank shows that this has happened.
    pub(super) async fn settle(&self, shop: &Shop, intent: &Intent) -> Result<Settled, Trouble> {
        // A worker that was stopped must not send what another may be sending.
        if self.worker.clock.now() + Duration::from_mins(1) > self.leased_until {
            return Err(Trouble::Lost);
        }
        let financing = &self.claim.entry.financing;
        match intent {
            Intent::Accept(application) => {
                of_offer(shop.offers().resume_accepting(application).await)
            }
            Intent::Cancel if financing.contract.is_none() => match &financing.application {
                Some(application) => match shop.offers().resume_cancelling(application).await {
                    // It is the financing that is to be cancelled, whatever its application is now.
                    Err(OfferError::Changed(_)) => Ok(Settled::AsTheBankShows),
                    cancelled => of_offer(cancelled),
                },
                None => Ok(Settled::AsTheBankShows),
            },
            Intent::Cancel => of_decision(shop.decide().resume(financing, Decision::Cancel).await),
            Intent::Approve => {
                of_decision(shop.decide().resume(financing, Decision::Approve).await)
            }
            Intent::Activate => match &financing.contract {
                Some(contract) => {
                    let product = &self.claim.entry.product;
                    of_activation(shop.activate().activate_identified(product, contract).await)
                }
                None => Ok(Settled::AsTheBankShows),
            },
            _ => Err(Trouble::Lost),
        }
    }
}

fn of_activation(activated: Result<Activation, ActivateError>) -> Result<Settled, Trouble> {
    match activated {
        Ok(_) | Err(ActivateError::Otherwise(_) | ActivateError::NotGranted) => {
            Ok(Settled::AsTheBankShows)
        }
        Err(ActivateError::Invalid(error)) => {
            Ok(Settled::Refused(Refusal::Changed(error.to_string())))
        }
        Err(ActivateError::Gateway(error)) => of_error(error),
    }
}

fn of_decision(decided: Result<(), DecideError>) -> Result<Settled, Trouble> {
    match decided {
        Ok(()) | Err(DecideError::Otherwise(_) | DecideError::NoContract) => {
            Ok(Settled::AsTheBankShows)
        }
        Err(error @ DecideError::Activate) => {
            Ok(Settled::Refused(Refusal::Changed(error.to_string())))
        }
        Err(DecideError::Gateway(error)) => of_error(error),
    }
}

fn of_offer<T>(answered: Result<T, OfferError>) -> Result<Settled, Trouble> {
    match answered {
        Ok(_) | Err(OfferError::Otherwise(_) | OfferError::NotKnown) => Ok(Settled::AsTheBankShows),
        Err(error @ OfferError::Changed(_)) => {
            Ok(Settled::Refused(Refusal::Changed(error.to_string())))
        }
        Err(OfferError::Gateway(error)) => of_error(error),
    }
}

fn of_error(error: GatewayError) -> Result<Settled, Trouble> {
    match error.kind() {
        GatewayErrorKind::Refused
        | GatewayErrorKind::NotFound
        | GatewayErrorKind::Invalid
        | GatewayErrorKind::Unsupported => Ok(Settled::Refused(Refusal::Bank(error))),
        // A key that is not accepted is no answer to the merchant's decision.
        _ => Err(Trouble::Bank(error)),
    }
}
