use std::env;
use std::fs;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::{ADMIN, Service};

/// Where the document is kept, so that a change of it is seen.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

fn document() -> Value {
    serde_json::from_str(&inbank_service::openapi()).unwrap()
}

#[test]
fn the_kept_document_is_the_one_that_the_code_makes() {
    let made = inbank_service::openapi() + "\n";
    if env::var_os("INBANK_UPDATE").is_some() {
        fs::write(KEPT, &made).unwrap();
    }
    let kept = fs::read_to_string(KEPT).unwrap_or_default();
    assert!(
        kept == made,
        "the document has changed: look at the difference, and keep it with INBANK_UPDATE=1"
    );
}

/// Every value under a key, wherever it stands.
fn under<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get(key));
            fields.values().for_each(|value| under(value, key, found));
        }
        Value::Array(items) => items.iter().for_each(|value| under(value, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_generator_finds_whatever_the_document_refers_to_and_every_operation_by_its_name() {
    let document = document();
    let mut references = Vec::new();
    under(&document, "$ref", &mut references);
    assert!(references.len() > 100);
    for reference in references {
        let place = reference.as_str().unwrap().trim_start_matches('#');
        assert!(document.pointer(place).is_some(), "{reference} is missing");
    }
    let mut names = Vec::new();
    under(&document, "operationId", &mut names);
    let all = names.len();
    names.sort_by_key(ToString::to_string);
    names.dedup();
    assert_eq!(names.len(), all, "{names:?}");
}

#[test]
fn every_problem_is_of_one_type_for_whoever_calls_by_a_generated_client() {
    let document = document();
    let mut problems = Vec::new();
    under(&document, "application/problem+json", &mut problems);
    assert!(problems.len() > 100);
    for problem in problems {
        assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem");
    }
}

#[tokio::test]
async fn every_path_of_the_document_is_served_and_every_answer_is_in_it() {
    let service = Service::new().await;
    let document = document();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let there = path
            .replace("{shop}", "main")
            .replace("{reference}", "1001")
            .replace("{code}", "hp_approval");
        for (method, operation) in operations.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            for body in [None, Some("{}"), Some("[")] {
                let answer = service.ask(method.clone(), &there, ADMIN, body).await;
                let status = answer.status.as_u16().to_string();
                let known = &operation["responses"][&status];
                assert!(
                    known.is_object(),
                    "{method} {path} answers {status}, which it does not say"
                );
                assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
                let no_path = answer.body["detail"].as_str().unwrap_or_default();
                assert!(!no_path.starts_with("there is no such path"), "{path}");
            }
        }
    }
}
