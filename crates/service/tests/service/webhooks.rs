//! Webhooks on their way to servers that answer, fail, hang, and come back.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use inbank::ports::Clock as _;
use inbank::{EventKind, NotPaid};
use inbank_testkit::Postgres;

use crate::console::Browser;
use crate::receiver::{Receiver, Reply};
use crate::sending::{FORMER, House, SECRET};
use crate::{ADMIN, answered};

pub(crate) const GRANTED: EventKind = EventKind::AwaitsMerchant;
const DECLINED: EventKind = EventKind::NotPaid(NotPaid::Declined);

#[tokio::test]
async fn an_event_arrives_signed_by_every_secret_and_is_done_with() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    let running = house.start().await;
    house
        .tell("main", "1001", EventKind::Paid { late: false })
        .await;
    running.wake();
    let came = receiver.next().await;
    assert_eq!(came.id, "main-1001/1");
    assert_eq!(came.timestamp, house.clock.now().unix_timestamp());
    assert!(came.is_signed_by(SECRET) && came.is_signed_by(FORMER));
    assert!(!came.is_signed_by("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    assert_eq!(came.body["type"], "order.paid");
    assert_eq!(came.body["data"]["amount"], "499.90");
    assert!(came.content.len() < 20_000);
    let stands = house.until("main", |webhook| webhook.waiting == 0).await;
    assert_eq!(
        (stands.last_status, stands.failing_since),
        (Some(204), None)
    );
    assert_eq!(stands.delivered_at, Some(house.clock.now()));
    // The next that comes is the next that happened.
    house.tell("main", "1001", EventKind::Terminated).await;
    running.wake();
    assert_eq!(receiver.next().await.about(), ("1001", 2));
    running.stop().await;
    assert_eq!(receiver.rest(), [""; 0]);
}

#[tokio::test]
async fn what_fails_comes_again_with_the_same_id_and_holds_up_its_own_order_alone() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    receiver.replies([Reply::Status(500)]);
    for (order, kind) in [("1001", GRANTED), ("1001", DECLINED)] {
        house.tell("main", order, kind).await;
    }
    let running = house.start().await;
    let first = receiver.next().await;
    assert_eq!(first.about(), ("1001", 1));
    house
        .until("main", |webhook| webhook.last_status == Some(500))
        .await;
    let (_, failed) = (
        house.webhook("main").await,
        house.next_try("main").await.unwrap(),
    );
    assert!(failed > house.clock.now());
    running.after(&house, Duration::from_secs(2));
    house.tell("main", "1002", GRANTED).await;
    running.wake();
    assert_eq!(receiver.next().await.about(), ("1002", 1));
    running.after(&house, Duration::from_secs(10));
    let again = receiver.next().await;
    assert_eq!((&again.id, &again.content), (&first.id, &first.content));
    assert_eq!(again.timestamp, first.timestamp + 12);
    assert!(again.is_signed_by(SECRET));
    assert_eq!(receiver.next().await.about(), ("1001", 2));
    house.until("main", |webhook| webhook.waiting == 0).await;
    running.stop().await;
}

#[tokio::test]
async fn after_ten_tries_it_is_given_up_and_the_orders_later_events_go_on() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    receiver.replies(vec![Reply::Status(500); 10]);
    house.tell("main", "1001", GRANTED).await;
    house.tell("main", "1001", DECLINED).await;
    let start = house.clock.now();
    let running = house.start().await;
    for tries in 1..=10 {
        let came = receiver.next().await;
        assert_eq!(came.about(), ("1001", 1), "try {tries}");
        let tried = came.timestamp;
        let settled = |webhook: &inbank_adapters_sql::Webhook| {
            webhook
                .tried_at
                .is_some_and(|at| at.unix_timestamp() == tried)
        };
        house.until("main", settled).await;
        if let Some(next) = house.next_try("main").await {
            assert!(tries < 10);
            let paused = house.webhook("main").await.paused_until;
            house.clock.move_to(next.max(paused.unwrap_or(next)));
            running.wake();
        }
    }
    let stands = house.until("main", |webhook| webhook.dead == 1).await;
    let hours = (house.clock.now() - start).whole_hours();
    assert!((60..92).contains(&hours), "{hours} hours");
    assert_eq!(stands.disabled, None);
    // The pause of a server that fails, and no longer.
    running.after(&house, Duration::from_mins(1));
    assert_eq!(receiver.next().await.about(), ("1001", 2));
    house.until("main", |webhook| webhook.waiting == 0).await;
    let path = "/v1/shops/main/webhook/resend";
    let body = Some(r#"{"dead":true}"#);
    let answer = answered(&running.router, Method::POST, path, ADMIN, body).await;
    assert_eq!(answer.body["resent"], 1, "{}", answer.body);
    assert_eq!(receiver.next().await.about(), ("1001", 1));
    house
        .until("main", |webhook| webhook.dead == 0 && webhook.waiting == 0)
        .await;
    running.stop().await;
}

#[tokio::test]
async fn a_server_that_answers_410_is_left_alone_until_somebody_switches_it_on() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    receiver.replies([Reply::Status(410)]);
    house.tell("main", "1001", GRANTED).await;
    let running = house.start().await;
    receiver.next().await;
    let stands = house
        .until("main", |webhook| webhook.disabled.is_some())
        .await;
    assert_eq!(stands.disabled.unwrap().1, "gone");
    let path = "/v1/shops/main/webhook";
    let shown = answered(&running.router, Method::GET, path, ADMIN, None)
        .await
        .body;
    assert_eq!(
        (&shown["state"], &shown["disabled_because"]),
        (&"disabled".into(), &"gone".into())
    );
    house.tell("main", "1002", GRANTED).await;
    running.after(&house, Duration::from_hours(1));
    running.stop().await;
    // A restart, with what the file says, changes nothing about it.
    let running = house.start().await;
    let enable = format!("{path}/enable");
    assert!(house.webhook("main").await.disabled.is_some());
    assert_eq!(receiver.rest(), [""; 0]);
    let answer = answered(&running.router, Method::POST, &enable, ADMIN, None).await;
    assert_eq!(answer.body["state"], "active", "{}", answer.body);
    let mut orders =
        [receiver.next().await, receiver.next().await].map(|came| came.about().0.to_owned());
    orders.sort();
    assert_eq!(orders, ["1001", "1002"]);
    running.stop().await;
}

#[tokio::test]
async fn a_server_that_asks_for_a_pause_gets_it() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    receiver.replies([Reply::With(429, "retry-after", "120".to_owned())]);
    house.tell("main", "1001", GRANTED).await;
    let running = house.start().await;
    let first = receiver.next().await;
    let stands = house
        .until("main", |webhook| webhook.paused_until.is_some())
        .await;
    assert_eq!(
        stands.paused_until,
        Some(house.clock.now() + Duration::from_mins(2))
    );
    assert!(house.next_try("main").await >= stands.paused_until);
    // What happens meanwhile waits as well.
    house.tell("main", "1002", GRANTED).await;
    running.wake();
    running.after(&house, Duration::from_secs(119));
    running.after(&house, Duration::from_secs(2));
    for _ in 0..2 {
        assert!(receiver.next().await.timestamp >= first.timestamp + 120);
    }
    running.stop().await;
}

#[tokio::test]
async fn until_when_a_server_wants_a_pause_is_said_in_the_console() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    // The console goes by this machine's clock.
    house.clock.move_to(time::OffsetDateTime::now_utc());
    receiver.replies([Reply::With(429, "retry-after", "1800".to_owned())]);
    house.tell("main", "1001", GRANTED).await;
    let running = house.start().await;
    receiver.next().await;
    let paused = |webhook: &inbank_adapters_sql::Webhook| webhook.paused_until.is_some();
    house.until("main", paused).await;
    let admin = Browser::at(&running.router, ADMIN).await;
    for page in [
        "/console/",
        "/console/shops",
        "/console/order?shop=main&reference=1001",
    ] {
        let page = admin.get(page).await;
        assert!(page.text.contains("paused until 20"), "{}", page.text);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let (mut receiver, mut elsewhere) = (Receiver::start().await, Receiver::start().await);
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    receiver.replies([Reply::With(307, "location", elsewhere.url.clone())]);
    house.tell("main", "1001", GRANTED).await;
    let running = house.start().await;
    let first = receiver.next().await;
    let stands = house
        .until("main", |webhook| webhook.last_status == Some(307))
        .await;
    assert!(
        stands
            .last_problem
            .unwrap()
            .contains("redirects are not followed")
    );
    running.after(&house, Duration::from_secs(10));
    assert_eq!(receiver.next().await.id, first.id);
    running.stop().await;
    assert_eq!(elsewhere.rest(), [""; 0]);
}

#[tokio::test]
async fn a_server_that_hangs_holds_up_no_other_shop() {
    let (mut hangs, mut answers) = (Receiver::start().await, Receiver::start().await);
    hangs.always(Reply::Never);
    let house = House::new().await.with_webhook("main", &hangs.url).await;
    let house = house.with_webhook("other", &answers.url).await;
    for n in 0..20 {
        house.tell("main", &format!("{n}"), GRANTED).await;
    }
    let running = house.start().await;
    hangs.next().await;
    for n in 1..=20 {
        house.tell("other", "1001", GRANTED).await;
        running.wake();
        assert_eq!(answers.next().await.about(), ("1001", n));
    }
    running.kill().await;
}

#[tokio::test]
async fn a_try_has_a_time_limit_and_a_server_that_comes_back_gets_all() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    let house = house.with_time_limit(Duration::from_millis(200));
    receiver.replies([Reply::Never]);
    house.tell("main", "1001", GRANTED).await;
    let running = house.start().await;
    receiver.next().await;
    let stands = house
        .until("main", |webhook| webhook.last_problem.is_some())
        .await;
    assert_eq!(
        stands.last_problem.as_deref(),
        Some("no answer within 200ms")
    );
    assert_eq!((stands.last_status, stands.waiting), (None, 1));
    running.after(&house, Duration::from_secs(10));
    receiver.next().await;
    let stands = house.until("main", |webhook| webhook.waiting == 0).await;
    assert_eq!(stands.failing_since, None);
    running.stop().await;
}

#[tokio::test]
async fn nobody_who_listens_is_a_failure_like_any_other() {
    let house = House::new()
        .await
        .with_webhook("main", "http://127.0.0.1:1/events")
        .await;
    house.tell("main", "1001", GRANTED).await;
    let running = house.start().await;
    let stands = house
        .until("main", |webhook| webhook.last_problem.is_some())
        .await;
    assert!(stands.last_problem.unwrap().starts_with("no connection"));
    running.stop().await;
}

#[tokio::test]
async fn five_days_of_failures_and_nothing_else_switch_it_off() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    receiver.always(Reply::Status(503));
    house.tell("main", "1001", GRANTED).await;
    let running = house.start().await;
    receiver.next().await;
    let stands = house
        .until("main", |webhook| webhook.failing_since.is_some())
        .await;
    assert_eq!(
        (stands.disabled, stands.failing_since),
        (None, Some(house.clock.now()))
    );
    running.after(&house, Duration::from_hours(5 * 24));
    receiver.next().await;
    let stands = house
        .until("main", |webhook| webhook.disabled.is_some())
        .await;
    assert_eq!(stands.disabled.unwrap().1, "failing");
    assert_eq!(stands.waiting, 1, "nothing is lost");
    running.stop().await;
}

#[tokio::test]
async fn what_a_killed_process_was_sending_another_sends_once_its_lease_has_lapsed() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    receiver.replies([Reply::Never]);
    house.tell("main", "1001", GRANTED).await;
    let first = house.start().await;
    let before = receiver.next().await;
    first.kill().await;
    let second = house.start().await;
    second.after(&house, Duration::from_secs(61));
    let after = receiver.next().await;
    assert_eq!((after.id, after.content), (before.id, before.content));
    house.until("main", |webhook| webhook.waiting == 0).await;
    second.stop().await;
}

#[tokio::test]
async fn a_process_that_is_stopped_leaves_its_lease_to_the_next() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    for n in 1..=3 {
        let running = house.start().await;
        house.tell("main", "1001", GRANTED).await;
        running.wake();
        assert_eq!(receiver.next().await.about(), ("1001", n));
        running.stop().await;
        assert_eq!(house.webhook("main").await.waiting, 0);
    }
}

async fn two_processes_send_each_event_once_and_in_its_order(house: House) {
    const ORDERS: u64 = 40;
    let mut receiver = Receiver::start().await;
    let house = house.with_webhook("main", &receiver.url).await;
    let (first, second) = (house.start().await, house.start().await);
    for n in 0..2 * ORDERS {
        house
            .tell("main", &format!("{}", n % ORDERS), GRANTED)
            .await;
        if n % 7 == 0 {
            first.wake();
            second.wake();
        }
    }
    first.after(&house, Duration::from_secs(1));
    let mut told: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for _ in 0..2 * ORDERS {
        let came = receiver.next().await;
        let (order, number) = came.about();
        told.entry(order.to_owned()).or_default().push(number);
        // Not so much that a lease looks like a wrong clock's to whoever asked a moment ago.
        house.clock.advance(Duration::from_millis(100));
    }
    assert_eq!(told.len() as u64, ORDERS);
    for (order, numbers) in told {
        assert_eq!(numbers, [1, 2], "{order}");
    }
    house.until("main", |webhook| webhook.waiting == 0).await;
    first.stop().await;
    second.stop().await;
    assert_eq!(receiver.rest(), [""; 0]);
}

#[tokio::test]
async fn two_processes_on_one_postgresql_send_each_event_once_and_in_its_order() {
    let house = House::at(Postgres::shared().database(), None).await;
    two_processes_send_each_event_once_and_in_its_order(house).await;
}

#[tokio::test]
async fn two_processes_on_one_file_send_each_event_once_and_in_its_order() {
    let house = House::new().await;
    two_processes_send_each_event_once_and_in_its_order(house).await;
}

#[tokio::test]
async fn a_webhook_that_the_file_has_no_more_is_removed_at_the_next_start_and_one_of_a_call_is_not()
{
    let (mut receiver, mut of_call) = (Receiver::start().await, Receiver::start().await);
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    receiver.always(Reply::Status(503));
    let running = house.start().await;
    let body = format!(r#"{{"url":"{}"}}"#, of_call.url);
    let path = "/v1/shops/other/webhook";
    let set = answered(&running.router, Method::PUT, path, ADMIN, Some(&body)).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    house.tell("main", "1001", GRANTED).await;
    running.wake();
    receiver.next().await;
    house.until("main", |webhook| webhook.waiting == 1).await;
    running.stop().await;
    let house = house.without_webhooks();
    let running = house.start().await;
    house.until_none("main").await;
    house.tell("main", "1001", DECLINED).await;
    house.tell("other", "1001", GRANTED).await;
    running.after(&house, Duration::from_hours(1));
    assert_eq!(of_call.next().await.about(), ("1001", 1));
    running.stop().await;
    assert_eq!(receiver.rest(), [""; 0]);
}

#[tokio::test]
async fn a_webhook_that_is_new_is_told_of_what_happens_from_then_on() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await;
    house.tell("main", "1001", GRANTED).await;
    let running = house.start().await;
    let body = format!(r#"{{"url":"{}"}}"#, receiver.url);
    let path = "/v1/shops/main/webhook";
    let answer = answered(&running.router, Method::PUT, path, ADMIN, Some(&body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let secret = answer.body["secret"].as_str().unwrap().to_owned();
    house.tell("main", "1001", DECLINED).await;
    running.wake();
    running.after(&house, Duration::from_secs(1));
    let came = receiver.next().await;
    assert_eq!(came.about(), ("1001", 2));
    assert!(came.is_signed_by(&secret));
    // What happened before is sent to whoever asks for it.
    let resend = format!("{path}/resend");
    let body = Some(r#"{"event":"main-1001/1"}"#);
    let answer = answered(&running.router, Method::POST, &resend, ADMIN, body).await;
    assert_eq!(answer.body["resent"], 1, "{}", answer.body);
    running.after(&house, Duration::from_secs(1));
    assert_eq!(receiver.next().await.about(), ("1001", 1));
    // A change takes the lease away, so that what is on its way then comes again.
    house.until("main", |webhook| webhook.waiting == 0).await;
    // A new secret signs beside the former.
    let new = r#""secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw""#;
    let body = format!(r#"{{"url":"{}",{new}}}"#, receiver.url);
    let answer = answered(&running.router, Method::PUT, path, ADMIN, Some(&body)).await;
    assert!(answer.body["secret"].is_null(), "{}", answer.body);
    house.tell("main", "1001", GRANTED).await;
    running.wake();
    running.after(&house, Duration::from_secs(1));
    let came = receiver.next().await;
    assert_eq!(came.about(), ("1001", 3));
    assert!(came.is_signed_by(&secret) && came.is_signed_by(SECRET));
    running.stop().await;
}
