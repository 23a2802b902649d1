//! The one door's table: what is repeated, after which pauses, and what is never sent again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use inbank::http::{ApiVersion, PartnerApi, RegionProfile, RetryPolicy, Site, SystemClock};
use inbank::ports::{
    Advice, Calculator, Clock, Connection, Contracts, GatewayError, GatewayErrorKind as Kind,
    ProductCatalogue, Sessions,
};
use inbank::{ApiKey, CalculationRequest, ContractId, Region, SessionId, SessionRequest, ShopId};
use inbank_sandbox::{Fault, Operation};
use inbank_testkit::ManualClock;
use inbank_testkit::conformance::{Approval, BankUnderTest as _};
use inbank_tests::{SandboxBank, fixture, uuid};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const fn status(status: u16, retry_after: Option<u64>) -> Fault {
    Fault::Status {
        status,
        retry_after,
    }
}

const NO_PAUSE: [Duration; 0] = [];

const READS: [Operation; 5] = [
    Operation::Ping,
    Operation::GetProduct,
    Operation::CreateCalculation,
    Operation::GetSession,
    Operation::GetContract,
];

const WRITES: [Operation; 3] = [
    Operation::CreateSession,
    Operation::ApproveContract,
    Operation::CancelContract,
];

/// A bank with a session that waits for the merchant.
struct Granted {
    bank: SandboxBank,
    session: SessionId,
    contract: ContractId,
}

impl Granted {
    async fn new(version: ApiVersion) -> Self {
        let bank = SandboxBank::start(&RegionProfile::ESTONIA, version).await;
        let request = bank.request(Approval::Needed, "ORDER 1");
        let session = bank.api.open(&request).await.unwrap().id;
        bank.customer_applies(&session).await;
        let contract = bank.sandbox.session(uuid(&session)).unwrap().contract;
        let contract = ContractId::parse(contract.unwrap().to_string()).unwrap();
        Self {
            bank,
            session,
            contract,
        }
    }

    /// Makes a call of an operation.
    async fn call(&self, api: &PartnerApi, operation: Operation) -> Result<(), GatewayError> {
        let code = self.bank.product_code(Approval::Needed);
        let (region, total) = (api.region(), self.bank.granted_total());
        let period = self.bank.period();
        let question = CalculationRequest::new(region, code.clone(), total, period).unwrap();
        match operation {
            Operation::Ping => api.ping().await,
            Operation::GetProduct => api.product(&code).await.map(drop),
            Operation::CreateCalculation => api.calculate(&question).await.map(drop),
            Operation::GetSession => api.session(&self.session).await.map(drop),
            Operation::GetContract => api.contract(&self.contract).await.map(drop),
            Operation::CreateSession => {
                let request = self.bank.request(Approval::Needed, "ORDER 2");
                api.open(&request).await.map(drop)
            }
            Operation::ApproveContract => api.approve(&self.contract).await,
            Operation::CancelContract => api.cancel(&self.contract).await,
            other => panic!("{other:?} is new here"),
        }
    }

    /// Makes a call into a fault: what came, how often the bank was asked, and the pauses between.
    async fn call_into(
        &self,
        operation: Operation,
        fault: Fault,
        times: u32,
    ) -> (Result<(), GatewayError>, usize, Vec<Duration>) {
        let (asked, slept) = (self.bank.asked(operation), self.bank.clock.slept().len());
        self.bank.sandbox.fault(operation, fault, times);
        let result = self.call(&self.bank.api, operation).await;
        let asked = self.bank.asked(operation) - asked;
        (result, asked, self.bank.clock.slept().split_off(slept))
    }
}

/// Each pause is twice the one before, and up to twice that by chance.
fn assert_pauses(pauses: &[Duration], case: &str) {
    for (n, pause) in pauses.iter().enumerate() {
        let least = Duration::from_millis(200 << n);
        assert!((least..=least * 2).contains(pause), "{case}: {pauses:?}");
    }
}

#[tokio::test]
async fn a_read_is_repeated_until_the_bank_answers() {
    for &version in ApiVersion::ALL {
        let granted = Granted::new(version).await;
        for operation in READS {
            for fault in [
                status(500, None),
                status(503, None),
                status(408, None),
                status(429, None),
                Fault::ResetBefore,
                Fault::AnswerLost,
                Fault::CutBody,
                Fault::HtmlBody,
                Fault::EndlessBody,
            ] {
                // Of a ping's answer only the status is known for sure.
                if operation == Operation::Ping && fault == Fault::HtmlBody {
                    continue;
                }
                let case = format!("{operation:?} {fault:?}");
                let (result, asked, pauses) = granted.call_into(operation, fault, 2).await;
                result.unwrap();
                assert_eq!((asked, pauses.len()), (3, 2), "{case}");
                assert_pauses(&pauses, &case);
            }
        }
    }
}

#[tokio::test]
async fn a_read_gives_up_after_three_more_attempts() {
    let granted = Granted::new(ApiVersion::V2).await;
    for operation in READS {
        for (fault, kind) in [
            (status(500, None), Kind::Unavailable),
            (status(429, None), Kind::RateLimited),
            (Fault::ResetBefore, Kind::Unavailable),
            (Fault::EndlessBody, Kind::Undecodable),
        ] {
            let case = format!("{operation:?} {fault:?}");
            let (result, asked, pauses) = granted.call_into(operation, fault, 4).await;
            let error = result.unwrap_err();
            assert_eq!(
                (error.kind(), error.advice()),
                (kind, Advice::SafeToRetry),
                "{case}"
            );
            assert_eq!((asked, pauses.len()), (4, 3), "{case}");
            assert_pauses(&pauses, &case);
        }
    }
}

#[tokio::test]
async fn a_read_waits_as_long_as_the_bank_asks_but_not_longer_than_its_patience() {
    let granted = Granted::new(ApiVersion::V2).await;
    for code in [429, 503] {
        for (asked_for, least, most) in [(3, 3000, 3000), (5, 5000, 5000), (0, 200, 400)] {
            let fault = status(code, Some(asked_for));
            let (result, asked, pauses) = granted.call_into(Operation::GetSession, fault, 1).await;
            result.unwrap();
            assert_eq!((asked, pauses.len()), (2, 1), "{code} {asked_for}");
            let range = Duration::from_millis(least)..=Duration::from_millis(most);
            assert!(range.contains(&pauses[0]), "{code} {asked_for}: {pauses:?}");
        }
        let fault = status(code, Some(6));
        let (result, asked, pauses) = granted.call_into(Operation::GetSession, fault, 1).await;
        let error = result.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(6)), "{code}");
        assert_eq!(error.advice(), Advice::SafeToRetry);
        assert_eq!((asked, pauses.len()), (1, 0), "{code}");
    }
}

#[tokio::test]
async fn a_write_that_was_sent_is_never_sent_again() {
    for &version in ApiVersion::ALL {
        for operation in WRITES {
            for (fault, kind) in [
                (status(500, None), Kind::OutcomeUnknown),
                (status(502, None), Kind::OutcomeUnknown),
                (status(503, Some(1)), Kind::OutcomeUnknown),
                (status(504, None), Kind::OutcomeUnknown),
                (status(408, None), Kind::OutcomeUnknown),
                (status(302, None), Kind::OutcomeUnknown),
                (status(409, None), Kind::Refused),
                (status(429, Some(1)), Kind::RateLimited),
                (Fault::ResetBefore, Kind::OutcomeUnknown),
                (Fault::AnswerLost, Kind::OutcomeUnknown),
                (Fault::CutBody, Kind::OutcomeUnknown),
                (Fault::EndlessBody, Kind::OutcomeUnknown),
            ] {
                let granted = Granted::new(version).await;
                let case = format!("{operation:?} {fault:?} {version}");
                let (result, asked, pauses) = granted.call_into(operation, fault, 1).await;
                assert_eq!(result.unwrap_err().kind(), kind, "{case}");
                assert_eq!((asked, pauses.len()), (1, 0), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_in_answer_to_a_write_does_not_have_it_sent_again() {
    for operation in WRITES {
        let granted = Granted::new(ApiVersion::V2).await;
        let (_, asked, pauses) = granted.call_into(operation, Fault::HtmlBody, 1).await;
        assert_eq!((asked, pauses.len()), (1, 0), "{operation:?}");
    }
}

#[tokio::test]
async fn a_rate_limit_on_a_write_says_when_to_come_back() {
    for operation in WRITES {
        let granted = Granted::new(ApiVersion::V2).await;
        let (result, ..) = granted.call_into(operation, status(429, Some(7)), 1).await;
        let error = result.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.advice(), Advice::SafeToRetry, "nothing was done");
    }
}

/// An adapter of the same shop with an impatient client, in place of half a minute's wait.
fn impatient(granted: &Granted) -> PartnerApi {
    let sandbox = &granted.bank.sandbox;
    let client = reqwest::Client::builder().read_timeout(Duration::from_millis(300));
    let key = ApiKey::parse(sandbox.api_key()).unwrap();
    let shop = ShopId::parse(sandbox.shop()).unwrap();
    PartnerApi::builder(&RegionProfile::ESTONIA, shop, key)
        .site(Site::parse(sandbox.base_url()).unwrap())
        .client(client.build().unwrap())
        .clock(granted.bank.clock.clone())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_write_that_is_answered_too_late_is_not_sent_again_and_a_read_is() {
    for operation in WRITES {
        let granted = Granted::new(ApiVersion::V2).await;
        let api = impatient(&granted);
        let before = granted.bank.asked(operation);
        granted.bank.sandbox.fault(operation, Fault::Hold, 1);
        let error = granted.call(&api, operation).await.unwrap_err();
        assert_eq!(error.kind(), Kind::OutcomeUnknown, "{operation:?}");
        assert_eq!(granted.bank.asked(operation) - before, 1, "{operation:?}");
        assert_eq!(granted.bank.clock.slept(), NO_PAUSE);
        granted.bank.sandbox.release_answers();
    }
    let granted = Granted::new(ApiVersion::V2).await;
    let api = impatient(&granted);
    granted
        .bank
        .sandbox
        .fault(Operation::GetSession, Fault::Hold, 2);
    granted.call(&api, Operation::GetSession).await.unwrap();
    assert_eq!(granted.bank.asked(Operation::GetSession), 3);
    granted.bank.sandbox.release_answers();
}

/// An address at which nobody listens.
fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

fn api_at(address: SocketAddr, clock: Arc<dyn Clock>, retry: RetryPolicy) -> PartnerApi {
    let key = ApiKey::parse("key").unwrap();
    PartnerApi::builder(&RegionProfile::ESTONIA, ShopId::parse("shop").unwrap(), key)
        .site(Site::parse(&format!("http://{address}")).unwrap())
        .clock(clock)
        .retry(retry)
        .build()
        .unwrap()
}

fn minimal() -> SessionRequest {
    let document = fixture("session-open-minimal.request.json");
    inbank::http::read_session_request(&document, &Region::ESTONIA).unwrap()
}

#[tokio::test]
async fn what_was_never_sent_is_tried_again_even_a_write() {
    let contract = ContractId::parse("c-1").unwrap();
    for (policy, pauses) in [(RetryPolicy::default(), 3), (RetryPolicy::NONE, 0)] {
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        let api = api_at(nobody(), clock.clone(), policy);
        for (n, error) in [
            api.open(&minimal()).await.unwrap_err(),
            api.approve(&contract).await.unwrap_err(),
            api.cancel(&contract).await.unwrap_err(),
            api.contract(&contract).await.unwrap_err(),
        ]
        .iter()
        .enumerate()
        {
            assert_eq!(
                (error.kind(), error.advice()),
                (Kind::Unreachable, Advice::SafeToRetry)
            );
            assert_eq!(error.bank_status(), None);
            let slept = clock.slept();
            assert_eq!(slept.len(), pauses * 4, "call {n}");
            assert_pauses(&slept[pauses * n..][..pauses], "nobody listens");
        }
    }
}

/// A clock in whose second pause a bank opens at an address.
struct OpeningHours {
    address: SocketAddr,
    pauses: Mutex<usize>,
    bank: Mutex<Option<MockServer>>,
}

#[async_trait]
impl Clock for OpeningHours {
    fn now(&self) -> time::OffsetDateTime {
        SystemClock.now()
    }

    async fn sleep(&self, _: Duration) {
        *self.pauses.lock().unwrap() += 1;
        if *self.pauses.lock().unwrap() == 2 {
            let listener = TcpListener::bind(self.address).unwrap();
            let bank = MockServer::builder().listener(listener).start().await;
            let opened = fixture("session-open.response.json");
            let answer = ResponseTemplate::new(201).set_body_raw(opened, "application/json");
            Mock::given(any()).respond_with(answer).mount(&bank).await;
            *self.bank.lock().unwrap() = Some(bank);
        }
    }
}

#[tokio::test]
async fn a_write_reaches_a_bank_that_opens_late_exactly_once() {
    let address = nobody();
    let hours = Arc::new(OpeningHours {
        address,
        pauses: Mutex::default(),
        bank: Mutex::default(),
    });
    let api = api_at(address, hours.clone(), RetryPolicy::default());
    let opened = api.open(&minimal()).await.unwrap();
    assert_eq!(opened.id.as_str(), "a1b1ec1f-1cd1-111b-1ed1");
    assert_eq!(*hours.pauses.lock().unwrap(), 2);
    let bank = hours.bank.lock().unwrap().take().unwrap();
    assert_eq!(bank.received_requests().await.unwrap().len(), 1);
}
