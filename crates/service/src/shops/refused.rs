//! Why a shop is left as it is.

use inbank::{BuildError, Invalid, LedgerError, ShopError};

use crate::vault::Locked;

/// Why a shop is left as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShopSettingError {
    /// The configuration's file has it.
    #[error("inbank.toml has this shop; change it there, and start again")]
    OfFile,
    /// There is one of this name already.
    #[error("there is a shop of this name; choose another, or change the keys of that one")]
    Taken,
    /// There is no key to encrypt secrets with.
    #[error(
        "the service has no key to keep secrets with: set secret_key_env in inbank.toml and start again, or give api_keys_env or api_keys_file"
    )]
    NoVault,
    /// There is no folder that calls may name files of.
    #[error(
        "the service reads no keys from files: set secrets_folder in inbank.toml and start again, or give api_keys or api_keys_env"
    )]
    NoFolder,
    /// Orders of it are open, and nobody would work on them.
    #[error("{}", open_orders(*.0))]
    OpenOrders(u64),
    /// There is none.
    #[error("no shop of this name was added by a call")]
    Missing,
    /// It is not as whoever changes it has seen it.
    #[error("another has changed the shop meanwhile; look at it as it is now, before you go on")]
    Changed,
    /// Its keys can't be read.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// A value breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Another shop has its identity. Not which: whoever sets this one up may not see the other. The log has it.
    #[error("another shop has the same identifier or key at the bank; give each its own")]
    SameIdentity,
    /// The connection can't be set up.
    #[error(transparent)]
    Refused(BuildError),
    /// The ledger gave no answer.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<BuildError> for ShopSettingError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Invalid(invalid) => invalid.into(),
            BuildError::Shop(ShopError::SameIdentity(other, shop)) => {
                tracing::warn!(%shop, %other, "a shop is refused: another has the same identifier or key at the bank");
                Self::SameIdentity
            }
            error => Self::Refused(error),
        }
    }
}

/// How many are open, in words.
pub(crate) fn open_orders(open: u64) -> String {
    match open {
        1 => "1 order of this shop is open".to_owned(),
        _ => format!("{open} orders of this shop are open"),
    }
}
