use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, Attachment, Invalid, StatementBank, StatementRequest, StatementRetrieval,
};
use inbank_ports::{GatewayError, GatewayErrorKind, IncomeProof};

use crate::dialect::decode;
use crate::door::{Body, Call};
use crate::operation::{ATTACHMENT_UPLOAD, BANK_LIST, BANK_LIST_IN_PATH, STATEMENT_RETRIEVE};
use crate::region::BankListAddress;
use crate::wire::income_proof::{Request, Retrieval, banks};
use crate::{PartnerApi, wire};

#[async_trait]
impl IncomeProof for PartnerApi {
    async fn banks(&self, application: &ApplicationId) -> Result<Vec<StatementBank>, GatewayError> {
        let id = application.as_str();
        let query = [("application_uuid", id)];
        let in_query = Call {
            query: &query,
            ..Call::default()
        };
        match self.bank_list {
            BankListAddress::Path => {
                let call = Call::about(&id);
                let listed = self.door.call(&BANK_LIST_IN_PATH, call, banks).await;
                // The guide has both forms: a bank that doesn't know the one, however it says so, may know
                // the other.
                let unknown = listed.as_ref().err().map(GatewayError::kind);
                if !matches!(
                    unknown,
                    Some(GatewayErrorKind::NotFound | GatewayErrorKind::Refused)
                ) {
                    return listed;
                }
                let other = self.door.call(&BANK_LIST, in_query, banks).await;
                other.or(listed)
            }
            BankListAddress::Query => self.door.call(&BANK_LIST, in_query, banks).await,
            BankListAddress::Bare => self.door.call(&BANK_LIST, Call::default(), banks).await,
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
