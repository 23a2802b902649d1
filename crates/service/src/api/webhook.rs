//! Where a shop's webhooks go, and how they fare.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use inbank::ShopName;
use inbank_adapters_sql::{KeptDelivery, Webhook, WebhookOrigin};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use super::Shared;
use super::body::Sent;
use super::caller::{Caller, Named, ShopPath};
use super::problem::{Problem, Problems};
use crate::answer::moment;
use crate::webhook::{Again, Standing, WebhookMessage, WebhookSecret, address, standing};

/// How a webhook stands, in a word for programs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WebhookState {
    /// Events are sent as they happen.
    Active,
    /// There have been failures and nothing else for a while; it goes on trying.
    Failing,
    /// It is switched off; `disabled_because` says why.
    Disabled,
}

/// A shop's webhook.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookAnswer {
    /// Where events are posted. A query is left out, since there may be a token in it.
    #[schema(example = "https://shop.example.com/inbank-events")]
    url: String,
    /// Who says so: `file`, inbank.toml, or `call`, this API.
    origin: &'static str,
    state: WebhookState,
    /// `gone`: it answered 410. `failing`: five days of failures and nothing else.
    disabled_because: Option<String>,
    #[schema(format = DateTime)]
    disabled_at: Option<String>,
    /// Since when there have been failures and nothing else.
    #[schema(format = DateTime)]
    failing_since: Option<String>,
    /// Nothing is sent before this.
    #[schema(format = DateTime)]
    paused_until: Option<String>,
    /// When something was last sent.
    #[schema(format = DateTime)]
    tried_at: Option<String>,
    /// The HTTP status of the last answer.
    last_status: Option<u16>,
    /// What was wrong with it.
    last_problem: Option<String>,
    /// When an event was last taken.
    #[schema(format = DateTime)]
    delivered_at: Option<String>,
    /// Events that are still to be delivered.
    waiting: u64,
    /// Events that were given up; kept for 30 days, to be sent again by a call.
    dead: u64,
    /// The last deliveries that failed and did not succeed since, the latest first.
    failures: Vec<WebhookFailure>,
}

/// A delivery that failed.
#[derive(Serialize, ToSchema)]
struct WebhookFailure {
    /// The event's id, as `webhook-id` has it.
    event: String,
    /// The order, as the shop calls it.
    reference: String,
    /// The event's number in its order.
    number: u64,
    /// The event's kind.
    kind: String,
    /// How often it was tried.
    tries: u32,
    #[schema(format = DateTime)]
    tried_at: Option<String>,
    /// When it is tried next; none once it was given up.
    #[schema(format = DateTime)]
    next_at: Option<String>,
    /// When it was given up.
    #[schema(format = DateTime)]
    dead_at: Option<String>,
    /// The HTTP status of the answer.
    status: Option<u16>,
    /// What was wrong.
    problem: Option<String>,
}

impl WebhookAnswer {
    fn of(webhook: &Webhook, failed: Vec<KeptDelivery>) -> Self {
        let at = |at: Option<OffsetDateTime>| at.map(moment);
        Self {
            url: address(webhook).to_owned(),
            origin: match webhook.target.origin {
                WebhookOrigin::File => "file",
                WebhookOrigin::Call => "call",
            },
            state: match standing(webhook) {
                Standing::Active => WebhookState::Active,
                Standing::Failing => WebhookState::Failing,
                Standing::Disabled => WebhookState::Disabled,
            },
            disabled_because: webhook.disabled.as_ref().map(|(_, why)| why.clone()),
            disabled_at: webhook.disabled.as_ref().map(|(at, _)| moment(*at)),
            failing_since: at(webhook.failing_since),
            paused_until: at(webhook.paused_until),
            tried_at: at(webhook.tried_at),
            last_status: webhook.last_status,
            last_problem: webhook.last_problem.clone(),
            delivered_at: at(webhook.delivered_at),
            waiting: webhook.waiting,
            dead: webhook.dead,
            failures: failed.into_iter().map(WebhookFailure::from).collect(),
        }
    }
}

impl From<KeptDelivery> for WebhookFailure {
    fn from(failed: KeptDelivery) -> Self {
        Self {
            event: failed.id,
            reference: failed.reference,
            number: failed.number,
            kind: failed.kind,
            tries: failed.tries,
            tried_at: failed.tried_at.map(moment),
            next_at: failed.due_at.map(moment),
            dead_at: failed.dead_at.map(moment),
            status: failed.status,
            problem: failed.problem,
        }
    }
}

/// Where webhooks are to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookSetting {
    /// An https address on the internet, without user, password and fragment.
    #[schema(example = "https://shop.example.com/inbank-events")]
    url: String,
    /// `whsec_` and 24 to 64 random bytes in base 64. Without one the present one goes on; where there is none, one is made.
    secret: Option<String>,
}

/// A webhook that was set.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookSet {
    webhook: WebhookAnswer,
    /// The secret, where one was made: keep it, it is shown this once.
    secret: Option<String>,
}

/// Which events to send again: one of these.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resend {
    /// The one of this id, as `webhook-id` has it.
    event: Option<String>,
    /// All that were given up.
    #[serde(default)]
    dead: bool,
    /// All that happened from then on; with `until`.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// All that happened before then; with `from`.
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// What is sent again.
#[derive(Serialize, ToSchema)]
pub(super) struct Resent {
    /// How many events; 10,000 at the most by one call.
    resent: u64,
}

/// What came of a test.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookTest {
    /// Whether it was taken.
    delivered: bool,
    /// The HTTP status of the answer.
    status: Option<u16>,
    /// What was wrong.
    problem: Option<String>,
    /// The first 4 kB of the answer, which are kept nowhere.
    answer: Option<String>,
}

/// Shows where a shop's webhooks go, and how they fare.
#[utoipa::path(get, operation_id = "show_webhook", path = "/v1/shops/{shop}/webhook", tag = "webhooks", params(ShopPath),
    responses((status = 200, description = "The webhook", body = WebhookAnswer),
        Problems))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<ShopPath>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let shop = caller.reads(&path.shop)?.shop().name().clone();
    shown(&api, &shop).await.map(Json)
}

async fn shown(api: &Shared, shop: &ShopName) -> Result<WebhookAnswer, Problem> {
    let (webhook, failed) = api.webhooks.show(shop).await?;
    Ok(WebhookAnswer::of(&webhook, failed))
}

/// Says where a shop's webhooks go, and switches them on. What happens from then on is posted there; a webhook that is changed goes on
/// where it was. A new secret signs beside the former one for a day.
#[utoipa::path(put, operation_id = "set_webhook", path = "/v1/shops/{shop}/webhook", tag = "webhooks", params(ShopPath),
    request_body = WebhookSetting,
    responses((status = 200, description = "It is set", body = WebhookSet),
        Problems))]
pub(super) async fn set(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<ShopPath>,
    body: Sent,
) -> Result<Json<WebhookSet>, Problem> {
    let shop = caller.administers(&path.shop)?;
    let setting: WebhookSetting = body.json()?;
    let secret = setting.secret.as_deref().map(WebhookSecret::parse);
    let by = caller.entry("webhook.set", &shop);
    let made = api
        .webhooks
        .set(&shop, &setting.url, secret.transpose()?, &by);
    let secret = made.await?.map(|secret| secret.expose());
    let webhook = shown(&api, &shop).await?;
    Ok(Json(WebhookSet { webhook, secret }))
}

/// Ends a shop's webhooks. What was still to be sent is forgotten; `/v1/events` has it.
#[utoipa::path(delete, operation_id = "remove_webhook", path = "/v1/shops/{shop}/webhook", tag = "webhooks", params(ShopPath),
    responses((status = 204, description = "There is none any more"),
        Problems))]
pub(super) async fn remove(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<ShopPath>,
) -> Result<StatusCode, Problem> {
    let shop = caller.administers(&path.shop)?;
    let by = caller.entry("webhook.remove", &shop);
    api.webhooks.remove(&shop, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Switches a webhook on that was switched off. What happened meanwhile is sent.
#[utoipa::path(post, operation_id = "enable_webhook", path = "/v1/shops/{shop}/webhook/enable", tag = "webhooks", params(ShopPath),
    responses((status = 200, description = "It is on", body = WebhookAnswer),
        Problems))]
pub(super) async fn enable(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<ShopPath>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let shop = caller.administers(&path.shop)?;
    let by = caller.entry("webhook.enable", &shop);
    api.webhooks.enable(&shop, &by).await?;
    shown(&api, &shop).await.map(Json)
}

/// Sends events again, delivered or not: one, all that were given up, or all that happened in a time. They keep their ids.
#[utoipa::path(post, operation_id = "resend_events", path = "/v1/shops/{shop}/webhook/resend", tag = "webhooks", params(ShopPath),
    request_body = Resend,
    responses((status = 200, description = "They are sent", body = Resent),
        Problems))]
pub(super) async fn resend(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<ShopPath>,
    body: Sent,
) -> Result<Json<Resent>, Problem> {
    let shop = caller.writes(&path.shop)?.shop().name().clone();
    let wanted: Resend = body.json()?;
    let again = again(&wanted)?;
    let by = caller.entry("webhook.resend", &shop);
    let resent = api.webhooks.resend(&shop, &again, &by).await?;
    Ok(Json(Resent { resent }))
}

fn again(wanted: &Resend) -> Result<Again<'_>, Problem> {
    match (&wanted.event, wanted.dead, &wanted.from, &wanted.until) {
        (Some(event), false, None, None) => Ok(Again::Event(event)),
        (None, true, None, None) => Ok(Again::Dead),
        (None, false, Some(from), Some(until)) => {
            Ok(Again::Between(time(from, "from")?, time(until, "until")?))
        }
        _ => {
            let problem = "must be there alone, or `dead`, or `from` and `until`";
            Err(inbank::Invalid::new("event", problem).into())
        }
    }
}

fn time(text: &str, field: &'static str) -> Result<OffsetDateTime, Problem> {
    let parsed = OffsetDateTime::parse(text, &Rfc3339);
    Ok(parsed.map_err(|_| inbank::Invalid::new(field, "must be a time as RFC 3339 has it"))?)
}

/// Posts a message of the type `webhook.test`, now and once, and says what came of it.
#[utoipa::path(post, operation_id = "test_webhook", path = "/v1/shops/{shop}/webhook/test", tag = "webhooks", params(ShopPath),
    responses((status = 200, description = "What came of it", body = WebhookTest),
        Problems))]
pub(super) async fn test(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<ShopPath>,
) -> Result<Json<WebhookTest>, Problem> {
    let shop = caller.writes(&path.shop)?.shop().name().clone();
    let tested = api.webhooks.test(&shop).await?;
    Ok(Json(WebhookTest {
        delivered: tested.problem.is_none(),
        status: tested.status,
        problem: tested.problem,
        answer: tested.answer,
    }))
}

/// Something happened to an order. Signed after the Standard Webhooks specification 1.0.0: verify the signature with one of its
/// libraries over the body as it came, and drop what was seen before by `webhook-id`. Sent at least once, an order's events in their
/// order while they are taken.
#[utoipa::path(post, path = "order", tag = "webhooks", security(()), request_body = WebhookMessage,
    params(
        ("webhook-id" = String, Header, description = "The event's id: the same each time that it is sent"),
        ("webhook-timestamp" = i64, Header, description = "When it was sent, in seconds since 1970; another with each try"),
        ("webhook-signature" = String, Header, description = "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base 64, for each secret, with spaces between"),
    ),
    responses(
        (status = "2XX", description = "It was taken, or is of no use to you"),
        (status = 410, description = "Nothing more is to be sent: the webhook is switched off"),
        (status = 429, description = "Too many: `Retry-After` says when to go on"),
        (status = "default", description = "It is tried again: ten times over about three days"),
    ))]
#[expect(dead_code, reason = "described, and served by the shop")]
pub(super) fn posted() {}
