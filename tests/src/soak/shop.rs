//! The embedder: a shop system with routes of its own, which writes down what it is told and decides.

use std::fs::File;
use std::io::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use inbank::ports::{EventSink, SinkError};
use inbank::{
    Cart, Currency, EventKind, Money, OrderError, OrderEvent, PayOutcome, Platform, Region, Shop,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::process::end_with_parent;
use super::{Aim, Setting};

const PRODUCT: &str = "hire_purchase_approval";
/// One order of so many is asked for its callbacks, to see how late an event is.
const MEASURED: u64 = 4;

/// A process of the platform, until it is told to end or whoever started it is gone.
///
/// # Panics
/// Where it can't start.
pub async fn platform(setting: Setting) {
    let sink = std::sync::Arc::new(Books {
        file: Mutex::new(
            File::options()
                .append(true)
                .create(true)
                .open(&setting.events)
                .unwrap(),
        ),
        platform: OnceLock::new(),
    });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", setting.port)).await;
    let listener = listener.unwrap();
    let mut builder = Platform::builder()
        .public_url(format!("http://127.0.0.1:{}/inbank", setting.port))
        .database(&setting.database)
        .event_sink(sink.clone());
    for bank in &setting.banks {
        let shop = Shop::new(&bank.name, Region::ESTONIA, &bank.shop, &bank.key);
        builder = builder.shop(shop.with_base_url(&bank.url));
    }
    let platform = builder.build().await.unwrap();
    assert!(sink.platform.set(platform.clone()).is_ok());
    let routes = Router::new()
        .route("/shops/{shop}/orders/{order}/pay", post(pay))
        .route("/health", get(health))
        .with_state(platform.clone());
    {
        let mut out = std::io::stdout().lock();
        writeln!(out, "ready").unwrap();
        out.flush().unwrap();
    }
    end_with_parent();
    platform.serve(listener, routes).await.unwrap();
    std::process::exit(0);
}

async fn pay(
    State(platform): State<Platform>,
    Path((shop, order)): Path<(String, String)>,
) -> Response {
    // More than the bank grants where it is to decline.
    let total = match Aim::read(&order) {
        Some(Aim::Decline) => 600,
        _ => 400,
    };
    let total = Money::new(total.into(), Currency::EUR);
    let Ok(shop) = platform.shop(&shop) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match shop.order(order).pay(&Cart::new(PRODUCT, total)).await {
        Ok(PayOutcome::Redirect(bank)) => Redirect::to(bank.as_str()).into_response(),
        Ok(PayOutcome::Standing(status)) => {
            (StatusCode::CONFLICT, status.to_string()).into_response()
        }
        Ok(PayOutcome::NotOffered(why)) => {
            (StatusCode::CONFLICT, format!("{why:?}")).into_response()
        }
        Ok(PayOutcome::Busy(wait)) => {
            let wait = wait.as_secs().max(1).to_string();
            (
                StatusCode::SERVICE_UNAVAILABLE,
                [(header::RETRY_AFTER, wait)],
            )
                .into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// What a process says of itself.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Said {
    /// Orders that are due, of all processes.
    pub(crate) due: u64,
    /// Orders that were put aside.
    pub(crate) aside: u64,
    /// Rounds that panicked.
    pub(crate) panicked: u64,
}

async fn health(State(platform): State<Platform>) -> Json<Said> {
    let health = platform.health();
    Json(Said {
        due: health.ledger.due,
        aside: health.ledger.aside,
        panicked: health.rounds_panicked,
    })
}

/// Where the platform writes down what it is told: a line for each delivery, before anything else is done
/// about it.
struct Books {
    file: Mutex<File>,
    platform: OnceLock<Platform>,
}

#[async_trait]
impl EventSink for Books {
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
        let platform = self
            .platform
            .get()
            .ok_or_else(|| SinkError::Later("too early".into()))?;
        let shop = platform.shop(event.shop.as_str());
        let shop = shop.map_err(|error| SinkError::Never(error.into()))?;
        let order = shop.order(event.order.as_str());
        let late = late(event, &order).await;
        self.write(event, late)?;
        let decided = match (&event.kind, Aim::read(event.order.as_str())) {
            (EventKind::AwaitsMerchant, Some(Aim::Cancel)) => order.cancel().await.map(drop),
            (EventKind::AwaitsMerchant, _) => order.approve().await.map(drop),
            _ => Ok(()),
        };
        match decided {
            // It has moved on, by an earlier delivery.
            Ok(()) | Err(OrderError::Refused(_)) => Ok(()),
            Err(error) => Err(SinkError::Later(error.into())),
        }
    }
}

impl Books {
    fn write(&self, event: &OrderEvent, late: Option<i64>) -> Result<(), SinkError> {
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let at = at.unwrap_or_default().as_nanos();
        let late = late.map_or_else(|| "-".to_owned(), |late| late.to_string());
        let (number, shop, order, kind) = (event.number, &event.shop, &event.order, &event.kind);
        // In one write: a process that is killed leaves no half of it, and none is lost with it.
        let line = format!("{at} {number} {shop}/{order} {late} {kind}\n");
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.write_all(line.as_bytes());
        written.map_err(|error| SinkError::Later(error.into()))
    }
}

/// Microseconds from when the bank's callback was taken in until now, where it is the callback that brought
/// the event, and the order is one of those that are asked.
async fn late(event: &OrderEvent, order: &inbank::OrderHandle) -> Option<i64> {
    let number: u64 = event.order.as_str().rsplit('-').next()?.parse().ok()?;
    if !number.is_multiple_of(MEASURED) {
        return None;
    }
    let status = match event.kind {
        EventKind::AwaitsMerchant => "granted",
        EventKind::Paid { .. } => "completed",
        _ => return None,
    };
    let callbacks = order.callbacks().await.ok()?;
    let callback = callbacks
        .iter()
        .find(|callback| callback.status == status && callback.received_at <= event.occurred_at)?;
    let late = OffsetDateTime::now_utc() - callback.received_at;
    i64::try_from(late.whole_microseconds()).ok()
}
