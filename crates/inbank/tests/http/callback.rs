use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures::future::join_all;
use inbank::Concurrency;
use inbank::http::callback_form;
use inbank::ports::Ledger as _;

use crate::house::{House, MESSAGE, NOW, Plan, key, signed, signed_by_a_browser};

#[tokio::test]
async fn an_authentic_callback_is_kept_and_a_copy_changes_nothing() {
    let house = House::new().await;
    let path = house.path("callbacks");
    for text in ["kept\n", "kept before\n"] {
        let answer = house.send("POST", &path, signed()).await;
        assert_eq!((answer.status, &*answer.text), (StatusCode::OK, text));
        assert_eq!(house.kept().await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_copies_at_once_one_is_kept() {
    let house = Arc::new(House::new().await);
    let copies = (0..1000).map(|copy| {
        let house = house.clone();
        tokio::spawn(async move {
            let (route, form) = match copy % 2 {
                0 => ("callbacks", signed()),
                _ => ("return", signed_by_a_browser()),
            };
            house.send("POST", &house.path(route), form).await.status
        })
    });
    for status in join_all(copies).await {
        let expected = [StatusCode::OK, StatusCode::SEE_OTHER];
        assert!(expected.contains(&status.unwrap()));
    }
    assert_eq!(house.kept().await, 1);
}

#[tokio::test]
async fn any_content_type_will_do() {
    let house = House::new().await;
    for kind in ["application/json", "text/plain", "a", ""] {
        let request = Request::post(house.path("callbacks")).header("content-type", kind);
        let answer = house.ask(request.body(signed().into()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{kind}");
    }
}

#[tokio::test]
async fn what_the_bank_did_not_sign_is_refused_without_an_echo() {
    let house = House::new().await;
    let path = house.path("callbacks");
    let forged = callback_form(&key("nobody"), NOW, MESSAGE).unwrap();
    let changed = signed().replace("completed", "cancelled");
    let doubled = format!("{}&message=x", signed());
    for body in [&forged, &changed, &doubled, "", "<script>", "message=a"] {
        let answer = house.send("POST", &path, body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{body}");
        assert_eq!(answer.text, "not authentic\n");
    }
    assert_eq!(house.kept().await, 0);
}

#[tokio::test]
async fn the_old_key_is_good_while_keys_are_changed() {
    let house = House::new().await;
    let body = callback_form(&key("old"), NOW, MESSAGE).unwrap();
    let answer = house.send("POST", &house.path("callbacks"), body).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(house.kept().await, 1);
}

#[tokio::test]
async fn a_bank_whose_clock_is_off_by_a_day_is_heard() {
    let house = House::new().await;
    for timestamp in [NOW - 86_400, NOW + 86_400, NOW * 1000] {
        let body = callback_form(&key("new"), timestamp, MESSAGE).unwrap();
        let answer = house.send("POST", &house.path("callbacks"), body).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    assert!(house.kept().await > 0);
}

#[tokio::test]
async fn an_authentic_message_in_new_words_is_taken() {
    let house = House::new().await;
    let body = callback_form(&key("new"), NOW, r#"{"something":"new"}"#).unwrap();
    let answer = house.send("POST", &house.path("callbacks"), body).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_shop_and_an_unknown_attempt_are_answered_alike() {
    let house = House::new().await;
    let long = "a".repeat(5000);
    for path in [
        format!("/callbacks/other/{}", house.id),
        "/callbacks/main/other".to_owned(),
        format!("/callbacks/main/{long}"),
        format!("/callbacks/{long}/{}", house.id),
        "/callbacks/main/%FF".to_owned(),
        "/callbacks/%FF/%00".to_owned(),
        "/callbacks/main/a%2Fb".to_owned(),
        "/callbacks/main/%2e%2e".to_owned(),
        "/callbacks/main/%".to_owned(),
        format!("/callbacks/%6dain%20/{}", house.id),
    ] {
        let answer = house.send("POST", &path, signed()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.text, "not found\n", "{path}");
    }
    for path in ["/callbacks/main", "/callbacks//", "/callbacks/main/"] {
        let answer = house.send("POST", path, signed()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(house.kept().await, 0);
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read_to_its_end() {
    let house = House::new().await;
    let fits = format!("{}&x={}", signed(), "x".repeat(60_000));
    let answer = house.send("POST", &house.path("callbacks"), fits).await;
    assert_eq!(answer.status, StatusCode::OK);
    for route in ["callbacks", "return"] {
        let path = house.path(route);
        let answer = house.send("POST", &path, "x".repeat(65_537)).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test]
async fn the_bank_is_asked_to_try_again_while_the_store_is_down() {
    let house = House::new().await;
    let path = house.path("callbacks");
    house.ledger.fail_next(1);
    let answer = house.send("POST", &path, signed()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "10");
    assert_eq!(house.kept().await, 0);
    let answer = house.send("POST", &path, signed()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(house.kept().await, 1);
}

#[tokio::test]
async fn the_bank_is_asked_to_try_again_while_too_much_comes_in_and_nothing_is_kept() {
    let concurrency = Concurrency {
        intake_of_a_shop: 0,
        ..Concurrency::default()
    };
    let house = House::by(Plan {
        concurrency,
        ..Plan::default()
    })
    .await;
    let answer = house.send("POST", &house.path("callbacks"), signed()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "10");
    assert_eq!(house.kept().await, 0);
    // What nobody has signed is refused as ever, and a browser is shown that it goes on by itself.
    let answer = house.send("POST", &house.path("callbacks"), "a=b").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let answer = house.send("GET", &house.path("return"), "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "10");
    assert_eq!(answer.header("refresh"), "10");
}

#[tokio::test]
async fn nothing_can_be_read_at_the_callback_address() {
    let house = House::new().await;
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let answer = house.send(method, &house.path("callbacks"), "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

#[tokio::test]
async fn the_router_can_be_mounted_below_a_path_with_places_of_the_same_names() {
    let mut house = House::new().await;
    let nested = Router::<String>::new().nest("/pay/{tenant}/{shop}", {
        let inner = std::mem::take(&mut house.router);
        Router::new().merge(inner.with_state(()))
    });
    house.router = nested.with_state("the platform's own".to_owned());
    let path = format!("/pay/a/b{}", house.path("callbacks"));
    let answer = house.send("POST", &path, Body::from(signed())).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(house.kept().await, 1);
}

#[tokio::test]
async fn a_callback_of_another_session_is_refused_and_not_kept() {
    let house = House::new().await;
    let message = r#"{"uuid":"s-2","status":"completed","purchase_reference":"o 1"}"#;
    let body = callback_form(&key("new"), NOW, message).unwrap();
    let answer = house.send("POST", &house.path("callbacks"), body).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(house.kept().await, 0);
}

#[tokio::test]
async fn a_padded_form_is_a_copy_and_only_what_is_signed_is_kept() {
    let house = House::new().await;
    let path = house.path("callbacks");
    house.send("POST", &path, signed()).await;
    let padded = format!("{}&padding={}", signed(), "x".repeat(30_000));
    let answer = house.send("POST", &path, padded).await;
    assert_eq!(answer.text, "kept before\n");
    let kept = house.ledger.callbacks(&house.key).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].content.len() < 1000);
}

#[tokio::test]
async fn a_message_in_new_words_is_known_when_it_comes_again() {
    let house = House::new().await;
    let body = callback_form(&key("new"), NOW, r#"{"something":"new"}"#).unwrap();
    for text in ["kept\n", "kept before\n", "kept before\n"] {
        let answer = house
            .send("POST", &house.path("callbacks"), body.clone())
            .await;
        assert_eq!(answer.text, text);
    }
}
