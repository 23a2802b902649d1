use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use inbank_ports::Clock;

/// The work's output, or none where it takes longer than `limit`; then it is dropped.
pub(crate) async fn within<T>(
    clock: &dyn Clock,
    limit: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    match select(pin!(work), pin!(clock.sleep(limit))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
