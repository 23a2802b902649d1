//! What a shop is at the bank: its identifier, and its keys by their fingerprints.

use inbank::ShopSetup;
use inbank::ports::AuditEntry;

/// What a shop is at the bank, as somebody has seen it.
#[derive(Clone, Copy)]
pub(crate) struct Identity<'a> {
    pub(crate) uuid: &'a str,
    /// Of its keys, the fingerprints.
    pub(crate) keys: &'a [String],
}

impl Identity<'_> {
    pub(super) fn is_of(self, setup: Option<&ShopSetup>) -> bool {
        setup.is_some_and(|setup| {
            setup.keys == self.keys && setup.shop_uuid.as_deref() == Some(self.uuid)
        })
    }
}

/// Which identifier and keys took the place of which, where they did: keys by their fingerprints, since a key is written down nowhere.
pub(super) fn with_identity(
    by: &AuditEntry,
    former: Option<ShopSetup>,
    new: Option<ShopSetup>,
) -> AuditEntry {
    let mut by = by.clone();
    let (Some(former), Some(new)) = (former, new) else {
        return by;
    };
    if let (Some(former), Some(new)) = (former.shop_uuid, new.shop_uuid)
        && former != new
    {
        by.what = format!("{} {former} → {new}", by.what);
    }
    if !former.keys.is_empty() && former.keys != new.keys {
        let (former, new) = (former.keys.join(", "), new.keys.join(", "));
        by.what = format!("{} {former} → {new}", by.what);
    }
    by
}
