//! Who may sign in, and what they may do.

use std::fmt;

use inbank_domain::ShopName;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::session::hexadecimal;

/// What somebody may do; each includes those before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// See how things stand.
    Read,
    /// Decide about orders.
    Write,
    /// Change the shops themselves.
    Admin,
}

impl Scope {
    /// The name for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// Somebody who may sign in.
#[derive(Clone)]
pub struct User {
    /// Names the user in the session cookie: public, and no part of the token.
    pub id: String,
    /// What the user is called where it is written down who decided something: no part of the token either.
    pub name: String,
    /// Signs the user's sessions and forms, so it must be as hard to guess as the token, and change with it: then
    /// sessions end as soon as the token is taken away.
    pub key: [u8; 32],
    /// What the user may do.
    pub may: Scope,
    /// In these shops; in all of them where there is no list.
    pub shops: Option<Vec<ShopName>>,
}

impl User {
    /// Whether the user may see anything of a shop. One that may not be seen is not told apart from one that isn't there.
    pub fn sees(&self, shop: &ShopName) -> bool {
        self.shops.as_ref().is_none_or(|shops| shops.contains(shop))
    }

    /// Whether the user sees every shop, also those that are added.
    pub const fn sees_every_shop(&self) -> bool {
        self.shops.is_none()
    }

    /// Whether the user may do something of this scope in the shops that are seen.
    pub fn may(&self, scope: Scope) -> bool {
        self.may >= scope
    }
}

/// Without the key.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("may", &self.may)
            .field("shops", &self.shops)
            .finish_non_exhaustive()
    }
}

/// Finds those who may sign in.
pub trait Users: Send + Sync {
    /// The user whose token this is. Takes as long whichever it is, and whether it is one.
    fn by_token(&self, token: &str) -> Option<User>;

    /// The user of an [id](User::id), as a session cookie names it. None once the token is taken away.
    fn by_id(&self, id: &str) -> Option<User>;
}

/// Users that are given once, by their tokens. Of a token only a digest is kept.
///
/// ```
/// use inbank_console::{Scope, TokenUsers, Users as _};
///
/// let users = TokenUsers::new()
///     .with("Anna", "a-token-of-32-random-characters-1", Scope::Write, None);
/// assert_eq!(users.by_token("a-token-of-32-random-characters-1").unwrap().name, "Anna");
/// assert!(users.by_token("another").is_none());
/// ```
#[derive(Clone, Default)]
pub struct TokenUsers(Vec<([u8; 32], User)>);

impl TokenUsers {
    /// Nobody yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// With somebody: what they are called, their token, and what they may do in which shops (in all of them where
    /// there is no list). Whoever has the token is that user, so make it from 16 random bytes at least.
    #[must_use]
    pub fn with(
        mut self,
        name: &str,
        token: &str,
        may: Scope,
        shops: Option<Vec<ShopName>>,
    ) -> Self {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let id = derived(&digest, b"inbank console id");
        let user = User {
            id: hexadecimal(&id[..8]),
            name: name.to_owned(),
            key: derived(&digest, b"inbank console"),
            may,
            shops,
        };
        self.0.push((digest, user));
        self
    }
}

/// What nobody comes to without the digest, and the digest is not told by.
fn derived(digest: &[u8; 32], what: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(digest)
        .chain_update(what)
        .finalize()
        .into()
}

impl Users for TokenUsers {
    fn by_token(&self, token: &str) -> Option<User> {
        let brought = Sha256::digest(token);
        let mut found = None;
        for (digest, user) in &self.0 {
            if bool::from(digest[..].ct_eq(&brought[..])) {
                found = Some(user);
            }
        }
        found.cloned()
    }

    fn by_id(&self, id: &str) -> Option<User> {
        let mut users = self.0.iter().map(|(_, user)| user);
        users.find(|user| user.id == id).cloned()
    }
}

impl fmt::Debug for TokenUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let users = self.0.iter().map(|(_, user)| user);
        f.debug_list().entries(users).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_token_is_in_what_others_see_of_its_user() {
        let token = "canary-token-of-a-user";
        let users = TokenUsers::new().with("Anna", token, Scope::Read, None);
        let user = users.by_token(token).unwrap();
        let digest = Sha256::digest(token);
        let digest = hexadecimal(&digest);
        assert!(!digest.contains(&user.id));
        assert_ne!(user.key, <[u8; 32]>::from(Sha256::digest(token)));
        let shown = format!("{users:?}");
        assert!(
            !shown.contains("canary") && !shown.contains("key"),
            "{shown}"
        );
        assert_eq!(users.by_id(&user.id).unwrap().name, "Anna");
    }
}
