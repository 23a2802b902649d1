//! A lender that is not Inbank, and has hosted pages only: an application is opened by one call, its
//! customer goes through the lender's pages, and the lender tells the end by a callback whose
//! signature stands in a header.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use inbank::ports::{
    CallbackAuthenticator, CallbackError, GatewayError, GatewayErrorKind, Headers, NotUnderstood,
    Sessions, SignedCallback, async_trait,
};
use inbank::{
    Bank, Callback, Invalid, Money, OpenedSession, OrderReference, ProductCode, Region, Session,
    SessionCallback, SessionId, SessionRequest, SessionStatus, WebAddress, issued_at,
};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use time::OffsetDateTime;

/// Under which the lender signs a callback: the time, a dot and the body.
const SIGNATURE: &str = "x-lender-signature";
const TIMESTAMP: &str = "x-lender-timestamp";

/// What the lender has its merchants sign with.
#[derive(Clone)]
pub struct Secret(pub String);

/// A merchant's account at the lender.
pub struct Lender {
    client: Client,
    address: String,
    region: Region,
    secret: Secret,
}

impl Lender {
    pub fn new(address: &str, region: Region, secret: Secret) -> Result<Self, reqwest::Error> {
        let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
        Ok(Self {
            client,
            address: address.to_owned(),
            region,
            secret,
        })
    }

    /// A platform's side of it: with these two ports, and no others.
    pub fn into_bank(self, merchant: &str) -> Bank {
        let callbacks = Arc::new(Signatures(self.secret.clone()));
        let (region, host) = (self.region.clone(), self.address.clone());
        let mut bank = Bank::new(region, host, [merchant], callbacks);
        bank.sessions = Some(Arc::new(self));
        bank
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// One call. What a lost answer means is what `unheard` says: of a read nothing, of a write that
    /// it may have happened.
    async fn call<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        unheard: GatewayErrorKind,
        request: RequestBuilder,
    ) -> Result<T, GatewayError> {
        let failed = |kind| GatewayError::new(kind, operation);
        let answer = request.bearer_auth(&self.secret.0).send().await;
        let answer = answer.map_err(|error| {
            // Before it was connected nothing was sent.
            let sent = !error.is_connect() && !error.is_builder();
            let kind = if sent {
                unheard
            } else {
                GatewayErrorKind::Unreachable
            };
            failed(kind).with_source(error.without_url())
        })?;
        let status = answer.status();
        let none: [&str; 0] = [];
        match status {
            status if status.is_success() => answer
                .json()
                .await
                .map_err(|error| failed(unheard).with_source(error.without_url())),
            StatusCode::NOT_FOUND => Err(failed(GatewayErrorKind::NotFound)),
            StatusCode::UNAUTHORIZED => Err(failed(GatewayErrorKind::NotAuthorised)),
            StatusCode::TOO_MANY_REQUESTS => Err(failed(GatewayErrorKind::RateLimited)),
            status if status.is_client_error() => Err(failed(GatewayErrorKind::Refused)),
            _ => Err(failed(unheard)),
        }
        .map_err(|error| error.with_answer(status.as_u16(), none))
    }
}

/// What the lender is asked for.
#[derive(Serialize)]
struct Application<'a> {
    plan: &'a str,
    amount: String,
    currency: String,
    reference: Option<&'a str>,
    back_to: &'a str,
    notify: &'a str,
}

#[derive(Deserialize)]
struct Opened {
    id: String,
    page: String,
}

#[derive(Deserialize)]
struct Read {
    state: String,
    plan: String,
    amount: String,
    currency: String,
    reference: String,
}

#[async_trait]
impl Sessions for Lender {
    async fn open(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        const OPEN: &str = "session.open";
        let unsupported = || GatewayError::new(GatewayErrorKind::Unsupported, OPEN);
        let invalid = |error| GatewayError::invalid(OPEN, error);
        let total = request.total().ok_or_else(unsupported)?;
        self.region.check_currency(total).map_err(invalid)?;
        let reference = request.purchase.reference.as_ref();
        let application = Application {
            plan: request.product_code.as_str(),
            amount: total.amount().to_string(),
            currency: total.currency().to_string(),
            reference: reference.map(OrderReference::as_str),
            back_to: request.urls.return_url.as_str(),
            notify: request.urls.callback_url.as_str(),
        };
        let post = self.client.post(self.url("/applications"));
        let unknown = GatewayErrorKind::OutcomeUnknown;
        let opened: Opened = self.call(OPEN, unknown, post.json(&application)).await?;
        let opened = || {
            Ok(OpenedSession {
                id: SessionId::parse(opened.id)?,
                status: SessionStatus::Pending,
                redirect_url: WebAddress::parse(&opened.page)?,
            })
        };
        // It was opened, and the answer is of no use.
        opened().map_err(|error: Invalid| GatewayError::new(unknown, OPEN).with_source(error))
    }

    async fn session(&self, id: &SessionId) -> Result<Session, GatewayError> {
        const SHOW: &str = "session.show";
        let get = self.client.get(self.url(&format!("/applications/{id}")));
        let read: Read = self.call(SHOW, GatewayErrorKind::Unavailable, get).await?;
        let session = || {
            let mut session = Session::new(id.clone(), status(&read.state));
            let currency = read.currency.parse()?;
            session.total = Some(Money::parse(&read.amount, currency)?);
            session.product_code = Some(ProductCode::parse(read.plan)?);
            session.order_reference = Some(OrderReference::parse(read.reference)?);
            Ok(session)
        };
        session().map_err(|error: Invalid| {
            GatewayError::new(GatewayErrorKind::Undecodable, SHOW).with_source(error)
        })
    }
}

fn status(state: &str) -> SessionStatus {
    match state {
        "open" => SessionStatus::Pending,
        "financed" => SessionStatus::Completed,
        "refused" => SessionStatus::Declined,
        "abandoned" => SessionStatus::Cancelled,
        "lapsed" => SessionStatus::Expired,
        // Marked as this lender's, since the same word may be one of Inbank's.
        other => SessionStatus::from(format!("lender/{other}").as_str()),
    }
}

/// Tells the lender's callbacks.
pub struct Signatures(pub Secret);

impl Signatures {
    fn mac(&self) -> Result<Hmac<Sha256>, CallbackError> {
        Hmac::new_from_slice(self.0.0.as_bytes()).map_err(|_| CallbackError::Signature)
    }

    /// As the lender signs.
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> Result<String, CallbackError> {
        let mac = self.mac()?.chain_update(timestamp).chain_update(".");
        let tag = mac.chain_update(body).finalize().into_bytes();
        Ok(tag.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl CallbackAuthenticator for Signatures {
    fn authenticate(
        &self,
        headers: &Headers,
        body: &[u8],
    ) -> Result<SignedCallback, CallbackError> {
        let (timestamp, signature, body) = parts(headers, body)?;
        let tag = (0..signature.len()).step_by(2);
        let tag = tag.map(|n| {
            let digits = signature.get(n..n + 2)?;
            u8::from_str_radix(digits, 16).ok()
        });
        let tag: Option<Vec<u8>> = tag.collect();
        // One spelling, so that copies are the same to the byte; compared in constant time.
        let tag = tag.filter(|_| signature.bytes().all(|b| b.is_ascii_hexdigit()));
        let tag = tag.filter(|_| !signature.bytes().any(|b| b.is_ascii_uppercase()));
        let mac = self.mac()?.chain_update(timestamp).chain_update(".");
        mac.chain_update(body)
            .verify_slice(&tag.ok_or(CallbackError::Signature)?)
            .map_err(|_| CallbackError::Signature)?;
        let unreadable = CallbackError::FieldUnreadable {
            field: TIMESTAMP,
            expected: "seconds since 1970",
        };
        let at = timestamp.parse().ok().and_then(issued_at);
        let at = at.ok_or(unreadable)?;
        let signed = [timestamp.as_bytes(), b".", body].concat();
        let callback = message(body, at);
        Ok(SignedCallback::new(
            at,
            callback,
            signed,
            signature.into(),
            kept,
        ))
    }
}

/// The time, the signature and the body: as they came, or out of what was kept of them.
fn parts<'a>(
    headers: &'a Headers,
    body: &'a [u8],
) -> Result<(&'a str, &'a str, &'a [u8]), CallbackError> {
    if let (Some(timestamp), Some(signature)) = (headers.get(TIMESTAMP), headers.get(SIGNATURE)) {
        return Ok((timestamp, signature, body));
    }
    if *headers != Headers::NONE {
        return Err(CallbackError::FieldMissing(SIGNATURE));
    }
    // `signature.timestamp.body`
    let mut parts = body.splitn(3, |byte| *byte == b'.');
    let mut text = |name| {
        let part = parts.next().and_then(|part| std::str::from_utf8(part).ok());
        part.ok_or(CallbackError::FieldMissing(name))
    };
    let (signature, timestamp) = (text(SIGNATURE)?, text(TIMESTAMP)?);
    let body = parts.next().ok_or(CallbackError::FieldMissing("body"))?;
    Ok((timestamp, signature, body))
}

fn kept(signed: &[u8], signature: &[u8]) -> Vec<u8> {
    [signature, b".", signed].concat()
}

#[derive(Deserialize)]
struct Message {
    application: String,
    state: String,
    reference: String,
}

fn message(body: &[u8], issued_at: OffsetDateTime) -> Result<Callback, NotUnderstood> {
    let message: Message = serde_json::from_slice(body)
        .map_err(|error| NotUnderstood::new(&format!("column {}", error.column())))?;
    let id = SessionId::parse(message.application);
    Ok(Callback::Session(SessionCallback {
        id: id.map_err(|_| NotUnderstood::new("application"))?,
        status: status(&message.state),
        order_reference: OrderReference::parse(message.reference).ok(),
        issued_at,
    }))
}
