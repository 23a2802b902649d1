use std::time::Duration;

use inbank_domain::{
    Application, ApplicationId, Attempt, Command, CommandRefused, CommandStage, Decider, Order,
    OrderKey, OrderStatus, Signature, Wanted,
};
use inbank_ports::{Claim, Due, LedgerError};
use time::OffsetDateTime;

use super::OrderHandle;
use crate::OrderError;
use crate::bank::port;
use crate::store::{How, NotWritten, Store};
use crate::worker::{LEASE, Round, RoundEnd};

/// What came of a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CommandOutcome {
    /// The bank shows it, or it stood so already.
    Done(OrderStatus),
    /// The bank has taken it and does not show it yet; an event tells when it does.
    Acknowledged(OrderStatus),
    /// It was sent and not answered: whether it arrived is found out by reading the bank.
    Unclear(OrderStatus),
    /// It is written down, and will be sent: the bank could not be asked, or another is at it.
    Pending(OrderStatus),
}

impl CommandOutcome {
    /// Where the order stands.
    pub const fn status(self) -> OrderStatus {
        match self {
            Self::Done(status)
            | Self::Acknowledged(status)
            | Self::Unclear(status)
            | Self::Pending(status) => status,
        }
    }
}

/// How long a caller waits for whoever is working on the order.
const PATIENCE: Duration = Duration::from_secs(10);
/// When a worker takes up what its caller has begun, should the caller be gone.
const TAKEN_UP_AFTER: Duration = Duration::from_secs(2);

/// Each command is written down before it is sent, and sent once; what the answer leaves open is
/// settled by reading. At most one attempt of an order can be accepted, approved or activated.
impl OrderHandle {
    /// Approves a granted order (*Contract Approval*). A rental is activated instead.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// // After the event `awaits_merchant`.
    /// let outcome = order.approve().await?;
    /// println!("the order is {}", outcome.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Refused`] where it can't be decided now, [`OrderError::Bank`] where the bank refused
    /// it, [`OrderError::NotFound`], [`OrderError::Ledger`].
    pub async fn approve(&self) -> Result<CommandOutcome, OrderError> {
        self.decide(|_| Ok(Command::Approve)).await
    }

    /// Cancels: the contract, or the application while there is no contract (*Contract
    /// Cancellation*). An attempt whose opening was never answered is given up.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// order.cancel().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Refused`] where it can't be decided now, [`OrderError::Bank`] where the bank refused
    /// it, [`OrderError::NotFound`], [`OrderError::Ledger`].
    pub async fn cancel(&self) -> Result<CommandOutcome, OrderError> {
        self.decide(|_| Ok(Command::Cancel)).await
    }

    /// The offer that the customer is to read, as the bank gives it now (*Direct API*). Keep its `id`
    /// for [`accept`](Self::accept).
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// // After the event `action_wanted: offer`.
    /// let offer = order.offer().await?;
    /// println!("offer {}", offer.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`] while there is no application, [`OrderError::Bank`].
    pub async fn offer(&self) -> Result<Application, OrderError> {
        let attempt = self.present_attempt().await?;
        let id = attempt.application.ok_or(OrderError::NotFound)?;
        let applications = port(self.shop.bank().applications.as_ref(), "application.show")?;
        let reading = applications.application(&id);
        Ok(self.caller().call("application.show", reading).await?)
    }

    /// Accepts the offer of this application, as the customer wishes: of this one and of none that
    /// took its place.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let offer = order.offer().await?;
    /// // The customer has read it, and wishes to have it.
    /// order.accept(&offer.id).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Refused`] where it can't be decided now, [`OrderError::Bank`] where the bank refused
    /// it, [`OrderError::NotFound`], [`OrderError::Ledger`].
    pub async fn accept(&self, offer: &ApplicationId) -> Result<CommandOutcome, OrderError> {
        self.decide(|_| Ok(Command::Accept(offer.clone()))).await
    }

    /// Tells the bank that the customer has signed, by the platform's own means or on paper.
    ///
    /// ```no_run
    /// # use inbank_domain::Signature;
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// order.signed(Signature::Paper).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Refused`] where it can't be decided now, [`OrderError::Bank`] where the bank refused
    /// it, [`OrderError::NotFound`], [`OrderError::Ledger`].
    pub async fn signed(&self, signature: Signature) -> Result<CommandOutcome, OrderError> {
        self.decide(|_| Ok(Command::Sign(signature))).await
    }

    /// Writes a command down and carries it out, in a task of its own: it goes on when the caller is
    /// gone.
    pub(crate) async fn decide(
        &self,
        command: impl Fn(&Attempt) -> Result<Command, OrderError>,
    ) -> Result<CommandOutcome, OrderError> {
        let mut order = self.present().await?;
        let number = self.number(&order)?;
        let attempt = order.attempt(number).ok_or(OrderError::NotFound)?;
        let command = command(attempt)?;
        let how = How::default();
        let wanted = self.store.change(&mut order, &how, |order, now| {
            let wanted = order.want(number, command.clone(), Decider::Platform, now);
            match wanted {
                Ok(Wanted::Written) => (wanted, Due::In(TAKEN_UP_AFTER)),
                Ok(Wanted::GivenUp) => (wanted, Due::Now),
                Ok(Wanted::Done | Wanted::Standing) | Err(_) => (wanted, Due::Leased),
            }
        });
        match wanted.await.map_err(not_written)?? {
            Wanted::Done | Wanted::GivenUp => return Ok(CommandOutcome::Done(order.status())),
            Wanted::Standing | Wanted::Written => {}
        }
        let end = self.round().await?;
        if let Some(end) = end {
            let refusal = end
                .refusals
                .into_iter()
                .find(|(refused, what, _)| *refused == number && *what == command);
            if let Some((_, _, error)) = refusal {
                return Err(OrderError::Bank(error));
            }
        }
        outcome(&self.present().await?, number, &command)
    }

    /// Works on the order once, in a task of its own. None where others kept working on it.
    pub(super) async fn round(&self) -> Result<Option<RoundEnd>, OrderError> {
        let key = self.key()?.clone();
        let store = self.store.clone();
        let shop = self.shop.clone();
        let work = async move {
            let Some((claim, now)) = claim(&store, &key).await? else {
                return Ok(None);
            };
            let stopping = store.stopping.clone();
            let round = Round::new(store.clone(), shop, claim, now, stopping);
            Ok(Some(round.run().await))
        };
        let worked = self.store.runtime.detached(work).await;
        worked.ok_or(OrderError::Busy)?.map_err(OrderError::Ledger)
    }
}

/// Leases an order, and says when it was asked for. None where others kept working on it.
pub(crate) async fn claim(
    store: &Store,
    key: &OrderKey,
) -> Result<Option<(Claim, OffsetDateTime)>, LedgerError> {
    let began = store.now();
    let mut pause = Duration::from_millis(20);
    loop {
        let now = store.now();
        if let Some(claim) = store.ledger.claim_one(key, now, LEASE).await? {
            return Ok(Some((claim, now)));
        }
        if store.now() - began >= PATIENCE {
            return Ok(None);
        }
        store.runtime.sleep(store.runtime.spread(pause)).await;
        pause = (pause * 2).min(Duration::from_millis(500));
    }
}

pub(crate) fn not_written(error: NotWritten) -> OrderError {
    match error {
        NotWritten::Ledger(error) => OrderError::Ledger(error),
        NotWritten::Taken => OrderError::Taken,
        NotWritten::Lost | NotWritten::Gone => OrderError::Busy,
    }
}

fn outcome(order: &Order, number: u32, command: &Command) -> Result<CommandOutcome, OrderError> {
    let attempt = order.attempt(number).ok_or(OrderError::NotFound)?;
    let status = order.status();
    match &attempt.command {
        Some(standing) if standing.command == *command => Ok(match standing.stage {
            CommandStage::Wanted => CommandOutcome::Pending(status),
            CommandStage::Acknowledged => CommandOutcome::Acknowledged(status),
            CommandStage::Sent | CommandStage::Unclear => CommandOutcome::Unclear(status),
        }),
        Some(_) | None if attempt.shows(command) => Ok(CommandOutcome::Done(status)),
        // Somebody decided otherwise where we can't see it: in the bank's portal, the customer.
        Some(_) | None => Err(OrderError::Refused(CommandRefused::NotNow {
            command: command.clone(),
            state: attempt.state,
        })),
    }
}
