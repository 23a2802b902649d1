//! A platform as embedders run it, in one to three processes over one ledger, at banks that are slow,
//! lagging and contradictory, with customers and merchants who do what they like; judged by what the banks
//! truly have and what the platform was told.
//!
//! A [`Plan`] says what happens: it is data, drawn from a seed, and the same plan gives the same run. First
//! its faults, then none of them any more until all is quiet. What an [`Invariant`] forbids is a
//! [`Violation`]; what should happen in some run or other is a [`Mark`].

mod around;
mod bank;
mod books;
mod database;
mod desk;
mod dice;
mod draw;
mod fault;
mod fleet;
mod judge;
mod lender;
mod mark;
mod people;
mod plan;
mod real;
mod shrink;
mod sink;
mod violation;
mod way;
mod wire;
mod world;

pub use fault::Fault;
pub use mark::Mark;
pub use plan::{Dialect, Happening, Plan, Setting, Step, Then, Waits};
pub use real::run_real;
pub use shrink::shrink;
pub use violation::{Invariant, Violation};
pub use world::{Outcome, run, run_traced};
