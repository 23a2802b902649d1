//! What an order's application has besides its decision: documents, payments, its customer.

use std::sync::Arc;

use inbank_domain::{
    Applicant, ApplicationDocument, ApplicationId, Invalid, Money, Offer, Printout,
};
use inbank_ports::Offers;

use crate::bank::port;
use crate::{OrderError, OrderHandle};

/// Second-hand, as [`Offers`] says: a bank may not have these calls.
impl OrderHandle {
    /// The application, or its offer, as a document for the customer to read before accepting.
    ///
    /// ```no_run
    /// # use inbank_domain::ApplicationDocument;
    /// # async fn example(order: &inbank_app::OrderHandle, which: ApplicationDocument) -> Result<(), Box<dyn std::error::Error>> {
    /// println!("read it at {}", order.application_printout(which).await?.link);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`] while there is no application, [`OrderError::Bank`].
    pub async fn application_printout(
        &self,
        document: ApplicationDocument,
    ) -> Result<Printout, OrderError> {
        let (offers, application) = self.offers("application.printout").await?;
        let printing = offers.application_printout(&application, document);
        Ok(self.caller().call("application.printout", printing).await?)
    }

    /// The offer with every payment.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// println!("{:?}", order.payment_schedule().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`] while there is no application, [`OrderError::Bank`].
    pub async fn payment_schedule(&self) -> Result<Offer, OrderError> {
        let (offers, application) = self.offers("application.schedule").await?;
        let asking = offers.payment_schedule(&application);
        Ok(self.caller().call("application.schedule", asking).await?)
    }

    /// Has the offer made anew with another down payment. The order's amount, which includes it, stays.
    /// After an unknown outcome the application is read, and [`offer`](Self::offer) shows which stands.
    ///
    /// ```no_run
    /// # use inbank_domain::{Currency, Money};
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let offer = order.recalculate(Money::parse("50.00", Currency::EUR)?).await?;
    /// println!("{offer:?}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Invalid`] (`down_payment_amount`) when the product is known not to take it,
    /// [`OrderError::NotFound`] while there is no application, [`OrderError::Bank`].
    pub async fn recalculate(&self, down_payment: Money) -> Result<Offer, OrderError> {
        let (offers, application) = self.offers("application.recalculate").await?;
        let terms = self.present_attempt().await?.terms;
        let product = self.product_if_told(&terms.product).await;
        if let (Some(amount), Some(product)) = (terms.amount, product)
            && !(product.takes_down_payment(amount, Some(down_payment))
                && product.finances_with(amount, Some(down_payment)))
        {
            let problem = "must be one that this product takes";
            return Err(Invalid::new("down_payment_amount", problem).into());
        }
        let recalculating = offers.recalculate(&application, down_payment);
        let caller = self.caller();
        let recalculated = caller.call("application.recalculate", recalculating).await;
        self.something_happened().await?;
        Ok(recalculated?)
    }

    /// Who has applied. Show it to whom it concerns, and keep it nowhere.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let applicant = order.applicant().await?; // `Debug` shows nothing personal
    /// println!("{applicant:?}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`] while there is no application, [`OrderError::Bank`].
    pub async fn applicant(&self) -> Result<Applicant, OrderError> {
        let (offers, application) = self.offers("application.customer").await?;
        let asking = offers.applicant(&application);
        Ok(self.caller().call("application.customer", asking).await?)
    }

    async fn offers(
        &self,
        operation: &'static str,
    ) -> Result<(Arc<dyn Offers>, ApplicationId), OrderError> {
        let attempt = self.present_attempt().await?;
        let application = attempt.application.ok_or(OrderError::NotFound)?;
        let offers = port(self.bank().offers.as_ref(), operation)?;
        Ok((offers.clone(), application))
    }
}
