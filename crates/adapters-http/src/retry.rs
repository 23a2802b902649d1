use std::time::Duration;

use backon::ExponentialBuilder;

/// How often and how patiently a call is repeated, where repeating it can do no harm.
///
/// What may be repeated is not a setting: a read, and a write that was never sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetryPolicy {
    /// How many attempts after the first.
    pub max_retries: usize,
    /// The pause before the first of them; each further pause is twice as long, plus jitter.
    pub first_pause: Duration,
    /// The longest pause. A bank that asks for a longer one gets the error back instead.
    pub max_pause: Duration,
}

impl RetryPolicy {
    /// Every call is tried once.
    pub const NONE: Self = Self {
        max_retries: 0,
        first_pause: Duration::ZERO,
        max_pause: Duration::ZERO,
    };

    pub(crate) fn backoff(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_max_times(self.max_retries)
            .with_min_delay(self.first_pause)
            .with_max_delay(self.max_pause)
            .with_factor(2.0)
            .with_jitter()
    }
}

impl Default for RetryPolicy {
    /// Three more attempts within about two seconds: someone waits for the answer.
    fn default() -> Self {
        Self {
            max_retries: 3,
            first_pause: Duration::from_millis(200),
            max_pause: Duration::from_secs(5),
        }
    }
}
