use inbank_sandbox::{Fault, Operation};
use serde_json::json;

use crate::shop::{File, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_retrieved_from_a_listed_bank() {
    let shop = Shop::open().await;
    let (_, id) = shop.submitted("hire_purchase", "1500");
    for version in ["v2", "v3"] {
        let here = ["--api-version", version];
        let banks = [&["application", "banks", &id], &here[..]].concat();
        let listed = shop.run(&banks).json();
        let bank = &listed["banks"][0];
        assert!(
            bank["name"].is_string() && bank["icon_url"].is_string(),
            "{listed}"
        );
        let retrieve = [
            "application",
            "retrieve-statement",
            &id,
            "--bank",
            bank["id"].as_str().unwrap(),
            "--return-url",
            "http://127.0.0.1:9/proof",
            "--locale",
            "et",
        ];
        let retrieval = shop.run(&[&retrieve, &here[..]].concat()).json();
        assert!(retrieval["retrieval_id"].is_string());
        let page = retrieval["redirect_url"].as_str().unwrap();
        assert!(page.starts_with(shop.sandbox.base_url()), "{retrieval}");
        let run = shop.text(&[&retrieve, &here[..]].concat());
        assert!(run.text().contains("Send the customer to  http"), "{run:?}");
    }
    let run = shop.text(&["application", "banks", &id]);
    assert!(run.text().contains(" 24 "), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_arrive_under_their_names_in_one_request() {
    let shop = Shop::open().await;
    let (application, id) = shop.submitted("hire_purchase", "3500");
    let (one, two) = (File::holding("first"), File::holding("second one"));
    let attach = ["application", "attach", &id, one.path(), two.path()];
    assert_eq!(shop.run(&attach).json(), json!({}));
    let arrived = shop.sandbox.attachments(application);
    assert_eq!(arrived.len(), 2);
    for (file, (path, size)) in arrived.iter().zip([(one.path(), 5), (two.path(), 10)]) {
        assert!(path.ends_with(&format!("/{}", file.file_name)));
        assert_eq!(file.size, size);
    }
    assert_eq!(shop.received(Operation::AddAttachments).len(), 1);
    let shown = shop.run(&["application", "show", &id, "--wait"]).json();
    assert!(shown["decision_status"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_how_many_statements_the_bank_has() {
    let shop = Shop::open().await;
    let (_, id) = shop.submitted("hire_purchase", "1500");
    let file = File::holding("first");
    let attach = [
        "application",
        "attach",
        &id,
        file.path(),
        "--description",
        "May",
    ];
    let run = shop.text(&attach);
    let sentence = format!("The bank has 1 file more of the application {id}.\n");
    assert_eq!(run.text(), sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_attached_says_why() {
    let shop = Shop::open().await;
    let (_, id) = shop.submitted("hire_purchase", "1500");
    let missing = ["application", "attach", &id, "/nowhere/statement.pdf"];
    assert_eq!(shop.run(&missing).error(2)["kind"], "usage");
    assert_eq!(shop.run(&["application", "attach", &id]).code, 2);
    assert!(shop.received(Operation::AddAttachments).is_empty());

    let file = File::holding("first");
    shop.sandbox
        .fault(Operation::AddAttachments, Fault::AnswerLost, 1);
    let attach = ["application", "attach", &id, file.path()];
    assert_eq!(
        shop.run(&attach).error(6)["operation"],
        "application.attach"
    );
    assert_eq!(shop.received(Operation::AddAttachments).len(), 1);

    let (_, decided) = shop.submitted("hire_purchase", "300");
    let attach = ["application", "attach", &decided, file.path()];
    assert_eq!(shop.run(&attach).error(3)["kind"], "refused");
}
