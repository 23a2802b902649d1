//! The console over the service: who signs in by which token, and what its desk does. The pages' own tests are beside them.

mod changing;

use std::fmt::Write as _;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

use crate::receiver::{Receiver, Reply};
use crate::sending::House;
use crate::webhooks::GRANTED;
use crate::{ADMIN, BRANCH, OTHER, READER, Service, answered};

/// A browser of somebody who has signed in.
pub(crate) struct Browser<'a> {
    router: &'a Router,
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

async fn sent(router: &Router, request: Request<Body>) -> Page {
    let response = router.clone().oneshot(request).await.unwrap();
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
        Self::at(&service.router, token).await
    }

    pub(crate) async fn at(router: &'a Router, token: &str) -> Browser<'a> {
        let nobody = Browser {
            router,
            session: String::new(),
        };
        let page = nobody.post("/console/sign-in", &[("token", token)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
        let session = cookie.split(';').next().unwrap().to_owned();
        Browser { router, session }
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        let request = Request::get(path)
            .header(header::HOST, "pay.example")
            .header(header::COOKIE, &self.session);
        sent(self.router, request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = Request::post(path)
            .header(header::HOST, "pay.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, &self.session);
        sent(self.router, request.body(Body::from(form(fields))).unwrap()).await
    }

    /// Opens the page that asks, and sends its form.
    pub(crate) async fn does(&self, page: &str, fields: &[(&str, &str)]) -> Page {
        let asked = self.get(page).await;
        assert_eq!(asked.status, StatusCode::OK, "{page}: {}", asked.text);
        let path = page.split('?').next().unwrap();
        let mut all = vec![
            ("form", asked.hidden("form")),
            ("once", asked.hidden("once")),
            ("view", asked.hidden("view")),
        ];
        all.extend(fields);
        self.post(path, &all).await
    }

    /// The form that changes the outlet's keys, as somebody has it who was asked and has filled it in.
    async fn asked_for_keys(&self, keys: &str) -> Vec<(&'static str, String)> {
        self.asked_for("keys", keys).await
    }

    async fn asked_for(&self, change: &str, keys: &str) -> Vec<(&'static str, String)> {
        let path = format!("{CHANGE}?shop=outlet&change={change}");
        let asked = self.get(&path).await;
        let hidden = |name| (name, asked.hidden(name).to_owned());
        vec![
            hidden("form"),
            hidden("once"),
            hidden("view"),
            ("shop", "outlet".to_owned()),
            ("change", change.to_owned()),
            ("reason", "rotated".to_owned()),
            ("keys", keys.to_owned()),
        ]
    }

    async fn post_all(&self, path: &str, fields: &[(&'static str, String)]) -> Page {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        self.post(path, &fields).await
    }

    /// Has a shop checked, as its page does.
    async fn checks(&self, shop: &str) -> Page {
        let page = self.get(&format!("/console/shop?shop={shop}")).await;
        let fields = [("form", page.hidden("form")), ("shop", shop)];
        let checked = self.post("/console/shop/check", &fields).await;
        assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.text);
        self.get(checked.location()).await
    }
}

const CHANGE: &str = "/console/shop/change";

/// Of a key, as pages show it.
fn fingerprint(key: &str) -> String {
    let digest = Sha256::digest(key);
    let mut shown = String::new();
    for byte in &digest[..8] {
        let _ = write!(shown, "{byte:02x}");
    }
    shown
}

pub(crate) const OUTLET: [(&str, &str); 6] = [
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
        router: &service.router,
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

    // The present ones stay behind a new one without being typed again, each once.
    let fields = [
        ("keys", "next-key-of-the-outlet\nkey-of-the-outlet"),
        ("keep", "1"),
        ("reason", "kept"),
        ("shop", "outlet"),
        ("change", "keys"),
    ];
    let kept = admin.does(change, &fields).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);

    let check = admin.checks("outlet").await;
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
    let rotated = format!("shop.keys {former} → {new}, {former}");
    for what in [
        "shop.set",
        &rotated,
        "shop.remove",
        "opened in spring",
        "rotated",
        "closed",
    ] {
        assert!(audit.text.contains(what), "{what}: {}", audit.text);
    }
    let keys = format!("shop.keys {former} → {new}, {former}");
    assert!(audit.text.contains(&keys), "{keys}: {}", audit.text);
    // `printf next-key-of-the-outlet | sha256sum`.
    let kept = format!("shop.keys {new}, {former} → 1b43e36b4d34ed8e, {former}, {new}");
    assert!(audit.text.contains(&kept), "{kept}: {}", audit.text);
    for page in [&added, &changed, &shop, &check, &removed, &audit] {
        assert!(!page.text.contains("key-of") && !page.text.contains("new-key"));
    }
}

#[tokio::test]
async fn a_shop_with_open_orders_is_removed_in_the_console_on_demand_alone() {
    let house = House::new().await;
    let running = house.start().await;
    let admin = Browser::at(&running.router, ADMIN).await;
    let added = admin.does("/console/shop/add", &OUTLET).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    house.tell("outlet", "1001", GRANTED).await;
    let remove = "/console/shop/change?shop=outlet&change=remove";
    let mut fields = vec![
        ("reason", "closed"),
        ("shop", "outlet"),
        ("change", "remove"),
    ];
    let kept = admin.does(remove, &fields).await;
    assert_eq!(kept.status, StatusCode::CONFLICT, "{}", kept.text);
    for says in [
        "Nothing was removed: 1 order of this shop is open",
        "1 order is open</a>",
    ] {
        assert!(kept.text.contains(says), "{says}: {}", kept.text);
    }
    fields.push(("anyway", "1"));
    let removed = admin.does(remove, &fields).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text);
    running.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_shop_is_said_and_nothing_is_added() {
    let service = Service::new().await;
    let admin = Browser::of(&service, ADMIN).await;
    for (field, value, says) in [
        ("region", "finland", "Region</a>: Must"),
        ("environment", "moon", "Environment</a>: Must"),
        ("api_version", "v9", "API version</a>: "),
        ("shop_uuid", "a b", "Identifier at the bank</a>: Must"),
        ("base_url", "ftp://here", "own</a>: Must"),
        ("return_url", "http://here", "Customers return to</a>: Must"),
        ("keys", "", "Keys at the bank</a>: Give one at least"),
        (
            "keys",
            "key-of",
            "Keys at the bank</a>: Line 1 has 6 characters",
        ),
        ("name", "main", "shop of this name"),
        ("name", "a b/<script>", "Name</a>: Must"),
        ("reason", "", "Why</a>: Say why"),
    ] {
        let mut fields = OUTLET.to_vec();
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let answer = admin.does("/console/shop/add", &fields).await;
        assert!(
            answer.status.is_client_error(),
            "{field}: {}",
            answer.status
        );
        let said = answer.text.split("role=\"alert\">").nth(1);
        let said = said.unwrap_or_default().split("<form").next();
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
    let check = admin.checks("main").await;
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
    // An event that there isn't is not sent again.
    service.pay("1001", "499.90").await;
    let ask = "/console/order/decide?shop=main&reference=1001&deed=resend&number=7";
    let asked = admin.get(ask).await;
    assert_eq!(asked.status, StatusCode::NOT_FOUND, "{}", asked.text);
}

#[tokio::test]
async fn keys_that_a_call_changes_are_audited_by_their_fingerprints() {
    let service = Service::new().await;
    let admin = Browser::of(&service, ADMIN).await;
    let set = async |keys: &str| {
        let body = format!(
            r#"{{"region":"latvia","shop_uuid":"{}","base_url":"http://127.0.0.1:1","api_keys":{keys}}}"#,
            OUTLET[2].1
        );
        let set = service.put("/v1/shops/outlet", &body).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.text);
        admin.get("/console/audit").await.text
    };
    let (former, new) = ("1dbf4a6a5d5db6dd", "479a61d5370a0351");
    let audit = set(r#"["key-of-the-outlet"]"#).await;
    assert!(!audit.contains("→"), "{audit}");
    let audit = set(r#"["new-key","key-of-the-outlet"]"#).await;
    let says = format!("shop.set {former} → {new}, {former}");
    assert!(audit.contains(&says), "{audit}");
    let audit = set(r#"["new-key","key-of-the-outlet"]"#).await;
    assert_eq!(audit.matches("→").count(), 1, "{audit}");
    // And a change of the shop's identifier.
    let other = "b93f1f44-d5dd-4469-bfcc-c1de9e969213";
    let body = format!(
        r#"{{"region":"latvia","shop_uuid":"{other}","base_url":"http://127.0.0.1:1","api_keys":["key-of-the-outlet"]}}"#
    );
    let set = service.put("/v1/shops/outlet", &body).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    let audit = admin.get("/console/audit").await.text;
    let says = format!("shop.set {} → {other}", OUTLET[2].1);
    assert!(audit.contains(&says), "{says}: {audit}");
}

#[tokio::test]
async fn a_shop_that_may_not_be_seen_is_not_named_by_what_another_has_in_common_with_it() {
    let service = Service::new().await;
    let admin = Browser::of(&service, ADMIN).await;
    let added = admin.does("/console/shop/add", &OUTLET).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let scoped = Browser::of(&service, BRANCH).await;
    let branch = OUTLET.map(|(name, value)| (name, if name == "name" { "branch" } else { value }));
    let refused = scoped.does("/console/shop/add", &branch).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    let body = format!(
        r#"{{"region":"latvia","shop_uuid":"{}","base_url":"http://127.0.0.1:1","api_keys":["key-of-the-outlet"]}}"#,
        OUTLET[2].1
    );
    let call = service.ask(Method::PUT, "/v1/shops/branch", BRANCH, Some(&body));
    let call = call.await;
    assert!(call.status.is_client_error(), "{}", call.status);
    let says = "another shop has the same identifier or key at the bank";
    for text in [&refused.text, &call.text] {
        let said = text.to_lowercase();
        assert!(said.contains(says), "{text}");
        assert!(!said.contains("outlet"), "{text}");
    }
}

#[tokio::test]
async fn a_webhook_that_is_off_is_said_on_the_overview_and_what_is_sent_again_is_kept() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await.with_webhook("main", &receiver.url).await;
    receiver.replies([Reply::Status(410)]);
    house.tell("main", "1001", GRANTED).await;
    let running = house.start().await;
    receiver.next().await;
    house
        .until("main", |webhook| webhook.disabled.is_some())
        .await;
    house.tell("main", "1002", GRANTED).await;
    let admin = Browser::at(&running.router, ADMIN).await;
    for page in ["/console/", "/console/shops"] {
        let page = admin.get(page).await;
        let says = ", since the shop’s server wants no more (HTTP 410)";
        assert!(page.text.contains(says), "{}", page.text);
    }
    let of = |reference: &str| {
        format!("/console/order/decide?shop=main&reference={reference}&deed=resend&number=1")
    };
    let fields = [
        ("shop", "main"),
        ("reference", "1001"),
        ("deed", "resend"),
        ("number", "1"),
    ];
    let sent = admin.does(&of("1001"), &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let page = admin.get(sent.location()).await;
    let says = "The webhook is switched off: the event is kept, and sent once it is switched on.";
    assert!(page.text.contains(says), "{}", page.text);
    // One that was never taken up is kept all the same, and not on its way.
    let kept = admin.get(&of("1002")).await;
    assert_eq!(kept.status, StatusCode::CONFLICT, "{}", kept.text);
    let says = "The webhook is switched off: the event is kept, and leaves once it is switched on.";
    assert!(kept.text.contains(says), "{}", kept.text);
    // Nothing was given up.
    let change = "/console/shop/change?shop=main&change=resend";
    let none = admin.get(change).await;
    assert_eq!(none.status, StatusCode::CONFLICT, "{}", none.text);
    let says = "No event of this shop is given up.";
    assert!(none.text.contains(says), "{}", none.text);

    let path = "/v1/shops/main/webhook/enable";
    let enabled = answered(&running.router, Method::POST, path, ADMIN, None).await;
    assert_eq!(enabled.status, StatusCode::OK, "{}", enabled.text);
    running.wake();
    for _ in 0..2 {
        receiver.next().await;
    }
    house
        .until("main", |webhook| {
            webhook.waiting == 0 && webhook.position == 2
        })
        .await;
    let order = "/console/order?shop=main&reference=1001";
    let page = admin.get(order).await;
    for says in ["event 1 was taken", &receiver.url, "HTTP 204"] {
        assert!(page.text.contains(says), "{says}: {}", page.text);
    }
    let page = admin.get("/console/").await;
    assert!(page.text.contains("1, all of them taken"), "{}", page.text);
    running.stop().await;
}
