//! `Retry-After`: seconds or a date as HTTP has it, never longer than our limit, never in the past.

use std::time::Duration;

use inbank::ContractId;
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::{Contracts as _, GatewayError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::bank::{Bank, NOW, at_once};

thread_local! {
    static BANK: Bank = Bank::new(&RegionProfile::ESTONIA);
}

/// Bytes as the header's value.
pub fn check(bytes: &[u8]) {
    // Others leave no server.
    let text = std::str::from_utf8(bytes).ok();
    let Some(text) = text.filter(|text| text.bytes().all(|b| (b' '..=b'~').contains(&b))) else {
        return;
    };
    let longest = GatewayError::LONGEST_WAIT;
    let read = asked(text);
    assert!(read.is_none_or(|wait| wait <= longest), "{text}: {read:?}");
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = text.parse().map_or(longest, Duration::from_secs);
        let expected = (!text.is_empty()).then(|| seconds.min(longest));
        assert_eq!(read, expected, "{text}");
    } else if let Some(until) = date(text) {
        let wait = Duration::try_from(until - now()).ok();
        assert_eq!(read, wait.map(|wait| wait.min(longest)), "{text}");
    }
}

fn asked(value: &str) -> Option<Duration> {
    BANK.with(|bank| {
        bank.asks_to_wait(429, value.as_bytes());
        let id = ContractId::parse("c-1").unwrap();
        let error = at_once(bank.api(ApiVersion::V2).contract(&id)).unwrap_err();
        error.retry_after()
    })
}

/// A date as servers write it now, by a reader of another format that has it too.
fn date(text: &str) -> Option<OffsetDateTime> {
    let date = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    // HTTP has no zone but this one.
    let written = date.format(&Rfc2822).ok()?;
    let same = written.strip_suffix("+0000")? == text.strip_suffix("GMT")?;
    same.then_some(date)
}

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(NOW).unwrap()
}
