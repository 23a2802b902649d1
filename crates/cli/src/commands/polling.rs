//! Asking the bank again and again, as the guides say.

use std::time::Duration;

use inbank::app::Patience;
use inbank::http::SystemClock;
use inbank::ports::{Clock as _, GatewayError};
use indicatif::ProgressBar;

/// Reads until there is news, or patience ends; then what was read last is the answer.
///
/// Progress shows on stderr, and hides itself where that is no terminal.
pub(super) async fn until<T>(
    patience: Patience,
    awaited: &'static str,
    read: impl AsyncFn() -> Result<T, GatewayError>,
    is_news: impl Fn(&T) -> bool,
) -> Result<T, GatewayError> {
    let progress = ProgressBar::new_spinner();
    let mut waited = Duration::ZERO;
    loop {
        let found = read().await?;
        if is_news(&found) || waited >= patience.at_most {
            progress.finish_and_clear();
            return Ok(found);
        }
        progress.set_message(format!("waiting for {awaited}, {} s", waited.as_secs()));
        progress.tick();
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
