//! Lengths of time as people write them.

use inbank::Invalid;
use time::Duration;

/// A number and its unit: `90s`, `15m`, `12h`, `2d`.
pub(super) fn parse(text: &str) -> Result<Duration, Invalid> {
    let invalid = || Invalid::new("duration", "must be such as 90s, 15m, 12h or 2d");
    let unit = text.chars().last().ok_or_else(invalid)?;
    let seconds: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(invalid()),
    };
    let count: u32 = text[..text.len() - 1].parse().map_err(|_| invalid())?;
    Ok(Duration::seconds(seconds.saturating_mul(i64::from(count))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_its_unit() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("12h", 43_200), ("2d", 172_800)] {
            assert_eq!(parse(text).unwrap(), Duration::seconds(seconds), "{text}");
        }
        for text in ["", "2", "d", "-2d", "2w", "2 d", "9999999999d", "2õ"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
