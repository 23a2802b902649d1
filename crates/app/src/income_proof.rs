//! Proof of a customer's income, for orders whose application wants it.

use inbank_domain::{
    ApplicationId, Attachment, StatementBank, StatementRequest, StatementRetrieval,
};

use crate::bank::port;
use crate::{OrderError, OrderHandle};

impl OrderHandle {
    /// The banks from which a statement can be had. The list changes: don't keep it.
    ///
    /// ```no_run
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// for bank in order.statement_banks().await? {
    ///     println!("{bank:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`] while there is no application, [`OrderError::Bank`].
    pub async fn statement_banks(&self) -> Result<Vec<StatementBank>, OrderError> {
        let application = self.application().await?;
        let proof = port(self.bank().income_proof.as_ref(), "application.banks")?;
        let asking = proof.banks(&application);
        Ok(self.caller().call("application.banks", asking).await?)
    }

    /// Starts retrieving a statement from the customer's bank; the customer goes on at the address in
    /// the answer. Starting another is harmless.
    ///
    /// ```no_run
    /// # use inbank_domain::StatementRequest;
    /// # async fn example(order: &inbank_app::OrderHandle, request: &StatementRequest) -> Result<(), Box<dyn std::error::Error>> {
    /// let started = order.retrieve_statement(request).await?;
    /// println!("{started:?}"); // with the address where the customer goes on
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Bank`].
    pub async fn retrieve_statement(
        &self,
        request: &StatementRequest,
    ) -> Result<StatementRetrieval, OrderError> {
        let proof = port(
            self.bank().income_proof.as_ref(),
            "application.retrieve_statement",
        )?
        .clone();
        let request = request.clone();
        let retrieving = async move { proof.retrieve_statement(&request).await };
        self.at_the_bank("application.retrieve_statement", retrieving)
            .await
    }

    /// Uploads account statements, all in one request. Each call adds files.
    ///
    /// ```no_run
    /// # use inbank_domain::Attachment;
    /// # async fn example(order: &inbank_app::OrderHandle, files: &[Attachment]) -> Result<(), Box<dyn std::error::Error>> {
    /// order.prove_income(files, "the last three months").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`] while there is no application, [`OrderError::Bank`].
    pub async fn prove_income(
        &self,
        files: &[Attachment],
        description: &str,
    ) -> Result<(), OrderError> {
        let application = self.application().await?;
        let proof = port(self.bank().income_proof.as_ref(), "application.attach")?.clone();
        let (files, description) = (files.to_vec(), description.to_owned());
        let attaching = async move { proof.attach(&application, &files, &description).await };
        self.at_the_bank("application.attach", attaching).await
    }

    async fn application(&self) -> Result<ApplicationId, OrderError> {
        let attempt = self.present_attempt().await?;
        attempt.application.ok_or(OrderError::NotFound)
    }
}
