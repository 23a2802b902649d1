//! Stand-ins in memory, for tests of code that embeds us: no network, no waiting.

mod bank;
mod clock;
mod ledger;

pub use bank::FakeBank;
pub use clock::ManualClock;
pub use ledger::MemoryLedger;
