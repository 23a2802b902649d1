//! How often a wrong token may come from one address, so that nobody guesses tokens, and nobody locks others out.
//!
//! Each address is counted for itself and for a minute; each process counts what it is sent. Of version 6, whoever rents a line has a /64 at the
//! least, and often a /48, so both are counted: the /64 as an address, the /48 with a larger allowance. An address from which somebody
//! has signed in before is not held to what its neighbours in the /48 do.
//!
//! Memory is bounded by forgetting the address that was counted first, and not by counting those together for which there is no room: then
//! strangers from many addresses would use up the tries of everybody else. Whoever has so many addresses gets tries from each of
//! them either way; against them stands what a token is made of (16 characters at the least).

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

/// So many wrong tokens in a minute from an address.
const TRIES: u32 = 10;
/// And so many from a /48, or from all connections of which it isn't known where they are from.
const TRIES_OF_MANY: u32 = 100;
const WINDOW: Duration = Duration::from_mins(1);
/// So many addresses are counted at once.
const COUNTED: usize = 10_000;
/// So many are remembered from which somebody has signed in.
const KNOWN: usize = 1_000;

/// Counts tries.
#[derive(Debug, Default)]
pub(crate) struct Limiter(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    tries: HashMap<Network, Tries>,
    /// Those that are counted, the one first that was counted first.
    oldest: VecDeque<Network>,
    known: VecDeque<Network>,
}

/// Whose tries are counted together.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Network {
    Unknown,
    V4(Ipv4Addr),
    /// A /64, by its first half.
    V6(u64),
    /// A /48, likewise.
    Site(u64),
}

impl Network {
    const fn most(self) -> u32 {
        match self {
            Self::V4(_) | Self::V6(_) => TRIES,
            Self::Unknown | Self::Site(_) => TRIES_OF_MANY,
        }
    }
}

/// An address, and the /48 that it is in.
fn networks(from: Option<IpAddr>) -> (Network, Option<Network>) {
    match from {
        None => (Network::Unknown, None),
        Some(IpAddr::V4(address)) => (Network::V4(address), None),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments().map(u64::from);
            let site = (a << 48) | (b << 32) | (c << 16);
            (Network::V6(site | d), Some(Network::Site(site)))
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    since: OffsetDateTime,
    number: u32,
}

impl Limiter {
    /// Counts a try, unless there were too many: then how long to wait.
    pub(crate) fn tries(&self, from: Option<IpAddr>, now: OffsetDateTime) -> Result<(), Duration> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (own, site) = networks(from);
        let site = site.filter(|_| !all.known.contains(&own));
        let counted = std::iter::once(own).chain(site);
        for network in counted.clone() {
            all.wait(network, now)?;
        }
        for network in counted {
            all.count(network, now);
        }
        Ok(())
    }

    /// The last try was right, and doesn't count.
    pub(crate) fn succeeded(&self, from: Option<IpAddr>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (own, site) = networks(from);
        let site = site.filter(|_| !all.known.contains(&own));
        for network in std::iter::once(own).chain(site) {
            if let Some(tries) = all.tries.get_mut(&network) {
                tries.number = tries.number.saturating_sub(1);
            }
        }
        if own != Network::Unknown && !all.known.contains(&own) {
            all.known.push_back(own);
            if all.known.len() > KNOWN {
                all.known.pop_front();
            }
        }
    }
}

impl Counted {
    /// How long this network has to wait, where it has to.
    fn wait(&self, network: Network, now: OffsetDateTime) -> Result<(), Duration> {
        match self.tries.get(&network) {
            Some(tries) if tries.is_of(now) && tries.number >= network.most() => {
                let wait = tries.since + WINDOW - now;
                Err(wait.try_into().unwrap_or(WINDOW))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn count(&mut self, network: Network, now: OffsetDateTime) {
        if !self.tries.contains_key(&network) {
            self.oldest.push_back(network);
            if self.oldest.len() > COUNTED
                && let Some(oldest) = self.oldest.pop_front()
            {
                self.tries.remove(&oldest);
            }
        }
        let none = Tries {
            since: now,
            number: 0,
        };
        let tries = self.tries.entry(network).or_insert(none);
        if !tries.is_of(now) {
            *tries = none;
        }
        tries.number += 1;
    }
}

impl Tries {
    /// Whether they are of the minute that is now.
    fn is_of(&self, now: OffsetDateTime) -> bool {
        (self.since..self.since + WINDOW).contains(&now)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    /// One of many addresses.
    fn number(number: usize) -> IpAddr {
        Ipv4Addr::from(u32::try_from(number).unwrap()).into()
    }

    /// One of the networks of a site.
    fn network(site: u16, network: u16) -> IpAddr {
        Ipv6Addr::new(0x2001, 0xdb8, site, network, 0, 0, 0, 1).into()
    }

    #[test]
    fn too_many_wrong_tokens_from_one_address_wait_and_those_of_others_do_not() {
        let limiter = Limiter::default();
        for _ in 0..TRIES {
            limiter.tries(Some(number(1)), NOW).unwrap();
        }
        let wait = limiter.tries(Some(number(1)), NOW + Duration::from_secs(20));
        assert_eq!(wait, Err(Duration::from_secs(40)));
        limiter.tries(Some(number(2)), NOW).unwrap();
        limiter.tries(Some(number(1)), NOW + WINDOW).unwrap();
    }

    #[test]
    fn right_tokens_do_not_count() {
        let limiter = Limiter::default();
        for from in [Some(number(1)), Some(network(1, 1)), None] {
            for _ in 0..2 * TRIES_OF_MANY {
                limiter.tries(from, NOW).unwrap();
                limiter.succeeded(from);
            }
        }
    }

    #[test]
    fn a_site_has_more_tries_than_an_address_and_not_as_many_as_it_has_networks() {
        let limiter = Limiter::default();
        limiter.tries(Some(network(1, 7)), NOW).unwrap();
        limiter.succeeded(Some(network(1, 7)));
        let tries = (1000..).take_while(|n| limiter.tries(Some(network(1, *n)), NOW).is_ok());
        assert_eq!(tries.count(), 100);
        limiter.tries(Some(network(2, 1)), NOW).unwrap();
        for _ in 0..TRIES {
            limiter.tries(Some(network(1, 7)), NOW).unwrap();
        }
        assert!(
            limiter.tries(Some(network(1, 7)), NOW).is_err(),
            "known or not"
        );
    }

    #[test]
    fn strangers_from_more_addresses_than_are_counted_lock_out_nobody() {
        let limiter = Limiter::default();
        for address in 0..COUNTED + 50 {
            limiter.tries(Some(number(address)), NOW).unwrap();
        }
        for _ in 0..TRIES {
            limiter.tries(Some(number(COUNTED + 50)), NOW).unwrap();
        }
        assert!(limiter.tries(Some(number(COUNTED + 50)), NOW).is_err());
    }

    #[test]
    fn no_more_addresses_are_remembered_than_there_is_room_for() {
        let limiter = Limiter::default();
        for address in 0..COUNTED + 5 {
            limiter.tries(Some(number(address)), NOW).unwrap();
            if address < KNOWN + 5 {
                limiter.succeeded(Some(number(address)));
            }
        }
        let counted = limiter.0.lock().unwrap();
        let lengths = (counted.tries.len(), counted.oldest.len());
        assert_eq!(lengths, (COUNTED, COUNTED));
        assert_eq!(counted.known.len(), KNOWN);
    }
}
