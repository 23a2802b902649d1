use inbank_sandbox::{Attachment, DecisionStatus, Outcome, Region};
use reqwest::{Method, header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    applicant::path,
    shop::{Shop, read},
};

const BOUNDARY: &str = "----boundary'42";

/// A field of a form: its `Content-Disposition` after `form-data; `, and its content.
type Field<'a> = (&'a str, &'a [u8]);

const TYPE: Field<'_> = (r#"name="type""#, b"income_proof_document");
const DESCRIPTION: Field<'_> = (r#"name="description""#, b"Three months");
const FILE: Field<'_> = (r#"name="attachments[]"; filename="a.pdf""#, b"%PDF");

fn form(fields: &[Field<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (disposition, content) in fields {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn upload(shop: &Shop, path: &str, body: Vec<u8>) -> (u16, Value) {
    let request = shop
        .request(Method::POST, path)
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary=\"{BOUNDARY}\""),
        )
        .body(body);
    read(request).await
}

async fn asked_for_proof(shop: &Shop) -> (Uuid, String) {
    let id = shop.send_for("hire_purchase", "3500").await;
    shop.poll(id).await;
    (id, format!("{}/attachments", path(id)))
}

fn names_and_sizes(files: &[Attachment]) -> Vec<(&str, usize)> {
    files
        .iter()
        .map(|file| (file.file_name.as_str(), file.size))
        .collect()
}

#[tokio::test]
async fn files_of_any_name_and_size_are_taken() {
    let shop = Shop::open(Region::Estonia).await;
    let (id, attachments) = asked_for_proof(&shop).await;
    let large = vec![b'\r'; 20 * 1024 * 1024];
    let fields = [
        FILE,
        (r#"name="attachments[]"; filename="empty.pdf""#, &b""[..]),
        (r#"name="attachments[]"; filename="large.pdf""#, &large),
        (
            r#"name="attachments[]"; filename="kontoväljavõte; \"märts\" 100%.pdf""#,
            b"\r\n--\r\n",
        ),
        (
            "name=\"attachments[]\"; filename*=UTF-8''%C5%82%C3%B3d%C5%BA.pdf",
            b"1",
        ),
        TYPE,
        DESCRIPTION,
    ];
    let (status, answer) = upload(&shop, &attachments, form(&fields)).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(answer["attachments"][0], json!({"file_name": "a.pdf"}));
    assert_eq!(
        names_and_sizes(&shop.sandbox.attachments(id)),
        [
            ("a.pdf", 4),
            ("empty.pdf", 0),
            ("large.pdf", 20 * 1024 * 1024),
            ("kontoväljavõte; \"märts\" 100%.pdf", 6),
            ("łódź.pdf", 1),
        ]
    );
    let record = shop.sandbox.requests().pop().unwrap();
    assert!(
        record.body.ends_with("bytes of attachments"),
        "the content is not kept"
    );

    let shown = shop.poll(id).await;
    assert_eq!(shown["credit_application"]["decision_status"], "positive");
    assert_eq!(
        upload(&shop, &attachments, form(&[FILE, TYPE, DESCRIPTION])).await,
        (422, json!({"message": ["can_not_add_attachments"]}))
    );
}

#[tokio::test]
async fn people_decide_about_files_on_order() {
    let shop = Shop::open(Region::Poland).await;
    for (outcome, decision) in [
        (Outcome::ManualNegative, DecisionStatus::ManualNegative),
        (Outcome::Positive, DecisionStatus::Positive),
    ] {
        let (id, attachments) = asked_for_proof(&shop).await;
        for _ in 0..2 {
            let (status, _) = upload(&shop, &attachments, form(&[TYPE, DESCRIPTION, FILE])).await;
            assert_eq!(status, 201);
        }
        assert_eq!(shop.sandbox.attachments(id).len(), 2);
        assert_eq!(
            shop.sandbox.application(id).unwrap().decision,
            DecisionStatus::IncomeProofRequired
        );
        shop.sandbox.decide(id, outcome).unwrap();
        shop.poll(id).await;
        assert_eq!(shop.sandbox.application(id).unwrap().decision, decision);
    }
}

#[tokio::test]
async fn version_3_takes_the_same_form() {
    let shop = Shop::open(Region::Latvia).await;
    let (id, _) = asked_for_proof(&shop).await;
    let path = format!("v3/{{shop}}/applications/{id}/attachments");
    let (status, answer) = upload(&shop, &path, form(&[FILE, TYPE, DESCRIPTION])).await;
    assert_eq!(status, 201);
    assert_eq!(answer["attachments"][0]["fileName"], "a.pdf");
}

#[tokio::test]
async fn every_rule_of_an_upload_has_its_code() {
    let shop = Shop::open(Region::Estonia).await;
    let (id, attachments) = asked_for_proof(&shop).await;
    let no_name = (r#"name="attachments[]""#, &b"%PDF"[..]);
    for (fields, codes) in [
        (&[TYPE, DESCRIPTION][..], json!(["attachments_is_missing"])),
        (
            &[no_name, TYPE, DESCRIPTION],
            json!(["attachments_is_not_valid"]),
        ),
        (
            &[FILE],
            json!(["type_is_missing", "description_is_missing"]),
        ),
        (
            &[FILE, (r#"name="type""#, b"passport"), DESCRIPTION],
            json!(["type_does_not_have_a_valid_value"]),
        ),
        (
            &[
                FILE,
                (r#"name="type""#, b""),
                (r#"name="description""#, b" "),
            ],
            json!(["type_is_empty", "description_is_empty"]),
        ),
    ] {
        let answer = upload(&shop, &attachments, form(fields)).await;
        assert_eq!(answer, (422, json!({"message": codes})));
    }
    assert_eq!(
        upload(&shop, &attachments, b"not a form".to_vec()).await,
        (422, json!({"message": ["request_body_is_not_valid"]}))
    );
    // The guide's own curl sends JSON, against its own text.
    let body = json!({"attachments": [], "type": "income_proof_document", "description": "x"});
    assert_eq!(
        shop.post(&attachments, &body).await,
        (422, json!({"message": ["content_type_is_not_valid"]}))
    );
    assert_eq!(
        upload(
            &shop,
            &format!("{}/attachments", path(Uuid::nil())),
            form(&[])
        )
        .await,
        (404, json!({"message": ["application_not_found"]}))
    );
    assert!(shop.sandbox.attachments(id).is_empty());
}
