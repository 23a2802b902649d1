//! The last calls that this process made to banks: which, for whom, and what came of them; never what was said.

mod tally;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use inbank_domain::{OrderKey, OrderReference, ShopName};
use inbank_ports::{Clock, GatewayError, GatewayErrorKind};
use time::OffsetDateTime;

use self::tally::{Minutes, Tally};
use crate::{Runtime, Shop};

pub use self::tally::CallFigures;

/// So many calls are remembered.
const KEPT: usize = 4096;

/// A call to a bank.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Call {
    /// When it was begun.
    pub at: OffsetDateTime,
    /// For which shop.
    pub shop: ShopName,
    /// About which order; products and quotes are asked for without one.
    pub order: Option<OrderReference>,
    /// Whose servers were asked, as [`Bank::host`](crate::Bank::host) names them.
    pub host: Arc<str>,
    /// What was asked, such as `session.open`.
    pub operation: &'static str,
    /// What came of it.
    pub outcome: CallOutcome,
    /// How long it took, tries that were repeated included; none where there is no answer.
    pub took: Option<Duration>,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CallOutcome {
    /// There is no answer yet; or nobody waits for one any more, since it took too long.
    Open,
    /// The bank answered.
    Answered,
    /// It refused, or gave no answer.
    Failed(GatewayErrorKind),
}

/// How a host answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostCalls {
    /// The host, as [`Bank::host`](crate::Bank::host) names it. Whether it is asked at all now is in
    /// [`Health::open_breakers`](crate::Health::open_breakers).
    pub host: Arc<str>,
    /// In the last sixty minutes, the present one included.
    pub hour: CallFigures,
    /// Since this process began.
    pub since_start: CallFigures,
}

/// The last calls that this process made to banks, and how their hosts answer. In memory: gone with the process, and
/// other processes have their own. Cheap to clone; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    /// None in the place of one of which nothing was sent.
    kept: VecDeque<Option<Call>>,
    /// How many have been dropped at the front.
    dropped: u64,
    hosts: BTreeMap<Arc<str>, Host>,
}

#[derive(Debug, Default)]
struct Host {
    hour: Minutes,
    since_start: Tally,
}

impl Calls {
    /// Those of an order that are remembered, the first made first.
    pub fn of(&self, order: &OrderKey) -> Vec<Call> {
        let log = self.log();
        let is_of =
            |call: &&Call| call.shop == order.shop && call.order.as_ref() == Some(&order.reference);
        log.kept.iter().flatten().filter(is_of).cloned().collect()
    }

    /// How each host that was asked answers.
    pub fn hosts(&self, now: OffsetDateTime) -> Vec<HostCalls> {
        let log = self.log();
        let hosts = log.hosts.iter().map(|(name, host)| HostCalls {
            host: name.clone(),
            hour: host.hour.of_the_hour(now).figures(),
            since_start: host.since_start.figures(),
        });
        hosts.collect()
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number by which its end is noted.
    fn begun(&self, call: Call) -> u64 {
        let mut log = self.log();
        if log.kept.len() == KEPT {
            log.kept.pop_front();
            log.dropped += 1;
        }
        log.kept.push_back(Some(call));
        log.dropped + log.kept.len() as u64 - 1
    }

    fn ended<T>(
        &self,
        number: u64,
        host: &Arc<str>,
        answer: &Result<T, GatewayError>,
        (began, now): (OffsetDateTime, OffsetDateTime),
    ) {
        let took = Duration::try_from(now - began).unwrap_or_default();
        let (outcome, is_host_failure) = match answer {
            Ok(_) => (CallOutcome::Answered, false),
            Err(error) => (CallOutcome::Failed(error.kind()), error.is_host_failure()),
        };
        let was_made = !matches!(
            outcome,
            CallOutcome::Failed(GatewayErrorKind::Invalid | GatewayErrorKind::Unsupported)
        );
        let mut log = self.log();
        let place = number.checked_sub(log.dropped);
        let place = place.and_then(|place| usize::try_from(place).ok());
        if let Some(kept) = place.and_then(|place| log.kept.get_mut(place)) {
            if was_made {
                if let Some(call) = kept {
                    (call.outcome, call.took) = (outcome, Some(took));
                }
            } else {
                *kept = None;
            }
        }
        if was_made {
            let host = log.hosts.entry(host.clone()).or_default();
            host.since_start.count(took, is_host_failure);
            host.hour.at(now).count(took, is_host_failure);
        }
    }
}

/// Whoever calls a shop's bank, mostly about an order. Each call to a port of the bank goes through it.
#[derive(Clone)]
pub(crate) struct Caller {
    calls: Calls,
    clock: Arc<dyn Clock>,
    shop: ShopName,
    host: Arc<str>,
    order: Option<OrderReference>,
}

impl Caller {
    pub(crate) fn new(runtime: &Runtime, shop: &Shop, order: Option<&OrderKey>) -> Self {
        Self {
            calls: runtime.calls().clone(),
            clock: runtime.clock().clone(),
            shop: shop.name().clone(),
            host: shop.bank().host.clone(),
            order: order.map(|order| order.reference.clone()),
        }
    }

    /// Makes a call, and remembers what came of it.
    pub(crate) async fn call<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        let began = self.clock.now();
        let number = self.calls.begun(Call {
            at: began,
            shop: self.shop.clone(),
            order: self.order.clone(),
            host: self.host.clone(),
            operation,
            outcome: CallOutcome::Open,
            took: None,
        });
        let answer = call.await;
        let times = (began, self.clock.now());
        self.calls.ended(number, &self.host, &answer, times);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn call(n: usize) -> Call {
        Call {
            at: START,
            shop: ShopName::parse("main").unwrap(),
            order: Some(OrderReference::parse(format!("o-{n}")).unwrap()),
            host: "bank".into(),
            operation: "session.show",
            outcome: CallOutcome::Open,
            took: None,
        }
    }

    fn of(calls: &Calls, n: usize) -> Vec<Call> {
        let shop = ShopName::parse("main").unwrap();
        let reference = OrderReference::parse(format!("o-{n}")).unwrap();
        calls.of(&OrderKey::new(shop, reference))
    }

    fn ended(calls: &Calls, number: u64, answer: Result<(), GatewayErrorKind>) {
        let answer = answer.map_err(|kind| GatewayError::new(kind, "session.show"));
        let times = (START, START + Duration::from_millis(5));
        calls.ended(number, &"bank".into(), &answer, times);
    }

    #[test]
    fn no_more_calls_are_remembered_than_there_is_room_for_and_each_gets_its_own_end() {
        let calls = Calls::default();
        let numbers: Vec<u64> = (0..KEPT + 2).map(|n| calls.begun(call(n))).collect();
        assert!(of(&calls, 0).is_empty() && of(&calls, 1).is_empty());
        assert_eq!(of(&calls, 2)[0].outcome, CallOutcome::Open);
        for (n, number) in numbers.iter().enumerate() {
            ended(
                &calls,
                *number,
                (n != 3).then_some(()).ok_or(GatewayErrorKind::Refused),
            );
        }
        let outcome = |n| of(&calls, n)[0].outcome;
        assert_eq!(outcome(2), CallOutcome::Answered);
        assert_eq!(outcome(3), CallOutcome::Failed(GatewayErrorKind::Refused));
        assert_eq!(outcome(KEPT + 1), CallOutcome::Answered);
        let took = of(&calls, KEPT + 1)[0].took;
        assert_eq!(took, Some(Duration::from_millis(5)));
        // Those whose place is gone are counted all the same.
        let hosts = calls.hosts(START);
        assert_eq!(hosts[0].since_start.calls, KEPT as u64 + 2);
    }

    #[test]
    fn a_call_that_was_never_sent_is_none() {
        let calls = Calls::default();
        let number = calls.begun(call(0));
        ended(&calls, number, Err(GatewayErrorKind::Unsupported));
        assert!(of(&calls, 0).is_empty());
        assert!(calls.hosts(START).is_empty());
    }

    #[test]
    fn a_refusal_is_no_failure_of_the_host() {
        let calls = Calls::default();
        for kind in [GatewayErrorKind::Refused, GatewayErrorKind::Unreachable] {
            let number = calls.begun(call(0));
            ended(&calls, number, Err(kind));
        }
        let hosts = calls.hosts(START);
        assert_eq!((hosts[0].hour.calls, hosts[0].hour.failures), (2, 1));
    }
}
