#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use inbank_sandbox::{ContractStatus, DecisionStatus, Region};
use serde_json::json;
use uuid::Uuid;

use crate::{applicant::path, browser::Customer, receiver::Receiver, shop::Shop};

async fn retrieval(shop: &Shop, application: Uuid, return_url: &str) -> Customer {
    let body = json!({
        "application_uuid": application,
        "return_url": return_url,
        "bank_id": 24,
        "locale": "en",
    });
    let (status, begun) = shop
        .post("v2/{shop}/account_statements/initiate_retrieval", &body)
        .await;
    assert_eq!(status, 201, "{begun}");
    Customer::visit(begun["redirect_url"].as_str().unwrap()).await
}

#[tokio::test]
async fn the_customers_bank_leads_back_to_the_shop() {
    let shop = Shop::open(Region::Estonia).await;
    let back = Receiver::start(&[]).await;
    let return_url = format!("{}/back?order=1", back.url);
    let id = shop.send_for("hire_purchase", "1500").await;
    shop.poll(id).await;

    let page = retrieval(&shop, id, &return_url).await;
    assert_eq!(page.step(), "statement");
    let returned = page.submit("refuse-form", &[]).await;
    assert_eq!(returned.url.as_str(), return_url);
    shop.poll(id).await;
    let decision = || shop.sandbox.application(id).unwrap().decision;
    assert_eq!(decision(), DecisionStatus::IncomeProofRequired);

    let page = retrieval(&shop, id, &return_url).await;
    let returned = page.submit("share-form", &[]).await;
    assert_eq!(returned.url.as_str(), return_url);
    assert_eq!(
        Customer::visit(page.url.as_str()).await.step(),
        "statement-ended"
    );
    shop.poll(id).await;
    assert_eq!(decision(), DecisionStatus::Positive);
}

#[tokio::test]
async fn the_customer_signs_on_the_banks_page() {
    let shop = Shop::open(Region::Latvia).await;
    let (_, contract) = shop.direct_contract("hire_purchase").await;
    let (_, signing) = shop.sign(contract, "redirect").await;
    let url = signing["signing"]["redirect_url"].as_str().unwrap();
    let page = Customer::visit(url).await;
    assert_eq!(page.step(), "signing");
    assert_eq!(page.submit("sign-form", &[]).await.step(), "signed");
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Signed)
    );
    assert_eq!(page.submit("sign-form", &[]).await.step(), "signing-ended");
}

#[tokio::test]
async fn a_signature_by_code_has_no_page() {
    let shop = Shop::open(Region::Poland).await;
    let (_, contract) = shop.direct_contract("hire_purchase").await;
    shop.sign(contract, "sms").await;
    let url = format!("{}/signing/{contract}", shop.sandbox.base_url());
    assert_eq!(Customer::visit(&url).await.step(), "signing-ended");
    let answer = shop
        .client
        .post(format!("{url}/sign"))
        .send()
        .await
        .unwrap();
    assert!(answer.text().await.unwrap().contains("signing-ended"));
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Unsigned)
    );
}

#[tokio::test]
async fn wrong_links_lead_to_a_page_that_says_so() {
    let shop = Shop::open(Region::Estonia).await;
    for page in [
        "account-statement",
        "signing",
        "payment",
        "printout",
        "bank-icon",
    ] {
        for id in ["x".to_owned(), Uuid::nil().to_string()] {
            let url = format!("{}/{page}/{id}", shop.sandbox.base_url());
            let answer = shop.client.get(&url).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{url}");
        }
    }
}

#[tokio::test]
async fn names_are_escaped_and_the_overview_lists_applications() {
    let shop = Shop::open(Region::Estonia).await;
    let mut body = crate::applicant::application(&shop.sandbox, "hire_purchase", "300");
    body["customer"]["first_name"] = json!("<b>John</b>");
    body["purchase"] = json!({"description": "a <i>bicycle</i>"});
    let id = shop.send(&body).await;
    shop.poll(id).await;
    let contract = shop.accept(id).await;
    let (_, printout) = shop
        .get(&format!("v2/{{shop}}/contracts/{contract}/printouts"))
        .await;
    let page = Customer::visit(printout["link"].as_str().unwrap())
        .await
        .page;
    assert!(!page.contains("<b>John") && !page.contains("<i>bicycle"));
    assert!(page.contains("300.00\u{a0}EUR"));
    assert!(
        page.contains("0.50\u{a0}EUR"),
        "each payment has a fee in it"
    );

    let overview = Customer::visit(shop.sandbox.base_url()).await.page;
    assert!(overview.contains(&id.to_string()));
    assert_eq!(shop.get(&path(id)).await.0, 200);
}
