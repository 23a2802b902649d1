//! When to look again.

use std::time::Duration;

use inbank_domain::FinancingState;
use inbank_ports::Entry;
use time::OffsetDateTime;

use crate::Patience;

/// Never rarer while something may still be heard.
const RAREST: Duration = Duration::from_hours(6);
/// Never more often, but for what the guides want read once a second.
const OFTENEST: Duration = Duration::from_secs(5);
/// A bank that is down is asked again within this of its return.
const LONGEST_AFTER_FAILURE: Duration = Duration::from_mins(5);

/// When to look at a financing again that was just looked at; never once it is over.
pub(super) fn next_look(entry: &Entry, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let financing = &entry.financing;
    if financing.state.is_terminal() {
        return None;
    }
    if financing.session.is_none() && financing.application.is_none() {
        // There is nothing that could be read before the first callback.
        return Some(entry.answer_by.max(now + OFTENEST));
    }
    let since = (now - entry.roused_at).try_into().unwrap_or(Duration::ZERO);
    Some(now + pause(entry, since))
}

/// The later, the rarer: each pause is half of what has passed since something last happened.
fn pause(entry: &Entry, since: Duration) -> Duration {
    let every_second = match entry.financing.state {
        _ if entry.intent.is_some() => Some(Patience::SIGNATURE),
        _ if entry.financing.application.is_none() || entry.financing.session.is_some() => None,
        FinancingState::Pending => Some(Patience::DECISION),
        FinancingState::SignatureWanted => Some(Patience::SIGNATURE),
        _ => None,
    };
    match every_second {
        Some(patience) if since < patience.at_most => patience.every,
        _ => (since / 2).clamp(OFTENEST, RAREST),
    }
}

/// When to try again after a failure, the `failures`th in a row: after growing pauses, spread so that
/// what failed together does not come back together.
pub(super) fn next_try(
    entry: &Entry,
    failures: u32,
    asked: Option<Duration>,
    now: OffsetDateTime,
) -> OffsetDateTime {
    let doubled = Duration::from_secs(1 << failures.saturating_sub(1).min(16));
    let pause = doubled.min(LONGEST_AFTER_FAILURE);
    let bytes = entry.financing.id.as_str().bytes();
    let spread = bytes.fold(0_u32, |sum, byte| sum.wrapping_mul(31) + u32::from(byte)) % 256;
    let spread = pause / 4 * spread / 256;
    now + (pause + spread).max(asked.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use inbank_domain::{
        ApplicationId, Financing, FinancingId, OrderReference, ProductCode, ProductFamily,
        SessionId, ShopName,
    };

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn entry() -> Entry {
        let financing = Financing::new(
            FinancingId::parse("f").unwrap(),
            OrderReference::parse("1").unwrap(),
            ProductFamily::HirePurchase,
        );
        Entry::new(
            ShopName::parse("main").unwrap(),
            1,
            ProductCode::parse("p").unwrap(),
            financing,
            START,
            START + Duration::from_hours(24),
        )
    }

    fn looks(entry: &Entry, within: Duration) -> usize {
        let mut now = START;
        let mut count = 0;
        while let Some(next) = next_look(entry, now).filter(|next| *next <= START + within) {
            assert!(next > now);
            now = next;
            count += 1;
        }
        count
    }

    #[test]
    fn a_decision_is_looked_for_once_a_second_for_half_a_minute() {
        let mut entry = entry();
        entry.financing.state = FinancingState::Pending;
        entry.financing.application = Some(ApplicationId::parse("a").unwrap());
        assert_eq!(looks(&entry, Duration::from_secs(30)), 30);
        assert!(looks(&entry, Duration::from_hours(24 * 7)) < 100);
    }

    #[test]
    fn a_session_is_looked_at_ever_more_rarely() {
        let mut entry = entry();
        entry.financing.state = FinancingState::Pending;
        entry.financing.session = Some(SessionId::parse("s").unwrap());
        let week = looks(&entry, Duration::from_hours(24 * 7));
        assert!((30..70).contains(&week), "{week}");
    }

    #[test]
    fn what_was_never_answered_waits_for_its_callback() {
        let entry = entry();
        assert_eq!(next_look(&entry, START), Some(entry.answer_by));
    }

    #[test]
    fn what_is_over_is_left_alone() {
        let mut entry = entry();
        entry.financing.state = FinancingState::Declined;
        assert_eq!(next_look(&entry, START), None);
    }

    #[test]
    fn failures_pause_longer_and_longer_but_not_for_ever() {
        let entry = entry();
        let pause = |failures| next_try(&entry, failures, None, START) - START;
        assert!(pause(1) < pause(2) && pause(2) < pause(5));
        assert_eq!(pause(20), pause(200));
        assert!(pause(200) <= LONGEST_AFTER_FAILURE * 5 / 4);
        let asked = Duration::from_mins(30);
        assert_eq!(next_try(&entry, 1, Some(asked), START) - START, asked);
    }
}
