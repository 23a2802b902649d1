//! A partner's document, broken in every place.

use serde_json::{Value, json};

use crate::camel;

/// The document in every wrong way that a reader must refuse or take without repeating any of it: each
/// value of another type, in either spelling, and the whole cut off after each character.
pub fn broken(document: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    for snake in mistyped(document) {
        texts.push(snake.to_string());
        texts.push(camel(&snake).to_string());
    }
    let whole = document.to_string();
    let cuts = (0..whole.len()).filter(|cut| whole.is_char_boundary(*cut));
    texts.extend(cuts.map(|cut| whole[..cut].to_owned()));
    texts
}

/// The document once for each of its values, with that value of another type.
fn mistyped(document: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    let mut paths = vec![String::new()];
    while let Some(path) = paths.pop() {
        let below: Vec<String> = match document.pointer(&path).unwrap() {
            Value::Object(fields) => fields.keys().cloned().collect(),
            Value::Array(values) => (0..values.len()).map(|n| n.to_string()).collect(),
            _ => Vec::new(),
        };
        paths.extend(below.into_iter().map(|name| format!("{path}/{name}")));
        for wrong in [
            json!("canary \n"),
            json!(["canary"]),
            json!({ "x": "canary" }),
            json!(770_003.5),
            json!(-770_003),
            json!(true),
        ] {
            let mut document = document.clone();
            *document.pointer_mut(&path).unwrap() = wrong;
            out.push(document);
        }
    }
    out
}
