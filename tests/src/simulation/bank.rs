use std::sync::Arc;

use async_trait::async_trait;
use inbank::ports::{
    Applications, Calculator, CallbackAuthenticator, CallbackError, Connection, Contracts,
    GatewayError, GatewayErrorKind, Headers, IncomeProof, Offers, ProductCatalogue, Rentals,
    Sessions, SignedCallback, Signing,
};
use inbank::{
    Applicant, Application, ApplicationDocument, ApplicationId, ApplicationRequest,
    ApplicationSigned, AssetIdentifiers, AssetModel, Attachment, Calculation, CalculationRequest,
    ConfirmationCode, Contract, ContractId, ModelIdentifier, Money, Offer, OpenedSession, Printout,
    Product, ProductCode, Regeneration, RentalCalculation, RentalRequest, Session, SessionId,
    SessionRequest, Signed, SigningMethod, SigningStarted, StatementBank, StatementRequest,
    StatementRetrieval, WebAddress,
};
use inbank_testkit::FakeBank;

use super::Fault;
use super::lender::Lender;
use super::way::{Trouble, Way};

/// One process's way to a shop's bank, at the ports.
pub(super) struct Caller {
    way: Way,
    fake: Arc<FakeBank>,
}

/// An answer, or what is said where none comes.
type Answer<T> = Result<T, GatewayError>;

impl Caller {
    pub(super) const fn new(lender: Arc<Lender>, fake: Arc<FakeBank>, life: u32) -> Self {
        Self {
            way: Way {
                lender,
                life,
                limit: None,
            },
            fake,
        }
    }

    async fn read<T: Send>(
        &self,
        operation: &'static str,
        about: &str,
        act: impl Future<Output = Answer<T>> + Send,
    ) -> Answer<T> {
        let answer = self.way.read(operation, about, act, Result::is_ok).await;
        answer.unwrap_or_else(|trouble| {
            let kind = match trouble {
                Trouble::Unreachable => GatewayErrorKind::Unreachable,
                Trouble::Limited => GatewayErrorKind::RateLimited,
                Trouble::Refused => GatewayErrorKind::Refused,
                Trouble::Forgotten => GatewayErrorKind::NotFound,
                Trouble::Lost => GatewayErrorKind::Unavailable,
                Trouble::Garbled => GatewayErrorKind::Undecodable,
            };
            Err(GatewayError::new(kind, operation))
        })
    }

    async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        about: &str,
        act: impl Future<Output = Answer<T>> + Send + 'static,
    ) -> Answer<T> {
        let answer = self.way.write(operation, about, act, Result::is_ok).await;
        answer.unwrap_or_else(|trouble| {
            let kind = match trouble {
                Trouble::Unreachable => GatewayErrorKind::Unreachable,
                Trouble::Limited => GatewayErrorKind::RateLimited,
                Trouble::Refused => GatewayErrorKind::Refused,
                Trouble::Forgotten => GatewayErrorKind::NotFound,
                Trouble::Lost | Trouble::Garbled => GatewayErrorKind::OutcomeUnknown,
            };
            Err(GatewayError::new(kind, operation))
        })
    }

    /// Another amount than the true one, now and then.
    fn contradicted(&self, amount: Option<Money>) -> Option<Money> {
        let amount = amount?;
        if self.way.lender.happens(Fault::BankContradicts) {
            return Money::parse("77.77", amount.currency()).ok();
        }
        Some(amount)
    }
}

impl CallbackAuthenticator for Caller {
    fn authenticate(
        &self,
        headers: &Headers,
        body: &[u8],
    ) -> Result<SignedCallback, CallbackError> {
        self.fake.authenticate(headers, body)
    }
}

#[async_trait]
impl Sessions for Caller {
    async fn open(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        let order = request.purchase.reference.as_ref();
        let under_way = self.way.lender.opens(order, Some(request));
        let url = request.urls.callback_url.to_string();
        let (lender, fake) = (self.way.lender.clone(), self.fake.clone());
        let (request, to) = (request.clone(), url.clone());
        let act = async move {
            let opened = fake.open(&request).await?;
            if let Some(order) = &request.purchase.reference {
                lender.opened(opened.id.as_str(), order, &to);
            }
            Ok(opened)
        };
        let opened = self.write("session.open", &url, act).await;
        drop(under_way);
        let opened = opened?;
        self.way.lender.answered(opened.id.as_str());
        Ok(opened)
    }

    async fn session(&self, id: &SessionId) -> Result<Session, GatewayError> {
        let act = self.fake.session(id);
        let mut session = self.read("session.show", id.as_str(), act).await?;
        session.total = self.contradicted(session.total);
        Ok(session)
    }
}

#[async_trait]
impl Applications for Caller {
    async fn submit(&self, request: &ApplicationRequest) -> Result<Application, GatewayError> {
        let purchase = request.purchase.as_ref();
        let order = purchase.and_then(|purchase| purchase.reference.as_ref());
        let under_way = self.way.lender.opens(order, None);
        let url = request.callback_url.as_ref().map(ToString::to_string);
        let url = url.unwrap_or_default();
        let (lender, fake) = (self.way.lender.clone(), self.fake.clone());
        let (request, to) = (request.clone(), url.clone());
        let act = async move {
            let application = fake.submit(&request).await?;
            let purchase = request.purchase.as_ref();
            if let Some(order) = purchase.and_then(|purchase| purchase.reference.as_ref()) {
                lender.opened(application.id.as_str(), order, &to);
            }
            Ok(application)
        };
        let submitted = self.write("application.submit", &url, act).await;
        drop(under_way);
        let submitted = submitted?;
        self.way.lender.answered(submitted.id.as_str());
        Ok(submitted)
    }

    async fn application(&self, id: &ApplicationId) -> Result<Application, GatewayError> {
        let act = self.fake.application(id);
        let mut application = self.read("application.show", id.as_str(), act).await?;
        application.amount = self.contradicted(application.amount);
        Ok(application)
    }

    async fn accept(&self, id: &ApplicationId) -> Result<ContractId, GatewayError> {
        let (fake, about) = (self.fake.clone(), id.clone());
        let act = async move { fake.accept(&about).await };
        self.write("application.accept", id.as_str(), act).await
    }

    async fn cancel(&self, id: &ApplicationId) -> Result<(), GatewayError> {
        let (fake, about) = (self.fake.clone(), id.clone());
        let act = async move { Applications::cancel(&*fake, &about).await };
        self.write("application.cancel", id.as_str(), act).await
    }
}

#[async_trait]
impl Contracts for Caller {
    async fn contract(&self, id: &ContractId) -> Result<Contract, GatewayError> {
        let act = Contracts::contract(&*self.fake, id);
        let mut contract = self.read("contract.show", id.as_str(), act).await?;
        contract.amount = self.contradicted(contract.amount);
        Ok(contract)
    }

    async fn approve(&self, id: &ContractId) -> Result<(), GatewayError> {
        let (fake, about) = (self.fake.clone(), id.clone());
        let act = async move { fake.approve(&about).await };
        self.write("contract.approve", id.as_str(), act).await
    }

    async fn cancel(&self, id: &ContractId) -> Result<(), GatewayError> {
        let (fake, about) = (self.fake.clone(), id.clone());
        let act = async move { Contracts::cancel(&*fake, &about).await };
        self.write("contract.cancel", id.as_str(), act).await
    }
}

#[async_trait]
impl Rentals for Caller {
    async fn asset_model(
        &self,
        product: &ProductCode,
        identifier: &ModelIdentifier,
    ) -> Result<AssetModel, GatewayError> {
        let act = self.fake.asset_model(product, identifier);
        self.read("rental.model", product.as_str(), act).await
    }

    async fn calculate(
        &self,
        product: &ProductCode,
        request: &RentalRequest,
    ) -> Result<RentalCalculation, GatewayError> {
        let act = Rentals::calculate(&*self.fake, product, request);
        self.read("rental.calculate", product.as_str(), act).await
    }

    async fn assign(
        &self,
        product: &ProductCode,
        contract: &ContractId,
        identifiers: &AssetIdentifiers,
    ) -> Result<(), GatewayError> {
        let (fake, product) = (self.fake.clone(), product.clone());
        let (about, identifiers) = (contract.clone(), identifiers.clone());
        let act = async move { fake.assign(&product, &about, &identifiers).await };
        self.write("rental.assign", contract.as_str(), act).await
    }

    async fn activate(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<(), GatewayError> {
        let (fake, product, about) = (self.fake.clone(), product.clone(), contract.clone());
        let act = async move { fake.activate(&product, &about).await };
        self.write("rental.activate", contract.as_str(), act).await
    }

    async fn contract(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<Contract, GatewayError> {
        let act = Rentals::contract(&*self.fake, product, contract);
        self.read("rental.contract", contract.as_str(), act).await
    }
}

#[async_trait]
impl Signing for Caller {
    async fn printout(
        &self,
        contract: &ContractId,
        regeneration: Regeneration,
    ) -> Result<Printout, GatewayError> {
        self.fake.printout(contract, regeneration).await
    }

    async fn sign(
        &self,
        contract: &ContractId,
        method: &SigningMethod,
    ) -> Result<SigningStarted, GatewayError> {
        let (fake, about, method) = (self.fake.clone(), contract.clone(), method.clone());
        let act = async move { fake.sign(&about, &method).await };
        self.write("contract.sign", contract.as_str(), act).await
    }

    async fn confirm(
        &self,
        contract: &ContractId,
        code: &ConfirmationCode,
    ) -> Result<Signed, GatewayError> {
        self.fake.confirm(contract, code).await
    }

    async fn sign_application(
        &self,
        application: &ApplicationId,
        method: &SigningMethod,
    ) -> Result<(), GatewayError> {
        self.fake.sign_application(application, method).await
    }

    async fn confirm_application(
        &self,
        application: &ApplicationId,
        code: &ConfirmationCode,
    ) -> Result<ApplicationSigned, GatewayError> {
        self.fake.confirm_application(application, code).await
    }

    async fn payment_link(
        &self,
        contract: &ContractId,
        return_url: &WebAddress,
    ) -> Result<WebAddress, GatewayError> {
        self.fake.payment_link(contract, return_url).await
    }
}

#[async_trait]
impl ProductCatalogue for Caller {
    async fn product(&self, code: &ProductCode) -> Result<Product, GatewayError> {
        let act = self.fake.product(code);
        self.read("product.show", code.as_str(), act).await
    }
}

#[async_trait]
impl Connection for Caller {
    async fn ping(&self) -> Result<(), GatewayError> {
        self.read("ping", "", self.fake.ping()).await
    }
}

#[async_trait]
impl Calculator for Caller {
    async fn calculate(&self, request: &CalculationRequest) -> Result<Calculation, GatewayError> {
        Calculator::calculate(&*self.fake, request).await
    }
}

#[async_trait]
impl IncomeProof for Caller {
    async fn banks(&self, application: &ApplicationId) -> Result<Vec<StatementBank>, GatewayError> {
        self.fake.banks(application).await
    }

    async fn retrieve_statement(
        &self,
        request: &StatementRequest,
    ) -> Result<StatementRetrieval, GatewayError> {
        self.fake.retrieve_statement(request).await
    }

    async fn attach(
        &self,
        application: &ApplicationId,
        files: &[Attachment],
        description: &str,
    ) -> Result<(), GatewayError> {
        self.fake.attach(application, files, description).await
    }
}

#[async_trait]
impl Offers for Caller {
    async fn application_printout(
        &self,
        application: &ApplicationId,
        document: ApplicationDocument,
    ) -> Result<Printout, GatewayError> {
        self.fake.application_printout(application, document).await
    }

    async fn payment_schedule(&self, application: &ApplicationId) -> Result<Offer, GatewayError> {
        self.fake.payment_schedule(application).await
    }

    async fn recalculate(
        &self,
        application: &ApplicationId,
        down_payment: Money,
    ) -> Result<Offer, GatewayError> {
        self.fake.recalculate(application, down_payment).await
    }

    async fn applicant(&self, application: &ApplicationId) -> Result<Applicant, GatewayError> {
        self.fake.applicant(application).await
    }
}
