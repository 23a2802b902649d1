use std::sync::Arc;

use inbank_domain::{Callback, FinancingId, OrderReference};
use inbank_ports::{
    CallbackError, Clock, FinancingLedger, Headers, LedgerError, ReceivedCallback, Recorded,
    Subject,
};

use crate::{Shop, Shops};

/// Takes the bank's callbacks in, and the same forms from returning browsers. It reads nothing at the
/// bank: what it keeps rouses the financing, and the worker does the rest.
#[derive(Clone)]
pub struct Intake {
    shops: Shops,
    ledger: Arc<dyn FinancingLedger>,
    clock: Arc<dyn Clock>,
}

/// Why a callback is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// There is no such shop here: 404.
    #[error("there is no such shop here; check the name in the callback address")]
    NoShop,
    /// It is not authentic: 401.
    #[error(transparent)]
    Callback(#[from] CallbackError),
    /// Authentic, for a financing that the ledger doesn't have: 404. Every financing is written before
    /// its address is given to the bank, so either the address or the ledger is another's.
    #[error("the ledger has no such financing; is this the ledger that it was opened in?")]
    NoFinancing,
    /// It could not be kept: 5xx, so that the bank tries again.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Intake {
    /// Takes in what comes for `shops`.
    pub fn new(shops: Shops, ledger: Arc<dyn FinancingLedger>, clock: Arc<dyn Clock>) -> Self {
        Self {
            shops,
            ledger,
            clock,
        }
    }

    /// Takes a callback that came to the address of a shop's financing, by the raw bytes of its body.
    /// When this returns `Ok` it is durable, and may be answered with success; a copy is a success
    /// that changes nothing.
    ///
    /// # Errors
    /// [`IntakeError`]; nothing is kept then.
    pub async fn callback(
        &self,
        shop: &str,
        financing: &str,
        body: &[u8],
    ) -> Result<Recorded, IntakeError> {
        let shop = self.shops.get(shop).ok_or(IntakeError::NoShop)?;
        let authenticator = &shop.ports().authenticator;
        let signed = authenticator.authenticate(&Headers::NONE, body)?;
        let subject = signed.callback.as_ref().ok().and_then(subject);
        let financing = FinancingId::parse(financing).map_err(|_| IntakeError::NoFinancing)?;
        let recorded = match subject {
            Some(subject) => {
                let received = ReceivedCallback {
                    shop: shop.name().clone(),
                    financing,
                    key: signed.key().as_str().to_owned(),
                    subject,
                    body: signed.content(),
                    received_at: self.clock.now(),
                };
                self.ledger.record(&received).await?
            }
            None => self.rouse(shop, &financing).await?,
        };
        match recorded {
            Recorded::NoFinancing => Err(IntakeError::NoFinancing),
            Recorded::Written | Recorded::Copy => Ok(recorded),
        }
    }

    /// The bank says something in words that this version doesn't know: then it is time to look.
    async fn rouse(&self, shop: &Shop, id: &FinancingId) -> Result<Recorded, LedgerError> {
        tracing::warn!(shop = %shop.name(), financing = %id, "a callback that is not understood");
        let there = self.ledger.rouse(shop.name(), id, self.clock.now()).await?;
        Ok(if there {
            Recorded::Written
        } else {
            Recorded::NoFinancing
        })
    }

    /// The order of a financing, to send the customer's browser on to its page.
    ///
    /// # Errors
    /// [`IntakeError`]
    pub async fn order(&self, shop: &str, financing: &str) -> Result<OrderReference, IntakeError> {
        let shop = self.shops.get(shop).ok_or(IntakeError::NoShop)?;
        let id = FinancingId::parse(financing).map_err(|_| IntakeError::NoFinancing)?;
        let entry = self.ledger.find(shop.name(), &id).await?;
        let entry = entry.ok_or(IntakeError::NoFinancing)?;
        Ok(entry.financing.order)
    }
}

fn subject(callback: &Callback) -> Option<Subject> {
    match callback {
        Callback::Session(callback) => Some(Subject::Session(callback.id.clone())),
        Callback::Application(callback) => Some(Subject::Application(callback.application.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
