//! Sessions that somebody has signed out of, until they would have ended by themselves. Kept in memory, by each process for those that it was
//! told of.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use time::OffsetDateTime;

use super::Session;

/// So many are remembered.
const REMEMBERED: usize = 10_000;

/// By the session's nonce, when it ends.
#[derive(Debug, Default)]
pub(crate) struct SignedOut(Mutex<HashMap<String, i64>>);

impl SignedOut {
    pub(crate) fn add(&self, session: &Session, now: OffsetDateTime) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, until| *until > now.unix_timestamp());
        if all.len() >= REMEMBERED {
            let soonest = all.iter().min_by_key(|(_, until)| **until);
            let soonest = soonest.map(|(nonce, _)| nonce.clone());
            soonest.and_then(|nonce| all.remove(&nonce));
        }
        all.insert(session.nonce.clone(), session.until);
    }

    pub(crate) fn has(&self, session: &Session) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.contains_key(&session.nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn session(number: usize) -> Session {
        Session {
            nonce: number.to_string(),
            until: 1_000 + i64::try_from(number).unwrap(),
            form: String::new(),
        }
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for_and_none_that_has_ended() {
        let all = SignedOut::default();
        for number in 0..REMEMBERED + 5 {
            all.add(&session(number), NOW);
        }
        assert_eq!(all.0.lock().unwrap().len(), REMEMBERED);
        assert!(!all.has(&session(0)) && all.has(&session(REMEMBERED + 4)));
        let last = OffsetDateTime::from_unix_timestamp(session(REMEMBERED + 3).until).unwrap();
        all.add(&session(1), last);
        assert_eq!(all.0.lock().unwrap().len(), 2);
    }
}
