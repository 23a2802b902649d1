//! Where webhooks go, set and looked at by calls.

use axum::http::{Method, StatusCode};

use crate::receiver::{Receiver, Reply};
use crate::{ADMIN, OTHER, READER, Service};

const PATH: &str = "/v1/shops/main/webhook";

#[tokio::test]
async fn a_webhook_is_set_shown_and_removed_and_its_secret_is_shown_once() {
    let service = Service::new().await;
    let missing = service.get(PATH).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let url = r#"{"url":"https://shop.example.com/events?token=hidden"}"#;
    let set = service.put(PATH, url).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    let secret = set.body["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));
    let shown = service.get(PATH).await.body;
    assert_eq!(shown["url"], "https://shop.example.com/events");
    assert_eq!(
        (&shown["state"], &shown["origin"]),
        (&"active".into(), &"call".into())
    );
    assert!(!shown.to_string().contains(secret));
    let again = service.put(PATH, url).await;
    assert!(again.body["secret"].is_null(), "the former goes on");
    let removed = service.ask(Method::DELETE, PATH, ADMIN, None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    for (method, path) in [
        (Method::GET, PATH.to_owned()),
        (Method::DELETE, PATH.to_owned()),
        (Method::POST, format!("{PATH}/enable")),
        (Method::POST, format!("{PATH}/test")),
    ] {
        let answer = service.ask(method, &path, ADMIN, None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.body["detail"], "the shop has no webhook");
    }
}

#[tokio::test]
async fn only_addresses_on_the_internet_and_allowed_ones_are_taken() {
    let service = Service::new().await;
    for url in [
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "http://shop.example.com:80@10.0.0.1/",
        "https://user:password@shop.example.com/",
        "file:///etc/passwd",
        "nonsense",
    ] {
        let answer = service.put(PATH, &format!(r#"{{"url":"{url}"}}"#)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        assert_eq!(answer.body["field"], "url", "{url}");
        assert!(!answer.body.to_string().contains("password@"));
    }
    let secret = r#"{"url":"https://shop.example.com/","secret":"hunter2"}"#;
    let answer = service.put(PATH, secret).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!answer.body.to_string().contains("hunter2"));
    assert_eq!(service.get(PATH).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn webhooks_are_set_by_admins_of_the_shop_alone() {
    let service = Service::new().await;
    let url = r#"{"url":"https://shop.example.com/events"}"#;
    for (token, status) in [
        (READER, StatusCode::FORBIDDEN),
        (OTHER, StatusCode::NOT_FOUND),
        ("", StatusCode::UNAUTHORIZED),
    ] {
        for (method, tail, body) in [
            (Method::PUT, "", Some(url)),
            (Method::DELETE, "", None),
            (Method::POST, "/enable", None),
            (Method::POST, "/resend", Some(r#"{"dead":true}"#)),
            (Method::POST, "/test", None),
        ] {
            let path = format!("{PATH}{tail}");
            let answer = service.ask(method.clone(), &path, token, body).await;
            assert_eq!(answer.status, status, "{method} {path}");
        }
    }
    // A token that may write is no admin.
    let path = "/v1/shops/other/webhook";
    let answer = service.ask(Method::PUT, path, OTHER, Some(url)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_test_says_what_came_of_it() {
    let mut receiver = Receiver::start().await;
    let service = Service::new().await;
    let url = format!(r#"{{"url":"{}"}}"#, receiver.url);
    let set = service.put(PATH, &url).await;
    let secret = set.body["secret"].as_str().unwrap();
    receiver.replies([Reply::Status(500)]);
    let path = format!("{PATH}/test");
    let failed = service.post(&path, "").await.body;
    assert_eq!(
        (&failed["delivered"], &failed["status"]),
        (&false.into(), &500.into())
    );
    assert_eq!(failed["answer"], "what is wrong");
    assert_eq!(service.post(&path, "").await.body["delivered"], true);
    let [first, second] = [receiver.next().await, receiver.next().await];
    assert_eq!(first.body["type"], "webhook.test");
    assert_ne!(first.id, second.id);
    assert!(second.is_signed_by(secret));
}

#[tokio::test]
async fn what_is_to_be_sent_again_is_named_in_one_way() {
    let service = Service::new().await;
    let path = format!("{PATH}/resend");
    let dead = service.post(&path, r#"{"dead":true}"#).await;
    assert_eq!(dead.status, StatusCode::NOT_FOUND);
    service
        .put(PATH, r#"{"url":"https://shop.example.com/"}"#)
        .await;
    for (body, field) in [
        ("{}", "event"),
        (r#"{"dead":true,"event":"a/1"}"#, "event"),
        (r#"{"from":"2026-01-01T00:00:00Z"}"#, "event"),
        (r#"{"from":"2026-01-01","until":"2026-01-02"}"#, "from"),
        (r#"{"event":"nonsense"}"#, "event"),
    ] {
        let answer = service.post(&path, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["field"], field, "{body}");
    }
    for body in [
        r#"{"dead":true}"#,
        r#"{"event":"a/1"}"#,
        r#"{"from":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00+02:00"}"#,
    ] {
        let answer = service.post(&path, body).await;
        assert_eq!(
            (answer.status, &answer.body["resent"]),
            (StatusCode::OK, &0.into()),
            "{body}"
        );
    }
}
