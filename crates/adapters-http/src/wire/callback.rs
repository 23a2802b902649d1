use std::borrow::Cow;

use serde::Deserialize;

/// The message of a callback about a session (*Callback Message Content*). The v3 spelling is not
/// documented, so both are taken.
#[derive(Deserialize)]
pub(crate) struct Message<'a> {
    #[serde(borrow)]
    pub(crate) uuid: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) status: Cow<'a, str>,
    #[serde(borrow, default, alias = "purchaseReference")]
    pub(crate) purchase_reference: Option<Cow<'a, str>>,
}
