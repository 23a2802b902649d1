//! A platform that is killed at every step, on both databases, and started again: no order is lost, none
//! is stuck, none is financed twice, and the platform is told of each thing at least once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::time::Duration;

use inbank_sandbox::Sandbox;
use inbank_testkit::Postgres;
use inbank_tests::{CrashPoint, Life, Reckoning, Setting};

/// More steps than there are: the first life in which nobody dies ends the test.
const STEPS: u32 = 200;

/// When the next life begins, in seconds: whatever the first had leased has lapsed. An acceptance that
/// may have been sent is not sent again by itself; after a day a person is told.
fn later(aim: &str) -> u32 {
    if aim == "direct" { 26 * 3600 } else { 3600 }
}

macro_rules! killed_at_every_step {
    ($($name:ident: $aim:literal,)+) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::everywhere($aim, false).await;
                }
            )+
        }
        mod postgresql {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::everywhere($aim, true).await;
                }
            )+
        }
    };
}

killed_at_every_step! {
    an_order_that_is_approved_comes_to_its_end_wherever_the_process_is_killed: "approve",
    an_order_that_is_cancelled_comes_to_its_end_wherever_the_process_is_killed: "cancel",
    an_application_comes_to_its_end_wherever_the_process_is_killed: "direct",
    a_rental_comes_to_its_end_wherever_the_process_is_killed: "rent",
}

async fn everywhere(aim: &str, on_postgres: bool) {
    for step in 1..STEPS {
        let folder = tempfile::tempdir().unwrap();
        let database = if on_postgres {
            Postgres::shared().database()
        } else {
            format!("sqlite:{}/ledger.db", folder.path().display())
        };
        let (died, steps) = killed(aim, &database, step).await;
        if !died {
            assert!(step > 15, "only {step} steps: is it still killed?");
            every_point_is_drawn(&steps);
            return;
        }
    }
    panic!("more than {STEPS} steps");
}

/// Whoever lives to the end has passed what others were killed at: the points that the documents draw, and no others.
fn every_point_is_drawn(steps: &BTreeSet<String>) {
    for point in CrashPoint::ALL
        .iter()
        .filter(|point| point.is_passed_by_all())
    {
        let after = format!("after {}", point.name());
        assert!(steps.contains(&after), "not {after}: {steps:?}");
    }
    let drawn: Vec<_> = CrashPoint::ALL.iter().map(|point| point.name()).collect();
    for step in steps {
        let (_, point) = step.split_once(' ').unwrap();
        assert!(drawn.contains(&point), "{step} is not drawn");
    }
}

/// Plays one order over two lives, the first of which ends at a step; whether it ended there, and the steps that were
/// come to.
async fn killed(aim: &str, database: &str, step: u32) -> (bool, BTreeSet<String>) {
    // A callback for which nobody is there comes again until the next life takes it.
    let pauses = [Duration::from_millis(50); 200];
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    let sandbox = builder.callback_retries(pauses).start().await.unwrap();
    tokio::task::block_in_place(|| {
        let setting = Setting {
            program: env!("CARGO_BIN_EXE_embedder"),
            database,
            sandbox: &sandbox,
            port: Setting::free_port(),
        };
        let orders = [format!("{aim}-{step}")];
        let mut reckoning = Reckoning::new(&sandbox);
        let first = Life::start(&setting, 0, step, &orders);
        let over = reckoning.live(&[&first], |so_far| so_far.is_over(&orders[0]));
        first.kill(&mut reckoning);
        if !over {
            let second = Life::start(&setting, later(aim), 0, &orders);
            let over = reckoning.live(&[&second], |so_far| so_far.is_over(&orders[0]));
            second.kill(&mut reckoning);
            assert!(over, "step {step}");
        }
        reckoning.check(&orders, &format!("step {step}"));
        (!over, reckoning.steps)
    })
}
