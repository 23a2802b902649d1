use crate::Service;

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let service = Service::new().await;
    let page = service
        .ask(axum::http::Method::GET, "/docs", "", None)
        .await;
    assert_eq!(page.content_type, "text/html; charset=utf-8");
    assert!(
        page.text
            .contains("/v1/shops/{shop}/orders/{reference}/pay")
    );
    for outside in ["src=", "href=\"http", "href=\"//", "<script", " style="] {
        assert!(!page.text.contains(outside), "{outside}");
    }
    let style = service.get("/docs/style.css").await;
    assert_eq!(style.content_type, "text/css; charset=utf-8");
    assert!(!style.text.contains("url(") && !style.text.contains("@import"));
}
