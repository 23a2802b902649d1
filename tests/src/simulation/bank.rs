use std::sync::Arc;
use std::time::Duration;

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

use super::fleet::REGION;
use super::lender::{Asking, Lender};
use super::{Fault, Mark};

/// One process's way to a shop's bank: slow, and lost on the way there or back.
pub(super) struct Caller {
    lender: Arc<Lender>,
    life: u32,
}

impl Caller {
    pub(super) const fn new(lender: Arc<Lender>, life: u32) -> Self {
        Self { lender, life }
    }

    /// One way.
    async fn travel(&self) {
        let around = &self.lender.around;
        let mut time = around.times.millis(around.setting.latency_ms);
        if around.faults.are_over() {
            time = time.min(Duration::from_millis(400));
        }
        if self.lender.happens(Fault::BankSlow) {
            time += around.times.seconds(1, 40);
        }
        self.lender.fleet.waits(self.life);
        around.pass(time).await;
    }

    async fn read<T: Send>(
        &self,
        operation: &'static str,
        about: &str,
        act: impl Future<Output = Result<T, GatewayError>> + Send,
    ) -> Result<T, GatewayError> {
        let lender = &self.lender;
        let failed = |kind| GatewayError::new(kind, operation);
        if lender.is_away() || lender.happens(Fault::BankUnreachable) {
            return Err(failed(GatewayErrorKind::Unreachable));
        }
        lender.read(about);
        lender
            .around
            .trace(|| format!("process {} reads {operation} {about}", self.life));
        self.travel().await;
        if lender.happens(Fault::BankLimits) {
            return Err(failed(GatewayErrorKind::RateLimited));
        }
        if lender.happens(Fault::BankLags) {
            lender.fake.lag_reads(3);
        }
        if lender.happens(Fault::BankForgets) {
            return Err(failed(GatewayErrorKind::NotFound));
        }
        let answer = act.await;
        lender.around.happened(operation, u64::from(answer.is_ok()));
        self.travel().await;
        if lender.happens(Fault::BankHangs) {
            lender.around.pass(Duration::from_mins(10)).await;
            return Err(failed(GatewayErrorKind::Unavailable));
        }
        if lender.happens(Fault::BankLosesAnswer) {
            return Err(failed(GatewayErrorKind::Unavailable));
        }
        if lender.happens(Fault::BankGarbles) {
            return Err(failed(GatewayErrorKind::Undecodable));
        }
        answer
    }

    async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        about: &str,
        act: impl Future<Output = Result<T, GatewayError>> + Send + 'static,
    ) -> Result<T, GatewayError> {
        let lender = &self.lender;
        lender
            .around
            .trace(|| format!("process {} asks {operation} {about}", self.life));
        let asking = lender.asked(operation, about, self.life);
        let doing = {
            let (lender, about, began) = (lender.clone(), about.to_owned(), asking.began());
            async move {
                let answer = act.await;
                if answer.is_ok() {
                    lender.done(operation, &about, began);
                }
                answer
            }
        };
        let answer = self.ask(operation, &asking, doing).await;
        asking.waited_for();
        answer
    }

    async fn ask<T: Send + 'static>(
        &self,
        operation: &'static str,
        asking: &Asking<'_>,
        act: impl Future<Output = Result<T, GatewayError>> + Send + 'static,
    ) -> Result<T, GatewayError> {
        let lender = &self.lender;
        let failed = |kind| GatewayError::new(kind, operation);
        if lender.is_away() || lender.happens(Fault::BankUnreachable) {
            asking.did_not_arrive();
            return Err(failed(GatewayErrorKind::Unreachable));
        }
        self.travel().await;
        if lender.happens(Fault::BankLimits) {
            asking.did_not_arrive();
            lender.around.mark(Mark::CommandLimited);
            return Err(failed(GatewayErrorKind::RateLimited));
        }
        if lender.happens(Fault::BankRefuses) {
            asking.did_not_arrive();
            return Err(failed(GatewayErrorKind::Refused));
        }
        if lender.happens(Fault::BankLosesCall) {
            return Err(failed(GatewayErrorKind::OutcomeUnknown));
        }
        if lender.happens(Fault::BankCommitsLater) {
            return Err(self.later(operation, act));
        }
        let answer = act.await;
        lender.around.happened(operation, u64::from(answer.is_ok()));
        lender.acted();
        self.arrived(operation, asking, answer).await
    }

    /// A gateway gives up; what was asked is done all the same.
    fn later<T: Send + 'static>(
        &self,
        operation: &'static str,
        act: impl Future<Output = Result<T, GatewayError>> + Send + 'static,
    ) -> GatewayError {
        let lender = self.lender.clone();
        let wait = lender.around.times.seconds(1, 40);
        self.lender.around.spawn(async move {
            lender.around.pass(wait).await;
            if act.await.is_ok() {
                lender.around.mark(Mark::CommittedLater);
            }
            lender.acted();
        });
        GatewayError::new(GatewayErrorKind::OutcomeUnknown, operation)
    }

    async fn arrived<T>(
        &self,
        operation: &'static str,
        asking: &Asking<'_>,
        answer: Result<T, GatewayError>,
    ) -> Result<T, GatewayError> {
        let lender = &self.lender;
        let lost = || GatewayError::new(GatewayErrorKind::OutcomeUnknown, operation);
        self.travel().await;
        if lender.happens(Fault::BankHangs) {
            lender.around.pass(Duration::from_mins(10)).await;
            return Err(lost());
        }
        if lender.happens(Fault::BankLosesAnswer) {
            return Err(lost());
        }
        let is_ok = answer.is_ok();
        lender
            .around
            .trace(|| format!("{operation}: answered, {is_ok}"));
        if is_ok {
            asking.succeeded();
        } else {
            asking.did_not_arrive();
        }
        answer
    }

    /// Another amount than the true one, now and then.
    fn contradicted(&self, amount: Option<Money>) -> Option<Money> {
        let amount = amount?;
        if self.lender.happens(Fault::BankContradicts) {
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
        self.lender.fake.authenticate(headers, body)
    }
}

#[async_trait]
impl Sessions for Caller {
    async fn open(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        let order = request.purchase.reference.as_ref();
        let under_way = self.lender.opens(order, Some(request));
        let url = request.urls.callback_url.to_string();
        let (lender, request, to) = (self.lender.clone(), request.clone(), url.clone());
        let act = async move {
            let opened = lender.fake.open(&request).await?;
            if let Some(order) = &request.purchase.reference {
                lender.opened(opened.id.as_str(), order, &to);
            }
            Ok(opened)
        };
        let opened = self.write("session.open", &url, act).await;
        drop(under_way);
        let opened = opened?;
        self.lender.answered(opened.id.as_str());
        Ok(opened)
    }

    async fn session(&self, id: &SessionId) -> Result<Session, GatewayError> {
        let act = self.lender.fake.session(id);
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
        let under_way = self.lender.opens(order, None);
        let url = request.callback_url.as_ref().map(ToString::to_string);
        let url = url.unwrap_or_default();
        let (lender, request, to) = (self.lender.clone(), request.clone(), url.clone());
        let act = async move {
            let application = lender.fake.submit(&request).await?;
            let purchase = request.purchase.as_ref();
            if let Some(order) = purchase.and_then(|purchase| purchase.reference.as_ref()) {
                lender.opened(application.id.as_str(), order, &to);
            }
            Ok(application)
        };
        let submitted = self.write("application.submit", &url, act).await;
        drop(under_way);
        let submitted = submitted?;
        self.lender.answered(submitted.id.as_str());
        Ok(submitted)
    }

    async fn application(&self, id: &ApplicationId) -> Result<Application, GatewayError> {
        let act = self.lender.fake.application(id);
        let mut application = self.read("application.show", id.as_str(), act).await?;
        application.amount = self.contradicted(application.amount);
        Ok(application)
    }

    async fn accept(&self, id: &ApplicationId) -> Result<ContractId, GatewayError> {
        let (lender, about) = (self.lender.clone(), id.clone());
        let act = async move { lender.fake.accept(&about).await };
        let accepted = self.write("application.accept", id.as_str(), act).await;
        if accepted.is_ok() {
            self.lender.around.mark(Mark::Accepted);
        }
        accepted
    }

    async fn cancel(&self, id: &ApplicationId) -> Result<(), GatewayError> {
        let (lender, about) = (self.lender.clone(), id.clone());
        let act = async move { Applications::cancel(&lender.fake, &about).await };
        self.write("application.cancel", id.as_str(), act).await
    }
}

#[async_trait]
impl Contracts for Caller {
    async fn contract(&self, id: &ContractId) -> Result<Contract, GatewayError> {
        let act = Contracts::contract(&self.lender.fake, id);
        let mut contract = self.read("contract.show", id.as_str(), act).await?;
        contract.amount = self.contradicted(contract.amount);
        Ok(contract)
    }

    async fn approve(&self, id: &ContractId) -> Result<(), GatewayError> {
        let (lender, about) = (self.lender.clone(), id.clone());
        let act = async move { lender.fake.approve(&about).await };
        self.write("contract.approve", id.as_str(), act).await
    }

    async fn cancel(&self, id: &ContractId) -> Result<(), GatewayError> {
        let (lender, about) = (self.lender.clone(), id.clone());
        let act = async move { Contracts::cancel(&lender.fake, &about).await };
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
        let act = self.lender.fake.asset_model(product, identifier);
        self.read("rental.model", product.as_str(), act).await
    }

    async fn calculate(
        &self,
        product: &ProductCode,
        request: &RentalRequest,
    ) -> Result<RentalCalculation, GatewayError> {
        let act = Rentals::calculate(&self.lender.fake, product, request);
        self.read("rental.calculate", product.as_str(), act).await
    }

    async fn assign(
        &self,
        product: &ProductCode,
        contract: &ContractId,
        identifiers: &AssetIdentifiers,
    ) -> Result<(), GatewayError> {
        let (lender, product) = (self.lender.clone(), product.clone());
        let (about, identifiers) = (contract.clone(), identifiers.clone());
        let act = async move { lender.fake.assign(&product, &about, &identifiers).await };
        self.write("rental.assign", contract.as_str(), act).await
    }

    async fn activate(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<(), GatewayError> {
        let (lender, product, about) = (self.lender.clone(), product.clone(), contract.clone());
        let act = async move { lender.fake.activate(&product, &about).await };
        let activated = self.write("rental.activate", contract.as_str(), act).await;
        if activated.is_ok() {
            self.lender.around.mark(Mark::Activated);
        }
        activated
    }

    async fn contract(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<Contract, GatewayError> {
        let act = Rentals::contract(&self.lender.fake, product, contract);
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
        self.lender.fake.printout(contract, regeneration).await
    }

    async fn sign(
        &self,
        contract: &ContractId,
        method: &SigningMethod,
    ) -> Result<SigningStarted, GatewayError> {
        let (lender, about, method) = (self.lender.clone(), contract.clone(), method.clone());
        let act = async move { lender.fake.sign(&about, &method).await };
        self.write("contract.sign", contract.as_str(), act).await
    }

    async fn confirm(
        &self,
        contract: &ContractId,
        code: &ConfirmationCode,
    ) -> Result<Signed, GatewayError> {
        self.lender.fake.confirm(contract, code).await
    }

    async fn sign_application(
        &self,
        application: &ApplicationId,
        method: &SigningMethod,
    ) -> Result<(), GatewayError> {
        self.lender.fake.sign_application(application, method).await
    }

    async fn confirm_application(
        &self,
        application: &ApplicationId,
        code: &ConfirmationCode,
    ) -> Result<ApplicationSigned, GatewayError> {
        self.lender
            .fake
            .confirm_application(application, code)
            .await
    }

    async fn payment_link(
        &self,
        contract: &ContractId,
        return_url: &WebAddress,
    ) -> Result<WebAddress, GatewayError> {
        self.lender.fake.payment_link(contract, return_url).await
    }
}

#[async_trait]
impl ProductCatalogue for Caller {
    async fn product(&self, code: &ProductCode) -> Result<Product, GatewayError> {
        let act = self.lender.fake.product(code);
        self.read("product.show", code.as_str(), act).await
    }
}

#[async_trait]
impl Connection for Caller {
    async fn ping(&self) -> Result<(), GatewayError> {
        self.read("ping", "", self.lender.fake.ping()).await
    }
}

#[async_trait]
impl Calculator for Caller {
    async fn calculate(&self, request: &CalculationRequest) -> Result<Calculation, GatewayError> {
        Calculator::calculate(&self.lender.fake, request).await
    }
}

#[async_trait]
impl IncomeProof for Caller {
    async fn banks(&self, application: &ApplicationId) -> Result<Vec<StatementBank>, GatewayError> {
        self.lender.fake.banks(application).await
    }

    async fn retrieve_statement(
        &self,
        request: &StatementRequest,
    ) -> Result<StatementRetrieval, GatewayError> {
        self.lender.fake.retrieve_statement(request).await
    }

    async fn attach(
        &self,
        application: &ApplicationId,
        files: &[Attachment],
        description: &str,
    ) -> Result<(), GatewayError> {
        self.lender
            .fake
            .attach(application, files, description)
            .await
    }
}

#[async_trait]
impl Offers for Caller {
    async fn application_printout(
        &self,
        application: &ApplicationId,
        document: ApplicationDocument,
    ) -> Result<Printout, GatewayError> {
        self.lender
            .fake
            .application_printout(application, document)
            .await
    }

    async fn payment_schedule(&self, application: &ApplicationId) -> Result<Offer, GatewayError> {
        self.lender.fake.payment_schedule(application).await
    }

    async fn recalculate(
        &self,
        application: &ApplicationId,
        down_payment: Money,
    ) -> Result<Offer, GatewayError> {
        self.lender
            .fake
            .recalculate(application, down_payment)
            .await
    }

    async fn applicant(&self, application: &ApplicationId) -> Result<Applicant, GatewayError> {
        self.lender.fake.applicant(application).await
    }
}

/// The currency of every shop.
pub(super) fn money(amount: &str) -> Money {
    Money::parse(amount, REGION.currency).unwrap()
}
