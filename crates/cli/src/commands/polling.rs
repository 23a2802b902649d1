//! Asking the bank again and again, as the guides say.

use std::time::Duration;

use inbank::http::SystemClock;
use inbank::ports::{Clock as _, GatewayError};

use crate::progress;

/// How often the bank is asked, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    every: Duration,
    at_most: Duration,
}

impl Patience {
    /// For a decision (*Direct API*, application details).
    pub(super) const DECISION: Self = Self::each_second(30);
    /// For a contract after its signature (*Direct API Poland*, contract details).
    pub(super) const SIGNATURE: Self = Self::each_second(15);

    const fn each_second(seconds: u64) -> Self {
        Self {
            every: Duration::from_secs(1),
            at_most: Duration::from_secs(seconds),
        }
    }
}

/// Reads until there is news, or patience ends; then what was read last is the answer.
///
/// Progress shows on stderr, and hides itself where that is no terminal.
pub(super) async fn until<T>(
    patience: Patience,
    awaited: &'static str,
    read: impl AsyncFn() -> Result<T, GatewayError>,
    is_news: impl Fn(&T) -> bool,
) -> Result<T, GatewayError> {
    let mut waited = Duration::ZERO;
    loop {
        let found = read().await?;
        if is_news(&found) || waited >= patience.at_most {
            progress::end();
            return Ok(found);
        }
        progress::say(format!("waiting for {awaited}, {} s", waited.as_secs()));
        SystemClock.sleep(patience.every).await;
        waited += patience.every;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const SHORT: Patience = Patience {
        every: Duration::from_millis(1),
        at_most: Duration::from_millis(3),
    };

    #[tokio::test]
    async fn it_ends_with_news_or_with_patience() {
        for (news_at, reads) in [(1, 1), (3, 3), (100, 4)] {
            let count = Cell::new(0);
            let read = async || {
                count.set(count.get() + 1);
                Ok(count.get())
            };
            let last = until(SHORT, "news", read, |found| *found >= news_at).await;
            assert_eq!(last.unwrap(), reads);
        }
    }
}
