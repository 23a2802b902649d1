use std::borrow::Cow;

use serde::Deserialize;

use super::lenient::Lenient;
use super::number::TextOrNumber;
use crate::dialect::{decode, settled};

/// The message of a callback about a session (*e-POS*, Callback Message Content) or about an
/// application (*Direct API*, Callbacks), which names itself by a `type`. The spelling in v3 is not
/// documented, so both are taken.
#[derive(Default, Deserialize)]
pub(crate) struct Message<'a> {
    #[serde(borrow, default)]
    pub(crate) status: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) uuid: Option<Cow<'a, str>>,
    #[serde(borrow, default, alias = "purchaseReference")]
    pub(crate) purchase_reference: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "type")]
    pub(crate) subject: Option<Cow<'a, str>>,
    #[serde(
        borrow,
        default,
        rename = "creditApplicationUuid",
        alias = "credit_application_uuid"
    )]
    pub(crate) application: Option<Cow<'a, str>>,
}

/// The same where something in it is not what the guides say: then that alone is missing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Odd {
    #[serde(default)]
    status: Lenient<TextOrNumber>,
    #[serde(default)]
    uuid: Lenient<String>,
    #[serde(default)]
    purchase_reference: Lenient<TextOrNumber>,
    #[serde(default, rename = "type")]
    subject: Lenient<String>,
    #[serde(default)]
    credit_application_uuid: Lenient<String>,
}

impl<'a> Message<'a> {
    /// Reads a message: as it is described first, which is the fastest way.
    pub(crate) fn read(message: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(message).or_else(|_| {
            let message = message.as_bytes();
            let odd = decode::<Odd>(message).or_else(|error| {
                settled(message).map_or(Err(error), |message| decode::<Odd>(&message))
            })?;
            let text = |text: Lenient<TextOrNumber>, field| {
                text.take(field).map(|text| Cow::Owned(text.0))
            };
            let word = |word: Lenient<String>, field| word.take(field).map(Cow::Owned);
            Ok(Self {
                status: text(odd.status, "status"),
                uuid: word(odd.uuid, "uuid"),
                purchase_reference: text(odd.purchase_reference, "purchase_reference"),
                subject: word(odd.subject, "type"),
                application: word(odd.credit_application_uuid, "credit_application_uuid"),
            })
        })
    }
}
