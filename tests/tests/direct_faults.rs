//! The one door's table for direct applications: reads are repeated, a write that was sent never is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use inbank::http::ApiVersion;
use inbank::http::RegionProfile;
use inbank::ports::{
    Advice, Applications, GatewayError, GatewayErrorKind as Kind, IncomeProof, Signing,
};
use inbank::{
    ApplicationId, Attachment, ConfirmationCode, ContractId, Locale, Money, Regeneration,
    SigningMethod, StatementRequest, WebAddress,
};
use inbank_sandbox::{Fault, Operation, Outcome};
use inbank_testkit::conformance::BankUnderTest as _;
use inbank_tests::{Applicant, uuid_of};

const READS: [Operation; 3] = [
    Operation::GetApplication,
    Operation::ListBanks,
    Operation::GetPrintout,
];

const WRITES: [Operation; 8] = [
    Operation::CreateApplication,
    Operation::AcceptApplication,
    Operation::CancelApplication,
    Operation::AddAttachments,
    Operation::InitiateRetrieval,
    Operation::SignContract,
    Operation::ConfirmSigning,
    Operation::CreatePaymentLink,
];

/// A bank in which each operation has something to be done with.
struct Direct {
    applicant: Applicant,
    /// Decided for, not accepted.
    offered: ApplicationId,
    /// Wants proof of income.
    proving: ApplicationId,
    /// To be signed, with a code under way and a down payment.
    contract: ContractId,
}

impl Direct {
    async fn new(version: ApiVersion) -> Self {
        let applicant = Applicant::new(&RegionProfile::POLAND, version).await;
        let api = &applicant.bank.api;
        let mut ids = Vec::new();
        for outcome in [
            Outcome::Positive,
            Outcome::ProofByBankOrUpload,
            Outcome::Positive,
        ] {
            let part = Money::parse("50", api.region().currency).unwrap();
            let request = applicant.request("hire_purchase").with_down_payment(part);
            let id = api.submit(&request.unwrap()).await.unwrap().id;
            applicant
                .bank
                .sandbox
                .decide(uuid_of(&id), outcome)
                .unwrap();
            ids.push(id);
        }
        let contract = api.accept(&ids[2]).await.unwrap();
        api.sign(&contract, &SigningMethod::Sms).await.unwrap();
        let [offered, proving, _] = ids.try_into().unwrap();
        Self {
            applicant,
            offered,
            proving,
            contract,
        }
    }

    async fn call(&self, operation: Operation) -> Result<(), GatewayError> {
        let (api, proving) = (&self.applicant.bank.api, &self.proving);
        let url = |text| WebAddress::parse(text).unwrap();
        match operation {
            Operation::GetApplication => api.application(&self.offered).await.map(drop),
            Operation::ListBanks => api.banks(proving).await.map(drop),
            Operation::GetPrintout => {
                let regeneration = Regeneration::Forced;
                api.printout(&self.contract, regeneration).await.map(drop)
            }
            Operation::CreateApplication => {
                let request = self.applicant.request("hire_purchase");
                api.submit(&request).await.map(drop)
            }
            Operation::AcceptApplication => api.accept(&self.offered).await.map(drop),
            Operation::CancelApplication => {
                Applications::cancel(api, &self.offered).await.map(drop)
            }
            Operation::AddAttachments => {
                let file = Attachment::new("a.pdf", b"content".to_vec()).unwrap();
                api.attach(proving, &[file], "Statement").await
            }
            Operation::InitiateRetrieval => {
                let request = StatementRequest {
                    application: proving.clone(),
                    bank: inbank::StatementBankId::parse("24").unwrap(),
                    return_url: url("https://shop.example/back"),
                    locale: Locale::parse("pl").unwrap(),
                };
                api.retrieve_statement(&request).await.map(drop)
            }
            Operation::SignContract => {
                let method = SigningMethod::Digital;
                api.sign(&self.contract, &method).await.map(drop)
            }
            Operation::ConfirmSigning => {
                let code = ConfirmationCode::parse("0000").unwrap();
                api.confirm(&self.contract, &code).await.map(drop)
            }
            Operation::CreatePaymentLink => {
                let back = url("https://shop.example/{status}");
                api.payment_link(&self.contract, &back).await.map(drop)
            }
            other => panic!("{other:?} is new here"),
        }
    }

    /// Makes a call into a fault: what came, how often the bank was asked, and how many pauses.
    async fn call_into(
        &self,
        operation: Operation,
        fault: Fault,
        times: u32,
    ) -> (Result<(), GatewayError>, usize, usize) {
        let bank = &self.applicant.bank;
        let (asked, slept) = (bank.asked(operation), bank.clock.slept().len());
        bank.sandbox.fault(operation, fault, times);
        let result = self.call(operation).await;
        let asked = bank.asked(operation) - asked;
        (result, asked, bank.clock.slept().len() - slept)
    }
}

const fn status(status: u16, retry_after: Option<u64>) -> Fault {
    Fault::Status {
        status,
        retry_after,
    }
}

#[tokio::test]
async fn each_call_works_where_nothing_is_wrong() {
    for &version in ApiVersion::ALL {
        for operation in READS.into_iter().chain(WRITES) {
            let direct = Direct::new(version).await;
            direct.call(operation).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_read_is_repeated_until_the_bank_answers() {
    for &version in ApiVersion::ALL {
        let direct = Direct::new(version).await;
        for operation in READS {
            for fault in [
                status(500, None),
                status(429, None),
                Fault::ResetBefore,
                Fault::AnswerLost,
                Fault::CutBody,
                Fault::HtmlBody,
                Fault::EndlessBody,
            ] {
                let (result, asked, pauses) = direct.call_into(operation, fault, 2).await;
                result.unwrap();
                assert_eq!((asked, pauses), (3, 2), "{operation:?} {fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_write_that_was_sent_is_never_sent_again() {
    for operation in WRITES {
        for (fault, kind) in [
            (status(500, None), Kind::OutcomeUnknown),
            (status(503, Some(1)), Kind::OutcomeUnknown),
            (status(408, None), Kind::OutcomeUnknown),
            (status(302, None), Kind::OutcomeUnknown),
            (status(409, None), Kind::Refused),
            (status(429, Some(1)), Kind::RateLimited),
            (Fault::ResetBefore, Kind::OutcomeUnknown),
            (Fault::AnswerLost, Kind::OutcomeUnknown),
            (Fault::CutBody, Kind::OutcomeUnknown),
            (Fault::HtmlBody, Kind::OutcomeUnknown),
            (Fault::EndlessBody, Kind::OutcomeUnknown),
        ] {
            let direct = Direct::new(ApiVersion::V2).await;
            let (result, asked, pauses) = direct.call_into(operation, fault, 1).await;
            let case = format!("{operation:?} {fault:?}");
            // Cancelling answers without a body: a page has none to show.
            match result {
                Ok(()) => assert_eq!(operation, Operation::CancelApplication, "{case}"),
                Err(error) => assert_eq!(error.kind(), kind, "{case}"),
            }
            assert_eq!((asked, pauses), (1, 0), "{case}");
        }
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_what_was_asked_done_once() {
    let direct = Direct::new(ApiVersion::V3).await;
    let before = direct.applicant.bank.application_count().await;
    let lost = Fault::AnswerLost;
    for operation in WRITES {
        let (result, ..) = direct.call_into(operation, lost, 1).await;
        let advice = result.map_err(|error| error.advice());
        if operation == Operation::CancelApplication || operation == Operation::ConfirmSigning {
            // Accepted and signed just now: refused, and the lost answer is a refusal.
            assert_eq!(advice, Err(Advice::OutcomeUnknown));
        }
    }
    let sandbox = &direct.applicant.bank.sandbox;
    assert_eq!(direct.applicant.bank.application_count().await, before + 1);
    assert_eq!(sandbox.contract_count(), 2);
    let files = sandbox.attachments(uuid_of(&direct.proving));
    assert_eq!(files.len(), 1);
    let state = sandbox.application(uuid_of(&direct.offered)).unwrap();
    assert!(!state.cancelled);
}

#[tokio::test]
async fn a_rate_limit_on_a_write_says_when_to_come_back() {
    for operation in WRITES {
        let direct = Direct::new(ApiVersion::V2).await;
        let (result, ..) = direct.call_into(operation, status(429, Some(7)), 1).await;
        let error = result.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.advice(), Advice::SafeToRetry);
    }
}
