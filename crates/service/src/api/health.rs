//! How the service is, for whoever watches over it. Needs no token, and tells nothing about orders.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use inbank::LedgerError;
use inbank_adapters_sql::WebhookMeasures;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Shared;

#[derive(Serialize, ToSchema)]
pub(super) struct Healthy {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the process answers at all.
#[utoipa::path(get, path = "/health", tag = "service", security(()),
    responses((status = 200, description = "It answers", body = Healthy)))]
pub(super) async fn health() -> Json<Healthy> {
    Json(Healthy { status: "ok" })
}

#[derive(Serialize, ToSchema)]
pub(super) struct Ready {
    ready: bool,
    /// Whether this process can take up due orders: not where that has failed each time for a minute, since the ledger takes no writes,
    /// on a full disk for instance.
    working: bool,
    /// Orders that are due and not being worked on.
    due: u64,
    /// How long the first of them has been due, in seconds.
    oldest_due_seconds: Option<u64>,
    /// Events that were not delivered.
    undelivered: u64,
    /// How long ago the first of them happened, in seconds.
    oldest_undelivered_seconds: Option<u64>,
    /// Shops that this process can't use, since it can't have their keys; its log says why.
    shops_unusable: usize,
    /// Shops whose webhook is switched off: somebody should look.
    webhooks_disabled: u64,
    /// Events that are still to be posted, of those that were taken up.
    webhooks_waiting: u64,
    /// Events that were given up, and can be sent again by a call.
    webhooks_dead: u64,
}

/// Whether the ledger answers, and this process works on what is due; and what waits there.
#[utoipa::path(get, path = "/ready", tag = "service", security(()),
    responses((status = 200, description = "It can take requests", body = Ready),
        (status = 503, description = "The ledger is away, or takes no writes", body = Ready)))]
pub(super) async fn ready(State(api): State<Shared>) -> Response {
    let now = OffsetDateTime::now_utc();
    let shops = api.platform.shop_names();
    let measuring = async {
        let measures = api.platform.ledger().measure(&shops, now).await?;
        let webhooks = api.store.measure_webhooks(now).await?;
        Ok::<_, LedgerError>((measures, webhooks))
    };
    let answer = tokio::time::timeout(Duration::from_secs(5), measuring).await;
    let answer = answer.ok().and_then(Result::ok);
    let working = works(api.platform.health().claims_fail_since, now);
    let ready = answer.is_some() && working;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let (measures, webhooks) = answer.unwrap_or_default();
    let count = |part: fn(&WebhookMeasures) -> u64| webhooks.iter().map(part).sum();
    let seconds = |age: Option<Duration>| age.map(|age| age.as_secs());
    let ready = Ready {
        ready,
        working,
        due: measures.due,
        oldest_due_seconds: seconds(measures.oldest_due),
        undelivered: measures.undelivered,
        oldest_undelivered_seconds: seconds(measures.oldest_undelivered),
        shops_unusable: api.platform.withheld_shops().len(),
        webhooks_disabled: count(|webhook| webhook.disabled.is_some().into()),
        webhooks_waiting: count(|webhook| webhook.waiting),
        webhooks_dead: count(|webhook| webhook.dead),
    };
    (status, Json(ready)).into_response()
}

/// So long a process may fail to ask for due orders before it is taken for one that can't work.
const LONGEST_FAILURE: Duration = Duration::from_mins(1);

fn works(claims_fail_since: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
    claims_fail_since.is_none_or(|since| now - since <= LONGEST_FAILURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_fails_to_claim_for_a_minute_is_not_ready() {
        let now = OffsetDateTime::UNIX_EPOCH;
        assert!(works(None, now));
        assert!(works(Some(now - Duration::from_mins(1)), now));
        assert!(!works(Some(now - Duration::from_secs(61)), now));
    }
}
