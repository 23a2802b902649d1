//! Proof of income as files: what the bank received, whatever the names and sizes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::http::ApiVersion;
use inbank::ports::{GatewayErrorKind as Kind, IncomeProof};
use inbank::{ApplicationId, Attachment};
use inbank_sandbox::{Operation, Outcome};
use inbank_tests::{Applicant, StubBank};

// Without `%22`: who receives it may take it for a quote, as browsers write one.
const NAMES: [&str; 12] = [
    "statement.pdf",
    "väljavõte õäöü.pdf",
    "a \"quoted\" name.pdf",
    "\"",
    "back\\slash\\.pdf",
    "../../etc/passwd",
    "a;b=c, d.pdf",
    "50%25 and 7%.pdf",
    "izraksts ļ 📄.pdf",
    " spaces around ",
    "filename=\"x\"; name=\"type\"",
    "--boundary--",
];

async fn proving() -> (Applicant, ApplicationId) {
    let applicant = Applicant::submitted("hire_purchase").await;
    applicant.decided(Outcome::ProofByUpload);
    let id = applicant.id.clone().unwrap();
    (applicant, id)
}

fn file(name: &str, content: Vec<u8>) -> Attachment {
    Attachment::new(name, content).unwrap()
}

fn arrived(applicant: &Applicant) -> Vec<(String, usize)> {
    let files = applicant.bank.sandbox.attachments(applicant.application());
    files
        .into_iter()
        .map(|file| (file.file_name, file.size))
        .collect()
}

#[tokio::test]
async fn odd_names_arrive_as_they_are() {
    for name in NAMES {
        let (applicant, id) = proving().await;
        let proof = &applicant.bank.api;
        let files = [file(name, b"x".to_vec())];
        proof.attach(&id, &files, "Statement").await.unwrap();
        assert_eq!(arrived(&applicant), [(name.to_owned(), 1)]);
    }
}

#[tokio::test]
async fn several_files_arrive_in_one_request_whatever_their_sizes_and_contents() {
    let (applicant, id) = proving().await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let tricky = b"\r\n--boundary\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nx\r\n";
    let files = [
        file("empty.pdf", Vec::new()),
        file("bytes.pdf", every_byte),
        file("tricky.pdf", tricky.to_vec()),
        file("same.pdf", vec![0; 10]),
        file("same.pdf", vec![0; 11]),
        file("large.pdf", vec![b'-'; 20 << 20]),
    ];
    let proof = &applicant.bank.api;
    let description = "Väljavõte \"2024\"\r\nteine rida";
    proof.attach(&id, &files, description).await.unwrap();
    let sent = files
        .iter()
        .map(|file| (file.name().to_owned(), file.content().len()));
    assert_eq!(arrived(&applicant), sent.collect::<Vec<_>>());
    assert_eq!(applicant.bank.asked(Operation::AddAttachments), 1);
}

#[tokio::test]
async fn contents_and_descriptions_are_sent_to_the_byte() {
    for &version in ApiVersion::ALL {
        let bank = StubBank::start(version).await;
        let id = ApplicationId::parse("a-1").unwrap();
        let content: Vec<u8> = (0..=255).collect();
        for answer in [
            "",
            "{}",
            r#"[{"uuid":"x"}]"#,
            r#"{"attachments":["a"]}"#,
            "null",
        ] {
            bank.answers(201, answer).await;
            let files = [file("a.bin", content.clone())];
            let description = "Väljavõte & co";
            bank.api.attach(&id, &files, description).await.unwrap();
            let sent = bank.sent().await;
            let body = &sent[0].body;
            let holds = |part: &[u8]| body.windows(part.len()).any(|window| window == part);
            assert!(holds(&content) && holds(description.as_bytes()));
            let length = sent[0].headers["content-length"].to_str().unwrap();
            assert_eq!(length, body.len().to_string());
        }
        bank.answers(200, "<html>Maintenance</html>").await;
        let error = bank.api.attach(&id, &[file("a", vec![])], "x").await;
        assert_eq!(error.unwrap_err().kind(), Kind::OutcomeUnknown);
    }
}

#[tokio::test]
async fn files_are_refused_where_no_proof_is_wanted_and_nothing_is_sent_without_one() {
    let applicant = Applicant::offered("hire_purchase").await;
    let id = applicant.id.clone().unwrap();
    let proof = &applicant.bank.api;
    let error = proof.attach(&id, &[file("a", vec![1])], "x").await;
    assert_eq!(error.unwrap_err().kind(), Kind::Refused);
    let error = proof.attach(&id, &[], "x").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert_eq!(applicant.bank.asked(Operation::AddAttachments), 1);
    let other = ApplicationId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let error = proof.attach(&other, &[file("a", vec![1])], "x").await;
    assert_eq!(error.unwrap_err().kind(), Kind::NotFound);
}

#[tokio::test]
async fn a_second_upload_adds_to_the_first() {
    let (applicant, id) = proving().await;
    let proof = &applicant.bank.api;
    for n in 1..=2 {
        let files = [file("statement.pdf", vec![0; n])];
        proof.attach(&id, &files, "Statement").await.unwrap();
    }
    let name = "statement.pdf".to_owned();
    assert_eq!(arrived(&applicant), [(name.clone(), 1), (name, 2)]);
}

#[tokio::test]
async fn each_file_has_the_type_that_curl_gives_it() {
    let (applicant, id) = proving().await;
    let names = [
        ("statement.pdf", "application/pdf"),
        ("SCAN.JPG", "image/jpeg"),
        ("photo.jpeg", "image/jpeg"),
        ("a.b.png", "image/png"),
        ("rows.txt", "text/plain"),
        ("rows.csv", "application/octet-stream"),
        ("pdf", "application/octet-stream"),
    ];
    let files = names.map(|(name, _)| file(name, vec![1]));
    let proof = &applicant.bank.api;
    proof.attach(&id, &files, "Statement").await.unwrap();
    let arrived = applicant.bank.sandbox.attachments(applicant.application());
    let arrived: Vec<_> = arrived
        .iter()
        .map(|file| {
            (
                file.file_name.as_str(),
                file.content_type.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(arrived, names);
}
