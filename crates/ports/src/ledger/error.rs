use std::error::Error as StdError;
use std::fmt;

/// Why the ledger did nothing, as far as is known: the same call may be made again.
#[derive(Debug)]
pub struct LedgerError {
    kind: LedgerErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong with the ledger.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum LedgerErrorKind {
    /// The store is away, full or busy: try again later.
    Unavailable,
    /// The store does not let this program do it: a role without the right, a read-only file.
    Forbidden,
    /// What is stored is none of this version's: it was written by a later one, or damaged.
    Unreadable,
}

impl LedgerError {
    /// An error of a kind.
    pub fn new(kind: LedgerErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// With its cause, which shows no data of an order.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub const fn kind(&self) -> LedgerErrorKind {
        self.kind
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            LedgerErrorKind::Unavailable => {
                "the ledger's store is not available; check that it runs and has room, then try again"
            }
            LedgerErrorKind::Forbidden => {
                "the ledger's store refuses this to the account that it was asked by; grant it, or run `inbank ledger migrate` with one that may"
            }
            LedgerErrorKind::Unreadable => {
                "the ledger holds something that this version can't read; was it written by a later one?"
            }
        })
    }
}

impl StdError for LedgerError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
