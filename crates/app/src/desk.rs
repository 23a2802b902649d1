//! What a shop asks for, written down before the bank is asked, so that trying again after a crash
//! finds what was begun.

mod opening;

use std::sync::Arc;

use inbank_domain::{
    ApplicationId, AssetIdentifiers, AssetModel, FinancingEvent, FinancingId, FinancingState,
    Intent, Invalid, OrderReference, PartnerUrls, ProductFamily,
};
use inbank_ports::{
    CallbackError, Entry, FinancingLedger, GatewayError, Headers, Intended, LedgerError, Listing,
};

use crate::worker::Refusal;
use crate::{ActivateError, Shop, Worker};

pub(crate) use opening::financed_besides;
pub use opening::{CheckedOut, Filed};

/// One shop's financings: opens them, carries out what is decided about them, shows them.
///
/// Every call may be repeated, also after a crash in the middle of it. Events of what it does reach
/// the platform's sink through a [`Worker`], which must run somewhere.
#[derive(Clone)]
pub struct Desk {
    shop: Arc<Shop>,
    worker: Worker,
}

/// What came of something that was decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Carried {
    /// The bank shows it, and the financing is in this state.
    Out(FinancingState),
    /// It is written down and will be carried out; an event will tell. The bank has not shown it yet,
    /// or could not be asked.
    Pending,
}

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// The ledger could not be asked: try again later.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The bank refused; what was decided is dropped.
    #[error(transparent)]
    Bank(#[from] GatewayError),
    /// The request breaks a rule; nothing was written or sent.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The shop has no such financing.
    #[error("the shop has no such financing")]
    NoFinancing,
    /// Another attempt at the order is granted or completed: a second one would be paid twice.
    #[error("attempt {0} at this order is {state} already", state = .1.as_str())]
    FinancedAlready(u32, FinancingState),
    /// It does not fit where the financing stands.
    #[error("the financing is {state}: it can't be decided to {intent}", state = .1.as_str(), intent = .0)]
    NotNow(Intent, FinancingState),
    /// Something else was decided just before, and is being carried out.
    #[error("it was just decided to {0}")]
    Otherwise(Intent),
    /// The conditions changed: show the customer the offer that now stands.
    #[error("{0}")]
    Changed(String),
}

impl Desk {
    /// A shop's desk, over the same ledger as `worker`.
    pub const fn new(shop: Arc<Shop>, worker: Worker) -> Self {
        Self { shop, worker }
    }

    /// The shop.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    /// The addresses to give the bank for an attempt at an order; requests must have them.
    ///
    /// # Errors
    /// [`Invalid`] when an address gets too long.
    pub fn urls(&self, order: &OrderReference, attempt: u32) -> Result<PartnerUrls, Invalid> {
        self.shop.urls(order, attempt)
    }

    /// A financing.
    ///
    /// # Errors
    /// [`DeskError::NoFinancing`], [`DeskError::Ledger`].
    pub async fn financing(&self, id: &FinancingId) -> Result<Entry, DeskError> {
        let entry = self.ledger().find(self.shop.name(), id).await?;
        entry.ok_or(DeskError::NoFinancing)
    }

    /// The attempts at an order, the latest opened first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn attempts(&self, order: &OrderReference) -> Result<Vec<Entry>, LedgerError> {
        let listing = Listing {
            shop: Some(self.shop.name().clone()),
            order: Some(order.clone()),
            limit: None,
        };
        self.ledger().list(&listing).await
    }

    /// All events of a financing, in order, whether delivered or not.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn events(&self, id: &FinancingId) -> Result<Vec<FinancingEvent>, LedgerError> {
        self.ledger().events(self.shop.name(), id).await
    }

    /// Approves a granted financing (*Contract Approval*).
    ///
    /// # Errors
    /// [`DeskError`].
    pub async fn approve(&self, id: &FinancingId) -> Result<Carried, DeskError> {
        self.decide(id, Intent::Approve).await
    }

    /// Cancels a financing that is not over: its contract, or its application while there is no
    /// contract (*Contract Cancellation*; *Direct API*, Cancel an application).
    ///
    /// # Errors
    /// [`DeskError`].
    pub async fn cancel(&self, id: &FinancingId) -> Result<Carried, DeskError> {
        self.decide(id, Intent::Cancel).await
    }

    /// Accepts the offer of an application, as the customer wishes: of this one and of none that took
    /// its place (*Direct API*, Accept an application).
    ///
    /// # Errors
    /// [`DeskError`].
    pub async fn accept(
        &self,
        id: &FinancingId,
        application: &ApplicationId,
    ) -> Result<Carried, DeskError> {
        self.decide(id, Intent::Accept(application.clone())).await
    }

    /// Activates a granted rental, for the device with these identifiers (*Smart Rent 3.04*, API
    /// Requests, steps 6 to 9 of A). `model` has the conditions of the rented model.
    ///
    /// The identifiers are checked, then told to the bank, then the activation is written down: it is
    /// carried out only for a device that the bank has taken, and the ledger never holds the
    /// identifiers. After a crash before that, call again.
    ///
    /// # Errors
    /// [`DeskError`]; [`DeskError::Invalid`] names an identifier that the model requires.
    pub async fn activate(
        &self,
        id: &FinancingId,
        model: &AssetModel,
        identifiers: &AssetIdentifiers,
    ) -> Result<Carried, DeskError> {
        let entry = self.financing(id).await?;
        let financing = &entry.financing;
        let not_now = |state| DeskError::NotNow(Intent::Activate, state);
        // Nothing below writes the intent unless the identifiers were taken: in this call, or before
        // the intent that stands was written.
        match &entry.intent {
            Some(Intent::Activate) => {}
            Some(standing) => return Err(DeskError::Otherwise(standing.clone())),
            None if has_come_true(&Intent::Activate, &entry) => {
                return Ok(Carried::Out(financing.state));
            }
            None => {
                let contract = financing.contract.as_ref();
                let contract = contract.filter(|_| possible(&Intent::Activate, &entry));
                let contract = contract.ok_or_else(|| not_now(financing.state))?;
                let activate = self.shop.activate();
                let assigned = activate.assign(&entry.product, contract, model, identifiers);
                assigned.await.map_err(|error| match error {
                    ActivateError::Invalid(error) => error.into(),
                    ActivateError::Gateway(error) => error.into(),
                    ActivateError::NotGranted => not_now(financing.state),
                    ActivateError::Otherwise(state) => not_now(state),
                })?;
            }
        }
        self.decide(id, Intent::Activate).await
    }

    /// Reads the bank about a financing now, as a callback would have it read.
    ///
    /// # Errors
    /// [`DeskError::NoFinancing`], [`DeskError::Ledger`].
    pub async fn refresh(&self, id: &FinancingId) -> Result<Entry, DeskError> {
        let handled = self.worker.handle_one(self.shop.name(), id).await?;
        match handled {
            Some(handled) => Ok(handled.entry),
            None => self.financing(id).await,
        }
    }

    /// Takes the callbacks that are kept of a financing as though they came again: checks them by the
    /// keys of today, and reads the bank. Safe at any time, since a callback decides nothing.
    ///
    /// # Errors
    /// [`DeskError::NoFinancing`], [`DeskError::Ledger`].
    pub async fn replay(&self, id: &FinancingId) -> Result<Replayed, DeskError> {
        let kept = self.ledger().callbacks(self.shop.name(), id).await?;
        let authenticator = &self.shop.ports().authenticator;
        let callbacks = kept.iter().map(|callback| {
            authenticator
                .authenticate(&Headers::NONE, &callback.body)
                .err()
        });
        let callbacks = callbacks.collect();
        let entry = self.refresh(id).await?;
        Ok(Replayed { entry, callbacks })
    }

    /// Writes an intent down and carries it out, or leaves it to the worker where the bank gives no
    /// answer now.
    async fn decide(&self, id: &FinancingId, intent: Intent) -> Result<Carried, DeskError> {
        loop {
            let entry = self.financing(id).await?;
            match &entry.intent {
                // Written before, by whoever: help it along.
                Some(standing) if *standing == intent => {}
                Some(standing) => return Err(DeskError::Otherwise(standing.clone())),
                None => {
                    let state = entry.financing.state;
                    if has_come_true(&intent, &entry) {
                        return Ok(Carried::Out(state));
                    }
                    if !possible(&intent, &entry) {
                        return Err(DeskError::NotNow(intent, state));
                    }
                    let now = self.worker.clock().now();
                    match self.ledger().intend(&entry, &intent, now).await? {
                        Intended::Written => {}
                        Intended::Changed => continue,
                    }
                }
            }
            return self.carry_out(id, &intent).await;
        }
    }

    async fn carry_out(&self, id: &FinancingId, intent: &Intent) -> Result<Carried, DeskError> {
        // From here on it is written down: what goes wrong with the ledger now only delays it.
        let Ok(Some(handled)) = self.worker.handle_one(self.shop.name(), id).await else {
            return Ok(Carried::Pending);
        };
        match handled.refusal {
            Some(Refusal::Bank(error)) => return Err(error.into()),
            Some(Refusal::Changed(what)) => return Err(DeskError::Changed(what)),
            None => {}
        }
        let state = handled.entry.financing.state;
        match &handled.entry.intent {
            Some(_) => Ok(Carried::Pending),
            None if has_come_true(intent, &handled.entry) => Ok(Carried::Out(state)),
            // Somebody decided otherwise where we can't see it: in the bank's portal, the customer.
            None => Err(DeskError::NotNow(intent.clone(), state)),
        }
    }

    fn ledger(&self) -> &Arc<dyn FinancingLedger> {
        self.worker.ledger()
    }
}

/// What came of replaying a financing's callbacks.
#[derive(Debug)]
pub struct Replayed {
    /// The financing as it stands now.
    pub entry: Entry,
    /// For each callback, oldest first, why it is not authentic by the keys of today, if it isn't.
    pub callbacks: Vec<Option<CallbackError>>,
}

/// Whether an intent may be written down for a financing.
fn possible(intent: &Intent, entry: &Entry) -> bool {
    let financing = &entry.financing;
    let subject = match intent {
        Intent::Accept(application) => financing.application.as_ref() == Some(application),
        Intent::Activate => financing.family == ProductFamily::SmartRent,
        // A rental is approved by activating it.
        Intent::Approve => financing.family != ProductFamily::SmartRent,
        // A session without a contract is the customer's to cancel.
        Intent::Cancel => financing.contract.is_some() || financing.application.is_some(),
        _ => true,
    };
    subject && intent.fits(financing.state)
}

/// Whether a financing stands as an intent would have it.
fn has_come_true(intent: &Intent, entry: &Entry) -> bool {
    let state = entry.financing.state;
    match intent {
        Intent::Approve | Intent::Activate => state == FinancingState::Completed,
        Intent::Cancel => state == FinancingState::Cancelled,
        Intent::Accept(application) => {
            let same = entry.financing.application.as_ref() == Some(application);
            let onward = !state.is_terminal() || state == FinancingState::Completed;
            same && onward && intent.is_over_in(state)
        }
        _ => false,
    }
}

#[cfg(test)]
pub(crate) mod tests;
