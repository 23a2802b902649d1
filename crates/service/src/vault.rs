//! Secrets that are kept, encrypted with a key that is kept elsewhere.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use inbank::ports::Random;
use sha2::{Digest as _, Sha256};

/// Encrypts and decrypts what is secret, with `XChaCha20-Poly1305`: the first of its keys encrypts, all decrypt, so that keys can be
/// changed.
#[derive(Clone)]
pub struct Vault {
    keys: Vec<[u8; 32]>,
}

/// What stands first: how the rest is to be read.
const VERSION: u8 = 1;
const NONCE: usize = 24;
/// The shortest text of a key: 32 characters of base 64 are 192 bits.
const SHORTEST: usize = 32;

/// What was encrypted can't be read: by none of the keys that there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "what is kept secret can't be read with the keys of secret_key_env; add the former key behind the new one"
)]
pub(crate) struct Locked;

impl Vault {
    /// With keys, each a text of at least 32 characters that nobody can guess. None where one is shorter, or there is none.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let keys = keys.into_iter().map(|key| {
            // Long and not to be guessed, so that nothing slower is needed between.
            (key.len() >= SHORTEST).then(|| Sha256::digest(key).into())
        });
        let keys: Vec<_> = keys.collect::<Option<_>>()?;
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// Encrypts something for one purpose: it can be decrypted for that alone. None never happens: nothing here is as long as what
    /// the cipher refuses.
    pub(crate) fn seal(&self, purpose: &str, plain: &[u8], random: &dyn Random) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        nonce[..16].copy_from_slice(&random.bytes());
        nonce[16..].copy_from_slice(&random.bytes()[..NONCE - 16]);
        let payload = Payload {
            msg: plain,
            aad: purpose.as_bytes(),
        };
        let cipher = XChaCha20Poly1305::new(self.keys.first()?.into());
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([&[VERSION][..], &nonce, &sealed].concat())
    }

    /// Decrypts what was encrypted for this purpose.
    pub(crate) fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, Locked> {
        let rest = sealed.strip_prefix(&[VERSION]).ok_or(Locked)?;
        let (nonce, msg) = rest.split_first_chunk::<NONCE>().ok_or(Locked)?;
        let opened = self.keys.iter().find_map(|key| {
            let aad = purpose.as_bytes();
            let cipher = XChaCha20Poly1305::new(key.into());
            cipher
                .decrypt(&XNonce::from(*nonce), Payload { msg, aad })
                .ok()
        });
        opened.ok_or(Locked)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use inbank::OsRandom;

    use super::*;

    const KEY: &str = "a-key-that-nobody-would-ever-guess";
    const NEW: &str = "another-key-that-nobody-would-guess";

    #[test]
    fn what_is_sealed_is_opened_by_any_key_and_for_its_purpose_alone() {
        let vault = Vault::new([KEY]).unwrap();
        let sealed = vault.seal("webhook main", b"secret", &OsRandom).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_ne!(
            vault.seal("webhook main", b"secret", &OsRandom),
            Some(sealed.clone())
        );
        for vault in [&vault, &Vault::new([NEW, KEY]).unwrap()] {
            assert_eq!(vault.open("webhook main", &sealed).unwrap(), b"secret");
            assert_eq!(vault.open("webhook other", &sealed), Err(Locked));
        }
        assert_eq!(
            Vault::new([NEW]).unwrap().open("webhook main", &sealed),
            Err(Locked)
        );
        for n in 0..sealed.len() {
            let mut other = sealed.clone();
            other[n] ^= 1;
            assert_eq!(vault.open("webhook main", &other), Err(Locked), "byte {n}");
            assert_eq!(
                vault.open("webhook main", &sealed[..n]),
                Err(Locked),
                "{n} bytes"
            );
        }
    }

    #[test]
    fn a_key_that_can_be_guessed_is_none() {
        assert!(Vault::new(["short"]).is_none());
        assert!(Vault::new([KEY, "short"]).is_none());
        assert!(Vault::new([]).is_none());
        assert!(!format!("{:?}", Vault::new([KEY])).contains(KEY));
    }
}
