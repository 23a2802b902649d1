use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use crate::figures;

/// Keeps a process from asking hosts that give no answer.
#[derive(Debug, Default)]
pub(super) struct Breakers(BTreeMap<Arc<str>, Breaker>);

#[derive(Debug, Default)]
struct Breaker {
    state: State,
    /// Rounds that ask this host now.
    running: u32,
    /// Failures since the last answer.
    failures: u32,
    /// How often in a row it has opened.
    opened: u32,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Closed,
    /// Nothing is asked until then.
    Open(OffsetDateTime),
    /// So many may ask at once: one, then two, four, eight …
    Ramp(u32),
}

/// So many failures in a row open a breaker.
const OPENS_AFTER: u32 = 5;
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);
/// From here on the slots limit what goes on.
const RAMP_ENDS: u32 = 128;

impl Breakers {
    /// How many more rounds may ask a host.
    pub(super) fn free(&mut self, host: &Arc<str>, now: OffsetDateTime) -> u32 {
        let breaker = self.0.entry(host.clone()).or_default();
        if let State::Open(until) = breaker.state
            && until <= now
        {
            breaker.state = State::Ramp(1);
        }
        match breaker.state {
            State::Closed => u32::MAX,
            State::Open(_) => 0,
            State::Ramp(at_once) => at_once.saturating_sub(breaker.running),
        }
    }

    pub(super) fn began(&mut self, host: &Arc<str>) {
        let breaker = self.0.entry(host.clone()).or_default();
        breaker.running = breaker.running.saturating_add(1);
    }

    /// A round has ended; whether its host gave an answer, where it was asked. `spread` makes a pause
    /// longer at random.
    pub(super) fn ended(
        &mut self,
        host: &Arc<str>,
        answered: Option<bool>,
        now: OffsetDateTime,
        spread: impl Fn(Duration) -> Duration,
    ) {
        let breaker = self.0.entry(host.clone()).or_default();
        breaker.running = breaker.running.saturating_sub(1);
        match answered {
            None => {}
            Some(true) => {
                breaker.failures = 0;
                if let State::Ramp(at_once) = breaker.state {
                    breaker.state = if at_once >= RAMP_ENDS {
                        breaker.opened = 0;
                        figures::breaker(host, false);
                        State::Closed
                    } else {
                        State::Ramp(at_once * 2)
                    };
                }
            }
            Some(false) => {
                breaker.failures = breaker.failures.saturating_add(1);
                let opens = match breaker.state {
                    State::Closed => breaker.failures >= OPENS_AFTER,
                    State::Ramp(_) => true,
                    // Those that were asked before it opened.
                    State::Open(_) => false,
                };
                if opens {
                    let doubled = SHORTEST * (1 << breaker.opened.min(10));
                    let pause = spread(doubled.min(LONGEST));
                    let pause = pause.try_into().unwrap_or(time::Duration::MINUTE);
                    breaker.state = State::Open(now.saturating_add(pause));
                    breaker.opened = breaker.opened.saturating_add(1);
                    figures::breaker(host, true);
                    tracing::warn!(%host, "a host gives no answer, and is not asked for a while");
                }
            }
        }
    }

    /// When the next of those that are not asked now may be asked again.
    pub(super) fn next_opening(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let until = |breaker: &Breaker| match breaker.state {
            State::Open(until) => Some(until).filter(|until| *until > now),
            State::Closed | State::Ramp(_) => None,
        };
        self.0.values().filter_map(until).min()
    }

    /// The hosts that are not asked now.
    pub(super) fn open(&self) -> Vec<String> {
        let open = self
            .0
            .iter()
            .filter(|(_, breaker)| matches!(breaker.state, State::Open(_)));
        open.map(|(host, _)| host.to_string()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn failed(breakers: &mut Breakers, host: &Arc<str>, now: OffsetDateTime) {
        breakers.began(host);
        breakers.ended(host, Some(false), now, |pause| pause);
    }

    #[test]
    fn a_host_that_gives_no_answer_is_left_alone_and_taken_up_slowly() {
        let host: Arc<str> = "bank".into();
        let mut breakers = Breakers::default();
        for _ in 0..OPENS_AFTER {
            assert_eq!(breakers.free(&host, START), u32::MAX);
            failed(&mut breakers, &host, START);
        }
        assert_eq!(breakers.free(&host, START), 0);
        assert_eq!(breakers.open(), ["bank"]);
        let again = START + Duration::from_secs(1);
        assert_eq!(breakers.next_opening(START), Some(again));
        assert_eq!(breakers.next_opening(again), None);
        let mut now = START + Duration::from_secs(1);
        assert_eq!(breakers.free(&host, now), 1, "one probe");
        failed(&mut breakers, &host, now);
        assert_eq!(breakers.free(&host, now + Duration::from_secs(1)), 0);
        now += Duration::from_secs(2);
        for at_once in [1, 2, 4, 8, 16, 32, 64, 128] {
            assert_eq!(breakers.free(&host, now), at_once);
            breakers.began(&host);
            assert_eq!(breakers.free(&host, now), at_once - 1);
            breakers.ended(&host, Some(true), now, |pause| pause);
        }
        assert_eq!(breakers.free(&host, now), u32::MAX);
    }

    #[test]
    fn what_says_nothing_about_the_host_changes_nothing() {
        let host: Arc<str> = "bank".into();
        let mut breakers = Breakers::default();
        for _ in 0..20 {
            breakers.began(&host);
            breakers.ended(&host, None, START, |pause| pause);
        }
        assert_eq!(breakers.free(&host, START), u32::MAX);
    }
}
