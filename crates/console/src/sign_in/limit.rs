//! How often a wrong token may come from one address. Each address is counted for itself and for a minute, so that nobody can lock others
//! out; each process counts what it is sent.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

/// So many wrong tokens in a minute.
const TRIES: u32 = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// So many addresses are counted at once; beyond, those that are not counted yet are counted together.
const ADDRESSES: usize = 10_000;

/// Counts tries.
#[derive(Debug, Default)]
pub(crate) struct Limiter(Mutex<HashMap<String, Tries>>);

#[derive(Clone, Copy, Debug)]
struct Tries {
    since: OffsetDateTime,
    number: u32,
}

impl Limiter {
    /// Counts a try, unless there were too many: then how long to wait.
    pub(crate) fn tries(&self, from: &str, now: OffsetDateTime) -> Result<(), Duration> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ADDRESSES {
            all.retain(|_, tries| now < tries.since + WINDOW);
        }
        let full = all.len() >= ADDRESSES && !all.contains_key(from);
        let from = if full { "others" } else { from };
        let none = Tries {
            since: now,
            number: 0,
        };
        let tries = all.entry(from.to_owned()).or_insert(none);
        if now >= tries.since + WINDOW || now < tries.since {
            *tries = none;
        }
        if tries.number >= TRIES {
            let wait = tries.since + WINDOW - now;
            return Err(wait.try_into().unwrap_or(WINDOW));
        }
        tries.number += 1;
        Ok(())
    }

    /// The last try was right, and doesn't count.
    pub(crate) fn succeeded(&self, from: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tries) = all.get_mut(from) {
            tries.number = tries.number.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn too_many_wrong_tokens_from_one_address_wait_and_those_of_others_do_not() {
        let limiter = Limiter::default();
        for _ in 0..TRIES {
            limiter.tries("a", NOW).unwrap();
        }
        let wait = limiter.tries("a", NOW + Duration::from_secs(20));
        assert_eq!(wait, Err(Duration::from_secs(40)));
        limiter.tries("b", NOW).unwrap();
        limiter.tries("a", NOW + WINDOW).unwrap();
    }

    #[test]
    fn right_tokens_do_not_count() {
        let limiter = Limiter::default();
        for _ in 0..100 {
            limiter.tries("a", NOW).unwrap();
            limiter.succeeded("a");
        }
    }

    #[test]
    fn no_more_addresses_are_counted_than_there_is_room_for() {
        let limiter = Limiter::default();
        for address in 0..ADDRESSES + 5 {
            limiter.tries(&address.to_string(), NOW).unwrap();
        }
        let counted = || limiter.0.lock().unwrap().len();
        assert_eq!(counted(), ADDRESSES + 1);
        limiter.tries("later", NOW + WINDOW).unwrap();
        assert_eq!(counted(), 1);
    }
}
