use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, Attachment, DecisionStatus, Invalid, StatementBank, StatementBankId,
    StatementRequest, StatementRetrieval, WebAddress,
};
use inbank_ports::{GatewayError, GatewayErrorKind, IncomeProof};

use super::{FakeBank, State};

impl FakeBank {
    /// The files that came for an application: their names and sizes.
    pub fn files(&self, id: &ApplicationId) -> Vec<(String, usize)> {
        let state = self.state();
        let fake = state.applications.get(id);
        fake.map_or_else(Vec::new, |fake| fake.files.clone())
    }
}

impl State {
    fn wants_proof(&self, operation: &'static str, id: &ApplicationId) -> Result<(), GatewayError> {
        let kind = match self.applications.get(id) {
            None => GatewayErrorKind::NotFound,
            Some(fake) if fake.application.decision == DecisionStatus::IncomeProofRequired => {
                return Ok(());
            }
            Some(_) => GatewayErrorKind::Refused,
        };
        Err(GatewayError::new(kind, operation))
    }
}

#[async_trait]
impl IncomeProof for FakeBank {
    async fn banks(&self, application: &ApplicationId) -> Result<Vec<StatementBank>, GatewayError> {
        self.turn(|| {
            let operation = "application.banks";
            let mut state = self.state();
            state.fail(operation)?;
            if !state.applications.contains_key(application) {
                return Err(GatewayError::new(GatewayErrorKind::NotFound, operation));
            }
            let bank = StatementBank {
                id: StatementBankId::parse("1").map_err(|e| GatewayError::invalid(operation, e))?,
                name: "Harbour Bank".to_owned(),
                icon_url: None,
            };
            Ok(vec![bank])
        })
        .await
    }

    async fn retrieve_statement(
        &self,
        request: &StatementRequest,
    ) -> Result<StatementRetrieval, GatewayError> {
        self.turn(|| {
            let operation = "application.retrieve_statement";
            let invalid = |error| GatewayError::invalid(operation, error);
            let mut state = self.state();
            state.fail(operation)?;
            state.wants_proof(operation, &request.application)?;
            if request.bank.as_str() != "1" {
                return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
            }
            let url = WebAddress::parse("https://fake.example/statement");
            let retrieval = StatementRetrieval {
                id: Some("retrieval".to_owned()),
                redirect_url: url.map_err(invalid)?,
            };
            state.answer(operation, retrieval)
        })
        .await
    }

    async fn attach(
        &self,
        application: &ApplicationId,
        files: &[Attachment],
        _description: &str,
    ) -> Result<(), GatewayError> {
        self.turn(|| {
            let operation = "application.attach";
            if files.is_empty() {
                let error = Invalid::new("attachments", "must be at least one file");
                return Err(GatewayError::invalid(operation, error));
            }
            let mut state = self.state();
            state.fail(operation)?;
            state.wants_proof(operation, application)?;
            if let Some(fake) = state.applications.get_mut(application) {
                let files = files.iter();
                let files = files.map(|file| (file.name().to_owned(), file.content().len()));
                fake.files.extend(files);
            }
            state.answer(operation, ())
        })
        .await
    }
}
