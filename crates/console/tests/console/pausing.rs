//! Webhooks that pause, since the shop's server asks for that.

use std::time::Duration;

use inbank_console::{DeliveryCard, WebhookHealth, WebhookState};
use inbank_ports::Clock as _;
use time::OffsetDateTime;

use crate::desk::{delivery, healthy};
use crate::house::{House, READER, WRITER, shop};

/// An event that was not sent yet.
fn untried(next: OffsetDateTime) -> DeliveryCard {
    DeliveryCard {
        tries: 0,
        tried_at: None,
        next_at: Some(next),
        status: None,
        problem: None,
        ..delivery()
    }
}

#[tokio::test]
async fn until_when_a_webhook_pauses_is_said_wherever_its_events_are_said_to_be_tried_again() {
    let house = House::new();
    house.waiting("1001").await;
    let now = house.clock.now();
    let until = now + Duration::from_mins(10);
    let failing = WebhookHealth {
        state: WebhookState::Failing,
        since: Some(now - Duration::from_mins(1)),
        last_status: Some(429),
        last_problem: Some("answered 429".to_owned()),
        paused_until: Some(until),
        ..healthy(&shop("main"))
    };
    let show = |health: &WebhookHealth| {
        *house.desk.webhooks.lock().unwrap() = Some(vec![health.clone()]);
    };
    let waits_until = |next| {
        *house.desk.deliveries.lock().unwrap() = vec![DeliveryCard {
            tries: 1,
            next_at: Some(next),
            ..delivery()
        }];
    };
    let mut browser = house.signed_in(READER).await;
    show(&failing);
    let [overview, shops, order] = [
        "/console/",
        "/console/shops",
        "/console/order?shop=main&reference=1001",
    ];
    // 1,790,000,000 and ten minutes.
    let paused = "paused until 2026-09-21T14:23:20Z (in 10 min)";
    for path in [overview, shops] {
        let page = browser.page(path).await;
        let says = format!("failing for 1 min, HTTP 429; {paused}");
        assert!(page.words().contains(&says), "{path}: {}", page.words());
    }
    for (next, says) in [
        (now, paused),
        (until, paused),
        (now + Duration::from_mins(30), "next: in 30 min"),
    ] {
        waits_until(next);
        let page = browser.page(order).await;
        let says = format!("tried once: HTTP 500: <b>it answered 500</b>, {says}");
        assert!(page.words().contains(&says), "{says}: {}", page.words());
    }
    // Also of what was never tried, and where it is to be sent again.
    *house.desk.deliveries.lock().unwrap() = vec![untried(now)];
    let page = browser.page(order).await;
    let says = format!("event 1 waits for the shop’s webhook {paused}");
    assert!(page.words().contains(&says), "{says}: {}", page.words());
    let mut writer = house.signed_in(WRITER).await;
    let resend = "/console/order/decide?shop=main&reference=1001&deed=resend&number=1";
    let page = writer.get(resend).await;
    let says = format!(
        "The event was not sent yet: it waits for the webhook, and needs no second one. The webhook is {paused}: the event leaves after that."
    );
    assert!(page.words().contains(&says), "{says}: {}", page.words());
    waits_until(now);
    let page = writer.page(resend).await;
    let says = format!("The webhook is {paused}: the event leaves after that.");
    assert!(page.words().contains(&says), "{says}: {}", page.words());
    assert!(
        !page.words().contains("was not sent yet"),
        "{}",
        page.words()
    );
    let off = WebhookHealth {
        state: WebhookState::Disabled,
        ..failing.clone()
    };
    show(&off);
    waits_until(now);
    for path in [overview, shops, order] {
        let page = browser.page(path).await;
        assert!(!page.words().contains("paused"), "{path}: {}", page.words());
    }
    *house.desk.deliveries.lock().unwrap() = vec![untried(now)];
    for (page, says) in [
        (
            browser.page(order).await,
            "event 1 waits for the shop’s webhook next: when the webhook is switched on",
        ),
        (
            writer.get(resend).await,
            "The webhook is switched off: the event is kept, and leaves once it is switched on.",
        ),
    ] {
        assert!(page.words().contains(says), "{says}: {}", page.words());
    }
    show(&failing);
    house.pass(Duration::from_mins(10));
    for path in [overview, shops, order] {
        let page = browser.page(path).await;
        assert!(!page.words().contains("paused"), "{path}: {}", page.words());
    }
}
