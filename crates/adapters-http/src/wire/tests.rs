//! What holds for all payloads: amounts in one currency, and answers that survive an odd field.

mod foreign_amounts;
mod guide_fields;
mod nothing_said;
mod odd_answers;
mod said_twice;

/// A sample of the guides.
macro_rules! fixture {
    ($path:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/", $path))
    };
}
use fixture;

/// Every place inside a document, as the steps that lead there.
fn places(value: &serde_json::Value) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    let inside: Vec<(Step, &serde_json::Value)> = match value {
        serde_json::Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (Step::Field(name.clone()), value))
            .collect(),
        serde_json::Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(n, value)| (Step::Item(n), value))
            .collect(),
        _ => Vec::new(),
    };
    for (step, value) in inside {
        found.push(vec![step.clone()]);
        for place in places(value) {
            found.push([vec![step.clone()], place].concat());
        }
    }
    found
}

/// One step into a document.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Step {
    Field(String),
    Item(usize),
}

/// The value in a place.
fn at<'a>(value: &'a mut serde_json::Value, place: &[Step]) -> &'a mut serde_json::Value {
    place.iter().fold(value, |value, step| match step {
        Step::Field(name) => &mut value[name.as_str()],
        Step::Item(n) => &mut value[*n],
    })
}

/// A place as an [`Invalid`](inbank_domain::Invalid) spells it: `purchase.items[0].amount`.
fn spelled(place: &[Step]) -> String {
    place.iter().fold(String::new(), |path, step| match step {
        Step::Field(name) if path.is_empty() => name.clone(),
        Step::Field(name) => format!("{path}.{name}"),
        Step::Item(n) => format!("{path}[{n}]"),
    })
}
