use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use inbank::OrderReference;
use inbank::http::{Transport, TransportError};
use reqwest::{Method, Request, Response, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

use super::books::{Books as _, SandboxBooks};
use super::lender::Lender;
use super::way::{Trouble, Way};

/// More than any answer.
const LARGEST: usize = 1 << 22;

/// One process's way to a shop's bank, as requests and answers: in the place of an HTTP client.
pub(super) struct Wire {
    lender: Arc<Lender>,
    books: Arc<SandboxBooks>,
    life: u32,
}

/// What a request asks for.
struct Asked {
    operation: &'static str,
    about: String,
    /// The order, and where callbacks are to go, where something is opened.
    opens: Option<(OrderReference, String)>,
    writes: bool,
}

/// An answer as it comes.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl Wire {
    pub(super) const fn new(lender: Arc<Lender>, books: Arc<SandboxBooks>, life: u32) -> Self {
        Self {
            lender,
            books,
            life,
        }
    }
}

#[async_trait]
impl Transport for Wire {
    async fn carry(&self, request: Request) -> Result<Response, TransportError> {
        let way = Way {
            lender: self.lender.clone(),
            life: self.life,
            limit: request.timeout().copied(),
        };
        let asked = Asked::of(&request);
        let (operation, about) = (asked.operation, asked.about.clone());
        let act = act(
            self.lender.clone(),
            self.books.clone(),
            request,
            asked.opens,
        );
        let is_ok = |answer: &Answer| answer.status.is_success();
        let answer = if asked.writes {
            way.write(operation, &about, act, is_ok).await
        } else {
            way.read(operation, &about, act, is_ok).await
        };
        let lost = || TransportError::NoAnswer("nobody knows what came of it".into());
        let answer = match answer {
            Ok(answer) => answer,
            Err(Trouble::Unreachable) => {
                return Err(TransportError::NotSent("nobody is there".into()));
            }
            Err(Trouble::Lost) => return Err(lost()),
            Err(Trouble::Limited) => Answer::of(StatusCode::TOO_MANY_REQUESTS, "{}"),
            Err(Trouble::Refused) => Answer::of(
                StatusCode::UNPROCESSABLE_ENTITY,
                r#"{"errors":["refused"]}"#,
            ),
            Err(Trouble::Forgotten) => Answer::of(StatusCode::NOT_FOUND, "{}"),
            Err(Trouble::Garbled) => Answer::of(StatusCode::OK, "<html>"),
        };
        if asked.writes && answer.status.is_success() {
            self.lender.answered(&answer.identifier());
        }
        let response = axum::http::Response::builder().status(answer.status);
        let response = response.body(answer.body).map_err(|_| lost())?;
        Ok(response.into())
    }
}

/// The bank does what it is asked.
async fn act(
    lender: Arc<Lender>,
    books: Arc<SandboxBooks>,
    request: Request,
    opens: Option<(OrderReference, String)>,
) -> Answer {
    books.catch_up(lender.around.now());
    let mut asked = axum::http::Request::builder()
        .method(request.method().clone())
        .uri(request.url().as_str());
    for (name, value) in request.headers() {
        asked = asked.header(name, value);
    }
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let asked = asked.body(Body::from(body.unwrap_or_default().to_vec()));
    let Ok(asked) = asked else {
        return Answer::of(StatusCode::BAD_REQUEST, "");
    };
    let Ok(response) = books.router.clone().oneshot(asked).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), LARGEST).await;
    let answer = Answer {
        status,
        body: body.unwrap_or_default().to_vec(),
    };
    if let Some((order, url)) = opens.filter(|_| status.is_success()) {
        lender.opened(&answer.identifier(), &order, &url);
    }
    // What the bank's clock has done meanwhile.
    lender.post();
    answer
}

impl Answer {
    fn of(status: StatusCode, body: &str) -> Self {
        Self {
            status,
            body: body.as_bytes().to_vec(),
        }
    }

    /// The identifier of what was opened, wherever it stands.
    fn identifier(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        found(&body, &["uuid", "id"]).unwrap_or_default()
    }
}

/// The first text under one of these names, however deep.
fn found(value: &Value, names: &[&str]) -> Option<String> {
    match value {
        Value::Object(fields) => {
            let here = names.iter().find_map(|name| fields.get(*name)?.as_str());
            let deeper = || fields.values().find_map(|value| found(value, names));
            here.map(str::to_owned).or_else(deeper)
        }
        Value::Array(values) => values.iter().find_map(|value| found(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

impl Asked {
    fn of(request: &Request) -> Self {
        let path = request.url().path().to_owned();
        let segments: Vec<&str> = path.split('/').collect();
        let after = |name: &str| {
            let position = segments.iter().position(|segment| *segment == name)?;
            segments.get(position + 1).map(|id| (*id).to_owned())
        };
        let last = segments.last().copied().unwrap_or_default();
        let id = after("contracts").or_else(|| after("applications"));
        let id = id.or_else(|| after("pos_sessions")).unwrap_or_default();
        let of_contract = segments.contains(&"contracts");
        let operation = match (request.method() == Method::GET, last) {
            (true, _) => "show",
            (_, "pos_sessions") => "session.open",
            (_, "applications") => "application.submit",
            (_, "accept") => "application.accept",
            (_, "cancel") if of_contract => "contract.cancel",
            (_, "cancel") => "application.cancel",
            (_, "merchant_approval") => "contract.approve",
            (_, "signings") if of_contract => "contract.sign",
            (_, "activation") => "rental.activate",
            (_, _) => "other",
        };
        let body = request.body().and_then(reqwest::Body::as_bytes);
        let body: Value = serde_json::from_slice(body.unwrap_or_default()).unwrap_or_default();
        let opens = ["session.open", "application.submit"].contains(&operation);
        let opens = opens.then(|| {
            let order = found(&body, &["purchase_reference", "purchaseReference"])?;
            let url = found(&body, &["callback_url", "callbackUrl"])?;
            Some((OrderReference::parse(order).ok()?, url))
        });
        let opens = opens.flatten();
        let about = opens.as_ref().map_or(id, |(_, url)| url.clone());
        Self {
            operation,
            about,
            opens,
            writes: !["show", "other"].contains(&operation),
        }
    }
}
