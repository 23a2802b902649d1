//! The shop at a sandbox: what a browser can't see, and every language in every region.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use inbank::{Region, Shop};
use inbank_storefront::{NAME, Setup, serve};
use reqwest::header::{HOST, ORIGIN};
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

struct Stage {
    client: Client,
    url: String,
    bank: inbank_sandbox::Sandbox,
    _stop: oneshot::Sender<()>,
    _ledger: tempfile::TempDir,
}

impl Stage {
    async fn open(region: Region) -> Self {
        let bank = inbank_sandbox::Sandbox::builder(region.name.parse().unwrap());
        let bank = bank.instant().start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ledger = tempfile::tempdir().unwrap();
        let shop = Shop::new(NAME, region, bank.shop(), bank.api_key());
        let setup = Setup {
            shop: shop.with_base_url(bank.base_url()),
            url: url.clone(),
            database: format!("sqlite:{}", ledger.path().join("shop.db").display()),
            bank_pages: bank.base_url().to_owned(),
        };
        let (sender, stopped) = oneshot::channel();
        tokio::spawn(serve(setup, listener, async { drop(stopped.await) }));
        let client = Client::builder().redirect(redirect::Policy::none());
        Self {
            client: client.build().unwrap(),
            url,
            bank,
            _stop: sender,
            _ledger: ledger,
        }
    }

    async fn get(&self, path: &str) -> Response {
        let address = format!("{}{path}", self.url);
        self.client.get(address).send().await.unwrap()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let address = format!("{}{path}", self.url);
        self.client.post(address).form(form).send().await.unwrap()
    }
}

fn location(answer: &Response) -> &str {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()["location"].to_str().unwrap()
}

const REGIONS: [Region; 5] = [
    Region::CZECHIA,
    Region::ESTONIA,
    Region::LATVIA,
    Region::LITHUANIA,
    Region::POLAND,
];

#[tokio::test(flavor = "multi_thread")]
async fn every_region_sells_in_every_language() {
    for region in REGIONS {
        let stage = Stage::open(region.clone()).await;
        for language in ["cs", "en", "et", "lt", "lv", "pl"] {
            let order = format!("ORDER2345{language}X").to_uppercase();
            let wish = [
                ("order", order.as_str()),
                ("article", "tablet"),
                ("months", "12"),
            ];
            stage.post("/orders", &wish).await;
            for path in [
                "/",
                "/products/tablet",
                "/office",
                &format!("/checkout/{order}"),
            ] {
                let answer = stage.get(&format!("{path}?lang={language}")).await;
                assert_eq!(
                    answer.status(),
                    StatusCode::OK,
                    "{path} in {language}, {}",
                    region.name
                );
                let html = answer.text().await.unwrap();
                assert!(html.contains(&format!("<html lang=\"{language}\">")));
                assert!(
                    !html.contains(stage.bank.api_key()),
                    "a key stands in {path}"
                );
            }
        }
        let answer = stage
            .get("/checkout/ORDER2345ENX?lang=en")
            .await
            .text()
            .await
            .unwrap();
        let ways = ["instalments", "parts", "later", "rent", "apply"];
        let offered = ways.map(|way| answer.contains(&format!("id=\"way-{way}\"")));
        let expected = match region.country {
            "EE" | "LV" => [true; 5],
            "LT" => [true, true, true, false, false],
            "PL" => [true, false, false, false, true],
            _ => [true, false, false, false, false],
        };
        assert_eq!(offered, expected, "{}", region.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_a_browser_brings_is_not_looked_at() {
    let stage = Stage::open(Region::ESTONIA).await;
    let order = "ORDER2345678";
    let wish = [
        ("order", order),
        ("article", "espresso"),
        ("months", "12"),
        ("price", "1"),
        ("total", "1"),
    ];
    assert_eq!(
        location(&stage.post("/orders", &wish).await),
        "/checkout/ORDER2345678"
    );
    let path = format!("/checkout/{order}");
    let paid = stage
        .post(&path, &[("way", "instalments"), ("total", "1")])
        .await;
    assert!(location(&paid).starts_with(stage.bank.base_url()));
    let session = stage.bank.sessions()[0];
    let requests = stage.bank.requests();
    let opened = requests
        .iter()
        .find(|request| request.body.contains("total_amount"));
    assert!(opened.unwrap().body.contains("389"), "{session}");
    // The same again leads to the same session.
    stage.post(&path, &[("way", "instalments")]).await;
    assert_eq!(stage.bank.session_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_went_to_the_bank_stands_on_its_page_and_in_the_office() {
    let stage = Stage::open(Region::ESTONIA).await;
    let order = "ORDER2345678";
    let wish = [("order", order), ("article", "tablet"), ("months", "12")];
    stage.post("/orders", &wish).await;
    let page = format!("/orders/{order}");
    let unpaid = stage.get(&page).await;
    assert_eq!(location(&unpaid), format!("/checkout/{order}"));
    let path = format!("/checkout/{order}");
    for way in ["instalments", "rent"] {
        let paid = stage.post(&path, &[("way", way)]).await;
        assert!(location(&paid).starts_with(stage.bank.base_url()));
    }
    let html = stage.get(&page).await.text().await.unwrap();
    assert!(html.contains("id=\"state\"") && html.contains("id=\"to-bank\""));
    let html = stage.get("/office").await.text().await.unwrap();
    assert!(html.contains(&format!("id=\"order-{order}\"")));
    assert_eq!(
        stage.get("/news/none").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_sent_by_the_form_alone_and_once_it_is_filled_in() {
    let stage = Stage::open(Region::ESTONIA).await;
    let order = "ORDER2345678";
    let wish = [("order", order), ("article", "espresso"), ("months", "12")];
    stage.post("/orders", &wish).await;
    let filled = [
        ("first_name", "Mari"),
        ("last_name", "Maasikas"),
        ("identity_code", "38001085718"),
        ("email", "mari@example.com"),
        ("mobile", "+372 5363 0000"),
        ("consent", "yes"),
    ];
    let path = format!("/checkout/{order}/apply");
    let in_the_address = "first_name=Mari&last_name=Maasikas&identity_code=38001085718\
                          &email=mari@example.com&mobile=53630000&consent=yes";
    let address = format!("{path}?{in_the_address}");
    let html = stage.get(&address).await.text().await.unwrap();
    assert!(html.contains("id=\"apply\"") && !html.contains("aria-invalid"));
    for left_out in ["first_name", "identity_code", "email", "consent"] {
        let mut form = filled.to_vec();
        form.retain(|(name, _)| *name != left_out);
        let html = stage.post(&path, &form).await.text().await.unwrap();
        assert!(html.contains("role=\"alert\""), "{left_out}");
        assert!(
            html.contains("value=\"Maasikas\""),
            "what was filled in is kept"
        );
    }
    let orders = format!("/orders/{order}");
    assert_eq!(
        location(&stage.get(&orders).await),
        format!("/checkout/{order}")
    );
    let sent = stage.post(&path, &filled).await;
    assert_eq!(location(&sent), orders);
    assert_eq!(stage.get(&orders).await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_form_decides_nothing() {
    let stage = Stage::open(Region::ESTONIA).await;
    let address = format!("{}/office/ORDER2345678", stage.url);
    let from = |origin: &'static str| {
        let request = stage.client.post(&address).header(ORIGIN, origin);
        request.form(&[("press", "approve")]).send()
    };
    for origin in ["https://evil.example", "null", "http://127.0.0.1"] {
        assert_eq!(
            from(origin).await.unwrap().status(),
            StatusCode::FORBIDDEN,
            "{origin}"
        );
    }
    // Of its own site: the order is what is missing.
    let host = "shop.example";
    let own = stage
        .client
        .post(&address)
        .header(ORIGIN, "https://shop.example")
        .header(HOST, host);
    let own = own.form(&[("press", "approve")]).send().await.unwrap();
    assert_eq!(own.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_by_mistake_or_malice_is_told_in_a_page() {
    let stage = Stage::open(Region::ESTONIA).await;
    for (form, status) in [
        (
            &[
                ("order", "../../office"),
                ("article", "chair"),
                ("months", "12"),
            ][..],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &[
                ("order", "ORDER2345678"),
                ("article", "chair"),
                ("months", "0"),
            ],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &[
                ("order", "ORDER2345678"),
                ("article", "none"),
                ("months", "12"),
            ],
            StatusCode::NOT_FOUND,
        ),
        (&[], StatusCode::NOT_FOUND),
    ] {
        let answer = stage.post("/orders", form).await;
        assert_eq!(answer.status(), status, "{form:?}");
        assert!(answer.text().await.unwrap().contains("<h1>"));
    }
    let policy = &stage.get("/").await.headers()["content-security-policy"].clone();
    let policy = policy.to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
}

#[test]
fn every_language_says_the_same() {
    fn names(value: &Value, at: &str, found: &mut BTreeSet<String>) {
        if let Some(object) = value.as_object() {
            for (name, value) in object {
                names(value, &format!("{at}.{name}"), found);
            }
        } else {
            assert!(!value.as_str().unwrap().trim().is_empty(), "{at}");
            found.insert(at.to_owned());
        }
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/site/texts");
    let all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let mut found = BTreeSet::new();
            names(&serde_json::from_str(&text).unwrap(), "", &mut found);
            found
        })
        .collect();
    assert_eq!(all.len(), 6);
    assert!(all.iter().all(|names| *names == all[0]));
}
