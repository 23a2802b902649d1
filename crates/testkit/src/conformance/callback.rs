use std::collections::BTreeSet;

use inbank_domain::{Callback, SessionStatus};

use super::{Approval, Bank, open, signed};
use inbank_ports::{CallbackError, Headers, SignedCallback};

/// What the authenticator makes of a body. No header is needed where the signature stands in it.
pub(super) fn authenticate(bank: &dyn Bank, body: &[u8]) -> Result<SignedCallback, CallbackError> {
    bank.callbacks().authenticate(&Headers::NONE, body)
}

/// The body of the callback that tells of a granted session.
async fn granted(bank: &dyn Bank) -> Vec<u8> {
    signed(bank, Approval::Needed).await;
    bank.callbacks_sent().await.pop().unwrap()
}

pub(super) async fn callback_is_authentic(bank: &dyn Bank) {
    let opened = open(bank, Approval::Needed, bank.granted_total()).await;
    bank.customer_applies(&opened.id).await;
    let session = bank.sessions().session(&opened.id).await.unwrap();
    bank.contracts()
        .approve(&session.contract.unwrap())
        .await
        .unwrap();
    bank.time_passes().await;
    let sent = bank.callbacks_sent().await;
    let read = sent
        .iter()
        .map(|body| match authenticate(bank, body).unwrap().callback {
            Ok(Callback::Session(callback)) => callback,
            other => panic!("{other:?}"),
        });
    let read: Vec<_> = read.collect();
    assert!(read.iter().all(|callback| callback.id == opened.id));
    assert!(read.iter().all(|callback| {
        let order = callback.order_reference.as_ref();
        order.is_some_and(|order| order.as_str() == "ORDER 1")
    }));
    let statuses: Vec<_> = read.into_iter().map(|callback| callback.status).collect();
    assert_eq!(statuses, [SessionStatus::Granted, SessionStatus::Completed]);
}

pub(super) async fn altered_callback_is_refused(bank: &dyn Bank) {
    let body = granted(bank).await;
    assert!(authenticate(bank, &body).is_ok());
    for position in 0..body.len() {
        let mut altered = body.clone();
        altered[position] ^= 1;
        assert!(authenticate(bank, &altered).is_err(), "byte {position}");
    }
    for length in 0..body.len() {
        assert!(authenticate(bank, &body[..length]).is_err());
    }
}

pub(super) async fn doubled_field_is_refused(bank: &dyn Bank) {
    let body = granted(bank).await;
    for field in ["message", "hmac", "timestamp"] {
        let mut doubled = body.clone();
        doubled.extend_from_slice(format!("&{field}=0").as_bytes());
        assert!(authenticate(bank, &doubled).is_err(), "{field}");
    }
}

/// Where padding may stand at all: a lender that signs the whole body refuses it.
pub(super) async fn padded_callback_is_the_same_callback(bank: &dyn Bank) {
    let body = granted(bank).await;
    let plain = authenticate(bank, &body).unwrap();
    let more = [b"&more=", "x".repeat(10_000).as_bytes()].concat();
    for padded in [
        [&body[..], &more].concat(),
        [&more[1..], b"&", &body].concat(),
    ] {
        let Ok(padded) = authenticate(bank, &padded) else {
            continue;
        };
        assert_eq!(padded, plain);
    }
}

pub(super) async fn each_callback_has_a_key_of_its_own(bank: &dyn Bank) {
    for _ in 0..2 {
        granted(bank).await;
    }
    let sent = bank.callbacks_sent().await;
    assert!(sent.len() > 1);
    let keys = sent
        .iter()
        .map(|body| authenticate(bank, body).unwrap().key());
    assert_eq!(keys.collect::<BTreeSet<_>>().len(), sent.len());
}

pub(super) async fn kept_content_is_authentic(bank: &dyn Bank) {
    let signed = authenticate(bank, &granted(bank).await).unwrap();
    let again = bank
        .callbacks()
        .authenticate(&Headers::NONE, &signed.content());
    assert_eq!(again.unwrap(), signed);
}
