//! The guide's full session request encoded and a session answer decoded, both in v3, through the
//! dialects' codec, against the same payloads with camelCase derived.

mod codec;
mod payload;

use std::hint::black_box;

use self::codec::{decode, encode};
use self::payload::{Details, Request};

const REQUEST: &str = include_str!("../../fixtures/epos-2.10/session-open.request.json");
const ANSWER: &str = include_str!("../../fixtures/epos-2.10/session.response.json");

pub(crate) fn ratios() -> Vec<f64> {
    let request: Request<'_> = decode(REQUEST.as_bytes()).unwrap();
    let answer = v3(ANSWER);
    let ours = |request: &Request<'_>| encode(request).unwrap();
    let derived = |request: &Request<'_>| serde_json::to_vec(request).unwrap();
    assert_eq!(ours(&request), derived(&request));
    super::ratios_of(
        || {
            black_box(ours(black_box(&request)));
            black_box(decode::<Details<'_>>(black_box(answer.as_bytes())).unwrap());
        },
        || {
            black_box(derived(black_box(&request)));
            let read = serde_json::from_slice::<Details<'_>>(black_box(answer.as_bytes()));
            black_box(read.unwrap());
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
