use std::collections::BTreeSet;

use inbank_domain::{Callback, SessionCallback, SessionStatus};
use inbank_ports::Headers;

use super::{Approval, BankUnderTest, SentCallback, open};

/// The callback that tells of a completed session.
async fn completed(bank: &dyn BankUnderTest) -> SentCallback {
    let opened = open(bank, Approval::NotNeeded, bank.granted_total()).await;
    bank.customer_applies(&opened.id).await;
    bank.callbacks_sent().await.pop().unwrap()
}

async fn session_callbacks(bank: &dyn BankUnderTest) -> Vec<SessionCallback> {
    let sent = bank.callbacks_sent().await;
    let read = sent
        .iter()
        .map(|sent| match bank.authenticate(sent).unwrap().callback {
            Ok(Callback::Session(callback)) => callback,
            other => panic!("{other:?}"),
        });
    read.collect()
}

pub(super) async fn callback_is_authentic(bank: &dyn BankUnderTest) {
    let opened = open(bank, Approval::NotNeeded, bank.granted_total()).await;
    bank.customer_applies(&opened.id).await;
    let read = session_callbacks(bank).await;
    assert!(read.iter().all(|callback| callback.id == opened.id));
    for callback in &read {
        let order = callback.order_reference.as_ref();
        let kept = order.is_none_or(|order| order.as_str() == "ORDER 1");
        assert!(kept, "names another order: {callback:?}");
    }
    let last = read.last().map(|callback| &callback.status);
    assert_eq!(last, Some(&SessionStatus::Completed));
}

pub(super) async fn callbacks_tell_what_came_of_an_approval(bank: &dyn BankUnderTest) {
    let opened = open(bank, Approval::Needed, bank.granted_total()).await;
    bank.customer_applies(&opened.id).await;
    let session = bank.sessions().session(&opened.id).await.unwrap();
    let contract = session.contract.unwrap();
    bank.contracts().approve(&contract).await.unwrap();
    bank.time_passes().await;
    let read = session_callbacks(bank).await.into_iter();
    let statuses: Vec<_> = read.map(|callback| callback.status).collect();
    assert_eq!(statuses, [SessionStatus::Granted, SessionStatus::Completed]);
}

pub(super) async fn altered_callback_is_refused(bank: &dyn BankUnderTest) {
    let sent = completed(bank).await;
    assert!(bank.authenticate(&sent).is_ok());
    for position in 0..sent.body.len() {
        let mut altered = sent.body.clone();
        altered[position] ^= 1;
        let altered = sent.with_body(altered);
        assert!(bank.authenticate(&altered).is_err(), "byte {position}");
    }
    for length in 0..sent.body.len() {
        let cut = sent.with_body(sent.body[..length].to_vec());
        assert!(bank.authenticate(&cut).is_err(), "{length} bytes");
    }
}

/// Where the signature stands in headers: each without its value, and with another.
pub(super) async fn callback_without_its_signature_is_refused(bank: &dyn BankUnderTest) {
    let sent = completed(bank).await;
    for number in 0..sent.headers.len() {
        let mut without = sent.clone();
        without.headers.remove(number);
        assert!(bank.authenticate(&without).is_err(), "{number}");
        for position in 0..sent.headers[number].1.len() {
            let mut altered = sent.clone();
            let value = altered.headers[number].1.as_bytes();
            let mut value = value.to_vec();
            value[position] ^= 1;
            // A signature in another letter case is the same one.
            if value.eq_ignore_ascii_case(sent.headers[number].1.as_bytes()) {
                continue;
            }
            altered.headers[number].1 = String::from_utf8(value).unwrap();
            assert!(bank.authenticate(&altered).is_err(), "byte {position}");
        }
    }
}

pub(super) async fn doubled_field_is_refused(bank: &dyn BankUnderTest) {
    let sent = completed(bank).await;
    for field in ["message", "hmac", "timestamp"] {
        let doubled = [&sent.body[..], format!("&{field}=0").as_bytes()].concat();
        let doubled = sent.with_body(doubled);
        assert!(bank.authenticate(&doubled).is_err(), "{field}");
    }
    for (name, _) in &sent.headers {
        let mut doubled = sent.clone();
        doubled.headers.push((name.clone(), "0".to_owned()));
        assert!(bank.authenticate(&doubled).is_err(), "{name}");
    }
}

/// Where padding may stand at all: a lender that signs the whole body refuses it.
pub(super) async fn padded_callback_is_the_same_callback(bank: &dyn BankUnderTest) {
    let sent = completed(bank).await;
    let plain = bank.authenticate(&sent).unwrap();
    let more = [b"&more=", "x".repeat(10_000).as_bytes()].concat();
    for padded in [
        [&sent.body[..], &more].concat(),
        [&more[1..], b"&", &sent.body].concat(),
    ] {
        let Ok(padded) = bank.authenticate(&sent.with_body(padded)) else {
            continue;
        };
        assert_eq!(padded, plain);
    }
}

pub(super) async fn each_callback_has_a_key_of_its_own(bank: &dyn BankUnderTest) {
    for _ in 0..2 {
        completed(bank).await;
    }
    let sent = bank.callbacks_sent().await;
    assert!(sent.len() > 1);
    let keys = sent
        .iter()
        .map(|sent| bank.authenticate(sent).unwrap().key());
    assert_eq!(keys.collect::<BTreeSet<_>>().len(), sent.len());
}

pub(super) async fn kept_content_is_authentic(bank: &dyn BankUnderTest) {
    let signed = bank.authenticate(&completed(bank).await).unwrap();
    let again = bank
        .callbacks()
        .authenticate(&Headers::NONE, &signed.content());
    assert_eq!(again.unwrap(), signed);
}
