//! The secrets of one webhook as they are kept: several for a while after a change.

use inbank::ShopName;
use inbank::ports::Random;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::WebhookSecret;
use crate::vault::{Locked, Vault};

/// After a change the former secrets sign as well for so long.
const OVERLAP: Duration = Duration::hours(24);
/// So many are kept at the most.
const MOST: usize = 10;

/// The newest first.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Kept(Vec<One>);

#[derive(Debug, Eq, PartialEq)]
struct One {
    secret: WebhookSecret,
    until: Option<OffsetDateTime>,
}

#[derive(Deserialize, Serialize)]
struct Written {
    secret: String,
    /// Seconds since 1970.
    until: Option<i64>,
}

fn purpose(shop: &ShopName) -> String {
    format!("webhook {shop}")
}

impl Kept {
    pub(super) fn open(vault: &Vault, shop: &ShopName, sealed: &[u8]) -> Result<Self, Locked> {
        let opened = vault.open(&purpose(shop), sealed)?;
        let written: Vec<Written> = serde_json::from_slice(&opened).map_err(|_| Locked)?;
        let read = written.into_iter().map(|written| {
            let until = written.until.map(OffsetDateTime::from_unix_timestamp);
            Ok(One {
                secret: WebhookSecret::parse(&written.secret).map_err(|_| Locked)?,
                until: until.transpose().map_err(|_| Locked)?,
            })
        });
        read.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn seal(
        &self,
        vault: &Vault,
        shop: &ShopName,
        random: &dyn Random,
    ) -> Option<Vec<u8>> {
        let written: Vec<_> = self
            .0
            .iter()
            .map(|one| Written {
                secret: one.secret.expose(),
                until: one.until.map(OffsetDateTime::unix_timestamp),
            })
            .collect();
        vault.seal(&purpose(shop), &serde_json::to_vec(&written).ok()?, random)
    }

    /// A new secret; the former ones go on for a while.
    pub(super) fn change(&mut self, secret: WebhookSecret, now: OffsetDateTime) {
        self.0
            .retain(|one| one.secret != secret && one.until.is_none_or(|until| until > now));
        for former in &mut self.0 {
            former.until.get_or_insert(now + OVERLAP);
        }
        self.0.insert(
            0,
            One {
                secret,
                until: None,
            },
        );
        self.0.truncate(MOST);
    }

    /// Those that sign now.
    pub(super) fn valid(&self, now: OffsetDateTime) -> Vec<WebhookSecret> {
        let valid = self
            .0
            .iter()
            .filter(|one| one.until.is_none_or(|until| until > now));
        valid.map(|one| one.secret.clone()).collect()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use inbank::OsRandom;

    use super::*;

    #[test]
    fn a_former_secret_signs_for_a_day_beside_the_new_one() {
        let now = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        let [a, b, c] = [(); 3].map(|()| WebhookSecret::generate(&OsRandom));
        let mut kept = Kept::default();
        kept.change(a.clone(), now);
        kept.change(b.clone(), now + Duration::hours(1));
        assert_eq!(kept.valid(now + Duration::hours(2)), [b.clone(), a]);
        kept.change(c.clone(), now + Duration::hours(24));
        assert_eq!(kept.valid(now + Duration::hours(26)), [c.clone(), b]);
        assert_eq!(kept.valid(now + Duration::hours(49)).len(), 1);
        // The same again is no change.
        kept.change(c.clone(), now + Duration::hours(50));
        assert_eq!(kept.valid(now + Duration::hours(51)), [c]);
        let (main, other) = (
            ShopName::parse("main").unwrap(),
            ShopName::parse("other").unwrap(),
        );
        let vault = Vault::new(["a-key-that-nobody-would-ever-guess"]).unwrap();
        let sealed = kept.seal(&vault, &main, &OsRandom).unwrap();
        assert_eq!(Kept::open(&vault, &main, &sealed), Ok(kept));
        assert_eq!(Kept::open(&vault, &other, &sealed), Err(Locked));
    }
}
