//! `Retry-After`: seconds or a date as HTTP has it, never longer than our limit, never in the past.

use std::time::{Duration, UNIX_EPOCH};

use inbank::ContractId;
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::{Contracts as _, GatewayError};

use super::bank::{Bank, NOW, at_once};

thread_local! {
    static BANK: Bank = Bank::new(&RegionProfile::ESTONIA);
}

/// Bytes as the header's value.
pub fn check(bytes: &[u8]) {
    // Neither leaves a server.
    let text = std::str::from_utf8(bytes).ok();
    let Some(text) = text.filter(|text| text.bytes().all(|b| (b' '..=b'~').contains(&b))) else {
        return;
    };
    let read = asked(text);
    assert!(read.is_none_or(|wait| wait <= GatewayError::LONGEST_WAIT));
    assert_eq!(read, expected(text.trim()), "{text}");
}

fn asked(value: &str) -> Option<Duration> {
    BANK.with(|bank| {
        bank.asks_to_wait(429, value.as_bytes());
        let id = ContractId::parse("c-1").unwrap();
        let error = at_once(bank.api(ApiVersion::V2).contract(&id)).unwrap_err();
        error.retry_after()
    })
}

/// By another reader of HTTP's dates.
fn expected(text: &str) -> Option<Duration> {
    let longest = GatewayError::LONGEST_WAIT;
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = text.parse().map_or(longest, Duration::from_secs);
        return Some(seconds.min(longest));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs());
    Some(until.duration_since(now).ok()?.min(longest))
}
