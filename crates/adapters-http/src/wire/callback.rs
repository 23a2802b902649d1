use std::borrow::Cow;

use serde::Deserialize;

/// The message of a callback about a session (*e-POS*, Callback Message Content) or about an
/// application (*Direct API*, Callbacks), which names itself by a `type`. The spelling in v3 is not
/// documented, so both are taken.
#[derive(Deserialize)]
pub(crate) struct Message<'a> {
    #[serde(borrow)]
    pub(crate) status: Cow<'a, str>,
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
