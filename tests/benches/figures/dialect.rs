//! The guide's full session request encoded and a session answer decoded, both in v3, against the
//! same payloads with camelCase derived.

use std::hint::black_box;

use inbank_adapters_http::figures::{Derived, Ours, decode_session, decode_session_derived};

const REQUEST: &str = include_str!("../../fixtures/epos-2.10/session-open.request.json");
const ANSWER: &str = include_str!("../../fixtures/epos-2.10/session.response.json");

pub(crate) fn ratio() -> f64 {
    let document = Ours::read(REQUEST.as_bytes()).unwrap().encode().unwrap();
    let answer = v3(ANSWER);
    let ours = Ours::read(&document).unwrap();
    let derived = Derived::read(&document).unwrap();
    assert_eq!(ours.encode().unwrap(), derived.encode().unwrap());
    super::ratio_of(
        || {
            black_box(black_box(&ours).encode()).unwrap();
            black_box(decode_session(black_box(answer.as_bytes()))).unwrap();
        },
        || {
            black_box(black_box(&derived).encode()).unwrap();
            black_box(decode_session_derived(black_box(answer.as_bytes()))).unwrap();
        },
    )
}

/// The guide's answer as v3 would spell it: every name but those in the merchant's own containers.
fn v3(answer: &str) -> String {
    fn renamed(value: serde_json::Value) -> serde_json::Value {
        let serde_json::Value::Object(fields) = value else {
            return value;
        };
        let fields = fields.into_iter().map(|(name, value)| {
            let own = matches!(
                name.as_str(),
                "additional_data" | "additional_details" | "integration_info"
            );
            let mut parts = name.split('_');
            let mut camel = parts.next().unwrap().to_owned();
            for part in parts {
                camel.push_str(&part[..1].to_uppercase());
                camel.push_str(&part[1..]);
            }
            (camel, if own { value } else { renamed(value) })
        });
        fields.collect::<serde_json::Map<_, _>>().into()
    }
    renamed(serde_json::from_str(answer).unwrap()).to_string()
}
