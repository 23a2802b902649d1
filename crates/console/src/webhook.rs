//! How webhooks stand, in words for people.

use std::time::Duration;

use time::OffsetDateTime;

use crate::moment::{Moment, rfc3339, span};
use crate::status::{Mood, Tag};
use crate::{Desk, WebhookHealth, WebhookState};

/// An event that waits for longer is late: as long as one may wait for the platform itself.
const LATE: Duration = Duration::from_mins(5);

/// How all webhooks stand; none where that can't be known now.
pub(crate) async fn all(desk: &dyn Desk) -> Option<Vec<WebhookHealth>> {
    let asked = desk.webhooks().await.inspect_err(|error| {
        let error = error as &dyn std::error::Error;
        tracing::warn!(error, "the console does not know how webhooks stand");
    });
    asked.ok()
}

/// A webhook's state as a tag.
pub(crate) const fn tag(state: WebhookState) -> Tag {
    match state {
        WebhookState::Active => Tag::new(Mood::Good, "active"),
        WebhookState::Failing => Tag::new(Mood::Wait, "failing"),
        WebhookState::Disabled => Tag::new(Mood::Bad, "switched off"),
    }
}

/// What is wrong with a webhook, in a sentence; none where nothing is.
pub(crate) fn trouble(health: &WebhookHealth, now: OffsetDateTime) -> Option<String> {
    let mut parts = Vec::new();
    let since = health.since.map_or(String::new(), |since| {
        format!(" for {}", span((now - since).unsigned_abs()))
    });
    let last = answer(health.last_status, health.last_problem.as_deref());
    match health.state {
        WebhookState::Active => {}
        WebhookState::Failing => parts.push(format!("failing{since}, {last}")),
        WebhookState::Disabled => {
            let because = health.disabled_because.as_deref().unwrap_or_default();
            parts.push(format!(
                "switched off{since}, since {} ({last})",
                why_off(because)
            ));
        }
    }
    if let Some(until) = pause(health, now) {
        parts.push(paused(until, now));
    }
    match health.dead {
        0 => {}
        1 => parts.push("1 event given up".to_owned()),
        dead => parts.push(format!("{dead} events given up")),
    }
    if let Some(oldest) = health.oldest.filter(|oldest| *oldest > LATE) {
        parts.push(format!("the oldest event has waited for {}", span(oldest)));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Until when nothing is sent, though the webhook is on: its server has asked for that, or its failures have led to it.
pub(crate) fn pause(health: &WebhookHealth, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let is_on = health.state != WebhookState::Disabled;
    health.paused_until.filter(|until| is_on && *until > now)
}

/// A pause, in words.
pub(crate) fn paused(until: OffsetDateTime, now: OffsetDateTime) -> String {
    let due = Moment::new(until, now).due();
    format!("paused until {} ({due})", rfc3339(until))
}

/// Why a webhook was switched off, by the word for programs.
pub(crate) fn why_off(word: &str) -> &str {
    match word {
        "gone" => "the shop’s server wants no more",
        "failing" => "there were failures and nothing else for five days",
        other => other,
    }
}

/// What came of a try: the status, and what is wrong besides it.
pub(crate) fn answer(status: Option<u16>, problem: Option<&str>) -> String {
    let Some(status) = status else {
        return problem.unwrap_or("–").to_owned();
    };
    let problem = problem.unwrap_or_default();
    // Which begins with the status, where that is what is wrong.
    let rest = problem.strip_prefix(&format!("answered {status}"));
    match rest.map(|rest| rest.trim_start_matches([':', ' '])) {
        Some("") => format!("HTTP {status}"),
        Some(rest) => format!("HTTP {status}: {rest}"),
        None if problem.is_empty() => format!("HTTP {status}"),
        None => format!("HTTP {status}: {problem}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_its_status_once() {
        for (status, problem, words) in [
            (None, None, "–"),
            (None, Some("no connection in time"), "no connection in time"),
            (Some(204), None, "HTTP 204"),
            (Some(500), Some("answered 500"), "HTTP 500"),
            (
                Some(302),
                Some("answered 302: redirects are not followed"),
                "HTTP 302: redirects are not followed",
            ),
            (
                Some(500),
                Some("it can't be read"),
                "HTTP 500: it can't be read",
            ),
        ] {
            assert_eq!(answer(status, problem), words);
        }
    }
}
