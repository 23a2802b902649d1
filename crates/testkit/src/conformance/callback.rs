use inbank_domain::{Callback, SessionStatus};

use super::{Approval, Bank, open, signed};

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
        .map(|body| match bank.callbacks().authenticate(body) {
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
    assert!(bank.callbacks().authenticate(&body).is_ok());
    for position in 0..body.len() {
        let mut altered = body.clone();
        altered[position] ^= 1;
        let error = bank.callbacks().authenticate(&altered).unwrap_err();
        assert!(!error.is_authentic(), "byte {position}");
    }
    for length in 0..body.len() {
        assert!(bank.callbacks().authenticate(&body[..length]).is_err());
    }
}

pub(super) async fn doubled_field_is_refused(bank: &dyn Bank) {
    let body = granted(bank).await;
    for field in ["message", "hmac", "timestamp"] {
        let mut doubled = body.clone();
        doubled.extend_from_slice(format!("&{field}=0").as_bytes());
        let error = bank.callbacks().authenticate(&doubled).unwrap_err();
        assert!(!error.is_authentic(), "{field}");
    }
}
