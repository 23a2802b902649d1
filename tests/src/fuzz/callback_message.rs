//! The callback's message: authentic by one of the shop's keys or not at all, and read for what it is about.

use hmac::{Hmac, KeyInit as _, Mac as _};
use inbank::http::{HmacAuthenticator, callback_form};
use inbank::ports::{CallbackAuthenticator as _, CallbackError, Headers};
use inbank::{ApiKey, Callback, CallbackSubject, SessionId, SessionStatus};
use sha2::Sha512;

use super::callback_form::hexadecimal;
use super::json;

/// The first byte says how many keys there are and which one signs; the rest is the message.
pub fn check(bytes: &[u8]) {
    let Some((choice, message)) = bytes.split_first() else {
        return;
    };
    let Ok(message) = std::str::from_utf8(message) else {
        return;
    };
    let key = |n: u8| ApiKey::parse(&format!("key-{n}")).unwrap();
    let count = choice % 5 + 1;
    let by = choice / 5 % 8;
    let keys: Vec<_> = (0..count).map(key).collect();
    let authenticator = HmacAuthenticator::new(&keys).unwrap();
    let time = 1_549_411_200;
    let form = callback_form(&key(by), time, message).unwrap();
    assert!(form.contains(&plain(&format!("key-{by}"), &format!("{time}.{message}"))));

    let read = authenticator.authenticate(&Headers::NONE, form.as_bytes());
    if by >= count {
        assert_eq!(read, Err(CallbackError::Signature));
        return;
    }
    let signed = read.unwrap();
    let content = signed.content();
    assert_eq!(
        authenticator
            .authenticate(&Headers::NONE, &content)
            .as_ref(),
        Ok(&signed)
    );
    let changed = callback_form(&key(by), time + 1, message).unwrap();
    let other = authenticator.authenticate(&Headers::NONE, changed.as_bytes());
    assert_ne!(
        other.unwrap().key(),
        signed.key(),
        "another time is another callback"
    );
    // The time of the one with the signature of the other.
    let (head, _) = form.rsplit_once('=').unwrap();
    let forged = format!("{head}={}", time + 1);
    assert_eq!(
        authenticator.authenticate(&Headers::NONE, forged.as_bytes()),
        Err(CallbackError::Signature)
    );
    about(message, signed.callback.ok());
}

/// Whatever else a message has: a session or an application that it names once is what it is about.
fn about(message: &str, read: Option<Callback>) {
    let Some(entries) = json::entries(message) else {
        assert_eq!(read, None, "no object, and yet about something");
        return;
    };
    let named = |names: &[&str]| json::only(&entries, names).and_then(json::text);
    let stands = |name: &str| entries.iter().any(|(other, _)| other == name);
    let application = ["creditApplicationUuid", "credit_application_uuid"];
    match &read {
        Some(Callback::Session(session)) => assert!(entries.iter().any(|(name, value)| {
            name == "uuid" && json::text(value).is_some_and(|id| id.trim() == session.id.as_str())
        })),
        Some(Callback::Application(about)) => assert!(entries.iter().any(|(name, value)| {
            let id = json::text(value);
            application.contains(&name.as_str())
                && id.is_some_and(|id| id.trim() == about.application.as_str())
        })),
        None => {}
    }
    if !stands("type") && !application.iter().any(|name| stands(name)) {
        let id = named(&["uuid"]).and_then(|id| SessionId::parse(id.trim()).ok());
        // The bank's other word for nothing is `null` as a text, where the message is odd in other ways.
        let status = named(&["status"]).filter(|status| status != "null");
        if let (Some(id), Some(status)) = (id, status) {
            let Some(Callback::Session(session)) = read else {
                panic!("about a session: {read:?}")
            };
            assert_eq!(session.id, id);
            assert_eq!(session.status, SessionStatus::from(status.as_str()));
        }
    } else if let (Some(subject), Some(id)) = (named(&["type"]), named(&application)) {
        let id = inbank::ApplicationId::parse(id.trim());
        if let (Ok(id), Some(Callback::Application(about))) = (&id, &read) {
            assert_eq!(
                (&about.application, &about.subject),
                (id, &CallbackSubject::from(&*subject))
            );
        } else {
            assert!(id.is_err(), "about an application: {read:?}");
        }
    }
}

/// HMAC-SHA512 by itself.
fn plain(key: &str, signed: &str) -> String {
    let mut mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    hexadecimal(&mac.finalize().into_bytes())
}
