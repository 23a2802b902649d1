//! Shops that are added and removed while the service runs.

use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode};
use inbank::EventKind;
use inbank::ports::{AuditEntry, AuditLog as _, AuditQuery};
use inbank_adapters_sql::Replaces;
use inbank_testkit::Postgres;
use tokio::time::Instant;

use crate::console::{self, Browser};
use crate::sending::House;
use crate::{ADMIN, OTHER, READER, Service, answered};

const PATH: &str = "/v1/shops/outlet";
const OUTLET: &str = r#"{"region":"latvia","shop_uuid":"a93f1f44-d5dd-4469-bfcc-c1de9e969213",
    "api_keys":["key-of-the-outlet"],"base_url":"http://127.0.0.1:1"}"#;

#[tokio::test]
async fn a_shop_is_added_changed_and_removed_while_the_service_runs() {
    let service = Service::new().await;
    let order = format!("{PATH}/orders/1001");
    assert_eq!(
        service.get(&order).await.body["detail"],
        "there is no such shop for this token"
    );
    let added = service.put(PATH, OUTLET).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    assert!(!added.body.to_string().contains("key-of"));
    let there = service.get(&order).await.body["detail"].to_string();
    assert!(there.contains("no such order"), "{there}");
    let keys = r#"{"api_keys":["new-key","key-of-the-outlet"]}"#;
    let changed = service.post(&format!("{PATH}/keys"), keys).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let removed = service.ask(Method::DELETE, PATH, ADMIN, None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(
        service.get(&order).await.body["detail"],
        "there is no such shop for this token"
    );
    for (method, path, body) in [
        (Method::DELETE, PATH.to_owned(), None),
        (Method::POST, format!("{PATH}/keys"), Some(keys)),
    ] {
        let answer = service.ask(method, &path, ADMIN, body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_shop_is_named_and_nothing_is_added() {
    let service = Service::new().await;
    for (from, to, field) in [
        ("latvia", "finland", "region"),
        ("a93f1f44", "a canary", "shop_uuid"),
        ("http://127.0.0.1:1", "ftp://here", "base_url"),
        (r#"["key-of-the-outlet"]"#, "[]", "api_keys"),
        (r#"["key-of-the-outlet"]"#, r#"[""]"#, "api_keys"),
        (r#""api_keys":["key-of-the-outlet"],"#, "", "api_keys"),
        (
            r#""api_keys":["key-of-the-outlet"]"#,
            r#""api_keys_env":"PATH""#,
            "api_keys_env",
        ),
        (
            r#""api_keys":["key-of-the-outlet"]"#,
            r#""api_keys_env":"INBANK_SHOP_NONE""#,
            "api_keys_env",
        ),
        (
            r#""region""#,
            r#""environment":"moon","region""#,
            "environment",
        ),
        // No live shop is on this machine.
        (
            r#""region""#,
            r#""environment":"live","region""#,
            "base_url",
        ),
    ] {
        let answer = service.put(PATH, &OUTLET.replacen(from, to, 1)).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{to}: {}",
            answer.body
        );
        assert_eq!(answer.body["field"], field, "{to}");
        let says = answer.body.to_string();
        assert!(
            !says.contains("canary") && !says.contains("key-of"),
            "{says}"
        );
    }
    // The same identity at the bank would take each other's callbacks.
    assert_eq!(service.put(PATH, OUTLET).await.status, StatusCode::OK);
    let twice = service.put("/v1/shops/outlet-2", OUTLET).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.body);
    assert_eq!(
        service.get("/v1/shops/outlet-2/orders/1").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_files_shops_are_the_files_and_admins_alone_add_any() {
    let service = Service::new().await;
    for (method, path, body) in [
        (Method::PUT, "/v1/shops/main", Some(OUTLET)),
        (Method::DELETE, "/v1/shops/main", None),
        (
            Method::POST,
            "/v1/shops/main/keys",
            Some(r#"{"api_keys":["x"]}"#),
        ),
    ] {
        let answer = service.ask(method, path, ADMIN, body).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
        assert!(
            answer.body["detail"]
                .as_str()
                .unwrap()
                .contains("inbank.toml")
        );
    }
    for (token, path, status) in [
        (READER, "/v1/shops/main", StatusCode::FORBIDDEN),
        (READER, PATH, StatusCode::NOT_FOUND),
        (OTHER, PATH, StatusCode::NOT_FOUND),
        (OTHER, "/v1/shops/other", StatusCode::FORBIDDEN),
    ] {
        let answer = service.ask(Method::PUT, path, token, Some(OUTLET)).await;
        assert_eq!(answer.status, status, "{path}");
    }
}

/// Whether a process has the outlet, once it has; or once it hasn't.
async fn becomes(router: &Router, house: &House, there: bool) {
    let since = Instant::now();
    loop {
        house.clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
        let path = format!("{PATH}/orders/1001");
        let answer = answered(router, Method::GET, &path, ADMIN, None).await;
        let detail = answer.body["detail"].as_str().unwrap().to_owned();
        if detail.contains("no such shop") != there {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(20), "{detail}");
    }
}

async fn other_processes_take_a_change_up(house: House) {
    let (first, second) = (house.start().await, house.start().await);
    let added = answered(&first.router, Method::PUT, PATH, ADMIN, Some(OUTLET)).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    becomes(&second.router, &house, true).await;
    // One that starts later has it from the beginning.
    let third = house.start().await;
    let keys = Some(r#"{"api_keys":["another-key"]}"#);
    let path = format!("{PATH}/keys");
    let changed = answered(&third.router, Method::POST, &path, ADMIN, keys).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let removed = answered(&second.router, Method::DELETE, PATH, ADMIN, None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    for running in [first, second, third] {
        becomes(&running.router, &house, false).await;
        running.stop().await;
    }
    let kept = house
        .store
        .shops(time::OffsetDateTime::UNIX_EPOCH)
        .await
        .unwrap();
    assert!(kept.is_empty());
}

#[tokio::test]
async fn who_waits_for_events_hears_of_a_shop_that_is_added_meanwhile() {
    let house = House::new().await;
    let running = house.start().await;
    let path = "/v1/events?wait=20";
    let waiting = answered(&running.router, Method::GET, path, ADMIN, None);
    let mut waiting = Box::pin(waiting);
    let early = tokio::time::timeout(Duration::from_millis(20), &mut waiting).await;
    assert!(early.is_err(), "there is nothing to hear of yet");
    let added = answered(&running.router, Method::PUT, PATH, ADMIN, Some(OUTLET)).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    house
        .tell("outlet", "1001", EventKind::AwaitsMerchant)
        .await;
    let heard = waiting.await;
    assert_eq!(heard.body["events"][0]["shop"], "outlet", "{}", heard.text);
    running.stop().await;
}

#[tokio::test]
async fn other_processes_on_one_postgresql_take_a_change_up() {
    other_processes_take_a_change_up(House::at(Postgres::shared().database(), None).await).await;
}

#[tokio::test]
async fn other_processes_on_one_file_take_a_change_up() {
    other_processes_take_a_change_up(House::new().await).await;
}

#[tokio::test]
async fn keys_are_kept_encrypted() {
    let house = House::new().await;
    let running = house.start().await;
    let added = answered(&running.router, Method::PUT, PATH, ADMIN, Some(OUTLET)).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    let kept = house
        .store
        .shops(time::OffsetDateTime::UNIX_EPOCH)
        .await
        .unwrap();
    let [outlet] = &kept[..] else {
        panic!("{kept:?}")
    };
    assert!(!outlet.settings.contains("key-of"));
    let sealed = outlet.secrets.as_deref().unwrap();
    assert!(!sealed.windows(6).any(|part| part == b"key-of"));
    let about = AuditQuery {
        shops: None,
        order: None,
        before: None,
        limit: 9,
    };
    let audited = house.store.records(&about).await.unwrap();
    assert_eq!(audited[0].entry.what, "shop.set");
    assert!(audited[0].entry.who.starts_with("token "));
    running.stop().await;
}

#[tokio::test]
async fn a_shop_with_open_orders_is_removed_on_demand_alone() {
    let house = House::new().await;
    let running = house.start().await;
    let added = answered(&running.router, Method::PUT, PATH, ADMIN, Some(OUTLET)).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    house
        .tell("outlet", "1001", EventKind::AwaitsMerchant)
        .await;
    let kept = answered(&running.router, Method::DELETE, PATH, ADMIN, None).await;
    assert_eq!(kept.status, StatusCode::CONFLICT, "{}", kept.text);
    let says = kept.body["detail"].as_str().unwrap();
    assert!(
        says.contains("1 order of this shop is open") && says.contains("force"),
        "{says}"
    );
    let path = format!("{PATH}?force=true");
    let removed = answered(&running.router, Method::DELETE, &path, ADMIN, None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.text);
    running.stop().await;
}

#[tokio::test]
async fn a_name_that_no_shop_can_have_is_refused_by_the_rule() {
    let service = Service::new().await;
    let answer = service.put("/v1/shops/A_b", OUTLET).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body["field"], "shop", "{}", answer.text);
}

#[tokio::test]
async fn a_shop_that_one_process_can_not_use_is_there_all_the_same() {
    let house = House::new().await;
    let first = house.start().await;
    let added = answered(&first.router, Method::PUT, PATH, ADMIN, Some(OUTLET)).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    first.stop().await;
    // As another secret_key would leave it.
    let now = time::OffsetDateTime::UNIX_EPOCH;
    let mut kept = house.store.shops(now).await.unwrap().remove(0);
    kept.secrets = Some(b"sealed by another key".to_vec());
    let by = AuditEntry {
        who: "token 5f".to_owned(),
        what: "shop.set".to_owned(),
        shop: None,
        reference: None,
        why: None,
    };
    let set = house.store.set_shop(&kept, Replaces::Whatever, &by, now);
    assert!(set.await.unwrap());
    let running = house.start().await;
    let attempt = "3cb22acd24dd1163831b1c31a8c09c08";
    for (method, path) in [
        (Method::GET, format!("{PATH}/orders/1001")),
        (Method::POST, format!("{PATH}/orders/1001/cancel")),
        (Method::POST, format!("/callbacks/outlet/{attempt}")),
        (Method::GET, format!("/return/outlet/{attempt}")),
    ] {
        let answer = answered(&running.router, method, &path, ADMIN, None).await;
        assert_eq!(
            answer.status,
            StatusCode::SERVICE_UNAVAILABLE,
            "{path}: {}",
            answer.text
        );
        assert!(answer.retry_after.is_some(), "{path}");
    }
    let ready = answered(&running.router, Method::GET, "/ready", "", None).await;
    assert_eq!(ready.body["shops_unusable"], 1, "{}", ready.text);
    let nowhere = answered(
        &running.router,
        Method::GET,
        "/v1/shops/nowhere/orders/1",
        ADMIN,
        None,
    );
    assert_eq!(nowhere.await.status, StatusCode::NOT_FOUND);
    // Adding takes the place of none, since another process may work for it.
    let admin = Browser::at(&running.router, ADMIN).await;
    let added = admin.does("/console/shop/add", &console::OUTLET).await;
    assert_eq!(added.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(added.text.contains("There is a shop of this name"));
    // Who sets it anew can use it.
    let again = answered(&running.router, Method::PUT, PATH, ADMIN, Some(OUTLET)).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    let path = format!("{PATH}/orders/1001");
    let order = answered(&running.router, Method::GET, &path, ADMIN, None);
    assert_eq!(order.await.status, StatusCode::NOT_FOUND);
    let ready = answered(&running.router, Method::GET, "/ready", "", None).await;
    assert_eq!(ready.body["shops_unusable"], 0, "{}", ready.text);
    running.stop().await;
}
