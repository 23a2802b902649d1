//! A bank whose time passes while it is waited for.

use std::sync::Arc;
use std::time::Duration;

use inbank::http::{PartnerApi, RegionProfile, RetryPolicy, Site, read_application_request};
use inbank::ports::{Applications as _, Clock, Sessions as _, async_trait};
use inbank::{
    ApiKey, ApplicationId, Cart, ContractId, Currency, Money, OrderReference, PartnerUrls, ShopId,
    WebAddress,
};
use inbank_sandbox::{Operation, Region, Sandbox};
use time::OffsetDateTime;

pub(super) struct TestBank {
    pub(super) sandbox: Arc<Sandbox>,
    pub(super) api: PartnerApi,
}

impl TestBank {
    /// It takes its time, as the bank does.
    pub(super) async fn open() -> Self {
        let sandbox = Sandbox::builder(Region::Estonia).callback_retries([]);
        let sandbox = Arc::new(sandbox.start().await.unwrap());
        let shop = ShopId::parse(sandbox.shop()).unwrap();
        let key = ApiKey::parse(sandbox.api_key()).unwrap();
        let api = PartnerApi::builder(&RegionProfile::ESTONIA, shop, key)
            .site(Site::parse(sandbox.base_url()).unwrap())
            .retry(RetryPolicy::NONE);
        Self {
            api: api.build().unwrap(),
            sandbox,
        }
    }

    /// A contract that waits for the merchant.
    pub(super) async fn granted(&self) -> ContractId {
        let total = Money::parse("300", Currency::EUR).unwrap();
        let cart = Cart::new("hire_purchase_approval", total);
        let nowhere = WebAddress::parse("http://127.0.0.1:9").unwrap();
        let urls = PartnerUrls {
            return_url: nowhere.clone(),
            cancel_url: nowhere.clone(),
            callback_url: nowhere,
        };
        let reference = OrderReference::parse("1001").unwrap();
        let request = cart.request(self.api.region(), reference, urls).unwrap();
        let session = self.api.open(&request).await.unwrap().id;
        let session = session.as_str().parse().unwrap();
        self.sandbox.customer_applies(session).unwrap();
        let contract = self.sandbox.session(session).unwrap().contract.unwrap();
        ContractId::parse(contract.to_string()).unwrap()
    }

    /// An application with an offer.
    pub(super) async fn offered(&self) -> ApplicationId {
        let document = r#"{
            "credit_application": {"product_code": "hire_purchase", "amount": 300, "period": 12},
            "customer": {"identity_code": "60001019906", "first_name": "Mari", "last_name": "Maasikas"},
            "customer_contact": {"mobile": "+37250000000", "email": "mari@example.com"}
        }"#;
        let request = read_application_request(document, self.api.region()).unwrap();
        let application = self.api.submit(&request).await.unwrap().id;
        self.sandbox.settle();
        application
    }

    /// How often an operation was called.
    pub(super) fn calls(&self, operation: Operation) -> usize {
        let requests = self.sandbox.requests().into_iter();
        requests
            .filter(|call| call.operation == Some(operation))
            .count()
    }
}

/// Waiting by it moves the bank's time on, and takes none.
#[async_trait]
impl Clock for TestBank {
    fn now(&self) -> OffsetDateTime {
        self.sandbox.now()
    }

    async fn sleep(&self, wait: Duration) {
        self.sandbox.advance(wait);
    }
}
