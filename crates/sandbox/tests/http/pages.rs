use inbank_sandbox::{ContractStatus, Region, SessionStatus};
use serde_json::json;
use uuid::Uuid;

use crate::{
    browser::Customer,
    receiver::{Callback, Receiver},
    shop::{Shop, minimal, session_to},
};

const APPLICANT: [(&str, &str); 5] = [
    ("first_name", "Mari"),
    ("last_name", "Maasikas"),
    ("identity_code", "a code"),
    ("mobile", "+372 5123 1412"),
    ("email", "mari@example.com"),
];

async fn arrive(shop: &Shop, receiver: &Receiver, product: &str, amount: &str) -> (Uuid, Customer) {
    let id = shop
        .open_session(&session_to(&shop.sandbox, product, amount, &receiver.url))
        .await;
    let customer = Customer::visit(&format!("{}/session/{id}", shop.sandbox.base_url())).await;
    (id, customer)
}

#[tokio::test]
async fn a_customer_applies_signs_and_returns_to_the_merchant() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let (id, order) = arrive(&shop, &receiver, "hire_purchase", "300").await;
    assert_eq!((order.step(), order.status()), ("order", "pending"));
    assert!(order.page.contains("Ei päris raha"));

    let order = order.submit("period-form", &[("period", "24")]).await;
    assert_eq!(order.form("continue-form").fields["period"], "24");
    let application = order.submit("continue-form", &[]).await;
    assert_eq!(application.step(), "application");
    let again = application
        .submit("apply-form", &[("first_name", "Mari")])
        .await;
    assert_eq!(again.step(), "application");
    assert!(again.page.contains("id=\"error\"") && again.page.contains("value=\"Mari\""));

    let offer = again.submit("apply-form", &APPLICANT).await;
    assert_eq!(offer.step(), "offer");
    let signature = offer.submit("accept-form", &[]).await;
    assert_eq!(signature.step(), "signature");
    let contract = shop.sandbox.session(id).unwrap().contract.unwrap();
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Unsigned)
    );
    let result = signature.submit("sign-form", &[]).await;
    assert_eq!((result.step(), result.status()), ("result", "completed"));
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Activated)
    );

    let back = result.form("return-form");
    assert_eq!(back.action.as_str(), format!("{}/return", receiver.url));
    shop.sandbox.idle().await;
    result.submit("return-form", &[]).await;
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 2);
    let [callback, browser] = [&bodies[0], &bodies[1]].map(|body| Callback::read(body));
    assert!(callback.is_authentic(shop.sandbox.api_key()));
    assert!(browser.is_authentic(shop.sandbox.api_key()));
    assert_eq!(callback.message(), browser.message());
}

#[tokio::test]
async fn the_page_shows_a_credit_as_the_calculator_answers_it() {
    let receiver = Receiver::start(&[]).await;
    for (region, currency) in [(Region::Estonia, "EUR"), (Region::Poland, "PLN")] {
        let shop = Shop::open(region).await;
        let (_, order) = arrive(&shop, &receiver, "hire_purchase", "1250").await;
        let order = order.submit("period-form", &[("period", "24")]).await;
        let request = json!({
            "product_code": "hire_purchase",
            "amount": 1250,
            "period": 24,
            "down_payment_amount": 0,
            "currency": currency,
            "response_level": "simple",
        });
        let (status, answer) = shop.post("v2/{shop}/calculations", &request).await;
        assert_eq!(status, 201, "{answer}");
        let rate: f64 = answer["credit_cost_rate_annual"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let shown = order.page.split("id=\"aprc\">").nth(1).unwrap();
        let shown = shown
            .split('<')
            .next()
            .unwrap()
            .trim_end_matches('%')
            .trim();
        let shown: f64 = shown.replace(',', ".").parse().unwrap();
        assert!((shown - rate * 100.0).abs() < 1e-6, "{shown} % and {rate}");
        let monthly = answer["payment_amount_monthly"].as_str().unwrap();
        let whole = monthly.split('.').next().unwrap();
        assert!(order.page.contains(whole), "{monthly}");
    }
}

#[tokio::test]
async fn split_into_parts_is_signed_by_the_code_of_the_guide() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let (id, order) = arrive(&shop, &receiver, "split_into_parts_approval", "300").await;
    let application = order.submit("continue-form", &[]).await;
    let signature = application
        .submit("apply-form", &APPLICANT)
        .await
        .submit("accept-form", &[])
        .await;
    let again = signature.submit("sign-form", &[("code", "1234")]).await;
    assert_eq!(again.step(), "signature");
    assert!(again.page.contains("id=\"error\""));
    let result = again.submit("sign-form", &[("code", "0000")]).await;
    assert_eq!((result.step(), result.status()), ("result", "granted"));
    assert_eq!(
        shop.sandbox.session(id).unwrap().status,
        SessionStatus::Granted
    );
}

#[tokio::test]
async fn a_denied_customer_returns_to_the_return_url() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let (_, order) = arrive(&shop, &receiver, "hire_purchase", "900").await;
    let application = order.submit("continue-form", &[]).await;
    let result = application.submit("apply-form", &APPLICANT).await;
    assert_eq!((result.step(), result.status()), ("result", "declined"));
    assert_eq!(result.form("return-form").action.path(), "/return");
}

#[tokio::test]
async fn a_customer_may_cancel_at_every_step() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    for steps in 0..4 {
        let (id, mut customer) = arrive(&shop, &receiver, "hire_purchase", "300").await;
        let way = [
            ("continue-form", &[][..]),
            ("apply-form", &APPLICANT[..]),
            ("accept-form", &[][..]),
        ];
        for (form, filled) in way.into_iter().take(steps) {
            customer = customer.submit(form, filled).await;
        }
        let result = customer.submit("cancel-form", &[]).await;
        assert_eq!((result.step(), result.status()), ("result", "cancelled"));
        let back = result.form("return-form");
        assert_eq!(back.action.path(), "/cancel");
        assert!(Callback::of(back.fields).is_authentic(shop.sandbox.api_key()));
        let state = shop.sandbox.session(id).unwrap();
        let contract = state
            .contract
            .and_then(|contract| shop.sandbox.contract(contract));
        assert_eq!(contract, (steps == 3).then_some(ContractStatus::Cancelled));
        shop.sandbox.idle().await;
        assert_eq!(receiver.bodies().len(), steps + 1, "one callback each");
    }
}

#[tokio::test]
async fn a_stale_page_changes_nothing() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let (_, order) = arrive(&shop, &receiver, "hire_purchase", "300").await;
    let application = order.submit("continue-form", &[]).await;
    let offer = application.submit("apply-form", &APPLICANT).await;
    let signature = offer.submit("accept-form", &[]).await;
    signature.submit("sign-form", &[]).await;
    for (page, form, filled) in [
        (&application, "apply-form", &APPLICANT[..]),
        (&offer, "accept-form", &[][..]),
        (&signature, "sign-form", &[][..]),
        (&order, "cancel-form", &[][..]),
    ] {
        let result = page.submit(form, filled).await;
        assert_eq!((result.step(), result.status()), ("result", "completed"));
    }
    assert_eq!(shop.sandbox.contract_count(), 1);
    assert_eq!(shop.sandbox.callbacks().len(), 1);
}

#[tokio::test]
async fn what_the_merchant_sends_is_escaped() {
    let shop = Shop::open(Region::Estonia).await;
    let mut body = session_to(&shop.sandbox, "hire_purchase", "300", "http://127.0.0.1:9");
    let script = "\"><script>alert(1)</script>";
    body["purchase"]["purchase_reference"] = script.into();
    body["purchase"]["description"] = script.into();
    body["purchase"]["merchant"]["merchant_name"] = script.into();
    body["customer_data"] = serde_json::json!({"first_name": script, "last_name": script});
    let id = shop.open_session(&body).await;
    let base = shop.sandbox.base_url();
    for path in [
        format!("/session/{id}"),
        format!("/session/{id}/application"),
        "/".to_owned(),
    ] {
        let page = Customer::visit(&format!("{base}{path}")).await.page;
        assert!(
            !page.contains("<script>") && page.contains("&#60;script&#62;"),
            "{path}"
        );
    }
    shop.sandbox.customer_cancels(id).unwrap();
    let page = Customer::visit(&format!("{base}/session/{id}")).await;
    assert!(!page.page.contains("<script>"));
    assert_eq!(
        Callback::of(page.form("return-form").fields).message()["purchase_reference"],
        script
    );
}

#[tokio::test]
async fn an_unknown_session_has_a_page_that_says_so() {
    let shop = Shop::open(Region::Estonia).await;
    for id in ["none", "00000000-0000-4000-8000-000000000000"] {
        let page = Customer::visit(&format!("{}/session/{id}", shop.sandbox.base_url())).await;
        assert_eq!(page.step(), "missing");
    }
}

#[tokio::test]
async fn the_overview_lists_what_can_be_rented_where_anything_can() {
    let shop = Shop::open(Region::Latvia).await;
    let overview = Customer::visit(shop.sandbox.base_url()).await.page;
    for model in shop.sandbox.models() {
        let name = model.name.replace('"', "&#34;");
        assert!(overview.contains(&name) && overview.contains(model.ean));
        assert!(overview.contains(model.manufacturer_product_code));
    }
    assert_eq!(overview.matches("not approved</span>").count(), 1);
    let shop = Shop::open(Region::Poland).await;
    let overview = Customer::visit(shop.sandbox.base_url()).await.page;
    assert!(!overview.contains("Models for rent"));
}

#[tokio::test]
async fn the_dialog_speaks_the_sessions_language() {
    let shop = Shop::open(Region::Estonia).await;
    for (locale, lang, words) in [
        ("et-ET", "et", "Maksa endale sobivas tempos"),
        ("lv-LV", "lv", "Maksājiet sev ērtā tempā"),
        ("pl-PL", "pl", "Zapłać w swoim tempie"),
        ("ru-RU", "ru", "Платите в удобном темпе"),
        ("en-US", "en", "Pay in your own time"),
    ] {
        let mut body = minimal(&shop.sandbox, "hire_purchase", "300");
        body["locale"] = json!(locale);
        let session = shop.open_session(&body).await;
        let url = format!("{}/session/{session}", shop.sandbox.base_url());
        let page = shop.client.get(url).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(
            page.contains(&format!("<html lang=\"{lang}\">")),
            "{locale}"
        );
        assert!(page.contains(words), "{locale}: {page}");
    }
}

#[tokio::test]
async fn the_overview_names_the_controls_of_direct_applications() {
    let shop = Shop::open(Region::Poland).await;
    let page = shop
        .client
        .get(shop.sandbox.base_url())
        .send()
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    for control in [
        "/sandbox/applications/{id}/decide",
        "/sandbox/applications/{id}/sign",
        "/sandbox/applications/{id}/share-statement",
        "/sandbox/contracts/{id}/sign",
        "/sandbox/contracts/{id}/pay-down-payment",
    ] {
        assert!(page.contains(control), "{control}");
    }
}
