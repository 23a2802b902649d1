use inbank::console::{Scope, User, Users};

use crate::{Token, Tokens, token};

/// Whoever may call may sign in, and does there what the token may do.
impl Users for Tokens {
    fn by_token(&self, token: &str) -> Option<User> {
        self.find(token).map(user)
    }

    fn by_id(&self, id: &str) -> Option<User> {
        self.named(id).map(user)
    }
}

fn user(token: &Token) -> User {
    User {
        id: token.id(),
        name: token.name(),
        key: token.derived("inbank console"),
        may: match token.scope() {
            token::Scope::Read => Scope::Read,
            token::Scope::Write => Scope::Write,
            token::Scope::Admin => Scope::Admin,
        },
        shops: token.shops().map(<[_]>::to_vec),
    }
}

#[cfg(test)]
mod tests {
    use inbank::ShopName;

    use super::*;

    const TOKEN: &str = "token-of-somebody-who-signs-in";

    #[test]
    fn a_user_is_found_by_the_token_and_by_a_name_that_tells_nothing_of_it() {
        let main = ShopName::parse("main").unwrap();
        let tokens = Tokens::new(vec![
            Token::new("another-token-of-the-service", token::Scope::Admin),
            Token::new(TOKEN, token::Scope::Write).for_shops(vec![main.clone()]),
        ]);
        let user = tokens.by_token(TOKEN).unwrap();
        assert_eq!((user.may, &user.shops), (Scope::Write, &Some(vec![main])));
        assert_eq!(tokens.by_id(&user.id).unwrap().key, user.key);
        for other in ["", "token-of-somebody-who-signs-i", user.id.as_str()] {
            assert!(tokens.by_token(other).is_none(), "{other}");
        }
        assert!(tokens.by_id("").is_none());
        let other = tokens.by_token("another-token-of-the-service").unwrap();
        assert!(other.id != user.id && other.key != user.key);
        // What is written down of a token says neither its name in a session nor its key.
        assert!(!user.name.contains(&user.id[..8]));
    }

    #[test]
    fn a_session_ends_with_its_token_though_another_token_is_of_the_same_owner() {
        let tokens =
            |secret| Tokens::new(vec![Token::new(secret, token::Scope::Read).of("TOKENS")]);
        let user = tokens(TOKEN).by_token(TOKEN).unwrap();
        assert!(
            tokens("the-token-that-came-after-it")
                .by_id(&user.id)
                .is_none()
        );
    }
}
