use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, Attachment, Invalid, StatementBank, StatementRequest, StatementRetrieval,
};
use inbank_ports::{GatewayError, IncomeProof};

use crate::dialect::decode;
use crate::door::{Body, Call};
use crate::operation::{ATTACHMENT_UPLOAD, BANK_LIST, BANK_LIST_IN_PATH, STATEMENT_RETRIEVE};
use crate::region::BankListAddress;
use crate::wire::income_proof::{Banks, Request, Retrieval};
use crate::{PartnerApi, wire};

#[async_trait]
impl IncomeProof for PartnerApi {
    async fn banks(&self, application: &ApplicationId) -> Result<Vec<StatementBank>, GatewayError> {
        let read = |body: &[u8]| Ok(decode::<Banks>(body)?.try_into()?);
        let id = application.as_str();
        match self.bank_list {
            BankListAddress::Path => {
                self.door
                    .call(&BANK_LIST_IN_PATH, Call::about(&id), read)
                    .await
            }
            BankListAddress::Query => {
                let call = Call {
                    query: &[("application_uuid", id)],
                    ..Call::default()
                };
                self.door.call(&BANK_LIST, call, read).await
            }
            BankListAddress::Bare => self.door.call(&BANK_LIST, Call::default(), read).await,
        }
    }

    async fn retrieve_statement(
        &self,
        request: &StatementRequest,
    ) -> Result<StatementRetrieval, GatewayError> {
        let call = Call {
            body: Body::Json(self.encode(&STATEMENT_RETRIEVE, &Request::from(request))?),
            ..Call::default()
        };
        let read = |body: &[u8]| Ok(decode::<Retrieval>(body)?.try_into()?);
        self.door.call(&STATEMENT_RETRIEVE, call, read).await
    }

    async fn attach(
        &self,
        application: &ApplicationId,
        files: &[Attachment],
        description: &str,
    ) -> Result<(), GatewayError> {
        if files.is_empty() {
            let error = Invalid::new("attachments", "must be at least one file");
            return Err(GatewayError::invalid(ATTACHMENT_UPLOAD.name, error));
        }
        let call = Call {
            arguments: &[application.as_str()],
            body: Body::Files { files, description },
            ..Call::default()
        };
        self.door
            .call(&ATTACHMENT_UPLOAD, call, wire::accepted)
            .await
    }
}
