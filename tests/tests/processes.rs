//! Processes of one platform: several on one PostgreSQL of which some are killed, and one that is
//! stopped by a signal and started again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Instant;

use inbank_sandbox::{Fault, Operation, Sandbox};
use inbank_testkit::Postgres;
use inbank_tests::{Life, Reckoning, Setting};

const PROGRAM: &str = env!("CARGO_BIN_EXE_embedder");
const AIMS: [&str; 4] = ["approve", "cancel", "direct", "rent"];
const PROCESSES: usize = 3;
const ORDERS_EACH: usize = 12;

async fn bank() -> Sandbox {
    // A callback for which nobody is there comes again until the next life takes it.
    let pauses = [std::time::Duration::from_millis(100); 200];
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    builder.callback_retries(pauses).start().await.unwrap()
}

fn orders(process: usize) -> Vec<String> {
    let names = (0..ORDERS_EACH).map(|n| format!("{}-{process}-{n}", AIMS[n % AIMS.len()]));
    names.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_processes_under_load_each_is_killed_once_and_every_order_comes_to_its_end_once() {
    let sandbox = bank().await;
    let database = Postgres::shared().database();
    tokio::task::block_in_place(|| {
        let settings: Vec<Setting<'_>> = (0..PROCESSES)
            .map(|_| Setting {
                program: PROGRAM,
                database: &database,
                sandbox: &sandbox,
                port: Setting::free_port(),
            })
            .collect();
        let all: Vec<String> = (0..PROCESSES).flat_map(orders).collect();
        let mut lives: Vec<Life> = (0..PROCESSES)
            .map(|n| Life::start(&settings[n], 0, 0, &orders(n)))
            .collect();
        let mut reckoning = Reckoning::new(&sandbox);
        // Soon after it has begun, in the middle, and near the end.
        for (victim, lines) in [5, 50, 90].into_iter().enumerate() {
            let so_many = |so_far: &Reckoning<'_>| so_far.lines >= lines;
            let refs: Vec<&Life> = lives.iter().collect();
            assert!(reckoning.live(&refs, so_many));
            let heir = |dead: Life, reckoning: &mut Reckoning<'_>| {
                dead.kill(reckoning);
                // As anything that watches processes does.
                Life::start(&settings[victim], 0, 0, &orders(victim))
            };
            let dead = lives.remove(victim);
            lives.insert(victim, heir(dead, &mut reckoning));
        }
        let over = |so_far: &Reckoning<'_>| all.iter().all(|order| so_far.is_over(order));
        let refs: Vec<&Life> = lives.iter().collect();
        assert!(reckoning.live(&refs, over));
        for life in lives {
            life.kill(&mut reckoning);
        }
        reckoning.check(&all, "at the end");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_stopped_answers_writes_down_what_it_sent_and_its_heir_waits_for_no_lease()
 {
    let sandbox = bank().await;
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}/ledger.db", folder.path().display());
    // The signal comes while the bank approves.
    let slow = Fault::Slow { milliseconds: 150 };
    sandbox.fault(Operation::ApproveContract, slow, 1);
    tokio::task::block_in_place(|| {
        let setting = Setting {
            program: PROGRAM,
            database: &database,
            sandbox: &sandbox,
            port: Setting::free_port(),
        };
        let orders = ["approve-1".to_owned()];
        let mut reckoning = Reckoning::new(&sandbox);
        let first = Life::start(&setting, 0, 0, &orders);
        let sending = |_: &Reckoning<'_>| {
            let requests = sandbox.requests();
            let mut requests = requests.iter();
            requests.any(|request| request.operation == Some(Operation::ApproveContract))
        };
        assert!(reckoning.live(&[&first], sending));
        first.stop(&mut reckoning);
        // By its clock it is there in the very moment in which the first one was: a lease that was left
        // would hold for two minutes.
        let began = Instant::now();
        let second = Life::start(&setting, 60, 0, &orders);
        let over = reckoning.live(&[&second], |so_far| so_far.is_over(&orders[0]));
        let took = began.elapsed() * 100;
        second.stop(&mut reckoning);
        assert!(over);
        reckoning.check(&orders, "stopped");
        assert!(took.as_secs() < 120, "{took:?} by its clock");
        let approvals = sandbox.requests().into_iter();
        let approvals = approvals
            .filter(|request| request.operation == Some(Operation::ApproveContract))
            .count();
        assert_eq!(approvals, 1);
    });
}
