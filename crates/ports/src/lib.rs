//! What the use cases need from outside, as traits.
//!
//! One small, object-safe trait for each capability, so that a region may have some and lack others,
//! and a test swaps in one without the rest. None has a default method: what is not implemented does
//! not compile. How far a call may be repeated is in its *Contract*, and each MUST there names the
//! conformance case that holds an implementation to it. The cases, and stand-ins in memory, are in
//! `inbank-testkit`.
//!
//! The feature `mocks` adds mockall's `MockSessions` and its like, and changes nothing else.
//!
//! **Cancellation**, for every method: a dropped future may or may not have reached the bank. After
//! dropping a write, treat its outcome as unknown and settle it by reading.

mod application;
mod audit;
mod calculation;
mod callback;
mod clock;
mod connection;
mod contract;
mod error;
mod event;
mod income_proof;
mod ledger;
mod offer;
mod product;
mod rental;
mod runtime;
mod session;
mod signing;

/// For those who implement a port.
pub use async_trait::async_trait;

pub use application::Applications;
#[cfg(feature = "mocks")]
pub use application::MockApplications;
#[cfg(feature = "mocks")]
pub use audit::MockAuditLog;
pub use audit::{AuditEntry, AuditLog, AuditQuery, AuditRecord};
pub use calculation::Calculator;
#[cfg(feature = "mocks")]
pub use calculation::MockCalculator;
#[cfg(feature = "mocks")]
pub use callback::MockCallbackAuthenticator;
pub use callback::{
    CallbackAuthenticator, CallbackError, CallbackKey, Headers, NotUnderstood, SignedCallback,
};
pub use clock::Clock;
#[cfg(feature = "mocks")]
pub use clock::MockClock;
pub use connection::Connection;
#[cfg(feature = "mocks")]
pub use connection::MockConnection;
pub use contract::Contracts;
#[cfg(feature = "mocks")]
pub use contract::MockContracts;
pub use error::{Advice, GatewayError, GatewayErrorKind};
#[cfg(feature = "mocks")]
pub use event::MockEventSink;
pub use event::{EventSink, SinkError};
pub use income_proof::IncomeProof;
#[cfg(feature = "mocks")]
pub use income_proof::MockIncomeProof;
#[cfg(feature = "mocks")]
pub use ledger::MockLedger;
pub use ledger::{
    Claim, ClaimRequest, Claimed, Delivered, Delivery, Due, EventPage, EventPlace, Feed, Kept,
    Lease, Ledger, LedgerError, LedgerErrorKind, Listed, Listing, ListingPlace, Measures,
    OutboxState, Positioned, ReceivedCallback, Rest, Saved, ShopPeriod, ShopSlots, ShopStatistics,
    Subject, UnreadableEvent, UntilPaid, Write,
};
#[cfg(feature = "mocks")]
pub use offer::MockOffers;
pub use offer::Offers;
#[cfg(feature = "mocks")]
pub use product::MockProductCatalogue;
pub use product::ProductCatalogue;
#[cfg(feature = "mocks")]
pub use rental::MockRentals;
pub use rental::Rentals;
#[cfg(feature = "mocks")]
pub use runtime::{MockRandom, MockSpawner};
pub use runtime::{Random, Spawner};
#[cfg(feature = "mocks")]
pub use session::MockSessions;
pub use session::Sessions;
#[cfg(feature = "mocks")]
pub use signing::MockSigning;
pub use signing::Signing;
