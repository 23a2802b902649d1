//! For tests of code that embeds us, and of code that implements a port: no network, no waiting.
//!
//! Stand-ins in memory: [`FakeBank`] implements every port of the bank, [`MemoryLedger`] keeps what
//! is written down, [`ManualClock`] is moved by the test, [`RecordingSink`] keeps the events that a
//! platform is told, and [`SimRuntime`] runs it all in an order and a time that a seed decides. Whoever
//! implements a port runs the cases of [`conformance`].
//!
//! A crate of its own, so that nothing of it is built into a program that takes money: add it to
//! `[dev-dependencies]`. Mocks, which expect calls, are in `inbank::ports` behind `inbank`'s feature `mocks`.

mod bank;
mod clock;
pub mod conformance;
mod ledger;
#[cfg(unix)]
mod postgres;
mod random;
mod runtime;
mod sink;

pub use bank::{Effects, FakeBank, FakeUnderTest};
pub use clock::ManualClock;
pub use ledger::MemoryLedger;
#[cfg(unix)]
pub use postgres::Postgres;
pub use random::Generator;
pub use runtime::{SimProcess, SimRuntime, yield_now};
pub use sink::RecordingSink;
