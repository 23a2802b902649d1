//! The ledger in SQL on both engines: PostgreSQL passes the port's cases, and both do what only a store can get wrong.
//! (SQLite's cases are in `conformance`, so that they run without PostgreSQL too.)
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod awake;
mod both;
mod conformance;
mod delivery;
mod load;
mod plans;
mod proxy;
mod request;
mod server;
mod service;
mod shops;
mod store;
mod unreadable;

use std::pin::Pin;

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::{Builder, Runtime};

use self::store::Store;

type Running = Pin<Box<dyn Future<Output = ()>>>;
/// A test with a store of its own.
type Case = (&'static str, fn(Store) -> Running);

/// Tests by their names.
macro_rules! cases {
    ($($name:ident,)+) => { &[$((stringify!($name), |store| Box::pin($name(store))),)+] };
}
use cases;

fn main() {
    let mut trials = conformance::trials();
    for (engine, cases) in [
        ("sqlite", both::CASES),
        ("postgres", both::CASES),
        ("sqlite", awake::CASES),
        ("postgres", awake::CASES),
        ("postgres", awake::SERVER_CASES),
        ("sqlite", load::CASES),
        ("postgres", load::CASES),
        ("sqlite", unreadable::CASES),
        ("postgres", unreadable::CASES),
        ("postgres", server::CASES),
        ("postgres", plans::CASES),
        ("sqlite", request::CASES),
        ("postgres", request::CASES),
        ("sqlite", service::CASES),
        ("sqlite", delivery::CASES),
        ("sqlite", shops::CASES),
        ("postgres", shops::CASES),
        ("postgres", service::CASES),
        ("postgres", delivery::CASES),
        ("postgres", service::SERVER_CASES),
    ] {
        trials.extend(cases.iter().map(|(name, case)| {
            Trial::test(format!("{engine}::{name}"), move || {
                let store = if engine == "sqlite" {
                    Store::sqlite()
                } else {
                    Store::postgres()
                };
                runtime().block_on(case(store));
                Ok(())
            })
        }));
    }
    trials.extend(server::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}
