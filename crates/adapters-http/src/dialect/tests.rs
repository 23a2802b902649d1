use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    product_code: String,
    inner_part: Option<Part>,
    many_parts: Vec<Part>,
    free_keys: std::collections::BTreeMap<String, Part>,
    new_type: NewType,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    a_b: u8,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct NewType(Part);

fn payload() -> Payload {
    Payload {
        product_code: "snake_stays_in_values".to_owned(),
        inner_part: Some(Part { a_b: 1 }),
        many_parts: vec![Part { a_b: 2 }],
        free_keys: [("own_key".to_owned(), Part { a_b: 3 })].into(),
        new_type: NewType(Part { a_b: 4 }),
    }
}

const V2: &str = r#"{"product_code":"snake_stays_in_values","inner_part":{"a_b":1},"many_parts":[{"a_b":2}],"free_keys":{"own_key":{"a_b":3}},"new_type":{"a_b":4}}"#;
const V3: &str = r#"{"productCode":"snake_stays_in_values","innerPart":{"aB":1},"manyParts":[{"aB":2}],"freeKeys":{"own_key":{"aB":3}},"newType":{"aB":4}}"#;

#[test]
fn struct_fields_are_renamed_at_every_depth_and_map_keys_never() {
    for (version, expected) in [(ApiVersion::V2, V2), (ApiVersion::V3, V3)] {
        let encoded = version.encode(&payload()).unwrap();
        assert_eq!(String::from_utf8(encoded).unwrap(), expected);
    }
}

#[test]
fn either_spelling_is_read_even_mixed_in_one_body() {
    let mixed = V2
        .replace("product_code", "productCode")
        .replace("\"a_b\":2", "\"aB\":2");
    for body in [V2, V3, &mixed] {
        assert_eq!(
            decode::<Payload>(body.as_bytes()).unwrap(),
            payload(),
            "{body}"
        );
    }
}

#[test]
fn what_is_not_asked_for_is_skipped_and_what_follows_the_body_is_refused() {
    let more = V3.replacen('{', r#"{"unknownKey":{"x":[1,2,{}]},"#, 1);
    assert_eq!(decode::<Payload>(more.as_bytes()).unwrap(), payload());
    for broken in [
        "",
        "{",
        &V2[..V2.len() - 1],
        &format!("{V2}x"),
        "<html></html>",
    ] {
        assert!(decode::<Payload>(broken.as_bytes()).is_err(), "{broken}");
    }
}
