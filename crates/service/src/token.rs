//! Who may call, and what for.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use inbank::ShopName;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What a token may do; each includes those before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// Ask how things stand.
    Read,
    /// Pay, apply, rent, and decide about orders.
    Write,
    /// Change the shops themselves.
    Admin,
}

impl Scope {
    /// The scope of a name: `read`, `write`, `admin`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

/// A bearer token: what it may do, and in which shops. Of the token itself only a digest is kept.
#[derive(Clone)]
pub struct Token {
    digest: [u8; 32],
    /// Whose it is: it stays while tokens change.
    principal: String,
    scope: Scope,
    /// All of them where there is no list.
    shops: Option<Vec<ShopName>>,
}

/// The shortest token that is taken: 16 characters of base 64 are 96 bits.
pub(crate) const SHORTEST: usize = 16;

impl Token {
    /// A token for every shop.
    pub fn new(secret: &str, scope: Scope) -> Self {
        let digest: [u8; 32] = Sha256::digest(secret).into();
        let principal = digest[..8].iter().map(|byte| format!("{byte:02x}"));
        Self {
            principal: principal.collect(),
            digest,
            scope,
            shops: None,
        }
    }

    /// The same for these shops alone.
    #[must_use]
    pub fn for_shops(mut self, shops: Vec<ShopName>) -> Self {
        self.shops = Some(shops);
        self
    }

    /// The same for whoever has others besides, one after the other: an `Idempotency-Key` is theirs, and not a
    /// token's.
    #[must_use]
    pub fn of(mut self, principal: impl Into<String>) -> Self {
        self.principal = principal.into();
        self
    }

    /// Whose it is.
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// Whether it may do something of this scope somewhere.
    pub fn may(&self, scope: Scope) -> bool {
        self.scope >= scope
    }

    /// Whether the same text is meant.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Whether it is for every shop, also those that are added.
    pub const fn sees_every_shop(&self) -> bool {
        self.shops.is_none()
    }

    /// What it is called where it is written down who did something: no part of it, and nothing that it could be found by.
    pub(crate) fn name(&self) -> String {
        let [a, b, c, d, ..] = self.digest;
        format!("token {:08x}", u32::from_be_bytes([a, b, c, d]))
    }

    /// By which a browser's session names it: no part of it. Another than [`principal`](Self::principal), which several tokens
    /// share, so that a session ends with the token that it began with.
    pub(crate) fn id(&self) -> String {
        let derived = self.derived("inbank console: name");
        let mut start = [0; 8];
        start.copy_from_slice(&derived[..8]);
        format!("{:016x}", u64::from_be_bytes(start))
    }

    /// A secret of its own for one purpose, which says nothing about it and nothing about another.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; 32] {
        // As a short key is padded.
        let mut key = [0; 64];
        key[..32].copy_from_slice(&self.digest);
        let mut mac = Hmac::<Sha256>::new(&key.into());
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    pub(crate) const fn scope(&self) -> Scope {
        self.scope
    }

    pub(crate) fn shops(&self) -> Option<&[ShopName]> {
        self.shops.as_deref()
    }

    /// Whether it may see anything of a shop.
    pub fn sees(&self, shop: &ShopName) -> bool {
        self.shops.as_ref().is_none_or(|shops| shops.contains(shop))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("principal", &self.principal)
            .field("scope", &self.scope)
            .field("shops", &self.shops)
            .finish_non_exhaustive()
    }
}

/// All tokens that are valid.
#[derive(Clone, Debug, Default)]
pub struct Tokens(Vec<Token>);

impl Tokens {
    /// These.
    pub const fn new(tokens: Vec<Token>) -> Self {
        Self(tokens)
    }

    /// The token that was brought, if it is one. Takes as long whichever it is, and whether it is one: all
    /// are compared, by their digests, which have one length.
    pub fn find(&self, brought: &str) -> Option<&Token> {
        let digest = Sha256::digest(brought);
        let mut found = None;
        for token in &self.0 {
            if bool::from(token.digest[..].ct_eq(&digest[..])) {
                found = Some(token);
            }
        }
        found
    }

    /// The token that a session names.
    pub(crate) fn named(&self, id: &str) -> Option<&Token> {
        self.0.iter().find(|token| token.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop(name: &str) -> ShopName {
        ShopName::parse(name).unwrap()
    }

    #[test]
    fn a_token_is_found_by_all_of_it_and_nothing_less() {
        let tokens = Tokens::new(vec![
            Token::new("first-token-of-the-shop", Scope::Read),
            Token::new("second-token-of-the-shop", Scope::Write),
        ]);
        let found = tokens.find("second-token-of-the-shop").unwrap();
        assert!(found.may(Scope::Write) && found.may(Scope::Read) && !found.may(Scope::Admin));
        for other in [
            "",
            "second-token-of-the-sho",
            "second-token-of-the-shopp",
            "SECOND",
        ] {
            assert!(tokens.find(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_token_sees_its_shops_or_all_of_them() {
        let of_one = Token::new("x", Scope::Admin).for_shops(vec![shop("main")]);
        assert!(of_one.sees(&shop("main")) && !of_one.sees(&shop("other")));
        assert!(Token::new("x", Scope::Read).sees(&shop("other")));
        assert!(
            !Token::new("x", Scope::Read)
                .for_shops(Vec::new())
                .sees(&shop("main"))
        );
    }
}
