use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use inbank_testkit::Generator;

/// One stream of random numbers: each part of a run has its own, so that leaving a step out moves no other
/// part's.
#[derive(Debug)]
pub(super) struct Dice(Mutex<Generator>);

impl Dice {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut seeds = Generator::new(seed ^ stream.rotate_left(32));
        Self(Mutex::new(Generator::new(seeds.draw())))
    }

    pub(super) fn below(&self, end: u64) -> u64 {
        let mut generator = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generator.below(end.max(1))
    }

    pub(super) fn index(&self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or_default()
    }

    /// So often of a thousand times.
    pub(super) fn chance(&self, per_mille: u16) -> bool {
        per_mille > 0 && self.below(1000) < u64::from(per_mille)
    }

    pub(super) fn pick<T: Copy>(&self, among: &[T]) -> T {
        among[self.index(among.len())]
    }

    pub(super) fn seconds(&self, least: u64, most: u64) -> Duration {
        Duration::from_secs(least + self.below(most - least + 1))
    }

    pub(super) fn millis(&self, (least, most): (u32, u32)) -> Duration {
        let more = self.below(u64::from(most.saturating_sub(least)) + 1);
        Duration::from_millis(u64::from(least) + more)
    }
}
