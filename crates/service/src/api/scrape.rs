//! `/metrics`, for Prometheus: what the process counts as it goes, and what the ledger says when it is asked.

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use inbank::ports::{Measures, ShopStatistics};
use inbank::{OrderStatus, ShopName};
use inbank_adapters_sql::WebhookMeasures;
use metrics::gauge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use super::caller::Caller;
use super::problem::{Problem, Problems};
use super::{Api, Shared};

/// The ledger is asked no more often than this, however many ask for its figures: counting every order takes
/// some time where there are millions.
const MEASURED_EVERY: Duration = Duration::from_secs(15);
/// A ledger that takes longer is away, and its figures are left as they were.
const LONGEST_MEASURE: Duration = Duration::from_secs(5);
/// What was counted is taken together so often, also when nobody asks.
const TAKEN_TOGETHER_EVERY: Duration = Duration::from_secs(5);
const SECONDS: [f64; 12] = [
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The figures of this process.
pub(super) struct Figures {
    handle: Option<PrometheusHandle>,
    measured: Mutex<Option<Instant>>,
}

/// There is one collector in a process, whoever asks first.
static COLLECTOR: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

fn collector() -> Option<PrometheusHandle> {
    let made = || {
        let builder = PrometheusBuilder::new();
        let latencies = Matcher::Suffix("_seconds".to_owned());
        let builder = builder.set_buckets_for_metric(latencies, &SECONDS).ok()?;
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // A program with a collector of its own keeps it, and has the figures there.
        metrics::set_global_recorder(recorder).ok()?;
        described();
        Some(handle)
    };
    COLLECTOR.get_or_init(made).clone()
}

impl Figures {
    pub(super) fn new(mut stopping: Receiver<bool>) -> Self {
        let handle = collector();
        if let Some(handle) = handle.clone() {
            tokio::spawn(async move {
                let ended = async { drop(stopping.wait_for(|stopping| *stopping).await) };
                let taking = async {
                    loop {
                        tokio::time::sleep(TAKEN_TOGETHER_EVERY).await;
                        handle.run_upkeep();
                    }
                };
                tokio::select! {
                    () = ended => {}
                    () = taking => {}
                }
            });
        }
        Self {
            handle,
            measured: Mutex::default(),
        }
    }
}

/// What happens in this process and what waits in the ledger, in the text format of Prometheus. Needs a token
/// for every shop.
#[utoipa::path(get, path = "/metrics", tag = "service",
    responses((status = 200, description = "The figures", body = String, content_type = "text/plain"),
        Problems))]
pub(super) async fn metrics(
    State(api): State<Shared>,
    caller: Caller,
) -> Result<Response, Problem> {
    caller.watches()?;
    let Some(handle) = &api.figures.handle else {
        return Err(Problem::no_route());
    };
    api.measure().await;
    let mut response = handle.render().into_response();
    let format = HeaderValue::from_static(FORMAT);
    response.headers_mut().insert(header::CONTENT_TYPE, format);
    Ok(response)
}

impl Api {
    async fn measure(&self) {
        // Who asks at the same time waits for the same answer.
        let mut measured = self.figures.measured.lock().await;
        let now = Instant::now();
        if measured.is_some_and(|at| now.duration_since(at) < MEASURED_EVERY) {
            return;
        }
        let health = self.platform.health();
        gauge!("inbank_rounds").set(float(health.rounds));
        gauge!("inbank_deliveries").set(float(health.deliveries));
        if let Some(claimed) = health.last_claim {
            let at = float(claimed.unix_timestamp().unsigned_abs());
            gauge!("inbank_last_claim_timestamp_seconds").set(at);
        }
        let measuring = tokio::time::timeout(LONGEST_MEASURE, self.of_the_ledger());
        let is_up = measuring.await.is_ok_and(|asked| asked.is_ok());
        gauge!("inbank_ledger_up").set(if is_up { 1.0 } else { 0.0 });
        *measured = Some(now);
    }

    async fn of_the_ledger(&self) -> Result<(), inbank::LedgerError> {
        let shops = self.platform.shop_names();
        let (ledger, now) = (self.platform.ledger(), OffsetDateTime::now_utc());
        for statistics in ledger.statistics(&shops, now).await? {
            show_statistics(&statistics);
        }
        for shop in &shops {
            let measures = ledger.measure(std::slice::from_ref(shop), now).await?;
            show_measures(shop, &measures);
        }
        let webhooks = self.store.measure_webhooks(self.webhooks.now()).await?;
        for shop in &shops {
            // A shop without one shows nothing, also after one was removed.
            show_webhook(shop, webhooks.iter().find(|webhook| webhook.shop == *shop));
        }
        Ok(())
    }
}

fn show_statistics(statistics: &ShopStatistics) {
    let shop = statistics.shop.to_string();
    for status in OrderStatus::EVERY {
        let count = statistics.orders.get(status.name()).copied();
        gauge!("inbank_orders", "shop" => shop.clone(), "status" => status.name())
            .set(float(count.unwrap_or_default()));
    }
    gauge!("inbank_orders_needing_a_person", "shop" => shop.clone())
        .set(float(statistics.needs_person));
    gauge!("inbank_callbacks_waiting", "shop" => shop.clone()).set(float(statistics.callbacks));
    gauge!("inbank_callbacks_oldest_seconds", "shop" => shop)
        .set(seconds(statistics.oldest_callback));
}

fn show_measures(shop: &ShopName, measures: &Measures) {
    let shop = shop.to_string();
    let count = |name: &'static str, count: u64| {
        gauge!(name, "shop" => shop.clone()).set(float(count));
    };
    count("inbank_orders_due", measures.due);
    count("inbank_orders_aside", measures.aside);
    count("inbank_events_undelivered", measures.undelivered);
    count("inbank_commands_unclear", measures.unclear);
    gauge!("inbank_orders_due_oldest_seconds", "shop" => shop.clone())
        .set(seconds(measures.oldest_due));
    gauge!("inbank_events_undelivered_oldest_seconds", "shop" => shop.clone())
        .set(seconds(measures.oldest_undelivered));
}

fn show_webhook(shop: &ShopName, webhook: Option<&WebhookMeasures>) {
    let shop = shop.to_string();
    let count = |name: &'static str, count: u64| {
        gauge!(name, "shop" => shop.clone()).set(float(count));
    };
    count(
        "inbank_webhooks_waiting",
        webhook.map_or(0, |webhook| webhook.waiting),
    );
    count(
        "inbank_webhooks_dead",
        webhook.map_or(0, |webhook| webhook.dead),
    );
    count(
        "inbank_webhooks_disabled",
        webhook
            .is_some_and(|webhook| webhook.disabled.is_some())
            .into(),
    );
    gauge!("inbank_webhooks_oldest_seconds", "shop" => shop.clone())
        .set(seconds(webhook.and_then(|webhook| webhook.oldest)));
}

fn seconds(age: Option<Duration>) -> f64 {
    age.unwrap_or_default().as_secs_f64()
}

/// Prometheus has nothing but floats; what is counted here is far from where they lose a one.
fn float(count: u64) -> f64 {
    u32::try_from(count).unwrap_or(u32::MAX).into()
}

/// What is counted. The service's document lists the same.
const COUNTERS: &[(&str, &str)] = &[
    (
        "inbank_bank_retries_total",
        "Tries that were followed by another",
    ),
    ("inbank_callbacks_total", "The bank's callbacks by verdict"),
    (
        "inbank_events_total",
        "Events that were delivered or put aside",
    ),
    (
        "inbank_rounds_total",
        "Rounds of work on an order by outcome",
    ),
    (
        "inbank_breaker_openings_total",
        "How often a host was left alone",
    ),
];

/// What is measured, likewise.
const GAUGES: &[(&str, &str)] = &[
    (
        "inbank_breaker_open",
        "1 while a host is left alone, since it gave no answer",
    ),
    (
        "inbank_callbacks_oldest_seconds",
        "Age of the oldest callback that was not worked on",
    ),
    (
        "inbank_callbacks_waiting",
        "Callbacks that were not worked on yet",
    ),
    (
        "inbank_commands_unclear",
        "Commands of which it is not known whether they arrived",
    ),
    (
        "inbank_deliveries",
        "Orders whose events are being delivered by this process",
    ),
    (
        "inbank_events_undelivered",
        "Events that were not delivered yet",
    ),
    (
        "inbank_events_undelivered_oldest_seconds",
        "Age of the oldest event that was not delivered",
    ),
    (
        "inbank_last_claim_timestamp_seconds",
        "When this process last asked for due orders with success",
    ),
    (
        "inbank_ledger_up",
        "1 where the ledger answered when it was last asked",
    ),
    ("inbank_orders", "Orders by status"),
    (
        "inbank_orders_aside",
        "Orders that are put aside, since working on them failed each time",
    ),
    (
        "inbank_orders_due",
        "Orders that are due and not being worked on",
    ),
    (
        "inbank_orders_due_oldest_seconds",
        "How long the first of them has been due",
    ),
    (
        "inbank_orders_needing_a_person",
        "Orders that a person should look at",
    ),
    ("inbank_rounds", "Orders that this process works on"),
    (
        "inbank_webhooks_dead",
        "Webhooks that were given up, and can be sent again by a call",
    ),
    (
        "inbank_webhooks_disabled",
        "1 while a shop's webhook is switched off",
    ),
    (
        "inbank_webhooks_oldest_seconds",
        "How long ago the first event happened that waits to be posted",
    ),
    (
        "inbank_webhooks_waiting",
        "Events that wait to be posted, of those that were taken up",
    ),
];

fn described() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

    describe_histogram!(
        "inbank_bank_call_seconds",
        Unit::Seconds,
        "Calls to the bank, with all their tries, by operation and outcome"
    );
    for (name, says) in COUNTERS {
        describe_counter!(*name, *says);
    }
    for (name, says) in GAUGES {
        describe_gauge!(*name, *says);
    }
}
