//! Runs the real binary against a sandbox inside the test.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod applicant;
mod application;
mod calculation;
mod callback;
mod completions;
mod contract;
mod demo;
mod doctor;
mod example_shop;
mod exit;
mod following;
mod income_proof;
mod init;
mod instances;
mod listen;
mod man;
mod order;
mod product;
mod rental;
mod rental_contract;
mod run;
mod sandbox;
mod secrecy;
mod serve;
mod served;
mod session;
mod settings;
mod shop;
mod signing;
#[cfg(unix)]
mod terminal;
mod trigger;
mod watching;
#[cfg(target_os = "linux")]
mod withstanding;
