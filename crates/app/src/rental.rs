//! Handing a rented device over.

use inbank_domain::{AssetIdentifiers, AssetModel, Command, Decider, Order};
use inbank_ports::{Due, GatewayErrorKind};

use crate::bank::port;
use crate::order::{claim, not_written};
use crate::store::How;
use crate::{CommandOutcome, OrderError, OrderHandle};

/// What came of activating a rental.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Activation {
    /// The bank has taken these identifiers, and then the activation.
    Activated(CommandOutcome),
    /// The activation stands already, or is under way; these identifiers were not sent, and the bank
    /// may have others.
    AlreadyActivated(CommandOutcome),
}

impl OrderHandle {
    /// Activates a granted rental, for the device with these identifiers (*Smart Rent 3.04*, API
    /// Requests, steps 6 to 9 of A). `model` has the conditions of the rented model.
    ///
    /// The identifiers are checked, then told to the bank, then the activation is written down and
    /// sent: it is sent only for a device that the bank has taken, and the ledger never holds the
    /// identifiers. After a crash before that, call again.
    ///
    /// ```no_run
    /// # use inbank_app::Activation;
    /// # use inbank_domain::{AssetIdentifiers, AssetModel, Imei, SerialNumber};
    /// # async fn example(order: &inbank_app::OrderHandle, model: &AssetModel) -> Result<(), Box<dyn std::error::Error>> {
    /// let imei = Imei::parse("355889000000007")?;
    /// let serial = SerialNumber::parse("J7P3D7000000")?;
    /// let device = AssetIdentifiers::new(Some(imei), Some(serial));
    /// match order.activate(model, &device).await? {
    ///     Activation::Activated(_) => println!("hand it over"),
    ///     Activation::AlreadyActivated(_) => println!("perhaps with another device: look"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Invalid`] names an identifier that the model requires; as for every command.
    pub async fn activate(
        &self,
        model: &AssetModel,
        identifiers: &AssetIdentifiers,
    ) -> Result<Activation, OrderError> {
        identifiers.check(model)?;
        let (order, identifiers) = (self.clone(), identifiers.clone());
        let assigned = async move { order.assign(&identifiers).await };
        let assigned = self.store().runtime.detached(assigned).await;
        let assigned = assigned.ok_or(OrderError::Busy)??;
        let outcome = self.decide(|_| Ok(Command::Activate)).await?;
        Ok(if assigned {
            Activation::Activated(outcome)
        } else {
            Activation::AlreadyActivated(outcome)
        })
    }

    /// Tells the bank the identifiers, and writes the activation down. Both under the order's lease: of two
    /// who hand over at the same moment, the second tells the bank nothing. False for that one.
    async fn assign(&self, identifiers: &AssetIdentifiers) -> Result<bool, OrderError> {
        self.present().await?;
        let leased = claim(self.store(), self.key()?).await?;
        let (leased, _) = leased.ok_or(OrderError::Busy)?;
        let mut order = leased.order;
        let number = self.number(&order)?;
        let told = self.assign_at_the_bank(&order, number, identifiers).await;
        let how = How {
            lease: Some(leased.lease),
            worked_on: Vec::new(),
        };
        let written = self.store().change(&mut order, &how, |order, now| {
            let want =
                |order: &mut Order| order.want(number, Command::Activate, Decider::Platform, now);
            let wanted = matches!(told, Ok(true)).then(|| want(order));
            // What woke it before is left to the next round.
            (wanted.transpose(), Due::Now)
        });
        let written = written.await.map_err(not_written);
        let told = told?;
        written??;
        Ok(told)
    }

    /// False where the activation was decided before: then these identifiers are not sent.
    async fn assign_at_the_bank(
        &self,
        order: &Order,
        number: u32,
        identifiers: &AssetIdentifiers,
    ) -> Result<bool, OrderError> {
        let attempt = order.attempt(number).ok_or(OrderError::NotFound)?;
        let settled = Command::Activate.has_come_true_in(attempt.state);
        if settled || attempt.command.is_some() {
            return Ok(false);
        }
        // Nothing is sent unless the activation can be decided afterwards.
        let now = self.store().now();
        let mut unwritten = order.clone();
        unwritten.want(number, Command::Activate, Decider::Platform, now)?;
        let contract = attempt.contract.as_ref().ok_or(OrderError::NotFound)?;
        let rentals = port(self.bank().rentals.as_ref(), "rental.assign")?;
        let product = &attempt.terms.product;
        let caller = self.caller();
        let assign = || {
            caller.call(
                "rental.assign",
                rentals.assign(product, contract, identifiers),
            )
        };
        if let Err(error) = assign().await {
            // The same identifiers may be assigned again, so a lost answer only needs another call.
            if error.kind() != GatewayErrorKind::OutcomeUnknown {
                return Err(error.into());
            }
            assign().await?;
        }
        Ok(true)
    }
}
