//! Our adapter before a bank that answers at once and always the same, without a connection.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use inbank::http::{
    ApiVersion, PartnerApi, RegionProfile, RetryPolicy, Site, Transport, TransportError,
};
use inbank::ports::Clock;
use inbank::{ApiKey, ShopId};
use time::OffsetDateTime;

/// What the bank answers, and what it was sent last.
#[derive(Default)]
struct Desk {
    status: u16,
    retry_after: Option<Vec<u8>>,
    answer: Vec<u8>,
    sent: Option<Vec<u8>>,
}

/// A bank, and the adapter in front of it in either version.
pub(super) struct Bank {
    desk: Arc<Mutex<Desk>>,
    v2: PartnerApi,
    v3: PartnerApi,
}

impl Bank {
    pub(super) fn new(profile: &RegionProfile) -> Self {
        let desk = Arc::new(Mutex::new(Desk::default()));
        let api = |version| {
            let shop = ShopId::parse("a93f1f44-d5dd-4469-bfcc-c1de9e969213").unwrap();
            PartnerApi::builder(profile, shop, ApiKey::parse("key").unwrap())
                .version(version)
                .site(Site::parse("http://127.0.0.1:9").unwrap())
                .transport(Arc::new(AtOnce(desk.clone())))
                .clock(Arc::new(Standing))
                .retry(RetryPolicy::NONE)
                .build()
                .unwrap()
        };
        Self {
            v2: api(ApiVersion::V2),
            v3: api(ApiVersion::V3),
            desk,
        }
    }

    pub(super) fn api(&self, version: ApiVersion) -> &PartnerApi {
        match version {
            ApiVersion::V2 => &self.v2,
            ApiVersion::V3 => &self.v3,
        }
    }

    /// From now on everything is answered like this.
    pub(super) fn answers(&self, status: u16, answer: &[u8]) {
        let mut desk = self.desk.lock().unwrap();
        *desk = Desk {
            status,
            answer: answer.to_owned(),
            ..Desk::default()
        };
    }

    /// The same without a body, and with a wish to be left alone.
    pub(super) fn asks_to_wait(&self, status: u16, retry_after: &[u8]) {
        self.answers(status, b"");
        self.desk.lock().unwrap().retry_after = Some(retry_after.to_owned());
    }

    /// The body that was sent since the answer was set, if anything was.
    pub(super) fn sent(&self) -> Option<Vec<u8>> {
        self.desk.lock().unwrap().sent.take()
    }
}

struct AtOnce(Arc<Mutex<Desk>>);

#[async_trait]
impl Transport for AtOnce {
    async fn carry(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        let mut desk = self.0.lock().unwrap();
        let body = request.body().and_then(reqwest::Body::as_bytes);
        desk.sent = Some(body.unwrap_or_default().to_owned());
        let mut response = http::Response::builder().status(desk.status);
        if let Some(value) = &desk.retry_after {
            response = response.header("retry-after", &value[..]);
        }
        let response = response.body(desk.answer.clone());
        let response = response.map_err(|error| TransportError::NoAnswer(error.into()))?;
        Ok(response.into())
    }
}

/// Noon of 27 January 2025, for ever.
struct Standing;

/// What the adapter's clock shows, in seconds.
pub(super) const NOW: i64 = 1_737_979_200;

#[async_trait]
impl Clock for Standing {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(NOW).unwrap()
    }

    async fn sleep(&self, wait: Duration) {
        panic!("nothing is tried again, and yet it waits for {wait:?}");
    }
}

/// What comes of a call that has nothing to wait for.
pub(super) fn at_once<T>(call: impl Future<Output = T>) -> T {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a call waits for something"),
    }
}
