//! The Partner API over HTTP: keys, faults, and which operation a request is for.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::any,
};
use bytes::Bytes;
use futures::stream;
use url::form_urlencoded;

use crate::{
    alteration::{Alteration, alter},
    answer::Answer,
    bank::Bank,
    control,
    dialect::Dialect,
    effect::{self, Effect},
    error::Refusal,
    fault::Fault,
    operation::{Call, Operation},
    pages,
    record::RequestRecord,
    shared::Shared,
};

/// More than any request of the guide; a limit keeps a mistaken client from filling the memory.
const BODY_LIMIT: usize = 1024 * 1024;

/// Files are larger. Guides silent on a limit; chosen: more than a scanned statement has.
const UPLOAD_LIMIT: usize = 64 * 1024 * 1024;

const JSON: &str = "application/json; charset=utf-8";

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .merge(pages::router())
        .merge(control::router(&shared))
        .route("/partner/{*rest}", any(partner))
        .with_state(shared)
}

async fn partner(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let call = Call::read(&head.method, path);
    let operation = call.map(|call| call.operation);
    let uploads = operation == Some(Operation::AddAttachments);
    let limit = if uploads { UPLOAD_LIMIT } else { BODY_LIMIT };
    let body = to_bytes(body, limit).await.unwrap_or_default();
    let kept = if uploads {
        // Files are neither text nor the sandbox's to keep.
        format!("{} bytes of attachments", body.len())
    } else {
        String::from_utf8_lossy(&body).into_owned()
    };

    let (record, fault, alterations) = shared.with(|bank| {
        bank.requests.push(RequestRecord {
            method: head.method.to_string(),
            path: head
                .uri
                .path_and_query()
                .map_or(path, |whole| whole.as_str())
                .to_owned(),
            operation,
            body: kept,
            status: None,
        });
        let fault = operation.and_then(|operation| bank.orders.take(operation));
        let alterations = operation.map(|operation| bank.alterations.take(operation));
        let record = bank.requests.len() - 1;
        (record, fault, alterations.unwrap_or_default())
    });
    let query = head.uri.query().unwrap_or_default();
    match fault {
        Some(Fault::Status {
            status,
            retry_after,
        }) => {
            shared.with(|bank| bank.answered(record, status));
            return with_headers(status_alone(status, retry_after), &alterations);
        }
        Some(Fault::ResetBefore) => return closed(None),
        Some(Fault::CommitLater { seconds }) => {
            let request = effect::Request {
                method: head.method.clone(),
                path: path.to_owned(),
                query: query.to_owned(),
                headers: head.headers.clone(),
                body,
            };
            shared.with(|bank| {
                let after = Duration::from_secs(seconds);
                bank.after(after, Effect::Request(Box::new(request)));
                bank.answered(record, GATEWAY_TIMEOUT);
            });
            return with_headers(gateway_timeout(), &alterations);
        }
        _ => {}
    }
    let (answer, done_at) = shared.with(|bank| {
        let mut answer = bank
            .answer(call, &head.headers, query, &body)
            .unwrap_or_else(|refusal| refusal.answer());
        bank.answered(record, answer.status);
        let dialect = call.map_or(Dialect::V2, |call| call.dialect);
        alter(&mut answer, &alterations, dialect);
        (answer, bank.now())
    });
    match fault {
        // The first three have answered above.
        None | Some(Fault::Status { .. } | Fault::ResetBefore | Fault::CommitLater { .. }) => {}
        Some(Fault::Late { seconds }) => {
            let at = done_at + Duration::from_secs(seconds);
            shared.hold_until(at).await;
        }
        Some(Fault::AnswerLost) => return closed(None),
        Some(Fault::Slow { milliseconds }) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
        Some(Fault::Hold) => shared.hold().await,
        Some(Fault::CutBody) => return closed(Some(answer)),
        Some(Fault::HtmlBody) => return html(&answer),
        Some(Fault::EndlessBody) => return endless(&answer, &shared),
    }
    with_headers(whole(answer), &alterations)
}

impl Bank {
    fn answered(&mut self, record: usize, status: u16) {
        if let Some(record) = self.requests.get_mut(record) {
            record.status = Some(status);
        }
    }

    pub(crate) fn answer(
        &mut self,
        call: Option<Call<'_>>,
        headers: &HeaderMap,
        query: &str,
        body: &[u8],
    ) -> Result<Answer, Refusal> {
        self.authorize(headers)?;
        let Call {
            dialect,
            operation,
            shop,
            id,
            product,
        } = call.ok_or(Refusal::NoSuchPath)?;
        if shop.is_some_and(|shop| shop.parse() != Ok(self.shop)) {
            return Err(Refusal::AnotherShop);
        }
        if operation.has_body() {
            expects_json(headers)?;
        }
        let id = id.unwrap_or_default();
        if operation == Operation::AddAttachments {
            return self.attach(dialect, id, content_type(headers), body);
        }
        let body = &*String::from_utf8_lossy(body);
        match operation {
            Operation::Ping => Ok(Answer {
                status: 200,
                body: Some(r#"{"response":"pong"}"#.to_owned()),
            }),
            Operation::GetProduct => {
                let name = dialect.spell("product_code");
                let code = form_urlencoded::parse(query.as_bytes())
                    .find(|(key, _)| *key == name)
                    .map(|(_, code)| code)
                    .ok_or_else(|| Refusal::invalid("product_code_is_missing"))?;
                let product = self.product(&code)?;
                let position = self
                    .products
                    .iter()
                    .take_while(|other| other.code != product.code)
                    .count();
                Ok(Answer::ok(
                    &product.node(self.shop, position, self.region),
                    dialect,
                ))
            }
            Operation::CreateCalculation => self.calculate(dialect, body),
            Operation::CreateSession => self.open_session(dialect, body),
            Operation::GetSession => self.read_at(operation, |bank| bank.show_session(dialect, id)),
            Operation::GetContract => self.read_at(operation, |bank| match product {
                Some(product) => bank.show_rental_contract(product, id),
                None => bank.show_contract(dialect, id),
            }),
            Operation::ApproveContract => self.approve_contract(id),
            Operation::CancelContract => self.cancel_contract(id),
            Operation::CreateApplication => self.create_application(dialect, body),
            Operation::GetApplication => {
                self.read_at(operation, |bank| bank.show_application(dialect, id, query))
            }
            Operation::AcceptApplication => self.accept_application(dialect, id),
            Operation::CancelApplication => self.cancel_application(id),
            Operation::SignApplication => self.sign_application(dialect, id, body),
            Operation::ConfirmApplicationSigning => {
                self.confirm_application_signing(dialect, id, body)
            }
            Operation::GetApplicationPrintout => self.show_application_printout(dialect, id, query),
            Operation::GetPaymentSchedule => self.show_schedule(dialect, id, query),
            Operation::RecalculateSchedule => self.recalculate_schedule(dialect, id, body),
            Operation::GetCustomer => self.show_customer(dialect, id),
            Operation::ListBanks => self.list_banks(dialect, id, query),
            Operation::InitiateRetrieval => self.initiate_retrieval(dialect, body),
            Operation::GetPrintout => self.show_printout(dialect, id, query),
            Operation::SignContract => self.sign_contract(dialect, id, body),
            Operation::ConfirmSigning => self.confirm_signing(dialect, id, body),
            Operation::CreatePaymentLink => self.create_payment_link(dialect, id, body),
            Operation::GetAssetModel => self.show_model(product.unwrap_or_default(), query),
            Operation::CreateRentalCalculation => {
                self.calculate_rental(product.unwrap_or_default(), body)
            }
            Operation::AssignAssetIdentifiers => {
                self.assign_identifiers(product.unwrap_or_default(), id, body)
            }
            Operation::ActivateContract => self.activate_rental(dialect, product, id),
            // Taken above, before its body was read as text.
            Operation::AddAttachments => Err(Refusal::NoSuchPath),
        }
    }

    /// `Authorization: Bearer <key>` (e-POS 2.10, Authorization Header).
    pub(crate) fn authorize(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        if given == Some(self.api_key.as_str()) {
            Ok(())
        } else {
            Err(Refusal::Unauthorized)
        }
    }
}

/// The guide expects `application/json` "in all requests, unless otherwise specified".
///
/// Guides silent on what else happens; chosen: 422 where there is a body, because the public lists of statuses have no 415,
/// and no complaint where there is none, because nothing then has a type. The direct guides print `applications/json` as their example
/// (2.05 and 1.02, Content Type), so that is taken as well.
fn expects_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = content_type(headers)
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    let is_json = |kind: &str| {
        ["application/json", "applications/json"]
            .iter()
            .any(|json| kind.eq_ignore_ascii_case(json))
    };
    if kind.is_some_and(is_json) {
        Ok(())
    } else {
        Err(Refusal::invalid("content_type_is_not_valid"))
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_TYPE)?;
    value.to_str().ok()
}

fn whole(answer: Answer) -> Response {
    let status = status(answer.status);
    match answer.body {
        Some(body) => (status, [(header::CONTENT_TYPE, JSON)], body).into_response(),
        None => status.into_response(),
    }
}

fn status(code: u16) -> axum::http::StatusCode {
    axum::http::StatusCode::from_u16(code).unwrap_or_default()
}

const GATEWAY_TIMEOUT: u16 = 504;

/// The body is that of the gateway whose answer of 403 the public field lists print.
fn gateway_timeout() -> Response {
    whole(Answer {
        status: GATEWAY_TIMEOUT,
        body: Some(r#"{"message":"Endpoint request timed out"}"#.to_owned()),
    })
}

/// Adds the headers on order; one that cannot be sent is left out.
fn with_headers(mut response: Response, alterations: &[Alteration]) -> Response {
    for alteration in alterations {
        if let Alteration::Header { name, value } = alteration
            && let (Ok(name), Ok(value)) = (
                HeaderName::try_from(name.as_str()),
                HeaderValue::try_from(value.as_str()),
            )
        {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The body is the one the public field lists give for 500.
fn status_alone(code: u16, retry_after: Option<u64>) -> Response {
    let message = if code == 500 {
        "internal_server_error"
    } else {
        "fault_on_order"
    };
    let mut response = whole(Answer {
        status: code,
        body: Some(format!(r#"{{"message":"{message}"}}"#)),
    });
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Closes the connection: before the first byte of an answer, or half-way through its body.
///
/// A body that fails makes the server drop the connection. What has not been flushed by then is never sent, so nothing is
/// when the failure comes first, and half of the body is when it comes one turn later.
fn closed(answer: Option<Answer>) -> Response {
    let broken = || io::Error::other("connection closed by a fault on order");
    let Some((code, body)) = answer.and_then(|answer| Some((answer.status, answer.body?))) else {
        return Body::from_stream(stream::iter([Err::<Bytes, _>(broken())])).into_response();
    };
    let length = body.len();
    let half = Bytes::from(body).split_to(length / 2);
    let parts = stream::unfold(Some(half), move |half| async move {
        let Some(half) = half else {
            tokio::task::yield_now().await;
            return Some((Err(broken()), None));
        };
        Some((Ok(half), None))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(JSON)),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
    ];
    (status(code), headers, Body::from_stream(parts)).into_response()
}

fn html(answer: &Answer) -> Response {
    // 204 has no body to spoil, so a page comes with 200.
    let code = if answer.body.is_some() {
        answer.status
    } else {
        200
    };
    let page = "<!doctype html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>";
    (status(code), axum::response::Html(page)).into_response()
}

fn endless(answer: &Answer, shared: &Shared) -> Response {
    let code = if answer.body.is_some() {
        answer.status
    } else {
        200
    };
    let stopped = shared.stopped();
    let spaces = stream::unfold(stopped, |stopped| async move {
        tokio::task::yield_now().await;
        let stop = *stopped.borrow();
        (!stop).then(|| {
            (
                Ok::<_, Infallible>(Bytes::from_static(&[b' '; 8192])),
                stopped,
            )
        })
    });
    (
        status(code),
        [(header::CONTENT_TYPE, JSON)],
        Body::from_stream(spaces),
    )
        .into_response()
}
