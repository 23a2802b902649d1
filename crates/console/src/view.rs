//! By what somebody decides: a form carries a digest of what its page showed, so that nothing is done by a page of the past.

use sha2::{Digest as _, Sha256};

use crate::session;

/// The digest of what a page shows.
pub(crate) fn digest(shown: &str) -> String {
    session::hexadecimal(&Sha256::digest(shown)[..8])
}
