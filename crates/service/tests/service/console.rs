//! The console over the service: who signs in by which token, and what its desk does. The pages' own tests are beside them.

use std::fmt::Write as _;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt as _;

use crate::{ADMIN, OTHER, READER, Service};

/// A browser of somebody who has signed in.
pub(crate) struct Browser<'a> {
    service: &'a Service,
    session: String,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    pub(crate) text: String,
}

impl Page {
    /// The value of a hidden field, the first of that name.
    fn hidden(&self, name: &str) -> &str {
        let field = format!("name=\"{name}\" value=\"");
        let rest = self.text.split(&field).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default()
    }

    fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

/// As a form sends it.
fn form(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        let _ = write!(form, "{name}=");
        for byte in value.bytes() {
            let _ = write!(form, "%{byte:02X}");
        }
        form.push('&');
    }
    form
}

async fn sent(service: &Service, request: Request<Body>) -> Page {
    let response = service.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Page {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

impl<'a> Browser<'a> {
    pub(crate) async fn of(service: &'a Service, token: &str) -> Browser<'a> {
        let nobody = Browser {
            service,
            session: String::new(),
        };
        let page = nobody.post("/console/sign-in", &[("token", token)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
        let session = cookie.split(';').next().unwrap().to_owned();
        Browser { service, session }
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        let request = Request::get(path)
            .header(header::HOST, "pay.example")
            .header(header::COOKIE, &self.session);
        sent(self.service, request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = Request::post(path)
            .header(header::HOST, "pay.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, &self.session);
        sent(
            self.service,
            request.body(Body::from(form(fields))).unwrap(),
        )
        .await
    }

    /// Opens the page that asks, and sends its form.
    async fn does(&self, page: &str, fields: &[(&str, &str)]) -> Page {
        let asked = self.get(page).await;
        assert_eq!(asked.status, StatusCode::OK, "{page}: {}", asked.text);
        let path = page.split('?').next().unwrap();
        let mut all = vec![
            ("form", asked.hidden("form")),
            ("once", asked.hidden("once")),
        ];
        all.extend(fields);
        self.post(path, &all).await
    }
}

const OUTLET: [(&str, &str); 6] = [
    ("name", "outlet"),
    ("region", "latvia"),
    ("shop_uuid", "a93f1f44-d5dd-4469-bfcc-c1de9e969213"),
    ("base_url", "http://127.0.0.1:1"),
    ("keys", "key-of-the-outlet"),
    ("reason", "opened in spring"),
];

#[tokio::test]
async fn the_services_tokens_sign_in_and_see_what_they_may() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    let order = "/console/order?shop=main&reference=1001";
    for (token, status) in [
        (ADMIN, StatusCode::OK),
        (READER, StatusCode::OK),
        (OTHER, StatusCode::NOT_FOUND),
    ] {
        let browser = Browser::of(&service, token).await;
        assert_eq!(browser.get(order).await.status, status, "{token}");
        let listed = browser.get("/console/orders").await;
        assert_eq!(listed.text.contains("1001"), status == StatusCode::OK);
    }
    let nobody = Browser {
        service: &service,
        session: String::new(),
    };
    let turned = nobody.get(order).await;
    assert_eq!(turned.status, StatusCode::SEE_OTHER);
    assert!(turned.location().starts_with("/console/sign-in?to="));
    for token in ["", "x", &ADMIN[1..]] {
        let page = nobody.post("/console/sign-in", &[("token", token)]).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{token}");
        assert!(!page.headers.contains_key(header::SET_COOKIE));
    }
    let front = nobody.get("/").await;
    assert_eq!(front.location(), "/console");
    // A bearer token is for programs, and a session for people.
    let bearer = service.get("/console/orders").await;
    assert_eq!(bearer.status, StatusCode::SEE_OTHER);
    let admin = Browser::of(&service, ADMIN).await;
    let api = admin.get("/v1/orders").await;
    assert_eq!(api.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_shop_is_added_its_keys_are_changed_and_it_is_removed() {
    let service = Service::new().await;
    let admin = Browser::of(&service, ADMIN).await;
    let added = admin.does("/console/shop/add", &OUTLET).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let shop = admin.get("/console/shop?shop=outlet").await;
    assert_eq!(shop.status, StatusCode::OK);
    // `printf key-of-the-outlet | sha256sum`.
    let (former, new) = ("1dbf4a6a5d5db6dd", "29ad2087bccc5e0e");
    assert!(shop.text.contains(former), "{}", shop.text);
    // The API has it too, since it is the same.
    let there = service.get("/v1/shops/outlet/orders/1").await.body["detail"].to_string();
    assert!(there.contains("no such order"), "{there}");

    let keys = [
        ("keys", "new-key-of-the-outlet\nkey-of-the-outlet"),
        ("reason", "rotated"),
    ];
    let change = "/console/shop/change?shop=outlet&change=keys";
    let fields = [keys[0], keys[1], ("shop", "outlet"), ("change", "keys")];
    let changed = admin.does(change, &fields).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    let shop = admin.get("/console/shop?shop=outlet").await;
    let (first, second) = (shop.text.find(new), shop.text.find(former));
    assert!(first.is_some() && first < second, "{}", shop.text);

    let check = admin.get("/console/shop/check?shop=outlet").await;
    assert!(check.text.contains("The bank answers"), "{}", check.text);
    let remove = "/console/shop/change?shop=outlet&change=remove";
    let fields = [
        ("reason", "closed"),
        ("shop", "outlet"),
        ("change", "remove"),
    ];
    let removed = admin.does(remove, &fields).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text);
    let gone = admin.get("/console/shop?shop=outlet").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);

    let audit = admin.get("/console/audit").await;
    for what in [
        "shop.set",
        "shop.keys",
        "shop.remove",
        "opened in spring",
        "rotated",
        "closed",
    ] {
        assert!(audit.text.contains(what), "{what}: {}", audit.text);
    }
    let keys = format!("shop.keys {former} → {new}, {former}");
    assert!(audit.text.contains(&keys), "{keys}: {}", audit.text);
    for page in [&added, &changed, &shop, &check, &removed, &audit] {
        assert!(!page.text.contains("key-of") && !page.text.contains("new-key"));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_shop_is_said_and_nothing_is_added() {
    let service = Service::new().await;
    let admin = Browser::of(&service, ADMIN).await;
    for (field, value, says) in [
        ("region", "finland", "Region"),
        ("shop_uuid", "a b", "The identifier at the bank"),
        ("base_url", "ftp://here", "Another address"),
        ("keys", "", "Keys: give one at least"),
        ("keys", "key-of", "Keys, line 1: has 6 characters"),
        ("name", "main", "shop of this name"),
        ("name", "a b/<script>", "hop"),
        ("reason", "", "why"),
    ] {
        let fields = OUTLET.map(|(name, usual)| (name, if name == field { value } else { usual }));
        let answer = admin.does("/console/shop/add", &fields).await;
        assert!(
            answer.status.is_client_error(),
            "{field}: {}",
            answer.status
        );
        let said = answer.text.split("role=\"alert\">").nth(1);
        let said = said.unwrap_or_default().split("</p>").next();
        assert!(said.unwrap().contains(says), "{field}: {said:?}");
        assert!(!answer.text.contains("key-of"), "{field}");
        assert!(!answer.text.contains("<script>"), "{field}");
    }
    assert_eq!(
        admin.get("/console/shop?shop=outlet").await.status,
        StatusCode::NOT_FOUND
    );
    // Those of the file are the file's, and others' tokens change none.
    let shop = admin.get("/console/shop?shop=main").await;
    assert!(!shop.text.contains("change=keys"), "{}", shop.text);
    for (token, path) in [
        (READER, "/console/shop/add"),
        (OTHER, "/console/shop/add"),
        (READER, "/console/shop/change?shop=main&change=keys"),
    ] {
        let browser = Browser::of(&service, token).await;
        let form = browser.get("/console/shops").await;
        let mut fields = vec![("form", form.hidden("form")), ("once", "0123456789abcdef")];
        fields.extend(OUTLET);
        fields.extend([("shop", "main"), ("change", "keys")]);
        assert!(browser.get(path).await.status.is_client_error(), "{path}");
        let posted = browser.post(path, &fields).await;
        assert_eq!(
            posted.status,
            StatusCode::FORBIDDEN,
            "{path}: {}",
            posted.text
        );
    }
}

#[tokio::test]
async fn a_check_says_whether_the_bank_answers_takes_the_key_and_what_time_it_is() {
    let service = Service::new().await;
    let admin = Browser::of(&service, ADMIN).await;
    let check = admin.get("/console/shop/check?shop=main").await;
    for says in ["The bank answers", "It takes the shop", "The clocks agree"] {
        assert!(check.text.contains(says), "{says}: {}", check.text);
    }
    assert!(!check.text.contains("wrong"), "{}", check.text);
}

#[tokio::test]
async fn a_webhook_and_what_it_failed_to_deliver_are_shown_and_sent_again() {
    let service = Service::new().await;
    let path = "/v1/shops/main/webhook";
    let body = r#"{"url":"http://127.0.0.1:1/events?token=canary-of-the-query"}"#;
    assert_eq!(service.put(path, body).await.status, StatusCode::OK);
    let admin = Browser::of(&service, ADMIN).await;
    let shop = admin.get("/console/shop?shop=main").await;
    assert!(
        shop.text.contains("http://127.0.0.1:1/events"),
        "{}",
        shop.text
    );
    assert!(!shop.text.contains("canary-of-the-query"));
    assert!(!shop.text.contains("whsec_"));
    // An event that there isn't is no event, and one of a shop without a webhook neither.
    service.pay("1001", "499.90").await;
    let ask = "/console/order/decide?shop=main&reference=1001&deed=resend&number=7";
    let fields = [
        ("shop", "main"),
        ("reference", "1001"),
        ("deed", "resend"),
        ("number", "7"),
    ];
    let sent = admin.does(ask, &fields).await;
    assert!(
        sent.status.is_client_error(),
        "{}: {}",
        sent.status,
        sent.text
    );
}
