//! The shop's page that a customer returns to: whatever the order is called, it stays one part of the
//! address, and nothing in it becomes markup of ours.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use inbank::http::HmacAuthenticator;
use inbank::ports::{Due, Ledger as _, Write};
use inbank::{
    ApiKey, Attempt, AttemptId, AttemptKind, Bank, Fingerprint, Order, OrderKey, OrderReference,
    Platform, ProductCode, ProductFamily, Region, ReturnPage, Shop, ShopName, Terms,
};
use inbank_testkit::{FakeBank, MemoryLedger, RecordingSink};
use time::OffsetDateTime;
use tokio::runtime::Builder;
use tower::ServiceExt as _;
use url::Url;

const ATTEMPT: [u8; 16] = [7; 16];
/// A page and an order with nothing odd about them.
const PLAIN: (&str, &str) = ("https://shop.example/{order_reference}", "1001");

/// The first line is the page's address, the rest the order's name.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (template, order) = text.split_once('\n').unwrap_or((text, PLAIN.1));
    if ReturnPage::parse(template).is_err() {
        return;
    }
    let Ok(reference) = OrderReference::parse(order) else {
        return;
    };
    let attempt = AttemptId::from_bytes(ATTEMPT);
    let target = filled(template, order, attempt.as_str());
    one_part_of_an_address(template, &target, order);
    // One each time: a second return within a second wakes its order after it, and nobody waits for that here.
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let [onward, page] = customers(template, &reference).await;
        assert_eq!(onward.0, StatusCode::SEE_OTHER);
        assert_eq!(onward.1, target);
        assert_eq!(page.0, StatusCode::UNAUTHORIZED);
        let plain = OrderReference::parse(PLAIN.1).unwrap();
        let [_, same] = customers(PLAIN.0, &plain).await;
        let link = |target: &str| format!("<a href=\"{}\">", escaped(target));
        let address = filled(PLAIN.0, PLAIN.1, attempt.as_str());
        assert_eq!(page.1, same.1.replace(&link(&address), &link(&target)));
    });
}

/// The page's address, filled by another encoder: whatever isn't unreserved is escaped.
fn filled(template: &str, order: &str, attempt: &str) -> String {
    let encoded = |text: &str| {
        let bytes = text.bytes().map(|byte| match byte {
            b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        });
        bytes.collect::<String>()
    };
    // Encoded, the one has no braces that the other could fill.
    let filled = template.replace("{order_reference}", &encoded(order));
    filled.replace("{attempt}", &encoded(attempt))
}

/// As a browser understands it: the same host, and as many parts as with a plain name.
fn one_part_of_an_address(template: &str, target: &str, order: &str) {
    assert!(
        target.bytes().all(|byte| byte.is_ascii_graphic()),
        "{target}"
    );
    let plain = Url::parse(&filled(template, "x", "x"));
    let (Ok(url), Ok(plain)) = (Url::parse(target), plain) else {
        return;
    };
    assert_eq!(url.origin(), plain.origin());
    assert!(url.username().is_empty() && url.password().is_none());
    // By these browsers go elsewhere, and the documentation says so.
    let leads_elsewhere = order.bytes().all(|byte| byte == b'.');
    if !leads_elsewhere && !climbs(template) {
        let parts = |url: &Url| url.path_segments().map(Iterator::count);
        assert_eq!(parts(&url), parts(&plain), "{target}");
        let pairs = |url: &Url| url.query_pairs().count();
        assert_eq!(pairs(&url), pairs(&plain), "{target}");
        assert_eq!(url.fragment().is_some(), plain.fragment().is_some());
    }
}

/// Whether a page's own address has `..`, which takes the part before it away; the crate `url` leaves one there that looks like a
/// drive, `x:`, which no browser does for the web's addresses.
fn climbs(template: &str) -> bool {
    let template = template.to_ascii_lowercase().replace("%2e", ".");
    template
        .split(['/', '\\', '?', '#'])
        .any(|part| part == "..")
}

/// What a customer gets who comes back, and one who brings something that the bank hasn't signed: the status,
/// and where to or the page.
async fn customers(template: &str, order: &OrderReference) -> [(StatusCode, String); 2] {
    let platform = platform(template, order).await;
    let path = format!("/return/main/{}", AttemptId::from_bytes(ATTEMPT));
    let ask = async |method: &str, body: &'static str| {
        let request = Request::builder().method(method).uri(&path);
        let request = request.body(Body::from(body)).unwrap();
        platform.router().oneshot(request).await.unwrap()
    };
    let onward = ask("GET", "").await;
    let location = onward
        .headers()
        .get("location")
        .map(|to| to.to_str().unwrap().to_owned());
    let page = ask("POST", "message=1").await;
    [
        (onward.status(), location.unwrap_or_default()),
        (page.status(), read(page).await),
    ]
}

async fn read(page: Response<Body>) -> String {
    let body = to_bytes(page.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

/// A shop that has one attempt at the order.
async fn platform(template: &str, order: &OrderReference) -> Platform {
    let at = OffsetDateTime::UNIX_EPOCH;
    let key = ApiKey::parse("key").unwrap();
    let authenticator = Arc::new(HmacAuthenticator::new([&key]).unwrap());
    let bank = Bank::new(Region::ESTONIA, "bank", ["main"], authenticator);
    let bank = bank.with_all(Arc::new(FakeBank::new(Region::ESTONIA)));
    let ledger = Arc::new(MemoryLedger::new());
    let platform = Platform::builder()
        .public_url("https://pay.example")
        .ledger(ledger.clone())
        .event_sink(Arc::new(RecordingSink::new()))
        .shop(Shop::at("main", bank).with_return_url(template))
        .build()
        .await
        .unwrap();
    let key = OrderKey::new(ShopName::parse("main").unwrap(), order.clone());
    let mut order = Order::new(key, at);
    let terms = Terms {
        kind: AttemptKind::Session,
        product: ProductCode::parse("hp").unwrap(),
        family: ProductFamily::HirePurchase,
        amount: None,
        period: None,
        fingerprint: Fingerprint::from_bytes([0; 16]),
        merchant_approval: false,
        application_signature: false,
    };
    let attempt = Attempt::new(AttemptId::from_bytes(ATTEMPT), 1, terms, at, at, at);
    order.open(attempt, at);
    let write = Write {
        order,
        lease: None,
        due: Due::Never,
        worked_on: Vec::new(),
        now: at,
    };
    ledger.write(write).await.unwrap();
    platform
}

/// What a browser reads back as the text, between quotes.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let text = text.replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\'', "&#39;")
}
