//! When to read an attempt again.

use std::time::Duration;

use inbank_domain::{Attempt, AttemptKind, AttemptState, Opening};
use time::OffsetDateTime;

/// Never more often, but for what the guides want read once a second.
const MIN_POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Never more rarely while something may still be heard.
const MAX_POLL_INTERVAL: Duration = Duration::from_hours(6);
/// What is over is read at least once a day …
const MAX_POLL_INTERVAL_WHEN_OVER: Duration = Duration::from_hours(24);
/// … for longer than a customer may withdraw from a credit (14 days in the European Union).
const WITHDRAWAL_PERIOD: Duration = Duration::from_hours(30 * 24);
/// What the bank has not known for so long is not asked for again.
const FORGOTTEN: time::Duration = time::Duration::DAY;
/// A decision is read once a second, 30 s at most (*Direct API*, application details).
const DECISION: Duration = Duration::from_secs(30);
/// A contract after signing is read once a second, 15 s at most (*Direct API Poland*, contract
/// details); twice that after commands, since a gateway may answer before the bank has worked.
const COMMAND: Duration = Duration::from_secs(30);
const EACH_SECOND: Duration = Duration::from_secs(1);
/// A bank that is down is asked again within this of its return.
const LONGEST_AFTER_FAILURE: Duration = Duration::from_mins(5);

/// When to read an attempt again that was just read, or could not be.
pub(crate) fn next_refresh(attempt: &Attempt, now: OffsetDateTime) -> Option<OffsetDateTime> {
    if !attempt.is_known() {
        return match attempt.opening_at(now) {
            _ if !attempt.is_live() => None,
            Opening::Sent(until) => Some(until),
            // There is nothing that could be read before the first callback.
            Opening::NotSent | Opening::Unclear | Opening::Answered => Some(attempt.answer_by),
        };
    }
    let pause = pause(attempt, now)?;
    Some(now.saturating_add(pause.try_into().unwrap_or(time::Duration::DAY)))
}

fn pause(attempt: &Attempt, now: OffsetDateTime) -> Option<Duration> {
    let since = |then: OffsetDateTime| (now - then).try_into().unwrap_or(Duration::ZERO);
    if let Some(standing) = &attempt.command {
        let since = since(standing.sent_at.unwrap_or(standing.wanted_at));
        return Some(if since < COMMAND {
            EACH_SECOND
        } else {
            growing(since, Duration::from_hours(1))
        });
    }
    let since = since(attempt.news_at);
    if attempt.state.is_over() {
        // It is not known there any more, and a person was told.
        let missing = attempt
            .missing_since
            .is_some_and(|then| now - then >= FORGOTTEN);
        if missing || since > WITHDRAWAL_PERIOD {
            return None;
        }
        let undecided = attempt.state == AttemptState::Failed;
        let shortest = if undecided {
            MIN_POLL_INTERVAL
        } else {
            MAX_POLL_INTERVAL / 6
        };
        return Some((since / 2).clamp(shortest, MAX_POLL_INTERVAL_WHEN_OVER));
    }
    let of_application = attempt.terms.kind == AttemptKind::Application;
    let each_second = match attempt.state {
        AttemptState::Pending if of_application => DECISION,
        AttemptState::ApplicationSignatureWanted | AttemptState::SignatureWanted => COMMAND,
        AttemptState::Opening
        | AttemptState::Pending
        | AttemptState::IncomeProofWanted
        | AttemptState::StatementsWanted
        | AttemptState::Offered
        | AttemptState::VerificationWanted
        | AttemptState::DownPaymentWanted
        | AttemptState::Granted
        | AttemptState::Completed
        | AttemptState::Cancelled
        | AttemptState::Declined
        | AttemptState::Expired
        | AttemptState::Failed
        | AttemptState::Terminated => Duration::ZERO,
    };
    Some(if since < each_second {
        EACH_SECOND
    } else {
        growing(since, MAX_POLL_INTERVAL)
    })
}

/// The pause before the bank is asked again about what a callback named and the bank doesn't show yet; none
/// once that is not to be expected any more.
pub(super) fn until_shown(since: time::Duration) -> Option<Duration> {
    let since = since.max(time::Duration::ZERO);
    (since < FORGOTTEN).then(|| growing(since.unsigned_abs(), MAX_POLL_INTERVAL))
}

/// The later, the rarer: half of what has passed since something last happened.
fn growing(since: Duration, longest: Duration) -> Duration {
    (since / 2).clamp(MIN_POLL_INTERVAL, longest)
}

/// The pause before an order is worked on again after a failure, the `failures`th in a row; not yet
/// spread.
pub(crate) fn after_failure(failures: u32) -> Duration {
    let doubled = Duration::from_secs(1 << failures.saturating_sub(1).min(16));
    doubled.min(LONGEST_AFTER_FAILURE)
}
