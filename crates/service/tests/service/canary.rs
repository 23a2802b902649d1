use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use axum::http::{Method, StatusCode};
use inbank::ports::Listing;
use serde_json::json;
use tracing::level_filters::LevelFilter;

use crate::console::Browser;
use crate::{ADMIN, PRODUCT, Service};

/// Whatever is personal has one of these in it.
const CANARIES: [&str; 2] = ["canary", "38808050001"];

/// Everything that this process logs.
#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logs() -> &'static Logs {
    static LOGS: OnceLock<Logs> = OnceLock::new();
    LOGS.get_or_init(|| {
        let logs = Logs::default();
        let to = logs.clone();
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(move || to.clone())
            .init();
        logs
    })
}

fn sings(text: &str) -> bool {
    let text = text.to_lowercase();
    CANARIES.iter().any(|canary| text.contains(canary))
}

#[tokio::test]
async fn nothing_personal_is_logged_counted_kept_or_shown_to_anybody_else() {
    let logs = logs();
    let service = Service::new().await;
    let customer = json!({
        "first_name": "Canary", "last_name": "Canary", "identity_code": "38808050001",
    });
    let contact = json!({"email": "canary@email.example", "mobile": "51231412"});
    let application = json!({
        "credit_application": {"product_code": PRODUCT, "amount": "400", "period": "12"},
        "customer": customer,
        "customer_contact": {"mobile": "+37253630000", "email": "canary@email.example"},
        "customer_identification": {"document_type": "id_card", "document_number": "CANARY1"},
    });
    let cart = json!({
        "product": PRODUCT, "amount": "499.90", "currency": "EUR", "locale": "et-EE",
        "request": {
            "customer_data": {"first_name": "Canary", "last_name": "Canary"},
            "customer_contact_data": contact,
            "purchase": {"description": "Canary food"},
        },
    });
    let of_another_type = json!({"product": {"canary": "canary"}, "amount": "canary"});
    let file =
        json!({"files": [{"name": "canary.pdf", "content": "Y2FuYXJ5"}], "description": "canary"});
    let bad_file = json!({"files": [{"name": "canary.pdf", "content": "canary?"}]});
    let order = "/v1/shops/main/orders/1001";
    let canary = |field: &str| json!({ field: "canary" }).to_string();
    let calls = [
        ("pay", cart.to_string()),
        ("pay", of_another_type.to_string()),
        ("pay", cart.to_string().replace("499.90", "canary")),
        ("apply", application.to_string()),
        ("rent", json!({"customer_data": customer}).to_string()),
        ("accept", canary("application_id")),
        ("sign", canary("method")),
        ("confirm", canary("code")),
        (
            "activate",
            json!({"product": "rent", "ean": "canary", "serial_number": "canary"}).to_string(),
        ),
        ("payment-link", canary("return_url")),
        ("income-proof", file.to_string()),
        ("income-proof", bad_file.to_string()),
        ("approve", canary("x")),
        ("cancel", canary("x")),
        ("printout", canary("x")),
        ("refresh", canary("x")),
    ];
    let mut succeeded = 0;
    for (call, body) in calls {
        // An application is an order of its own.
        let order = if call == "apply" {
            "/v1/shops/main/orders/1002"
        } else {
            order
        };
        let path = format!("{order}/{call}");
        let answer = service.ask(Method::POST, &path, ADMIN, Some(&body)).await;
        assert!(!sings(&answer.text), "{call}: {}", answer.text);
        succeeded += u32::from(answer.status == StatusCode::OK);
    }
    assert!(succeeded > 2, "some are taken: {succeeded}");
    for path in [
        "/v1/orders?status=canary",
        "/v1/orders?cursor=canary",
        "/v1/events?after=canary",
        "/v1/shops/canary/orders/1001",
        "/v1/shops/main/products/canary",
        "/canary",
        "/v1/orders",
        "/v1/events",
        "/metrics",
        "/ready",
        "/docs",
        order,
    ] {
        let answer = service.get(path).await;
        assert!(!sings(&answer.text), "{path}: {}", answer.text);
    }
    no_page_sings(&service).await;
    let listed = service.platform.ledger().orders(&Listing::default()).await;
    let listed = format!("{listed:?}");
    assert!(listed.contains("1001") && !sings(&listed), "{listed}");
    // A flow in which nothing fails logs nothing by itself.
    tracing::trace!(target: "test", "the test listens");
    let logged = logs.0.lock().unwrap().clone();
    let logged = String::from_utf8_lossy(&logged).into_owned();
    assert!(logged.contains("the test listens"), "{logged}");
    let line = logged.lines().find(|line| sings(line));
    assert_eq!(line, None);
}

async fn no_page_sings(service: &Service) {
    let admin = Browser::of(service, ADMIN).await;
    for path in [
        "",
        "/orders",
        "/order?shop=main&reference=1001",
        "/order?shop=main&reference=1002",
        "/shops",
        "/shop?shop=main",
        "/export",
        "/export/orders.csv?from=2020-01-01&until=2100-01-01",
        "/export/events.csv?from=2020-01-01&until=2100-01-01",
        "/audit",
    ] {
        let page = admin.get(&format!("/console{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!sings(&page.text), "{path}: {}", page.text);
    }
}
