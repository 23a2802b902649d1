use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, Attachment, StatementBank, StatementRequest, StatementRetrieval,
};

use crate::GatewayError;

/// Proof of a customer's income (*Direct API*, AIS and attachments).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IncomeProof: Send + Sync {
    /// Lists the banks from which a statement can be had. The list changes: don't keep it.
    ///
    /// # Contract
    /// - A read: safe to repeat. MUST list at least one bank where proof by AIS is wanted.
    ///   (`statement_can_be_retrieved_from_a_listed_bank`)
    ///
    /// # Errors
    /// `NotFound` ⇐ no such application.
    async fn banks(&self, application: &ApplicationId) -> Result<Vec<StatementBank>, GatewayError>;

    /// Starts retrieving a statement; the customer goes on at the address in the answer.
    ///
    /// # Contract
    /// - Starting another is harmless: only one that the customer goes through counts.
    ///   (`statement_can_be_retrieved_from_a_listed_bank`)
    ///
    /// # Errors
    /// - `Refused` or `NotFound` ⇐ no such bank or application.
    /// - `OutcomeUnknown` ⇐ sent, no usable answer; start another.
    async fn retrieve_statement(
        &self,
        request: &StatementRequest,
    ) -> Result<StatementRetrieval, GatewayError>;

    /// Uploads account statements, all in one request.
    ///
    /// # Contract
    /// - Each call adds files: not to be sent twice unless nothing was sent the first time.
    ///   (`attached_files_arrive`)
    /// - Names and contents MUST arrive as they are. (`attached_files_arrive`)
    ///
    /// # Errors
    /// - `Invalid` ⇐ no file; nothing is sent.
    /// - `Refused` ⇐ the bank does not take them.
    /// - `OutcomeUnknown` ⇐ sent, no usable answer.
    async fn attach(
        &self,
        application: &ApplicationId,
        files: &[Attachment],
        description: &str,
    ) -> Result<(), GatewayError>;
}
