//! What holds of every answer.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::pending;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode};
use axum::routing::{any, get};
use inbank_pages::{Pages, Rows, Visit, context};
use include_dir::{Dir, include_dir};
use tower::ServiceExt as _;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/tests/site");

fn shop(stop: impl Future<Output = ()> + Send + 'static) -> Router {
    let rows = Rows::default();
    rows.place("a", 1);
    let routes = Router::new()
        .route(
            "/hello/{name}",
            any(async |visit: Visit<Rows<i32>>| visit.page("hello.html", context! {})),
        )
        .route("/refused", get(async || StatusCode::CONFLICT))
        .route("/broken", get(async || StatusCode::BAD_GATEWAY))
        .route(
            "/news/{key}",
            get(async |visit: Visit<Rows<i32>>| visit.news(&visit, visit.given("key"))),
        )
        .with_state(rows);
    let pages = Pages::new(&FILES, "en", "https://bank.example").unwrap();
    pages.serve(routes, stop)
}

async fn ask(method: Method, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    shop(pending()).oneshot(request).await.unwrap()
}

async fn text(answer: Response<Body>) -> String {
    let bytes = to_bytes(answer.into_body(), 10_000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_visitor_reads_the_language_that_was_asked_for_and_keeps_it() {
    let path = "/hello/Mari";
    assert!(
        text(ask(Method::GET, path, &[]).await)
            .await
            .contains("Hello Mari")
    );
    let asked = ask(Method::GET, "/hello/Mari?lang=et", &[]).await;
    let cookie = asked.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(text(asked).await.contains("Tere Mari"));
    let (cookie, _) = cookie.split_once(';').unwrap();
    let kept = ask(Method::GET, path, &[("cookie", cookie)]).await;
    assert!(text(kept).await.starts_with("<html lang=\"et\">"));
    let named = ask(Method::GET, path, &[("accept-language", "fi, et-EE")]).await;
    assert!(text(named).await.contains("Tere"));
}

#[tokio::test]
async fn what_is_given_is_escaped() {
    let page = text(ask(Method::GET, "/hello/%3Cscript%3E", &[]).await).await;
    assert!(page.contains("&lt;script&gt;"), "{page}");
}

#[tokio::test]
async fn what_went_wrong_is_told_in_a_page_by_its_status_or_its_class() {
    for (path, status, told) in [
        ("/none", StatusCode::NOT_FOUND, "Nothing here"),
        ("/refused", StatusCode::CONFLICT, "Not so"),
        ("/broken", StatusCode::BAD_GATEWAY, "Later"),
        ("/assets/none.css", StatusCode::NOT_FOUND, "Nothing here"),
    ] {
        let answer = ask(Method::GET, path, &[]).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(text(answer).await, told, "{path}");
    }
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    for path in ["/hello/Mari", "/none", "/assets/style.css"] {
        let answer = ask(Method::GET, path, &[]).await;
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.contains("form-action 'self' https://bank.example;"));
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let cached = path.ends_with("css");
        assert_eq!(answer.headers()["cache-control"] == "max-age=300", cached);
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_forbidden() {
    let host = ("host", "shop.example");
    for (origin, status) in [
        ("https://evil.example", StatusCode::FORBIDDEN),
        ("null", StatusCode::FORBIDDEN),
        ("https://shop.example", StatusCode::OK),
    ] {
        let headers = [
            host,
            ("origin", origin),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = ask(Method::POST, "/hello/Mari", &headers).await;
        assert_eq!(answer.status(), status, "{origin}");
    }
}

#[tokio::test]
async fn news_end_when_the_shop_stops_and_there_are_none_of_what_is_not_there() {
    let unknown = ask(Method::GET, "/news/b", &[]).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let request = Request::builder().uri("/news/a?seen=1");
    let request = request.body(Body::empty()).unwrap();
    let news = shop(async {}).oneshot(request).await.unwrap();
    // It would never end.
    assert_eq!(text(news).await, "");
    let request = Request::builder().uri("/news/all?seen=1");
    let request = request.body(Body::empty()).unwrap();
    let news = shop(async {}).oneshot(request).await.unwrap();
    assert_eq!(news.headers()["content-type"], "text/event-stream");
}
