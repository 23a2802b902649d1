//! What the page shows, taken from the document.

use askama::Template;
use serde_json::{Map, Value};

#[derive(Template)]
#[template(path = "docs.html")]
pub(super) struct Page {
    title: String,
    version: String,
    description: Vec<String>,
    groups: Vec<Group>,
    schemas: Vec<Schema>,
}

/// The calls of one tag.
struct Group {
    name: String,
    description: String,
    calls: Vec<Call>,
}

struct Call {
    id: String,
    method: String,
    path: String,
    /// The path's pieces, between which a line may break.
    pieces: Vec<String>,
    summary: String,
    description: Vec<String>,
    parameters: Vec<Field>,
    body: Option<Kind>,
    answers: Vec<Answer>,
}

struct Answer {
    status: String,
    description: String,
    kind: Option<Kind>,
}

/// A named object, or a list of words.
struct Schema {
    name: String,
    description: String,
    fields: Vec<Field>,
    words: Vec<String>,
}

struct Field {
    name: String,
    /// Where it stands: in the path, the query; empty in a body.
    place: String,
    is_required: bool,
    kind: Kind,
    description: String,
    example: String,
}

/// What a value is, with the schema that it leads to.
struct Kind {
    text: String,
    schema: Option<String>,
}

fn text(value: &Value) -> String {
    match value {
        // Words of programs stand in backticks there.
        Value::String(text) => text.replace('`', ""),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn paragraphs(value: &Value) -> Vec<String> {
    let text = text(value);
    let parts = text.split("\n\n").map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl Page {
    pub(super) fn of(document: &Value) -> Self {
        let groups = items(&document["tags"]).map(|tag| Group {
            calls: calls(document, &tag["name"]),
            name: text(&tag["name"]),
            description: text(&tag["description"]),
        });
        let schemas = entries(&document["components"]["schemas"]);
        Self {
            title: text(&document["info"]["title"]),
            version: text(&document["info"]["version"]),
            description: paragraphs(&document["info"]["description"]),
            groups: groups.collect(),
            schemas: schemas
                .map(|(name, schema)| Schema::of(name, schema))
                .collect(),
        }
    }
}

fn calls(document: &Value, tag: &Value) -> Vec<Call> {
    let mut calls = Vec::new();
    for (path, operations) in entries(&document["paths"]) {
        for (method, operation) in entries(operations) {
            if items(&operation["tags"]).any(|other| other == tag) {
                calls.push(Call::of(path, method, operation));
            }
        }
    }
    calls
}

impl Call {
    fn of(path: &str, method: &str, operation: &Value) -> Self {
        let parameters = items(&operation["parameters"]).map(|parameter| Field {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            is_required: parameter["required"] == true,
            kind: Kind::of(&parameter["schema"]),
            description: text(&parameter["description"]),
            example: text(&parameter["example"]),
        });
        let answers = entries(&operation["responses"]).map(|(status, answer)| Answer {
            status: status.clone(),
            description: text(&answer["description"]),
            kind: content(&answer["content"]),
        });
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            pieces: path.split('/').skip(1).map(str::to_owned).collect(),
            summary: text(&operation["summary"]),
            description: paragraphs(&operation["description"]),
            parameters: parameters.collect(),
            body: content(&operation["requestBody"]["content"]),
            answers: answers.collect(),
        }
    }
}

/// What a body is, in each form that it comes in.
fn content(forms: &Value) -> Option<Kind> {
    let mut kinds = entries(forms).map(|(form, content)| {
        let kind = Kind::of(&content["schema"]);
        if form == "application/problem+json" {
            Kind {
                text: "problem document".to_owned(),
                schema: None,
            }
        } else if kind.schema.is_some() {
            kind
        } else {
            Kind {
                text: form.clone(),
                schema: None,
            }
        }
    });
    let first = kinds.next()?;
    let others: Vec<_> = kinds.map(|kind| kind.text).collect();
    let or = if others.is_empty() { "" } else { " or " };
    Some(Kind {
        text: format!("{}{or}{}", first.text, others.join(" or ")),
        schema: first.schema,
    })
}

impl Schema {
    fn of(name: &str, schema: &Value) -> Self {
        let required: Vec<_> = items(&schema["required"]).collect();
        let fields = entries(&schema["properties"]).map(|(name, field)| Field {
            name: name.clone(),
            place: String::new(),
            is_required: required.iter().any(|required| *required == name),
            kind: Kind::of(field),
            description: text(&field["description"]),
            example: text(&field["example"]),
        });
        let enumerated = items(&schema["enum"]).map(text);
        // Words with a description of their own.
        let described = items(&schema["oneOf"]).flat_map(|one| {
            items(&one["enum"]).map(|word| {
                let says = text(&one["description"]);
                let dash = if says.is_empty() { "" } else { ": " };
                format!("{}{dash}{says}", text(word))
            })
        });
        Self {
            name: name.to_owned(),
            description: text(&schema["description"]),
            fields: fields.collect(),
            words: enumerated.chain(described).collect(),
        }
    }
}

impl Kind {
    fn of(schema: &Value) -> Self {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap_or(name).to_owned();
            return Self {
                text: name.clone(),
                schema: Some(name),
            };
        }
        if let Some(one) = items(&schema["oneOf"]).find(|one| one["$ref"].is_string()) {
            return Self::of(one);
        }
        let of_list = || Self::of(&schema["items"]);
        let types: Vec<_> = match &schema["type"] {
            Value::Array(types) => types.iter().map(text).collect(),
            one => vec![text(one)],
        };
        let word = types.iter().find(|word| *word != "null");
        match word.map(String::as_str) {
            Some("array") => {
                let of = of_list();
                Self {
                    text: format!("list of {}", of.text),
                    schema: of.schema,
                }
            }
            Some(word) if !word.is_empty() => {
                let words: Vec<_> = items(&schema["enum"]).map(text).collect();
                Self {
                    text: if words.is_empty() {
                        word.to_owned()
                    } else {
                        words.join(" | ")
                    },
                    schema: None,
                }
            }
            Some(_) | None => Self {
                text: "any".to_owned(),
                schema: None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_and_every_schema_of_the_document_is_on_the_page() {
        let document: Value = serde_json::from_str(&crate::openapi()).unwrap();
        let page = Page::of(&document).render().unwrap();
        for (path, operations) in entries(&document["paths"]) {
            for (method, operation) in entries(operations) {
                let id = format!("id=\"{}\"", text(&operation["operationId"]));
                assert!(page.contains(&id), "{method} {path}");
            }
        }
        for (name, _) in entries(&document["components"]["schemas"]) {
            assert!(page.contains(&format!("id=\"{name}\"")), "{name}");
        }
        for link in page.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
        }
        assert!(!page.contains("style=") && !page.contains("<script"));
    }
}
